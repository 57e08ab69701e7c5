"""Checks of memsyncd's own folder: who may use it, how much room there is, store, state file, lock. Pure."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from shlex import quote

from memsyncd.adapters.access import Access, Disk
from memsyncd.adapters.store_look import NEWEST
from memsyncd.core.mounts import misses_events
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts, State
from memsyncd.doctor.words import room, span

_AREA = Area("State")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LITTLE_ROOM, _TIGHT_ROOM = 100_000_000, 1_000_000_000  # bytes
_FEW_INODES = 1_000
_LONG_LOG = 256_000_000  # bytes; SQLite shortens its log by itself unless somebody reads without an end
_ELSEWHERE = "name another folder: state_dir in the configuration, or MEMSYNCD_STATE_DIR"


def state(facts: Facts) -> Iterator[Check]:
    """The state folder and what lies in it."""
    found = facts.state
    yield from _folder(found.folder, facts.machine.user)
    if found.folder.kind in ("missing", "folder"):
        yield from _writing(found)
        yield from disk(_AREA, found.folder.disk)
    yield from _store(found)
    yield _record(facts)
    yield _lock(found)


def disk(area: Area, disk: Disk | None) -> Iterator[Check]:
    """Whether there is room for more files."""
    if disk is None:
        return
    left = f"{room(disk.free)} free" + ("" if disk.inodes is None else f", {disk.inodes:,} files can be made")
    if disk.free < _LITTLE_ROOM or (disk.inodes is not None and disk.inodes < _FEW_INODES):
        yield area.problem("disk", left, "free some space: without it nothing new is read or written")
    elif disk.free < _TIGHT_ROOM:
        yield area.note("disk", left, "free some space before it runs out")
    else:
        yield area.ok("disk", left)


def _folder(folder: Access, user: int) -> Iterator[Check]:
    path = folder.path
    if folder.kind == "missing":
        if folder.makeable:
            yield _AREA.ok("folder", f"{path} is made at the first run")
        else:
            yield _AREA.problem("folder", f"{path} is missing, and cannot be made in {folder.above}", _ELSEWHERE)
        return
    if folder.kind != "folder":
        yield _AREA.problem("folder", f"{path} is no folder{_because(folder.refused)}", _ELSEWHERE)
        return
    if folder.owner != user:
        finding = f"{path} belongs to user {folder.owner}, and this is user {user}"
        take_over = f"; or sudo chown -R $(id -un) {quote(str(path))}; or {_ELSEWHERE}" if user else ""
        yield _AREA.problem("folder", finding, f"run memsyncd as user {folder.owner}{take_over}")
    elif folder.mode & _OTHERS:
        finding = f"others may look into {path} (mode {folder.mode:03o}), where the archive of your talk lies"
        yield _AREA.note("folder", finding, f"chmod 700 {quote(str(path))}")
    else:
        yield _AREA.ok("folder", f"{path}, for you alone")
    if misses_events(folder.file_system):
        finding = f"{path} lies on {folder.file_system}: locks and databases are not safe on a network file system"
        yield _AREA.problem("file system", finding, f"keep it on a disk of this machine; {_ELSEWHERE}")


def _writing(found: State) -> Iterator[Check]:
    if found.probe is None:
        return
    if found.probe.error:
        finding = f"nothing can be written into {found.folder.path}: {found.probe.error}"
        advice = found.probe.hint or "check its owner and its permissions"
        yield _AREA.problem("writing", finding, f"{advice}; or {_ELSEWHERE}")
    elif found.probe.exchanges is False:
        finding = (
            "files cannot change places in one step here: memory on this file system is written with a look before"
        )
        yield _AREA.note("writing", finding, "keep memory on ext4, XFS, Btrfs or APFS where you can")
    else:
        yield _AREA.ok(
            "writing", "two files were written, exchanged and removed; in no other folder is this tried"
        )


def _store(found: State) -> Iterator[Check]:
    store, file = found.store, found.store_file
    path = quote(str(file.path))
    again = f"memsyncd service stop; mv {path} {path}.damaged; memsyncd --catch-up"
    if not store.exists:
        if found.record.exists:
            finding = f"{file.path} is gone, though memsyncd has run: what the logs still hold is read again"
            yield _AREA.note("store", finding, "memsyncd --catch-up")
        else:
            yield _AREA.ok("store", "none yet")
        return
    if store.damage:
        yield _AREA.problem("store", f"{file.path} is damaged: {store.damage}", f"{again} reads the logs again")
    elif store.error:
        yield _AREA.problem("store", f"{file.path} cannot be read: {store.error}", f"ls -l {path}: is it yours?")
    elif store.version is not None and store.version > NEWEST:
        finding = f"version {store.version} of its tables is newer than this memsyncd, which knows {NEWEST}"
        yield _AREA.problem("store", finding, "update memsyncd, or start the newer one")
    else:
        yield _AREA.ok("store", _soundness(found))
    if file.kind == "file" and file.mode & _OTHERS:
        finding = f"others may read {file.path} (mode {file.mode:03o})"
        yield _AREA.note("store", finding, f"chmod 600 {path}")
    if store.log_size > _LONG_LOG:
        finding = f"its log has grown to {room(store.log_size)}: a program reads it without an end"
        yield _AREA.note("store", finding, "memsyncd service restart")


def _soundness(found: State) -> str:
    store = found.store
    sound = "sound" if store.checked else "not gone through, for its size or because it was being written"
    older = "" if store.version in (None, NEWEST) else f", tables of version {store.version} until the next run"
    return f"{room(store.size + store.log_size)}, {sound}{older}"


def _record(facts: Facts) -> Check:
    record = facts.state.record
    if not record.exists:
        return _AREA.ok("last run", "none yet")
    if record.closed:
        finding = f"the state file cannot be read: {record.closed}"
        return _AREA.problem("last run", finding, f"ls -l {quote(str(facts.state.folder.path))}: is it yours?")
    if record.damage:
        finding = f"the state file cannot be used: {record.damage}"
        return _AREA.problem("last run", finding, "memsyncd --catch-up sets it aside and checks all days again")
    if record.last_run is None:
        return _AREA.ok("last run", "not recorded")
    newest = f", up to {record.last_date}" if record.last_date else ""
    return _AREA.ok("last run", f"{span(facts.now - record.last_run)} ago{newest}")


def _lock(found: State) -> Check:
    lock = found.lock
    if lock.held is None:
        return _AREA.ok("lock", "whether it is held cannot be told here")
    if not lock.held:
        return _AREA.ok("lock", "free")
    who = "a process" if lock.pid is None else f"process {lock.pid}"
    is_daemon = found.daemon is not None and found.daemon.pid == lock.pid
    return _AREA.ok("lock", f"held by {who}, {'the daemon' if is_daemon else 'another memsyncd at work'}")


def _because(why: str) -> str:
    return f": {why}" if why else ""
