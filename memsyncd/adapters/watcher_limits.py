"""What the system allows: how many folders may be watched, and on which file system a folder lies.

Linux tells both below ``/proc``; elsewhere nothing is known and nothing is advised.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

_SYSTEM = Path("/proc/sys/fs/inotify")
_USER = Path("/proc/sys/user")
_MOUNTS = Path("/proc/self/mountinfo")
_AMPLE_WATCHES = 524_288  # what desktop distributions set; the kernel takes about 1 KiB for each that is used
_AMPLE_INSTANCES = 1_024


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a folder is polled, and what helps."""

    why: str
    advice: str = ""
    passing: bool = False  # worth another try later


FORCED = Refusal(why="the configuration wants it so")
MISSED = Refusal(why="changes were found that no event had told")
DEAF = Refusal(why="no event arrives", advice="no event of the file system arrives: restart memsyncd")


def of_file_system(kind: str) -> Refusal:
    """Changes on this kind of file system are not told reliably."""
    return Refusal(why=f"events of {kind} are not reliable")


def refusal(error: OSError) -> Refusal:
    """What ``error`` means, raised when watching was asked for."""
    if error.errno == errno.ENOSPC:
        return out_of_watches()
    if error.errno == errno.EMFILE:
        return _limited("instances", _AMPLE_INSTANCES)
    why = error.strerror or str(error)
    return Refusal(why=why, advice=f"{why}: let this user list the folder and write to our own", passing=True)


def out_of_watches() -> Refusal:
    """Fewer folders can be watched than there are."""
    return _limited("watches", _AMPLE_WATCHES)


def read_mounts() -> str:
    """The text of the table of mounts, empty where there is none."""
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _limited(what: str, ample: int) -> Refusal:
    name = f"fs.inotify.max_user_{what}"
    limit = _least((_SYSTEM / f"max_user_{what}", _USER / f"max_inotify_{what}"))
    enough = max(ample, 2 * (limit or 0))
    why = f"no inotify {what} are left ({name} is {'unknown' if limit is None else limit})"
    advice = f"{why}: run 'sudo sysctl {name}={enough}', and put '{name} = {enough}' into /etc/sysctl.d to keep it"
    return Refusal(why=why, advice=advice, passing=True)


def _least(files: Iterable[Path]) -> int | None:
    """The least of the limits in ``files``: in a container the two differ, and the lower one counts."""
    return min((limit for file in files if (limit := _number(file)) is not None), default=None)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
