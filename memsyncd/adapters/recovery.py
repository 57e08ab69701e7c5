"""Brings back what an interrupted write, or a race of three writers, left under a temporary name.

Such a file can hold the only copy of a line that a person wrote while a write was under way. So it goes to the
history, then into the file that it belongs to, and is removed last.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from memsyncd.adapters.files import Leftover, Snapshot, discard, read_or_none, swap_in
from memsyncd.adapters.keeper import Keeper
from memsyncd.core.sections import with_lines_of
from memsyncd.errors import FileError

ATTEMPTS: Final = 8
"""Merges with a file that somebody else keeps writing, before it is reported."""

TRY_AGAIN: Final = "nothing is lost; the next run tries again"


def take_back(leftover: Leftover, root: Path, keeper: Keeper | None) -> bool:
    """Merges a person's version into the file that it belongs to; True when the file changed.

    Raises:
        FileError: it cannot be saved, merged or removed; then it stays where it is.
    """
    if keeper and not leftover.ours:
        keeper.leftover(leftover.target.name, leftover.data)
    changed = not (leftover.ours or leftover.merged) and _reunite(leftover, root, keeper)
    discard(leftover)
    return changed


def in_use(path: Path) -> FileError:
    """Somebody keeps a memory file open for writing."""
    why = "somebody has it open for writing"
    return FileError("cannot write memory file", where=path, why=why, hint=TRY_AGAIN)


def _reunite(leftover: Leftover, root: Path, keeper: Keeper | None) -> bool:
    target = leftover.target
    for _ in range(ATTEMPTS):
        seen = read_or_none(target)
        data = _reunited(seen, leftover)
        if seen is not None and data == seen.data:
            return False
        if seen and keeper:
            keeper.merged(target.name, seen, None)
        swap = swap_in(target, data, seen, root=root)
        if swap.leftover:
            take_back(swap.leftover, root, keeper)
        if swap.written:
            return True
    raise in_use(target)


def _reunited(seen: Snapshot | None, leftover: Leftover) -> bytes:
    # As long as the file is what our write made of an older version, the person's version replaces it whole.
    if seen is None or leftover.replaced_by(seen.data):
        return leftover.data
    return with_lines_of(seen.data, leftover.data)
