"""What the system allows: how many folders may be watched, and on which file system a folder lies.

Linux tells both below ``/proc``; elsewhere nothing is known and nothing is advised.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

_SYSTEM = Path("/proc/sys/fs/inotify")
_USER = Path("/proc/sys/user")
_MOUNTS = Path("/proc/self/mountinfo")
_PROCESSES = Path("/proc")

Resource: TypeAlias = Literal["watches", "instances"]
"""What inotify gives each user only so many of: folders watched, and queues that tell of them."""

_AMPLE: dict[Resource, int] = {
    "watches": 524_288,  # what desktop distributions set; the kernel takes about 1 KiB for each that is used
    "instances": 1_024,
}


class Inotify(Struct, frozen=True, kw_only=True):
    """What a user may have of one resource, and has already."""

    limit: int
    used: int  # by the processes of this user that we may look into; there can be more

    @property
    def left(self) -> int:
        """How many more there can be, at most."""
        return max(0, self.limit - self.used)


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
        return _limited("instances")
    why = error.strerror or str(error)
    return Refusal(why=why, advice=f"{why}: let this user list the folder and write to our own", passing=True)


def out_of_watches() -> Refusal:
    """Fewer folders can be watched than there are."""
    return _limited("watches")


def read_mounts() -> str:
    """The text of the table of mounts, empty where there is none."""
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def inotify(user: int, processes: Path = _PROCESSES) -> dict[Resource, Inotify]:
    """How far the limits of inotify are used up by a user; empty where there is no inotify."""
    limits: dict[Resource, int | None] = {"instances": _limit("instances"), "watches": _limit("watches")}
    if None in limits.values():
        return {}
    used: dict[Resource, int] = {"instances": 0, "watches": 0}
    for queue in _queues(user, processes):
        used["instances"] += 1
        used["watches"] += _watches(queue)
    return {name: Inotify(limit=limit or 0, used=used[name]) for name, limit in limits.items()}


def raising(what: Resource, limit: int | None) -> tuple[str, str]:
    """The command that raises ``limit`` until the machine starts anew, and the line that keeps it so. Pure."""
    name = f"fs.inotify.max_user_{what}"
    enough = max(_AMPLE[what], 2 * (limit or 0))
    return f"sudo sysctl {name}={enough}", f"{name} = {enough}"


def _limited(what: Resource) -> Refusal:
    limit = _limit(what)
    command, line = raising(what, limit)
    known = "unknown" if limit is None else limit
    why = f"no inotify {what} are left (fs.inotify.max_user_{what} is {known})"
    advice = f"{why}: run '{command}', and put '{line}' into /etc/sysctl.d to keep it"
    return Refusal(why=why, advice=advice, passing=True)


def _limit(what: Resource) -> int | None:
    """The least of the limits that are set: in a container there are two that differ, and the lower one counts."""
    files = (_SYSTEM / f"max_user_{what}", _USER / f"max_inotify_{what}")
    return min((limit for file in files if (limit := _number(file)) is not None), default=None)


def _queues(user: int, processes: Path) -> Iterator[Path]:
    """What the kernel tells of each inotify descriptor in the processes of a user."""
    for process in processes.glob("[0-9]*"):
        try:
            descriptors = list((process / "fd").iterdir()) if process.stat().st_uid == user else []
        except OSError:  # it has ended, or may not be looked into
            continue
        yield from (process / "fdinfo" / descriptor.name for descriptor in descriptors if _tells(descriptor))


def _tells(descriptor: Path) -> bool:
    try:
        return os.readlink(descriptor) == "anon_inode:inotify"  # noqa: PTH115 — thousands of them, and no paths
    except OSError:
        return False


def _watches(queue: Path) -> int:
    try:
        return queue.read_bytes().count(b"\ninotify ")
    except OSError:
        return 0


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
