"""``daemon.json``: what the running daemon tells ``memsyncd status``. Nothing that it does rests on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct, field

from memsyncd.adapters.files import remove, write_private

DAEMON_FILE = "daemon.json"


class DaemonState(Struct, kw_only=True):
    """How the daemon is."""

    pid: int
    version: str
    started: str  # ISO-8601 instant
    mode: str = ""  # events, polling, mixed; starting, before it watches
    watched: int = 0  # folders
    missing: tuple[str, ...] = ()  # folders of sources that are not there yet
    problems: tuple[str, ...] = ()  # of watching, with advice
    waiting: int = 0  # sources with changes that are not written yet
    events: int = 0  # paths that watching told of
    caught: int = 0  # changes that only a sweep saw
    overflows: int = 0
    rebuilt: int = 0  # how often watching was set up anew
    jumps: int = 0  # of the clock, also by sleep
    written: int = 0  # day files
    avoided: int = 0  # day files that were made anew and came out as they stood
    last_work: str | None = None  # instant
    failures: dict[str, str] = field(default_factory=dict)  # what failed last and has not succeeded since → why
    paused: dict[str, str] = field(default_factory=dict)  # of them, folders that take no file → why, and advice
    config_problem: str | None = None  # the new configuration is wrong; the one before is in force
    metrics_problem: str | None = None  # why the metrics file could not be written last


def write_daemon_state(path: Path, state: DaemonState) -> None:
    """Writes the file.

    Raises:
        FileError: it cannot be written.
    """
    write_private(path, msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n", durable=False)


def read_daemon_state(path: Path) -> DaemonState | None:
    """What the daemon told last; None when there is none or it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=DaemonState)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def remove_daemon_state(path: Path) -> None:
    """Takes the file away: nobody is there any more."""
    remove(path)
