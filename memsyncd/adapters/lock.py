"""One process at a time: a lock file that the system frees when its holder ends, however it ends.

The file stays and holds the process id of who took the lock last. Readers need no lock.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memsyncd.adapters.daemon_file import DAEMON_FILE, DaemonState, read_daemon_state
from memsyncd.adapters.fileops import Handle, reported
from memsyncd.adapters.files import make_folder
from memsyncd.errors import Locked

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_LOOK_AGAIN = 0.05  # seconds between two tries
_DAEMON_HINT = "it is the daemon, which writes what changes by itself; memsyncd service stop ends it"
_BEHIND_PID = 1 << 20  # the byte that is locked on Windows, where nobody can read a locked one


@contextmanager
def exclusive(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Holds the lock while the body runs; tries to get it for ``wait`` seconds.

    A child process that was forked without exec goes on holding it.

    Raises:
        Locked: another process, or another part of this one, holds it.
        FileError: the lock file cannot be made or locked.
    """
    deadline = time.monotonic() + wait
    with reported("cannot lock", path):
        if not path.parent.exists():
            make_folder(path.parent, 0o700)
        while (file := _try_lock(path)) is None:
            if time.monotonic() >= deadline:
                raise _locked(path)
            time.sleep(_LOOK_AGAIN)
    with file:
        yield


def _try_lock(path: Path) -> Handle | None:
    """The locked file; None when somebody else holds it, or removed or replaced it meanwhile."""
    file = Handle(os.open(path, _OPEN, 0o600))
    try:
        if _lock(file.fd) and _is_named(file.fd, path):
            os.ftruncate(file.fd, 0)
            os.write(file.fd, b"%d\n" % os.getpid())
            return file
    except BaseException:
        file.close()
        raise
    file.close()
    return None


def _lock(fd: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(fd, _BEHIND_PID, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            os.lseek(fd, 0, os.SEEK_SET)
        else:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the second is how Windows says it
        return False
    return True


def _is_named(fd: int, path: Path) -> bool:
    # A lock on a file that somebody removed keeps nobody out: the next one locks a new file of this name.
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def daemon_at(path: Path) -> DaemonState | None:
    """What the daemon tells that holds the lock ``path``; None when its holder is none, or nobody holds it."""
    told = read_daemon_state(path.with_name(DAEMON_FILE))
    return told if told and str(told.pid) == _holder(path) else None


def _holder(path: Path) -> str:
    """What the lock file says of who took it last."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _locked(path: Path) -> Locked:
    holder = _holder(path)
    return Locked(
        "another memsyncd is at work",
        where=path,
        why=f"process {holder} holds the lock" if holder.isdecimal() else "its lock is taken",
        hint=_DAEMON_HINT if daemon_at(path) else "wait for it to end, then run it again",
    )
