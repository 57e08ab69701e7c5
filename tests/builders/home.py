"""An OpenClaw state folder on disk, with every name a session's file can have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zstandard

from tests.builders.entries import NOON, Instant, iso, line, millis, stamp
from tests.builders.transcript import Transcript


class OpenClawHome:
    """A state folder below ``root``: configuration, one agent's sessions, its workspace with the memory folder.

    Methods that make a file return its path. A session is named by its transcript, archives by the instant ``at``.
    """

    def __init__(self, root: Path, *, agent: str = "main", zone: str = "Europe/Berlin") -> None:
        self.agent = agent
        self.state = root / ".openclaw"
        self.sessions = self.state / "agents" / agent / "sessions"
        self.workspace = self.state / "workspace"
        self.memory = self.workspace / "memory"
        self.index: dict[str, dict[str, Any]] = {}
        self.sessions.mkdir(parents=True, exist_ok=True)
        self.memory.mkdir(parents=True, exist_ok=True)
        self.configure({"agents": {"defaults": {"workspace": str(self.workspace), "userTimezone": zone}}})

    def configure(self, config: Mapping[str, Any]) -> Path:
        """Replaces openclaw.json."""
        return _written(self.state / "openclaw.json", json.dumps(config, indent=2).encode())

    def note(self, name: str, text: str) -> Path:
        """Writes a file of the memory folder."""
        return _written(self.memory / name, text.encode())

    def know(self, key: str, transcript: Transcript, **fields: Any) -> Path:
        """Puts the session into sessions.json under ``agent:<agent>:<key>``, e.g. with ``chatType="group"``."""
        now = millis(transcript.clock)
        place = {"sessionFile": str(self.path(transcript)), **fields}
        self.index[f"agent:{self.agent}:{key}"] = {"sessionId": transcript.session, "updatedAt": now, **place}
        return _written(self.sessions / "sessions.json", json.dumps(self.index, indent=2).encode())

    def path(self, transcript: Transcript, suffix: str = ".jsonl") -> Path:
        """Where the session's file with this suffix stands, whether or not it exists."""
        return self.sessions / f"{transcript.session}{suffix}"

    def live(self, transcript: Transcript, key: str | None = None, **fields: Any) -> Path:
        """Writes the live transcript; with a ``key`` sessions.json knows it."""
        if key is not None:
            self.know(key, transcript, **fields)
        return transcript.write(self.path(transcript))

    def append(self, transcript: Transcript, *, short: int = 0) -> Path:
        """Appends to the live file what the transcript gained."""
        return transcript.append(self.path(transcript), short=short)

    def rewrite(self, transcript: Transcript, start: int, at: Instant | None = None) -> Path:
        """Re-appends the entries from ``start`` on to the live file, with new ids."""
        return self.append(transcript.rewrite(start, at))

    def reset(self, transcript: Transcript, at: Instant, *, zst: bool = False) -> Path:
        """Renames the live file away as /new and /reset do; without a live file the archive is made at once."""
        return self._retire(transcript, f".jsonl.reset.{stamp(at)}", zst=zst)

    def deleted(self, transcript: Transcript, at: Instant, *, generation: str = "", zst: bool = False) -> Path:
        """Renames the live file away as a deletion does; exports carry 32 hex digits as ``generation``."""
        return self._retire(transcript, f".jsonl.deleted.{stamp(at)}{generation and '.' + generation}", zst=zst)

    def compact_lines(self, transcript: Transcript, keep: int, at: Instant) -> Path:
        """Copies the live file to ``.bak.<time>`` and puts a new file with header and last ``keep`` lines in its place.

        The transcript keeps only those entries, too. Returns the backup, the only place where the others survive.
        """
        backup = self.bak(transcript, at)
        _keep_last(transcript, keep)
        live = self.path(transcript)
        transcript.write(live.with_suffix(".tmp")).replace(live)
        return backup

    def truncate(self, transcript: Transcript, keep: int) -> Path:
        """Empties the live file in place and writes header and last ``keep`` lines into the same inode."""
        _keep_last(transcript, keep)
        return transcript.write(self.path(transcript))

    def bak(self, transcript: Transcript, at: Instant) -> Path:
        """A copy as line compaction leaves it: read."""
        return _written(self.path(transcript, f".jsonl.bak.{stamp(at)}"), transcript.data)

    def repair_bak(self, transcript: Transcript, at: Instant, pid: int = 4321) -> Path:
        """A copy as a repair leaves it: not read."""
        return _written(self.path(transcript, f".jsonl.bak-{pid}-{millis(at)}"), transcript.data)

    def checkpoint(self, transcript: Transcript, ident: str = "c4ec0000-0000-4000-8000-000000000001") -> Path:
        """A copy from before a compaction: not read, though it ends in ``.jsonl``."""
        return _written(self.path(transcript, f".checkpoint.{ident}.jsonl"), transcript.data)

    def corrupt(self, transcript: Transcript, at: Instant, ident: str = "0badc0de") -> Path:
        """A copy of a file with an unreadable header: not read, though it ends in ``.jsonl``."""
        return _written(self.path(transcript, f".jsonl.corrupt-{stamp(at)}-{ident}.jsonl"), transcript.data)

    def trajectory(self, transcript: Transcript, text: str = "the prompt of a run") -> Path:
        """A run's trace, with ``text`` in a prompt: never read, though it ends in ``.jsonl``."""
        shape = {"traceSchema": "openclaw-trajectory", "schemaVersion": 1, "type": "prompt.submitted"}
        trace = {**shape, "sessionId": transcript.session, "data": {"prompt": text}}
        return _written(self.path(transcript, ".trajectory.jsonl"), line(trace))

    def lock(self, transcript: Transcript, at: Instant = NOON, pid: int = 4321) -> Path:
        """The sidecar of a writer."""
        return _written(
            self.path(transcript, ".jsonl.lock"), json.dumps({"pid": pid, "createdAt": iso(at)}).encode()
        )

    def _retire(self, transcript: Transcript, suffix: str, *, zst: bool) -> Path:
        live, archive = self.path(transcript), self.path(transcript, suffix)
        if not live.exists():
            transcript.write(live)
        if not zst:
            return live.rename(archive)
        packed = _written(archive.with_name(archive.name + ".zst"), zstandard.compress(live.read_bytes()))
        live.unlink()
        return packed


def _keep_last(transcript: Transcript, keep: int) -> None:
    del transcript.entries[1 : len(transcript.entries) - keep]


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
