"""Whether a folder takes files: found out by making one there, and for less by asking the system.

Only making one tells the truth: a quota, a network folder and macOS's privacy rules refuse what looks allowed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from memsyncd.adapters.access import disk_of
from memsyncd.adapters.fileops import OPS, reported
from memsyncd.adapters.files import remove
from memsyncd.adapters.leftovers import part_path, stage
from memsyncd.errors import FileError

ROOM: Final = 65_536
"""Bytes that a disk must take not to count as full: the largest memory file, its old version, and some more."""

_NAME: Final = "2000-01-01.md"
"""What is tried is a temporary file of this one: should a kill leave it behind, the next run removes it."""


def try_to_write(folder: Path, size: int = ROOM) -> FileError | None:
    """Makes a temporary file of so many bytes, on the disk, and removes it; why that cannot be done, if so.

    Of a folder that is missing the nearest one above stands for it.
    """
    data = os.urandom(size)  # what can be packed takes less room than it says
    part = part_path(nearest(folder) / _NAME, data)
    try:
        with reported("cannot write", folder):
            stage(part, data, OPS, mode=0o600).close()
        remove(part)
    except FileError as error:
        return error
    return None


def looks_writable(folder: Path) -> bool:
    """Whether the system says that the folder takes files. Nothing is written."""
    there = nearest(folder)
    disk = disk_of(there)
    full = disk is not None and (disk.free < ROOM or disk.inodes == 0)
    return not full and os.access(there, os.W_OK | os.X_OK)


def nearest(path: Path) -> Path:
    """The path itself when it is a folder, else the nearest folder above."""
    return next((folder for folder in (path, *path.parents) if _is_folder(folder)), path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
