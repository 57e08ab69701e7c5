"""What Python does not offer for a safe write: conditional renames, leases, and copies of a file's attributes.

Each function is one platform's system call with a plain Python face. In what order they are used, and what for,
stands in ``files``.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

if sys.platform != "win32":
    import fcntl

# EPERM: old container sandboxes answer it to unknown calls; where it is meant, the plain rename repeats it.
UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
"""The errno of a conditional rename that the system or the file system does not know."""

EXCHANGES = sys.platform in ("linux", "darwin")
"""Whether this system can exchange two names at all."""

_NOT_COPIED = frozenset({errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.ENODATA})
_COPY_ACL_AND_XATTR = 0b101  # COPYFILE_ACL | COPYFILE_XATTR of <copyfile.h>


# --- renames with a condition ---


def exchange(one: Path, other: Path) -> None:
    """Two files change names in one step.

    Raises:
        FileNotFoundError: one of them does not exist.
        OSError: for any other reason; errno is in ``UNSUPPORTED`` where it cannot be done at all.
    """
    _rename(one, other, _renames().exchange)


def rename_new(source: Path, target: Path) -> None:
    """The file under a name that is free, in one step.

    Raises:
        FileExistsError: the name is taken, if only by a symlink that leads nowhere.
        OSError: as ``exchange``.
    """
    if sys.platform == "win32":
        source.rename(target)  # refuses a taken name there
    else:
        _rename(source, target, _renames().new)


def link_new(source: Path, target: Path) -> None:
    """``rename_new`` where the file system lacks it: with a hard link, else with a look before a plain rename."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # FAT and some network folders have no links
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        source.rename(target)
    else:
        source.unlink()


class _Renames(NamedTuple):
    rename: Callable[[bytes, bytes, int], int]  # 0, or errno is set
    new: int  # the flag for a free name
    exchange: int  # the flag for an exchange


def _rename(source: Path, target: Path, flag: int) -> None:
    if _renames().rename(os.fsencode(source), os.fsencode(target), flag) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))


@functools.cache
def _renames() -> _Renames:
    library = ctypes.CDLL(None, use_errno=True)
    call: Any
    if (call := getattr(library, "renameat2", None)) is not None:  # glibc 2.28
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
        here = -100  # AT_FDCWD
        return _Renames(
            lambda source, target, flag: int(call(here, source, here, target, flag)), new=1, exchange=2
        )
    if (call := getattr(library, "renamex_np", None)) is not None:  # macOS 10.12
        call.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)
        return _Renames(call, new=4, exchange=2)
    return _Renames(_unknown_call, new=0, exchange=0)


def _rename_here(renameat2: Callable[..., int], source: bytes, target: bytes, flag: int) -> int:
    here = -100  # AT_FDCWD
    return renameat2(here, source, here, target, flag)


def _unknown_call(_source: bytes, _target: bytes, _flag: int) -> int:
    ctypes.set_errno(errno.ENOSYS)
    return -1


# --- who else has the file open ---


def take_lease(fd: int, *, sole: bool) -> int | None:
    """Makes programs that open the file wait, for writing or (``sole``) at all, until ``fd`` is closed.

    Returns the lease; None where it cannot be had: not Linux, not our own file, a network folder.

    Raises:
        BlockingIOError: a program has the file open already.
    """
    lease = None
    if sys.platform == "linux":
        kind = fcntl.F_WRLCK if sole else fcntl.F_RDLCK
        with _where_possible(errno.EINVAL, errno.EACCES, errno.ENOLCK, errno.ENOTSUP):
            # The default signal, SIGIO, would end this process when a program wants the file; SIGURG is ignored.
            fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, kind)
            lease = kind
    return lease


def lease_wanted(fd: int, lease: int | None) -> bool:
    """Whether a program waits to open the file since the lease was taken; False without a lease."""
    wanted = False
    if sys.platform == "linux":
        wanted = lease is not None and fcntl.fcntl(fd, fcntl.F_GETLEASE) != lease
    return wanted


# --- what belongs to a file beside its content ---


def copy_attributes(source: int, target: int) -> None:
    """Gives one open file the owner (when permitted), the mode and the extended attributes of another."""
    if sys.platform != "win32":
        old, new = os.fstat(source), os.fstat(target)
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
            with suppress(PermissionError):
                os.fchown(target, old.st_uid, old.st_gid)
        os.fchmod(target, stat.S_IMODE(old.st_mode))
    if sys.platform == "linux":
        with _where_possible(*_NOT_COPIED):
            for name in os.listxattr(source):
                with _where_possible(*_NOT_COPIED):
                    os.setxattr(target, name, os.getxattr(source, name))
    elif sys.platform == "darwin":
        ctypes.CDLL(None).fcopyfile(source, target, None, _COPY_ACL_AND_XATTR)


@contextmanager
def _where_possible(*otherwise: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in otherwise:
            raise
