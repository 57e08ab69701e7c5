"""Undo: brings a saved version of a memory file back, and keeps its day as it is until its messages change.

It needs neither logs nor the store: only the memory folder, the history and the state file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.bases import Bases
from memsyncd.adapters.history import History
from memsyncd.adapters.keeper import Keeper
from memsyncd.adapters.memory_dir import MemoryFolder, Put
from memsyncd.adapters.state import load_state, save_state
from memsyncd.core.markers import parse
from memsyncd.core.retention import Version
from memsyncd.model import PublishedDay
from memsyncd.sync.engine import BASES, STATE_FILE
from memsyncd.sync.publish import Target


class Undone(Struct, frozen=True, kw_only=True):
    """What bringing a version back came to."""

    path: Path
    notes: tuple[str, ...] = ()  # what else there is to say, a sentence each


def undo(
    state_dir: Path, target: Target, history: History, version: Version, *, now: Callable[[], datetime]
) -> Undone:
    """Puts a version in the place of the file as it is now, which is saved first. To be called under the lock.

    Raises:
        FileError: something cannot be read, saved or written, or somebody wrote to the file meanwhile; then it is
            as they left it.
    """
    state, note = load_state(state_dir / STATE_FILE)
    bases = state_dir / BASES
    keeper = Keeper(history=history, folder=target.folder, bases=Bases(bases, target.folder), now=now)
    folder = MemoryFolder(target.folder, bases, target.naming, keeper, root=target.workspace)
    back = [f"{path}: lines that an interrupted write had displaced are back" for path in folder.recover()]
    data = history.read(version)
    put = folder.restore(version.day, version.file, data, history.base(version))
    days = state.days(target.folder)
    if (known := days.get(version.day)) and known.file == version.file:
        days[version.day] = _restored(known, data, put)
        save_state(state_dir / STATE_FILE, state)
    return Undone(path=target.folder / version.file, notes=(*filter(None, [note]), *back))


def _restored(known: PublishedDay, data: bytes, put: Put) -> PublishedDay:
    """The day's record: up to date while its fingerprint is, and no block of our writing in the file."""
    stated = parse(data).messages
    messages = known.messages if stated is None else stated
    return replace(known, block="", messages=messages, size=put.size, mtime_ns=put.mtime_ns)
