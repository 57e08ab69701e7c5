"""The exceptions a command can end with, each with its exit code and its advice.

    MemsyncdError           1  something failed
     ├─ UsageError          2  an option or an argument is wrong
     │   └─ SourceMissing   2  a folder named on the command line does not exist
     ├─ ConfigError         2  the configuration is wrong (every problem at once)
     ├─ Locked              4  another memsyncd holds the lock
     ├─ FileError           1  a file could not be read or written
     ├─ StoreError          1  the store cannot be opened or is damaged
     ├─ DetectorFailed      1  the second detector of secrets does not work
     ├─ StateError          1  the state file cannot be used
     └─ DamagedMarkers      1  the markers of a memory file are not as we write them

Two more exit codes are no errors: the command did its work and printed a report (``PARTLY_FAILED``,
``PROBLEMS_FOUND``). An error is data: what failed, where, why, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PARTLY_FAILED = 3
"""Exit code: part of the work failed, the rest is done."""

PROBLEMS_FOUND = 5
"""Exit code: a check found problems."""


class MemsyncdError(Exception):
    """Something failed.

    ``what`` is the operation in a few words, ``where`` the path or key it concerns, ``why`` the cause,
    ``hint`` what the reader can do. Empty parts are left out of the message.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | Path = "", why: str = "", hint: str = "") -> None:
        self.what = what
        self.where = str(where)
        self.why = why
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        return ": ".join(part for part in (self.what, self.where, self.why) if part)

    @property
    def errno(self) -> int | None:
        """The system's number for the cause; None when the system refused nothing."""
        return self.__cause__.errno if isinstance(self.__cause__, OSError) else None

    def as_dict(self) -> dict[str, object]:
        """The error as JSON-ready data, with the keys ``error``, ``where``, ``why``, ``hint``, ``exit_code``."""
        return {
            "error": self.what,
            "where": self.where,
            "why": self.why,
            "hint": self.hint,
            "exit_code": self.exit_code,
        }


class UsageError(MemsyncdError):
    """An option or an argument is wrong."""

    exit_code = 2


class SourceMissing(UsageError):
    """A folder named on the command line does not exist."""


class ConfigError(MemsyncdError):
    """The configuration is wrong; ``problems`` holds one line for each fault, never only the first."""

    exit_code = 2

    def __init__(self, path: str | Path, problems: Sequence[str], *, hint: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__("configuration is wrong", where=path, why="; ".join(self.problems), hint=hint)

    def as_dict(self) -> dict[str, object]:
        """As for every error, with the list ``problems`` beside it."""
        return {**super().as_dict(), "problems": list(self.problems)}


class Locked(MemsyncdError):
    """Another memsyncd holds the lock of this state folder."""

    exit_code = 4


class FileError(MemsyncdError):
    """A file could not be read or written; ``what`` names the operation."""


class StoreError(MemsyncdError):
    """The store cannot be opened, is damaged, or is newer than this program."""


class DetectorFailed(MemsyncdError):
    """The second detector of secrets did not start, not answer in time, or not answer sensibly."""


class StateError(MemsyncdError):
    """The state file cannot be used."""


class DamagedMarkers(MemsyncdError):
    """The markers of a memory file are missing, doubled, reversed or quoted; ``lines`` counts from 1."""

    def __init__(self, where: str | Path, why: str, lines: Sequence[int]) -> None:
        self.lines = tuple(lines)
        numbers = ", ".join(str(line) for line in self.lines)
        super().__init__(
            "markers are damaged, the file was left alone",
            where=where,
            why=f"{why} (line {numbers})" if numbers else why,
            hint="put the two memsyncd markers back around the generated block, or delete them both",
        )
