"""Which file system a path lies on, and whether its changes are told by events.

Pure: the text of Linux' ``/proc/self/mountinfo`` in, a mount out. It looks at nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_SHARES = {
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "nfs",
    "nfs4",
    "orangefs",
}
_SHARES |= {"smb3", "smbfs"}
_OF_HOSTS = {"9p", "drvfs", "fakeowner", "prl_fs", "vboxsf", "virtiofs", "vmhgfs"}
_ESCAPE = re.compile(r"\\([0-7]{3})")


class Mount(Struct, frozen=True, kw_only=True):
    """One mounted file system."""

    id: int
    parent: int  # id of the mount that this one is mounted on
    point: str  # absolute path
    kind: str  # type of the file system, e.g. "ext4", "fuse.sshfs"


def parse_mounts(text: str) -> tuple[Mount, ...]:
    """The mounts that ``/proc/self/mountinfo`` lists, in its order; lines of another shape are passed over."""
    return tuple(mount for line in text.splitlines() if (mount := _mount(line)) is not None)


def mount_of(mounts: Iterable[Mount], path: str) -> Mount | None:
    """The mount that ``path``, absolute and free of links, leads to; None when nothing says so."""
    above = [mount for mount in mounts if _holds(mount.point, path)]
    ids = {mount.id for mount in above}
    roots = [mount for mount in above if mount.parent not in ids or mount.parent == mount.id]
    found = next(iter(roots), None)
    # A path crosses mounts one after the other. The longest mount point alone would be wrong: what was mounted
    # over one of its parents later hides it.
    while found is not None and (crossed := _children(above, found)):
        found = min(crossed, key=lambda mount: len(mount.point))
    return found


def misses_events(kind: str) -> bool:
    """Whether others may change files of this kind of file system without an event here.

    That is so for network shares and for folders that a virtual machine or container shares with its host. An
    overlay is not among them: what is written through it is told.
    """
    return kind in _SHARES or kind in _OF_HOSTS or kind == "fuse" or kind.startswith("fuse.")


def _mount(line: str) -> Mount | None:
    # 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
    fields, dash, rest = line.partition(" - ")
    words = fields.split(" ")
    if not dash or len(words) < 6 or not (words[0].isdecimal() and words[1].isdecimal()):  # noqa: PLR2004
        return None
    return Mount(id=int(words[0]), parent=int(words[1]), point=_plain(words[4]), kind=rest.split(" ")[0])


def _plain(field: str) -> str:
    """The field without the octal escapes that stand for blanks and backslashes."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _children(mounts: Iterable[Mount], parent: Mount) -> list[Mount]:
    return [mount for mount in mounts if mount.parent == parent.id != mount.id]
