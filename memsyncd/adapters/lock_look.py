"""Whether somebody holds the lock of ``adapters/lock``. Nothing is taken but for the moment of the look."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Struct

if sys.platform != "win32":
    import fcntl


class LockLook(Struct, frozen=True, kw_only=True):
    """How the lock stands."""

    held: bool | None = False  # None: it cannot be told, on Windows or in a closed folder
    pid: int | None = None  # of the holder, where the lock file says


def look_at_lock(path: Path) -> LockLook:
    """Looks whether the lock is held; no file is made for it."""
    try:
        with path.open("rb") as file:
            held = _is_held(file.fileno())
            return LockLook(held=held, pid=_number(file.read(32)) if held else None)
    except (FileNotFoundError, NotADirectoryError):
        return LockLook()
    except OSError:
        return LockLook(held=None)


def _is_held(fd: int) -> bool | None:
    held = None
    if sys.platform != "win32":
        try:
            # Shared: it says whether somebody has it for himself, and several may ask at once.
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(fd, fcntl.LOCK_UN)
            held = False
        except BlockingIOError:
            held = True
    return held


def _number(data: bytes) -> int | None:
    text = data.strip()
    return int(text) if text.isdigit() else None
