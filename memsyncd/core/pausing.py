"""Tells from the system's error whether a folder takes no file at all, or only one could not be written. Pure."""

from __future__ import annotations

import errno
from typing import Final, Literal, TypeAlias

Blame: TypeAlias = Literal["folder", "either", "file"]
"""What an error is about. either: the folder, or this one file; a second try with another file tells."""

_RIGHTS: Final = "give this user the right to write there"
_ADVICE: Final = {
    errno.ENOSPC: "free some space on its disk",
    errno.EDQUOT: "free some space: the disk quota of this user is used up",
    errno.EROFS: "its file system is mounted read-only: mount it for writing",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
}


def blame(number: int | None) -> Blame:
    """What an error with this ``errno`` is about."""
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return "folder"
    return "either" if number in (errno.EACCES, errno.EPERM) else "file"


def advice(number: int) -> str:
    """What a person can do for a folder that takes no file."""
    return f"{_ADVICE[number]}; memsyncd goes on by itself"
