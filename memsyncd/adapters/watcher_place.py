"""What a watched folder was when it was last looked at, and what has become of it.

A watch holds on to the folder that once had a name. The name may have gone over to another one: removed and made
again, renamed, mounted over. No event tells that.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """Where a path leads."""

    real: str  # without links, there or not
    identity: tuple[int, int] | None = None  # device and inode of the folder; None: there is none
    readable: bool = False  # its files can be listed

    @property
    def usable(self) -> bool:
        """Whether events can come from here."""
        return self.identity is not None and self.readable


def place_of(path: str | Path) -> Place:
    """Where ``path`` leads now."""
    real = os.path.realpath(path)
    try:
        seen = os.stat(real)  # noqa: PTH116 — several times cheaper than a Path, at each heartbeat
    except OSError:
        return Place(real)
    if not stat.S_ISDIR(seen.st_mode):
        return Place(real)
    return Place(real, (seen.st_dev, seen.st_ino), os.access(real, os.R_OK | os.X_OK))


def change(before: Place, after: Place) -> str | None:
    """What became of a folder between two looks, to be read after its path; None: nothing."""
    if before == after:
        return None
    if after.identity is None:
        return "is gone"
    if before.identity is None:
        return "appeared"
    if before.real != after.real or before.identity != after.identity:
        return "is another folder now"
    return "can be read again" if after.readable else "cannot be read any more"


def anchor_of(place: Place) -> str:
    """The nearest folder above a place that is there: what is missing will appear in it."""
    return next(str(folder) for folder in Path(place.real).parents if folder.is_dir())
