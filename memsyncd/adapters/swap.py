"""The safe write of a memory file: by exchange with the version that the new text was merged from.

What it guarantees: a reader sees the old text or the new one, also after a crash or a power cut, and
whatever another program writes meanwhile stays in a file. Its steps:

1. The new bytes go to a temporary file beside the target, with the target's owner, mode and extended attributes,
   and to the disk: an exchange of an unsynced file can leave it empty after a power cut.
2. A lease on the target tells whether somebody has it open for writing; if so, this is not the time. Then the
   target must still hold what the new text was merged from.
3. The two names change places in one step. Until step 4 is over, a lease on our file lets those wait who open it.
4. What came out must be the leased file, unchanged, with nobody waiting to write to it. Else the names change
   back, unless somebody saved over our file already, and those who wait for our file find in it the text in place.
5. The folder goes to the disk, the fourth step is done once more, and only then the replaced file is removed.

Its limits: leases exist on Linux, for files of our own, not on network folders. Elsewhere a program that opens the
file before step 3 and writes after step 5 writes into a file without a name. Where names cannot be exchanged, a
recheck and a plain rename leave microseconds in which a newer version is replaced unseen. Hard links to the target
keep the old text.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.exchange import UNSUPPORTED
from memsyncd.adapters.fileops import (
    OPS,
    Handle,
    Ops,
    Snapshot,
    read_all,
    read_or_none,
    reported,
    take_free_name,
    wait_until_quiet,
)
from memsyncd.adapters.leftovers import Leftover, drop, part_path, read_leftover, stage, swap_path
from memsyncd.errors import FileError


class Swap(Struct, frozen=True, kw_only=True):
    """How a write ended. When not ``written``, the target is as others left it, for one of three reasons.

    ``raced``: somebody wrote in between, and this text of theirs is in place; merge again with it. ``held``:
    somebody keeps the file open for writing; try again later. Neither: the file is gone; the caller decides
    whether to create it anew with ``seen=None``.
    """

    written: bool
    raced: Snapshot | None = None
    held: bool = False
    displaced: bytes | None = None  # the replaced version, for the history; None for a new file
    leftover: Leftover | None = None  # one more version by a person: to be merged too, then discarded
    size: int = 0  # of the written file, bytes
    mtime_ns: int = 0  # of the written file


def swap_in(path: Path, data: bytes, seen: Snapshot | None, *, root: Path | None = None, ops: Ops = OPS) -> Swap:
    """Puts ``data`` in the place of the version ``seen``, or in a place that must be free when ``seen`` is None.

    One process at a time may call it (``lock.exclusive``); everybody else may write as they like.

    Raises:
        FileError: the disk, the permissions, a symlink, or a folder that is really outside ``root``. What was in
            place is in place again; should that have failed too, the error names the temporary file that holds it.
    """
    _check_place(path, root)
    with reported("cannot write", path):
        if seen is None:
            return _create(path, data, ops)
        try:
            old = Handle(ops.open(path))
        except FileNotFoundError:
            return Swap(written=False)
        with old:
            part = part_path(path, data, seen.data)
            with stage(part, data, ops, mode=0o600, like=old) as ours:
                made = os.fstat(ours.fd)
                return _Exchange(
                    target=path, temp=part, ours=ours, data=data, made=made, old=old, seen=seen.data, ops=ops
                ).run()


def _check_place(path: Path, root: Path | None) -> None:
    if path.is_symlink():
        raise FileError("refusing to write", where=path, why="it is a symlink", hint="put a plain file there")
    if root is not None and not (real := path.parent.resolve()).is_relative_to(root.resolve()):
        why = f"its folder is really {real}, outside {root}"
        raise FileError("refusing to write", where=path, why=why, hint="name the real folder in the configuration")


def _create(path: Path, data: bytes, ops: Ops) -> Swap:
    part = part_path(path, data)
    with stage(part, data, ops, mode=0o666) as ours:
        made = os.fstat(ours.fd)
    try:
        take_free_name(part, path, ops)
    except FileExistsError:
        return Swap(written=False, raced=read_or_none(path))
    finally:
        part.unlink(missing_ok=True)
    ops.fsync_folder(path.parent)
    return Swap(written=True, size=made.st_size, mtime_ns=made.st_mtime_ns)


class _Exchange(Struct, kw_only=True):
    """Steps 2 to 5: one try to put our file in the place of the version that its text was merged from."""

    target: Path
    temp: Path  # our file, and after the exchange what came out
    ours: Handle
    data: bytes  # what our file holds
    made: os.stat_result  # of our file
    old: Handle
    seen: bytes  # what the old file held when it was merged
    ops: Ops

    def run(self) -> Swap:
        try:
            if not wait_until_quiet(self.old, self.ops):
                return Swap(written=False, held=True)
            if not self._is_seen(self.target):
                return self._raced()
            return self._exchange() if self.ops.exchanges else self._rename_over()
        finally:
            self.ours.close()
            # Before an exchange and after one that went back, our bytes are here. Other bytes stay.
            with suppress(OSError, FileError):
                drop(self.temp, self.data, self.ops)

    def _exchange(self) -> Swap:
        self.ops.rename(self.temp, swap := swap_path(self.temp))
        self.temp = swap
        with suppress(BlockingIOError):  # an indexer reads our file: the exchange is as safe, only less discreet
            self.ours.lease = self.ops.lease(self.ours.fd, sole=True)
        try:
            self.ops.exchange(self.temp, self.target)
        except FileNotFoundError:
            return Swap(written=False)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            return self._rename_over()
        try:
            settled = self._settle()
        except BaseException:
            if os.path.lexists(self.temp):
                self._put_back()
            raise
        return self._written() if settled else self._put_back()

    def _settle(self) -> bool:
        if not self._is_seen(self.temp):
            return False
        self.ours.close()  # readers of the new text need not wait for the disk
        self.ops.fsync_folder(self.target.parent)
        if not self._is_seen(self.temp):
            return False
        self.ops.unlink(self.temp)
        return True

    def _put_back(self) -> Swap:
        try:
            if self._is_ours_in_place():
                self._exchange_back()
        except OSError as error:
            why = f"{error.strerror}; the newest version of {self.target.name} is kept in this file"
            hint = "run memsyncd again: it merges that version before it removes the file"
            raise FileError("cannot undo an exchange", where=self.temp, why=why, hint=hint) from error
        raced = read_or_none(self.target)
        if raced and self.ours.fd >= 0 and self.ours.lease is not None:
            self._show(raced.data)
        self.ours.close()
        dropped = drop(self.temp, self.data, self.ops)
        return Swap(written=False, raced=raced, leftover=None if dropped else read_leftover(self.temp))

    def _show(self, theirs: bytes) -> None:
        # Who found our file, and waits or is about to, may read it to write it again: then nothing may be missing.
        with suppress(OSError):
            self.ops.truncate(self.ours.fd)
            self.ops.write(self.ours.fd, theirs)
        self.data = read_all(self.ours.fd)

    def _is_ours_in_place(self) -> bool:
        # Who saved over our file had read the version before ours: theirs is the newest now, and stays.
        try:
            return os.path.samestat(os.lstat(self.target), self.made)
        except FileNotFoundError:
            return True

    def _exchange_back(self) -> None:
        try:
            self.ops.exchange(self.temp, self.target)
        except FileNotFoundError:  # somebody removed our file: what came out takes the free place
            take_free_name(self.temp, self.target, self.ops)

    def _rename_over(self) -> Swap:
        """Where names cannot be exchanged; what a late writer adds to the old file is kept beside the target."""
        if not self._is_seen(self.target):
            return self._raced()
        self.ours.close()
        if sys.platform == "win32":
            self.old.close()  # an open file cannot be replaced there
        self.ops.rename(self.temp, self.target)
        self.ops.fsync_folder(self.target.parent)
        late = read_all(self.old.fd) if self.old.fd >= 0 else self.seen
        return self._written(None if late == self.seen else self._keep(late))

    def _keep(self, late: bytes) -> Leftover | None:
        part = part_path(self.target, self.data, self.seen)
        stage(part, late, self.ops, mode=0o600, like=self.old).close()
        self.ops.rename(part, swap_path(part))
        return read_leftover(swap_path(part))

    def _is_seen(self, path: Path) -> bool:
        """Here is the file that we hold open, with the bytes that were merged, and nobody waits to write to it."""
        try:
            here = os.lstat(path)
        except FileNotFoundError:
            return False
        return (
            os.path.samestat(here, os.fstat(self.old.fd))
            and read_all(self.old.fd) == self.seen
            and not self.ops.wanted(self.old.fd, self.old.lease)
        )

    def _raced(self) -> Swap:
        return Swap(written=False, raced=read_or_none(self.target))

    def _written(self, leftover: Leftover | None = None) -> Swap:
        return Swap(
            written=True,
            displaced=self.seen,
            leftover=leftover,
            size=self.made.st_size,
            mtime_ns=self.made.st_mtime_ns,
        )
