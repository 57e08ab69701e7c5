"""The state file: what has been published, and what went wrong; written last and atomically after each run.

Losing it costs one republish that changes nothing. An unreadable one is set aside under another name and reported.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from memsyncd.adapters.fileops import reported
from memsyncd.adapters.files import write_private
from memsyncd.errors import FileError
from memsyncd.model import PublishedDay

_VERSION = 1


class SecondLook(Struct, kw_only=True):
    """How the second detector of secrets fared when it was last wanted."""

    status: Literal["ready", "ok", "failed", "absent", "off"]
    at: str | None = None  # ISO-8601 instant of its last use
    why: str = ""  # it failed
    texts: int = 0  # shown to it in that run
    found: int = 0  # secrets that only it found


class Failure(Struct, kw_only=True):
    """What went wrong, in the words of the error and without secrets."""

    what: str
    where: str = ""
    why: str = ""
    hint: str = ""  # what the reader can do
    since: str = ""  # ISO-8601 instant of the first time in a row
    at: str = ""  # ... of the last time
    over: bool = False  # everything has gone well once since


class Writes(Struct, kw_only=True):
    """How often memory files were written, and how often they were not because their bytes would not change."""

    since: str | None = None  # ISO-8601 instant at which counting began
    made: int = 0
    avoided: int = 0  # days that were rendered anew and came out as they stood


class State(Struct, kw_only=True):
    """What has been published, by memory folder."""

    version: int = _VERSION
    last_run: str | None = None  # ISO-8601 instant at which the last run ended
    last_successful_date: date | None = None  # newest day whose file was up to date then
    total_days_processed: int = 0  # days whose files have been written at least once
    second_detector: SecondLook | None = None
    last_error: Failure | None = None
    writes: Writes = field(default_factory=Writes)
    failed: dict[str, dict[date, Failure]] = field(default_factory=dict)  # resolved folder → day → its last try
    folders: dict[str, dict[date, PublishedDay]] = field(default_factory=dict)  # resolved folder → day → record

    def days(self, folder: Path) -> dict[date, PublishedDay]:
        """The records of one memory folder, made on first use."""
        return self.folders.setdefault(str(folder.resolve()), {})

    def failures(self, folder: Path) -> dict[date, Failure]:
        """The days of one memory folder whose last try failed, made on first use."""
        return self.failed.setdefault(str(folder.resolve()), {})


def load_state(path: Path) -> tuple[State, str | None]:
    """Reads the state file; also what was wrong with it, if it had to be set aside.

    Raises:
        FileError: it cannot be read or set aside for a reason outside itself (permissions, disk).
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return State(), None
    except OSError as error:
        raise FileError("cannot read the state file", where=path, why=error.strerror or str(error)) from error
    try:
        state = msgspec.json.decode(data, type=State)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return State(), _set_aside(path, str(error))
    if state.version > _VERSION:
        return State(), _set_aside(path, f"version {state.version} is newer than this program")
    return state, None


def save_state(path: Path, state: State) -> None:
    """Writes the state file whole or not at all.

    Raises:
        FileError: the folder cannot be written.
    """
    state.total_days_processed = sum(len(days) for days in state.folders.values())
    # A copy: publishers go on writing into the records of ``state`` itself.
    folders = {folder: dict(sorted(days.items())) for folder, days in sorted(state.folders.items())}
    failed = {folder: dict(sorted(days.items())) for folder, days in sorted(state.failed.items()) if days}
    ordered = msgspec.structs.replace(state, folders=folders, failed=failed)
    write_private(path, msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")


def _set_aside(path: Path, why: str) -> str:
    with reported("cannot set the unreadable state file aside", path):
        number = 1
        while (aside := path.with_name(f"{path.name}.unreadable-{number}")).exists():
            number += 1
        path.rename(aside)
    return f"the state file was unreadable ({why}) and was set aside as {aside}; all days are checked again"
