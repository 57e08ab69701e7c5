"""OpenClaw's database of one agent, with the tables and columns that are read, as versions 19 and 23 have them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any, Self

import zstandard

from tests.builders.entries import NOON, Instant, line, millis, stamp
from tests.builders.transcript import Transcript

TABLES = {
    "schema_meta": "meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL,"
    " agent_id TEXT, app_version TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL",
    "session_nodes": "session_key TEXT NOT NULL PRIMARY KEY, current_session_id TEXT NOT NULL,"
    " entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL, created_via TEXT, fork_source_session_id TEXT,"
    " label TEXT, display_name TEXT",
    "session_windows": "session_id TEXT NOT NULL PRIMARY KEY, session_key TEXT NOT NULL, previous_session_id TEXT,"
    " reason TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, hook_external_content_source TEXT,"
    " chat_type TEXT, channel TEXT, display_name TEXT",
    "transcript_events": "session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT,"
    " created_at INTEGER NOT NULL, event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT,"
    " PRIMARY KEY (session_id, seq)",
    "transcript_rewrite_watermarks": "session_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL,"
    " updated_at INTEGER NOT NULL",
    "session_transcript_archives": "session_id TEXT NOT NULL, generation TEXT NOT NULL, session_key TEXT NOT NULL,"
    " reason TEXT NOT NULL, encoding TEXT NOT NULL, archive_blob BLOB NOT NULL, archive_sha256 TEXT NOT NULL,"
    " archive_name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, PRIMARY KEY (session_id, generation)",
    "session_transcript_cold_archives": "session_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL,"
    " archive_name TEXT NOT NULL UNIQUE, archive_sha256 TEXT NOT NULL, event_count INTEGER NOT NULL,"
    " last_seq INTEGER NOT NULL, storage TEXT NOT NULL, archive_blob BLOB",
    "memory_session_tombstones": "session_id TEXT NOT NULL PRIMARY KEY, agent_id TEXT NOT NULL,"
    " reason TEXT NOT NULL, created_at INTEGER NOT NULL",
}
TABLES_OF_19 = {
    **TABLES,
    "transcript_events": "session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT NOT NULL,"
    " created_at INTEGER NOT NULL, PRIMARY KEY (session_id, seq)",
}
SINCE = 1_768_471_200_000


class OpenClawDatabase:
    """A database that OpenClaw has open, until it is closed.

    ``live``: in WAL mode, as OpenClaw works with it; else one file, as its snapshots are. A transcript is named by
    its session, keys by what follows ``agent:main:``.
    """

    def __init__(self, path: Path, *, schema: int = 23, live: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = off")  # nobody pulls the plug on a test
        self.db.execute(f"PRAGMA journal_mode = {'wal' if live else 'delete'}")
        if not self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for name, columns in (TABLES if schema > 19 else TABLES_OF_19).items():
                self.db.execute(f"CREATE TABLE {name} ({columns}) STRICT")
            self.db.execute(f"PRAGMA user_version = {schema}")
            self.insert("schema_meta", meta_key="primary", role="agent", schema_version=schema, agent_id="main",
                        app_version="2026.9.6", created_at=SINCE, updated_at=SINCE)  # fmt: skip

    def close(self) -> None:
        """Ends OpenClaw's connection; the last one to end folds the write-ahead log into the file."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def insert(self, table: str, **columns: Any) -> None:
        """Adds a row, in the place of the one with its key."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        query = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 — names given by tests
        self.db.execute(query, tuple(columns.values()))

    def know(
        self, session: str, key: str = "main", *, entry: dict[str, Any] | None = None, **columns: Any
    ) -> Self:
        """Adds a session and makes it the current one of its key; ``entry`` and columns go where they belong."""
        key, now = f"agent:main:{key}", SINCE
        node = {
            name: columns.pop(name)
            for name in ("created_via", "label", "fork_source_session_id")
            if name in columns
        }
        entry_json = json.dumps({"sessionId": session, **(entry or {})})
        self.insert("session_nodes", session_key=key, current_session_id=session, entry_json=entry_json,
                    updated_at=now, **node)  # fmt: skip
        self.insert(
            "session_windows", session_id=session, session_key=key, created_at=now, updated_at=now, **columns
        )
        return self

    def put(self, transcript: Transcript, key: str = "main", *, pack: int | None = None, **more: Any) -> Self:
        """Adds the rows that a transcript has gained; lines of ``pack`` bytes and more are stored packed."""
        session = transcript.session
        if not self._one("SELECT count(*) FROM session_windows WHERE session_id = ?", session):
            self.know(session, key, **more)
            self.insert("transcript_rewrite_watermarks", session_id=session, generation="a" * 32, updated_at=SINCE)
        there = self._one("SELECT coalesce(max(seq), -1) + 1 FROM transcript_events WHERE session_id = ?", session)
        self.db.execute("BEGIN")
        for seq, entry in enumerate(transcript.entries[there:], there):
            text = line(entry).rstrip(b"\n")
            if pack is not None and len(text) >= pack:
                self.insert("transcript_events", session_id=session, seq=seq, created_at=SINCE,
                            event_zstd=zstandard.compress(text), event_utf8_bytes=len(text))  # fmt: skip
            else:
                self.insert(
                    "transcript_events", session_id=session, seq=seq, created_at=SINCE, event_json=text.decode()
                )
        self.db.execute("COMMIT")
        return self

    def rewrite(self, transcript: Transcript, generation: str = "b" * 32) -> Self:
        """Puts the transcript as it is now in the place of its rows."""
        self.drop_rows(transcript)
        self.insert("transcript_rewrite_watermarks", session_id=transcript.session, generation=generation,
                    updated_at=SINCE)  # fmt: skip
        return self.put(transcript)

    def drop_rows(self, transcript: Transcript) -> None:
        """Removes the rows of a transcript."""
        self.db.execute("DELETE FROM transcript_events WHERE session_id = ?", (transcript.session,))

    def delete(
        self,
        transcript: Transcript,
        key: str = "main",
        *,
        reason: str = "deleted",
        at: Instant = NOON,
        pack: bool = True,
    ) -> Self:
        """Removes a session and keeps its transcript as a blob."""
        self.drop_rows(transcript)
        self.db.execute("DELETE FROM session_windows WHERE session_id = ?", (transcript.session,))
        self.db.execute("DELETE FROM transcript_rewrite_watermarks WHERE session_id = ?", (transcript.session,))
        blob, generation = transcript.data, "a" * 32
        name = f"{transcript.session}.jsonl.{reason}.{stamp(at)}"
        name += f".{generation}" if reason == "deleted" else ""
        if pack:
            blob, name = zstandard.compress(blob), f"{name}.zst"
        self.insert("session_transcript_archives", session_id=transcript.session, generation=generation,
                    session_key=f"agent:main:{key}", reason=reason, encoding="zstd" if pack else "identity",
                    archive_blob=blob, archive_sha256=hashlib.sha256(blob).hexdigest(), archive_name=name,
                    created_at=millis(at))  # fmt: skip
        return self

    def cold(self, transcript: Transcript, sessions: Path | None = None) -> str:
        """Puts a transcript away: into a file below the folder ``sessions``, else as a blob. Returns the name."""
        self.drop_rows(transcript)
        blob = zstandard.compress(b"".join(map(line, cold_records(transcript))))
        digest = hashlib.sha256(blob).hexdigest()
        name = f"{digest}.jsonl.zst"
        if sessions:
            (sessions / "cold").mkdir(parents=True, exist_ok=True)
            (sessions / "cold" / name).write_bytes(blob)
        count = len(transcript.entries)
        self.insert("session_transcript_cold_archives", session_id=transcript.session, generation="a" * 32,
                    archive_name=name, archive_sha256=digest, event_count=count, last_seq=count - 1,
                    storage="file" if sessions else "sqlite", archive_blob=None if sessions else blob)  # fmt: skip
        return name

    def forget(self, session: str) -> Self:
        """What ``openclaw memory forget`` leaves; the rows stay."""
        self.insert("memory_session_tombstones", session_id=session, agent_id="main", reason="forgotten",
                    created_at=SINCE)  # fmt: skip
        return self

    def _one(self, query: str, *values: object) -> int:
        return int(self.db.execute(query, values).fetchone()[0])


def cold_records(transcript: Transcript) -> list[dict[str, Any]]:
    """The records of a cold archive: the lines as rows, and rows of other tables behind them."""
    head = {"kind": "header", "version": 1, "sessionId": transcript.session, "generation": "a" * 32}
    events = [
        {
            "kind": "event",
            "row": {"seq": seq, "event_json": line(entry).decode().rstrip("\n"), "created_at": SINCE},
        }
        for seq, entry in enumerate(transcript.entries)
    ]
    index = {"kind": "index", "row": {"indexed_seq": len(events) - 1, "leaf_event_id": None, "needs_rebuild": 0}}
    words = {"kind": "fts", "row": {"text": "words for the search", "message_id": "1", "role": "user"}}
    return [head, *events, index, words]
