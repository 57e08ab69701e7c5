"""``memsyncd run`` as a process of its own, and what Linux tells of it below ``/proc``."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 300.0  # seconds for a first look at all logs
NOT_JSON = "not JSON"
"""The event that stands for a line that no logger wrote, such as one of a traceback."""

_SERIAL = count(1)


class NotReady(Exception):
    """The daemon ended, or took too long, before it said that it was ready."""


class Process:
    """One daemon; ``log`` is the file that its standard error goes to, at whose end it goes on writing."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._read = log.stat().st_size if log.exists() else 0
        # An abstract name leaves no file behind and may not grow too long, as a path may.
        address = f"memsyncd-{os.getpid()}-{next(_SERIAL)}"
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._manager.bind(f"\0{address}")
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "memsyncd", "run"],
                env={**environment, "NOTIFY_SOCKET": f"@{address}"},
                cwd=REPOSITORY,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
        self.pid = self._process.pid

    # --- life ---

    def ready(self, patience: float = PATIENCE) -> float:
        """Waits until the daemon has caught up; returns the seconds for which it waited, 0 if it had told before.

        Raises:
            NotReady: it ended before, or takes too long.
        """
        began = time.monotonic()
        if self._manager.fileno() < 0:
            return 0.0
        self._manager.settimeout(0.2)
        with self._manager:
            while time.monotonic() - began < patience:
                with suppress(TimeoutError):
                    if self._manager.recv(4096).startswith(b"READY=1"):
                        return time.monotonic() - began
                if (code := self._process.poll()) is not None:
                    raise NotReady(f"it ended with exit code {code}")
        raise NotReady(f"it was not ready after {patience:g} s")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self, patience: float = 60.0) -> tuple[int | None, float]:
        """Asks it to end; its exit code, None when it had to be killed, and how many seconds it took."""
        began = time.monotonic()
        self.send(signal.SIGTERM)
        try:
            code: int | None = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            code = None
        self._manager.close()
        return code, time.monotonic() - began

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._manager.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """The lines that it has logged since the last time, as far as they are whole."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                try:
                    yield json.loads(line)
                except ValueError:
                    yield {"event": NOT_JSON, "reason": line.decode(errors="replace").strip()}

    # --- figures ---

    def cpu(self) -> float:
        """Seconds of a core used so far, by ended threads as well."""
        # The clock of another process, made as clock_getcpuclockid(3) does: /proc counts in steps of 10 ms only.
        return time.clock_gettime((~self.pid << 3) | 2)

    def megabytes(self) -> float:
        """Resident memory."""
        return int(_field(self._proc("status"), "VmRSS")) / 1024

    def wakeups(self) -> int:
        """How often its threads have waited for something so far."""
        return sum(int(_field(task / "status", "voluntary_ctxt_switches")) for task in self._tasks())

    def watches(self) -> int:
        """How many folders the kernel watches for it: each is attended by a thread of its own."""
        count = 0
        for info in self._proc("fdinfo").iterdir():
            with suppress(OSError):  # closed meanwhile
                count += info.read_text().count("inotify wd:")
        return count

    def threads(self) -> int:
        return len(self._tasks())

    def descriptors(self) -> int:
        return sum(1 for _ in self._proc("fd").iterdir())

    def children(self) -> list[str]:
        return [child for task in self._tasks() for child in _words_of(task / "children")]

    def loaded(self, names: Sequence[str]) -> list[str]:
        """Which of these stand in the path of a file that is mapped into its memory."""
        mapped = self._proc("maps").read_text()
        return [name for name in names if name in mapped]

    def _proc(self, name: str) -> Path:
        return Path("/proc", str(self.pid), name)

    def _tasks(self) -> list[Path]:
        return list(self._proc("task").iterdir())


def _field(path: Path, name: str) -> str:
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{name}:"))
    return line.split()[1]


def _words_of(path: Path) -> list[str]:
    """What a file below /proc holds; nothing when its thread has just ended."""
    try:
        return path.read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
