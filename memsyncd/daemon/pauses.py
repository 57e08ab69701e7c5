"""Folders that take no file, because their disk is full or they are read-only: writing there pauses until they do.

Work on the others goes on. A paused folder is tried again by writing something small into it, later and later, and
at once when it looks better; what waits for it is written then. While memsyncd's own folder is paused nothing is
read either: what is read has to be stored.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable
from datetime import date
from errno import ENOSPC
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.room import ROOM, looks_writable, nearest, try_to_write
from memsyncd.core.pausing import advice, blame
from memsyncd.daemon.backlog import Backlog
from memsyncd.errors import FileError, MemsyncdError, StoreError
from memsyncd.sync.engine import Emit
from memsyncd.sync.publish import Publisher

_OWN_ROOM = 16 * ROOM  # bytes that our own folder has to take: a batch for the store is larger than a memory file
_KEY = "\0"  # comes before the path of a paused folder, which waits in the backlog for its time


class Pause(Struct):
    """A folder that is paused."""

    own: bool  # it is memsyncd's, not a memory folder
    why: str
    looks: bool  # whether it looked writable when it was last looked at


class Pauses:
    """The paused folders. ``told``, ``look`` and ``hurry`` are for any thread, the rest for the worker's.

    Each run is framed by ``begin`` and ``end``; in between ``covers`` hears its errors. ``try_to_write`` and
    ``looks_writable`` are as in ``adapters.room``.
    """

    def __init__(
        self,
        backlog: Backlog,
        emit: Emit,
        *,
        try_to_write: Callable[[Path, int], FileError | None] = try_to_write,
        looks_writable: Callable[[Path], bool] = looks_writable,
    ) -> None:
        self._backlog = backlog
        self._emit = emit
        self._try_to_write = try_to_write
        self._looks_writable = looks_writable
        self._folders: tuple[Path, ...] = ()
        self._held: dict[Path, Pause] = {}  # replaced, never changed: other threads go through it
        self._tried: set[Path] = set()  # of them, those that this run writes into
        self._sound: set[Path] = set()  # folders that took what was tried in this run

    def __bool__(self) -> bool:
        """Whether any folder is paused."""
        return bool(self._held)

    # --- for any thread ---

    def told(self) -> dict[str, str]:
        """Paused folder → why, and what to do about it."""
        return {str(folder): pause.why for folder, pause in self._held.items()}

    def look(self) -> bool:
        """Asks the system about the paused folders; whether one looks better, which is tried at once then."""
        better = False
        for folder, pause in self._held.items():
            looked, pause.looks = pause.looks, self._looks_writable(folder)
            if pause.looks and not looked:
                self._hurry(folder)
                better = True
        return better

    def hurry(self) -> None:
        """Has every paused folder tried at once."""
        for folder in self._held:
            self._hurry(folder)

    # --- around a run ---

    def watch(self, folders: Iterable[Path]) -> None:
        """Takes these for the memory folders from now on."""
        self._folders = tuple(folders)
        self._held = {
            folder: pause for folder, pause in self._held.items() if pause.own or folder in self._folders
        }

    def begin(self, due: Collection[str]) -> None:
        """Tries the paused folders of which the time has come; ``due`` is what the backlog gave."""
        self._sound.clear()
        for folder, pause in self._held.items():
            if _key(folder) not in due:
                continue
            if self._refusal(folder, own=pause.own):
                self._backlog.failed([_key(folder)])
            else:
                self._tried.add(folder)

    def end(self, *, well: bool) -> None:
        """Ends the run. When it went through everything, the folders that took all of it are paused no more."""
        tried, self._tried = self._tried, set()
        if not well:
            self._backlog.failed(map(_key, tried))
            return
        self._held = {folder: pause for folder, pause in self._held.items() if folder not in tried}
        self._backlog.done(map(_key, tried))
        for folder in sorted(tried):
            self._emit("publish.resumed", status="ok", folder=str(folder))
        if tried:
            self.hurry()  # the others may lie on the same disk

    # --- in a run ---

    @property
    def tried(self) -> bool:
        """Whether this run writes into a folder that was paused."""
        return bool(self._tried)

    @property
    def resting(self) -> bool:
        """Whether this run leaves a folder out."""
        return any(map(self._rests, self._held))

    @property
    def blocked(self) -> bool:
        """Whether nothing can be stored."""
        return any(pause.own and folder not in self._tried for folder, pause in self._held.items())

    def wanted(self, publisher: Publisher) -> Collection[date] | None:
        """Which days of a folder this run may write: all, or none while it is paused."""
        return () if self._rests(publisher.target.folder) else None

    def covers(self, error: MemsyncdError) -> bool:
        """Whether an error is not about what was to be written, but about its folder, which is paused then."""
        number = ENOSPC if _is_full(error) else error.errno
        blamed = "either" if number is None and isinstance(error, StoreError) else blame(number)
        if blamed == "file" or not error.where:
            return False
        folder, own = self._folder(error)
        if self._rests(folder):
            return True
        if blamed == "either":
            refusal = self._refusal(folder, own=own)
            number = refusal.errno if refusal else None
        if number is None or blame(number) == "file":
            return False
        self._pause(folder, number, own=own)
        return True

    # --- one folder ---

    def _folder(self, error: MemsyncdError) -> tuple[Path, bool]:
        """The folder that an error is about, and whether it is memsyncd's own."""
        where = Path(error.where)
        for folder in self._folders:
            if where.is_relative_to(folder) and not isinstance(error, StoreError):
                return folder, False
        # The parts of our own folder share a disk and an owner.
        paused = next((folder for folder, pause in self._held.items() if pause.own), None)
        return paused or nearest(where), True

    def _rests(self, folder: Path) -> bool:
        return folder in self._held and folder not in self._tried

    def _refusal(self, folder: Path, *, own: bool) -> FileError | None:
        if folder in self._sound:
            return None
        refusal = self._try_to_write(folder, _OWN_ROOM if own else ROOM)
        if refusal is None:
            self._sound.add(folder)
        return refusal

    def _pause(self, folder: Path, number: int, *, own: bool) -> None:
        reason, known = os.strerror(number), folder in self._held
        pause = Pause(own, f"paused: {reason}: {advice(number)}", self._looks_writable(folder))
        self._held = {**self._held, folder: pause}
        self._tried.discard(folder)
        self._backlog.failed([_key(folder)])
        if not known:
            self._emit("publish.paused", status="failed", folder=str(folder), reason=reason, advice=advice(number))

    def _hurry(self, folder: Path) -> None:
        self._backlog.done([_key(folder)])
        self._backlog.mark(_key(folder), None, now=True)


def sources_of(due: Iterable[str]) -> list[str]:
    """What the backlog gave beside paused folders."""
    return [name for name in due if not name.startswith(_KEY)]


def _key(folder: Path) -> str:
    return f"{_KEY}{folder}"


def _is_full(error: MemsyncdError) -> bool:
    """Whether the store says that its disk is full."""
    cause = error.__cause__  # which has a code when it is SQLite's, and none when it is Python's
    code = getattr(cause, "sqlite_errorcode", 0) if isinstance(cause, sqlite3.Error) else 0
    return code & 0xFF == sqlite3.SQLITE_FULL
