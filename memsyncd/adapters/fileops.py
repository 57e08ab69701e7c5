"""The system operations of the safe write as one object, and the words for their failures.

A test gives ``swap_in`` another ``Ops`` whose one operation fails, ends the process or lets somebody else write
in between. Nothing here decides anything.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from msgspec import Struct

from memsyncd.adapters import exchange
from memsyncd.errors import FileError

if sys.platform == "darwin":
    import fcntl

_COMMON = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = os.O_RDONLY | _COMMON | getattr(os, "O_NOFOLLOW", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | _COMMON

_PATIENCE = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064)  # seconds between two looks at a file in use

_PERMISSION = "check the owner and the permissions of the file and of its folder"
_HINTS = {
    errno.ENOSPC: "free some space on this disk, then run it again",
    errno.EDQUOT: "your disk quota is used up: free some space, then run it again",
    errno.EROFS: "this file system is mounted read-only",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.ENAMETOOLONG: "use a shorter name for the file or its folder",
    errno.ENOENT: "create the folder, or check that its disk is mounted",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EISDIR: "a folder has this name",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.EIO: "the disk reports an error: look at the system log and at your backups",
}


@contextmanager
def reported(what: str, path: Path) -> Iterator[None]:
    """Turns an OSError of its body into a FileError that names operation, path, reason and a way out."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError(what, where=path, why=why, hint=_HINTS.get(error.errno or 0, "")) from error


def read_all(fd: int) -> bytes:
    """The whole content of an open file, wherever its position is."""
    os.lseek(fd, 0, os.SEEK_SET)
    return b"".join(iter(lambda: os.read(fd, 1 << 20), b""))


class Snapshot(Struct, frozen=True, kw_only=True):
    """A file's content and the identity it had just before it was read."""

    data: bytes
    dev: int
    ino: int
    size: int  # bytes
    mtime_ns: int
    mode: int  # permission bits


class Handle:
    """An open file and the lease on it; closing it, which may be done twice, ends the lease."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.lease: int | None = None

    def close(self) -> None:
        """Lets those go on who wait for the file."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Ops:
    """One method for each operation; all raise OSError, and FileError where it is said."""

    exchanges = exchange.EXCHANGES

    def create(self, path: Path, mode: int) -> int:
        """A new file, open for reading and writing; FileExistsError when the name is taken."""
        return os.open(path, _CREATE, mode)

    def open(self, path: Path) -> int:
        """A regular file, open for reading; anything else, symlinks too, is refused with FileError."""
        mode = os.lstat(path).st_mode
        if not stat.S_ISREG(mode):
            kind = "a symlink" if stat.S_ISLNK(mode) else "not a regular file"
            raise FileError(
                "refusing to touch", where=path, why=f"it is {kind}", hint="put a plain file in its place"
            )
        return os.open(path, _READ)

    def write(self, fd: int, data: bytes) -> None:
        """All of the data."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]

    def truncate(self, fd: int) -> None:
        """The open file is empty; what is written next is its beginning."""
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)

    def copy_attributes(self, source: int, target: int) -> None:
        """Owner (when permitted), mode and extended attributes."""
        exchange.copy_attributes(source, target)

    def fsync(self, fd: int) -> None:
        """Returns when the content is on the disk."""
        if sys.platform == "darwin":
            # fsync(2) there leaves the data in the drive's cache; not every file system knows F_FULLFSYNC.
            with suppress(OSError):
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
                return
        os.fsync(fd)

    def fsync_folder(self, folder: Path) -> None:
        """Returns when the folder's names are on the disk; Windows has no such call."""
        if sys.platform != "win32":
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def rename(self, source: Path, target: Path) -> None:
        """The file under another name; what had that name is gone."""
        source.replace(target)

    def rename_new(self, source: Path, target: Path) -> None:
        """The file under a name that is free; see ``exchange.rename_new``."""
        exchange.rename_new(source, target)

    def link_new(self, source: Path, target: Path) -> None:
        """The same where the file system does not know it; see ``exchange.link_new``."""
        exchange.link_new(source, target)

    def exchange(self, one: Path, other: Path) -> None:
        """Two files change names in one step; see ``exchange.exchange``."""
        exchange.exchange(one, other)

    def unlink(self, path: Path) -> None:
        """The name is gone."""
        path.unlink()

    def lease(self, fd: int, *, sole: bool = False) -> int | None:
        """Makes others wait who open the file; see ``exchange.take_lease``."""
        return exchange.take_lease(fd, sole=sole)

    def wanted(self, fd: int, lease: int | None) -> bool:
        """Whether somebody waits for the file; see ``exchange.lease_wanted``."""
        return exchange.lease_wanted(fd, lease)

    def pause(self, seconds: float) -> None:
        """Gives another program time to finish."""
        time.sleep(seconds)


OPS = Ops()


def read_or_none(path: Path) -> Snapshot | None:
    """The file's content and identity; None when there is no such file.

    Raises:
        FileError: it cannot be read, or it is a symlink, a folder or a device.
    """
    with reported("cannot read", path):
        try:
            file = Handle(OPS.open(path))
        except FileNotFoundError:
            return None
        with file:
            # The identity comes first: a write in between makes it differ from the file's, never agree wrongly.
            found = os.fstat(file.fd)
            return Snapshot(
                data=read_all(file.fd),
                dev=found.st_dev,
                ino=found.st_ino,
                size=found.st_size,
                mtime_ns=found.st_mtime_ns,
                mode=stat.S_IMODE(found.st_mode),
            )


def take_free_name(source: Path, target: Path, ops: Ops) -> None:
    """Gives a file a name that is free, as the file system can; FileExistsError when the name is taken."""
    try:
        ops.rename_new(source, target)
    except OSError as error:
        if error.errno not in exchange.UNSUPPORTED:
            raise
        ops.link_new(source, target)


def wait_until_quiet(file: Handle, ops: Ops) -> bool:
    """Waits, for at most 127 ms, until nobody has the file open for writing, and takes a lease on it.

    Returns False when somebody still has. Where the system cannot tell, it is True and there is no lease.
    """
    for seconds in (*_PATIENCE, 0.0):
        try:
            file.lease = ops.lease(file.fd)
        except BlockingIOError:
            ops.pause(seconds)
        else:
            return True
    return False
