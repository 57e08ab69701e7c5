"""Looks at folders by name and stat only, and says what changed since: the truth that events hint at."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells one state of a file from another without opening it."""

    inode: int
    size: int
    mtime_ns: int


Look = dict[str, Stamp]
"""Name → stamp of every file of a folder."""


def look(folder: Path) -> Look | None:
    """The files of a folder; None when it cannot be listed. A file that vanishes meanwhile is left out."""
    found: Look = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir() and (stamp := _stamp(entry)):
                    found[entry.name] = stamp
    except OSError:
        return None
    return found


def changed(before: Look, after: Look) -> set[str]:
    """The names that came, went or changed."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def settled(names: Collection[str], after: Look, *, before_ns: int) -> set[str]:
    """Of ``names`` those that are gone, or were last changed before an instant: an event had its time."""
    return {name for name in names if name not in after or after[name].mtime_ns < before_ns}


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        seen = entry.stat(follow_symlinks=True)
    except OSError:
        return None
    return Stamp(seen.st_ino, seen.st_size, seen.st_mtime_ns)
