"""How much is in a folder of our own. Looks at names and sizes only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct


class DiskUse(Struct, frozen=True):
    """What something on disk amounts to."""

    files: int = 0
    bytes: int = 0


def disk_use(folder: Path) -> dict[str, DiskUse]:
    """Name of each entry of a folder → what it amounts to, with everything below it.

    Nothing when the folder is not there. What may not be seen, or vanishes meanwhile, is left out.
    """
    found = {}
    for entry in _entries(folder):
        sizes = list(_sizes(entry))
        found[entry.name] = DiskUse(len(sizes), sum(sizes))
    return found


def _sizes(entry: os.DirEntry[str]) -> Iterator[int]:
    """The size of a file, or of every file below a folder; links are not followed."""
    try:
        if not entry.is_dir(follow_symlinks=False):
            yield entry.stat(follow_symlinks=False).st_size
            return
    except OSError:
        return
    for below in _entries(entry.path):
        yield from _sizes(below)


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
