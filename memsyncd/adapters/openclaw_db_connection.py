"""Opens OpenClaw's database for reading and nothing else: no write, no checkpoint, no file left behind.

Every question is one short read transaction, because a reader that stays keeps OpenClaw from emptying its
write-ahead log. What the rows mean is the business of the other ``openclaw_db`` modules.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from memsyncd.adapters.jsonl import FileStat, stat_file
from memsyncd.errors import FileError

PATIENCE = 5.0  # seconds for which a lock is waited for
_TRIES = 5  # how often a question is asked anew because somebody opened the database meanwhile
_SETTLED_NS = 2_000_000_000  # some file systems count their clock in steps of this size
_WAL_FORMAT = b"\x02\x02"  # bytes 18 and 19 of a database in WAL mode

_T = TypeVar("_T")


class DatabaseStat(Struct, frozen=True):
    """What tells whether a database changed: its file, and the write-ahead log where new rows land first."""

    main: FileStat
    wal: FileStat | None


def stat_database(path: Path) -> DatabaseStat | None:
    """The state of the database's files; None when it is not there."""
    main = stat_file(path)
    return None if main is None else DatabaseStat(main, stat_file(path.with_name(f"{path.name}-wal")))


def settled(now: DatabaseStat) -> bool:
    """Whether the last change is old enough that a later one cannot bear the same time."""
    newest = max(now.main.mtime_ns, now.wal.mtime_ns if now.wal else 0)
    return newest <= time.time_ns() - _SETTLED_NS


class ReadOnlyDatabase:
    """A connection that only reads.

    A database in WAL mode that nobody has open is opened as immutable: an ordinary connection, read-only or not,
    would make its ``-wal`` and ``-shm`` files. Immutable means that no lock protects the reader, so each answer
    counts only if the files have not changed meanwhile; else the database is opened anew and asked again.

    Raises:
        FileError: the database cannot be opened or read; also from every method.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self.inode = 0
        self._patience = patience
        self._open()

    def close(self) -> None:
        """Closes the connection; closing twice is fine."""
        self._db.close()

    def read(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        """The answer to a question, which may run several queries and sees one state of the database.

        A question can be asked more than once, so it must not change anything but its own result.
        """
        for _ in range(_TRIES):
            error = None
            try:
                answer = self._ask(question)
            except sqlite3.Error as raised:
                error = raised
            if self._still is None or self._still == stat_database(self.path):
                if error is not None:
                    raise told(error, self.path) from error
                return answer
            self.close()
            self._open()
        raise FileError(
            _FAILED, where=self.path, why="it is opened and closed all the time", hint="it is read again later"
        )

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row that a query yields."""
        return self.read(lambda db: db.execute(query, values).fetchall())

    def columns(self, table: str) -> frozenset[str]:
        """The names of a table's columns; empty when there is no such table."""
        return frozenset(name for (name,) in self.rows("SELECT name FROM pragma_table_info(?)", (table,)))

    def _ask(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        self._db.execute("BEGIN")
        try:
            return question(self._db)
        finally:
            # A rollback that fails must not hide why the question failed.
            with suppress(sqlite3.Error):
                self._db.rollback()

    def _open(self) -> None:
        now = stat_database(self.path)
        if now is None:
            why = "it is not a file" if self.path.exists() else "it is not there"
            hint = "what was read from it stays in memory; if it moved, correct the source"
            raise FileError(_FAILED, where=self.path, why=why, hint=hint)
        self.inode = now.main.ino
        self._still = now if now.wal is None and _in_wal_format(self.path) else None
        uri = f"{self.path.absolute().as_uri()}?mode=ro{'&immutable=1' if self._still else ''}"
        try:
            self._db = sqlite3.connect(uri, uri=True, timeout=self._patience, isolation_level=None)
        except sqlite3.Error as error:
            raise told(error, self.path) from error


def told(error: sqlite3.Error, path: Path) -> FileError:
    """What SQLite says, as an error with advice."""
    why, hint = str(error), "look at the file, or let OpenClaw's doctor look at it"
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        why = "it holds a text that is none"  # Python's own complaint quotes the text
    elif "malformed database schema" in why:
        # The schema is text that the library parses; what a later version invented looks broken to it.
        why = f"SQLite {sqlite3.sqlite_version}, with which this Python was built, does not understand it ({why})"
        hint = "use a Python with SQLite 3.37 or newer, better 3.43"
    elif advice := _ADVICE.get(code & 0xFF):  # the bits above tell more than is needed
        why, hint = advice
    return FileError(_FAILED, where=path, why=why, hint=hint)


def _in_wal_format(path: Path) -> bool:
    # Never while a connection is open: closing a file gives up every lock that the process holds on it.
    try:
        with path.open("rb") as file:
            return file.read(20)[18:] == _WAL_FORMAT
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError(_FAILED, where=path, why=why, hint="check its permissions") from error


_FAILED = "cannot read OpenClaw's database"
_BUSY = ("another program keeps it locked", "it is read at the next run; if this stays so, see who has it open")
_ADVICE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: ("it is not a database", "restore it from a backup; memory keeps what was read"),
    sqlite3.SQLITE_CORRUPT: (
        "it is damaged",
        "what can be read is read; stop OpenClaw and restore the file from a backup",
    ),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the permissions of the file and its folder"),
    sqlite3.SQLITE_PERM: ("reading it is not allowed", "check the permissions of the file and its folder"),
    sqlite3.SQLITE_READONLY: (
        "a change in it was cut off",
        "start OpenClaw once: it completes or undoes it",
    ),
}
