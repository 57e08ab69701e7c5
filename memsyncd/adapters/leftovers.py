"""Temporary files: how they are named and made, whose bytes they hold after a crash, and when one may go.

A kill between the exchange and the clean-up leaves the replaced version under the temporary name, and with it
perhaps the only copy of a line that a person had just written. So the name says what is inside:

    .2026-01-15.md.OURS-SEEN-NONCE.memsyncd-part   being written, not in place yet: always our own bytes
    .2026-01-15.md.OURS-SEEN-NONCE.memsyncd-swap   about to change places with the target, or just back from it

OURS is the hash of the new bytes, SEEN of the version they were merged from. Merging is the caller's.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.fileops import OPS, Handle, Ops, read_all, reported, wait_until_quiet

_PART = ".memsyncd-part"
_SWAP = ".memsyncd-swap"
_NAME = re.compile(
    r"\.(?P<target>.+)\.(?P<ours>[0-9a-f]{16})-(?P<seen>[0-9a-f]{16})-[0-9a-f]{8}\.memsyncd-(?P<kind>part|swap)"
)


class Leftover(Struct, frozen=True, kw_only=True):
    """A temporary file that a crash, or a race of three writers, left behind.

    Neither ``ours`` nor ``merged``: a person's version that no other file may hold. Put it into the history and
    merge it into the target before ``discard``: a program that read the target earlier can still save over it.
    ``merged``: the version that our write was merged from. It belongs into the history, but not into the target.
    """

    path: Path
    target: Path  # the file it belongs to
    ours: bool  # nothing but our own bytes, perhaps cut short, perhaps none
    merged: bool = False
    data: bytes

    def replaced_by(self, data: bytes) -> bool:
        """Whether these are the bytes that our write put in the place of this version."""
        name = _NAME.fullmatch(self.path.name)
        return name is not None and name["ours"] == _digest(data)


def is_temporary(name: str) -> bool:
    """Whether a file of this name is a temporary file of the safe write, to be ignored by whoever watches."""
    return name.endswith((_PART, _SWAP))


def part_path(target: Path, ours: bytes, seen: bytes = b"") -> Path:
    """A fresh name beside the target for a file that is being written."""
    return target.with_name(f".{target.name}.{_digest(ours)}-{_digest(seen)}-{os.urandom(4).hex()}{_PART}")


def swap_path(part: Path) -> Path:
    """The name that the finished file bears from then on."""
    return part.with_name(part.name.removesuffix(_PART) + _SWAP)


def leftovers(folder: Path) -> list[Leftover]:
    """The temporary files in a folder, by name; to be called under the lock, where nobody is writing.

    Raises:
        FileError: the folder or one of the files cannot be read.
    """
    with reported("cannot look for left-over files", folder):
        paths = sorted(path for path in folder.iterdir() if is_temporary(path.name)) if folder.is_dir() else []
    return [leftover for path in paths if (leftover := read_leftover(path))]


def read_leftover(path: Path) -> Leftover | None:
    """What a temporary file holds; None when its name is not one of ours or it is gone."""
    if not (name := _NAME.fullmatch(path.name)):
        return None
    with reported("cannot read the left-over file", path):
        try:
            with Handle(OPS.open(path)) as file:
                data = read_all(file.fd)
        except FileNotFoundError:
            return None
    held = _digest(data)
    return Leftover(
        path=path,
        target=path.with_name(name["target"]),
        ours=name["kind"] == "part" or held == name["ours"] or not data,
        merged=name["kind"] == "swap" and held == name["seen"] != name["ours"],
        data=data,
    )


def discard(leftover: Leftover, *, ops: Ops = OPS) -> bool:
    """Removes a left-over file whose content is safe elsewhere.

    Returns False, and removes nothing, when it no longer holds what ``leftover`` says or somebody has it open
    for writing: look again later.

    Raises:
        FileError: it cannot be removed.
    """
    with reported("cannot remove the left-over file", leftover.path):
        return drop(leftover.path, leftover.data, ops)


def sweep(folder: Path) -> int:
    """Removes the unfinished files of ``write_private`` below a state folder; returns how many there were.

    To be called under the lock. They never changed places with another file, so they hold nothing but our bytes.

    Raises:
        FileError: one of them cannot be removed.
    """
    parts = [path for path in folder.rglob(f".*{_PART}") if _NAME.fullmatch(path.name)]
    for path in parts:
        with reported("cannot remove the left-over file", path):
            path.unlink(missing_ok=True)
    return len(parts)


def drop(path: Path, data: bytes, ops: Ops) -> bool:
    """Removes a file if it holds exactly these bytes and nobody has it open for writing; True when it is gone."""
    try:
        file = Handle(ops.open(path))
    except FileNotFoundError:
        return True
    with file:
        if not wait_until_quiet(file, ops) or read_all(file.fd) != data or ops.wanted(file.fd, file.lease):
            return False
        ops.unlink(path)
        return True


def stage(
    part: Path, data: bytes, ops: Ops, *, mode: int, like: Handle | None = None, durable: bool = True
) -> Handle:
    """Writes a file under a temporary name, with the attributes of another if asked; on failure there is none."""
    file = Handle(ops.create(part, mode))
    try:
        ops.write(file.fd, data)
        if like is not None:
            ops.copy_attributes(like.fd, file.fd)
        if durable:
            ops.fsync(file.fd)
    except BaseException:
        file.close()
        part.unlink(missing_ok=True)
        raise
    return file


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
