"""The door to writing files; no other module writes any.

Memory files, in which people write too, go through ``swap_in`` (``swap`` says how it is safe, ``leftovers`` what a
crash can leave). Files of memsyncd's own, which nobody else writes, are replaced whole by ``write_private``, those
that other programs read by ``write_readable``.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from memsyncd.adapters.fileops import OPS, Ops, Snapshot, read_or_none, reported
from memsyncd.adapters.leftovers import Leftover, discard, is_temporary, leftovers, part_path, stage, sweep
from memsyncd.adapters.swap import Swap, swap_in

__all__ = [
    "Leftover",
    "Ops",
    "Snapshot",
    "Swap",
    "discard",
    "is_temporary",
    "leftovers",
    "make_folder",
    "read_or_none",
    "remove",
    "remove_empty_folder",
    "swap_in",
    "sweep",
    "write_private",
    "write_readable",
]


def write_private(path: Path, data: bytes, *, durable: bool = True, ops: Ops = OPS) -> None:
    """Writes a file of our own whole or not at all, with mode 0600, and makes its folders with mode 0700.

    ``durable=False`` leaves the disk to the system: after a power cut the file may be empty. For files whose loss
    is noticed and does no harm.

    Raises:
        FileError: it cannot be written; the old version is in place.
    """
    with reported("cannot write", path):
        if not path.parent.exists():
            make_folder(path.parent, 0o700)
        part = part_path(path, data)
        stage(part, data, ops, mode=0o600, durable=durable).close()
        _take_place(part, path, ops)
        if durable:
            ops.fsync_folder(path.parent)


def write_readable(path: Path, data: bytes, *, ops: Ops = OPS) -> None:
    """Writes a file of our own for other programs to read, whole or not at all, with mode 0644 whatever the umask.

    Its folder is not ours and has to be there. The disk is left to the system: after a power cut it may be empty.

    Raises:
        FileError: it cannot be written; the old version is in place.
    """
    with reported("cannot write", path):
        part = part_path(path, data)
        with stage(part, data, ops, mode=0o644, durable=False) as made, suppress(OSError, AttributeError):
            os.fchmod(made.fd, 0o644)  # some file systems know no such bits, nor does Windows
        _take_place(part, path, ops)


def _take_place(part: Path, path: Path, ops: Ops) -> None:
    """Puts a finished file in the place of the one that it replaces; on failure it is gone."""
    try:
        ops.rename(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def make_folder(path: Path, mode: int = 0o755) -> None:
    """Makes a folder and those above it that are missing, all with this mode; one that exists keeps its own.

    Raises:
        FileError: it cannot be made.
    """
    with reported("cannot make the folder", path):
        for folder in reversed((path, *path.parents)):
            if not folder.is_dir():
                folder.mkdir(mode, exist_ok=True)


def remove(path: Path) -> None:
    """Removes a file of our own; one that is gone already is fine.

    Raises:
        FileError: it cannot be removed.
    """
    with reported("cannot remove", path):
        path.unlink(missing_ok=True)


def remove_empty_folder(path: Path) -> None:
    """Removes a folder in which nothing is left; one that holds something stays, one that is gone is fine.

    Raises:
        FileError: it is empty and cannot be removed.
    """
    with reported("cannot remove the folder", path), suppress(FileNotFoundError, NotADirectoryError):
        try:
            path.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
