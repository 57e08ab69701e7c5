"""What a write leaves behind when nobody else writes: the text, the file's attributes, and no second file."""

import os
import stat
import sys
from pathlib import Path

import pytest

from memsyncd.adapters.files import (
    Leftover,
    discard,
    is_temporary,
    leftovers,
    make_folder,
    read_or_none,
    remove,
    swap_in,
    sweep,
    write_private,
    write_readable,
)
from memsyncd.adapters.leftovers import part_path, swap_path
from memsyncd.errors import FileError
from tests.adapters.scripted_ops import Scripted, append, unknown

OLD = b"old\r\ntext \xff\x00 without a last newline"
NEW = b"new text\n"


@pytest.fixture
def memory(tmp_path):
    folder = tmp_path / "memory"
    folder.mkdir()
    return folder


@pytest.fixture
def day(memory):
    path = memory / "2026-01-15.md"
    path.write_bytes(OLD)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- reading ---


def test_a_snapshot_holds_the_bytes_and_the_identity(day):
    found = day.stat()
    seen = read_or_none(day)
    assert seen is not None
    assert (seen.data, seen.size, seen.mtime_ns) == (OLD, len(OLD), found.st_mtime_ns)
    assert (seen.dev, seen.ino, seen.mode) == (found.st_dev, found.st_ino, stat.S_IMODE(found.st_mode))


def test_a_missing_file_or_folder_reads_as_none(memory):
    assert read_or_none(memory / "2026-01-16.md") is None
    assert read_or_none(memory / "none" / "2026-01-16.md") is None


def test_only_regular_files_are_read(memory, day):
    (memory / "link.md").symlink_to(day)
    (memory / "folder.md").mkdir()
    os.mkfifo(memory / "pipe.md")
    for name, why in (("link.md", "symlink"), ("folder.md", "not a regular"), ("pipe.md", "not a regular")):
        with pytest.raises(FileError, match=why) as caught:
            read_or_none(memory / name)
        assert caught.value.where.endswith(name)


def test_an_unreadable_path_is_an_error_and_not_an_absence(day):
    with pytest.raises(FileError, match="cannot read") as caught:
        read_or_none(day / "below-a-file.md")
    assert "not a folder" in caught.value.hint


# --- swapping in ---


@pytest.mark.parametrize("ops", [Scripted(), unknown("exchange")], ids=["exchange", "rename"])
def test_the_new_text_takes_the_place_of_the_old_one(day, ops):
    done = swap_in(day, NEW, read_or_none(day), ops=ops)
    assert day.read_bytes() == NEW
    assert (done.written, done.raced, done.held, done.leftover) == (True, None, False, None)
    assert (done.displaced, done.size, done.mtime_ns) == (OLD, len(NEW), day.stat().st_mtime_ns)
    assert names(day.parent) == [day.name]


@pytest.mark.parametrize("ops", [Scripted(), unknown("rename_new")], ids=["known", "unknown"])
def test_a_new_file_is_made_where_there_is_none(memory, ops):
    done = swap_in(memory / "new.md", NEW, None, ops=ops)
    assert (done.written, done.displaced, done.size) == (True, None, len(NEW))
    assert (memory / "new.md").read_bytes() == NEW
    assert names(memory) == ["new.md"]


def test_a_new_file_has_the_mode_that_the_umask_leaves(memory):
    before = os.umask(0o027)
    try:
        swap_in(memory / "new.md", NEW, None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((memory / "new.md").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
def test_the_mode_is_kept(day, mode):
    day.chmod(mode)
    assert swap_in(day, NEW, read_or_none(day)).written
    assert stat.S_IMODE(day.stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_is_kept_where_permitted(day):
    os.chown(day, 12345, 23456)
    assert swap_in(day, NEW, read_or_none(day)).written
    assert (day.stat().st_uid, day.stat().st_gid) == (12345, 23456)


@pytest.mark.skipif(sys.platform != "linux", reason="Python reads extended attributes on Linux only")
def test_extended_attributes_are_kept(day):
    try:
        os.setxattr(day, "user.tag", b"important")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    assert swap_in(day, NEW, read_or_none(day)).written
    assert os.getxattr(day, "user.tag") == b"important"


def test_the_disk_has_the_file_before_the_exchange_and_the_folder_before_the_old_file_goes(day):
    ops = Scripted()
    swap_in(day, NEW, read_or_none(day), ops=ops)
    order = [name for name in ops.calls if name in {"write", "fsync", "exchange", "fsync_folder", "unlink"}]
    assert order == ["write", "fsync", "exchange", "fsync_folder", "unlink"]


def test_a_symlinked_target_is_refused(memory, day):
    link = memory / "link.md"
    link.symlink_to(day)
    for seen in (None, read_or_none(day)):
        with pytest.raises(FileError, match="symlink"):
            swap_in(link, NEW, seen)
    assert day.read_bytes() == OLD
    assert names(memory) == [day.name, "link.md"]


def test_a_symlink_to_nowhere_is_not_a_free_place(memory):
    (memory / "link.md").symlink_to(memory / "elsewhere.md")
    with pytest.raises(FileError, match="symlink"):
        swap_in(memory / "link.md", NEW, None)
    assert names(memory) == ["link.md"]


def test_a_folder_that_is_really_outside_the_root_is_refused(tmp_path, memory):
    outside = tmp_path / "outside"
    outside.mkdir()
    (memory / "sub").symlink_to(outside)
    with pytest.raises(FileError, match="outside") as caught:
        swap_in(memory / "sub" / "day.md", NEW, None, root=memory)
    assert str(outside) in caught.value.why
    assert names(outside) == []


def test_a_symlinked_root_is_its_real_folder(tmp_path, memory):
    (tmp_path / "link").symlink_to(memory)
    assert swap_in(tmp_path / "link" / "day.md", NEW, None, root=memory).written
    assert swap_in(memory / "other.md", NEW, None, root=tmp_path / "link").written


def test_a_missing_folder_is_an_error_with_advice(tmp_path):
    with pytest.raises(FileError, match=r"cannot write: .*day\.md: No such file") as caught:
        swap_in(tmp_path / "none" / "day.md", NEW, None)
    assert "folder" in caught.value.hint


def test_a_name_too_long_is_an_error_with_advice(memory):
    with pytest.raises(FileError) as caught:
        swap_in(memory / ("x" * 250), NEW, None)
    assert "shorter" in caught.value.hint
    assert names(memory) == []


# --- left-over files ---


def leave(day: Path, holds: bytes, *, swapped: bool = True) -> Path:
    part = part_path(day, NEW, OLD)
    path = swap_path(part) if swapped else part
    path.write_bytes(holds)
    return path


def test_a_temporary_file_is_hidden_and_no_note(day):
    for path in (part_path(day, NEW, OLD), swap_path(part_path(day, NEW, OLD))):
        assert is_temporary(path.name)
        assert path.parent == day.parent
        assert path.name.startswith(f".{day.name}.")
        assert path.suffix != ".md"
    assert not is_temporary(day.name)


@pytest.mark.parametrize(
    ("holds", "swapped", "ours", "merged"),
    [
        (NEW, True, True, False),  # killed before the exchange
        (OLD, True, False, True),  # killed after it: the version that was merged
        (OLD + b"a person's line\n", True, False, False),  # killed after it, and somebody had written
        (NEW[:3], False, True, False),  # killed while writing
        (b"", True, True, False),  # killed while it was filled with a newer text
    ],
    ids=["ours", "merged", "a person's", "unfinished", "empty"],
)
def test_a_leftover_tells_whose_bytes_it_holds(day, holds, swapped, ours, merged):
    path = leave(day, holds, swapped=swapped)
    assert leftovers(day.parent) == [Leftover(path=path, target=day, ours=ours, merged=merged, data=holds)]


def test_a_leftover_knows_the_text_that_took_its_place(day):
    leave(day, OLD)
    (leftover,) = leftovers(day.parent)
    assert leftover.replaced_by(NEW)
    assert not leftover.replaced_by(NEW + b"and an edit")


def test_only_files_named_as_ours_are_leftovers(day):
    for name in (".2026-01-15.md.swp", ".memsyncd-part", ".x.md.memsyncd-swap", "2026-01-15.md~"):
        (day.parent / name).write_bytes(b"")
    assert leftovers(day.parent) == []
    assert leftovers(day.parent / "none") == []


def test_a_discarded_leftover_is_gone(day):
    leave(day, OLD)
    (leftover,) = leftovers(day.parent)
    assert discard(leftover)
    assert discard(leftover)
    assert names(day.parent) == [day.name]


def test_a_leftover_that_changed_since_stays(day):
    path = leave(day, OLD)
    (leftover,) = leftovers(day.parent)
    append(path, b"late")
    assert not discard(leftover)
    assert path.read_bytes() == OLD + b"late"


@pytest.mark.skipif(sys.platform != "linux", reason="leases exist on Linux")
def test_a_leftover_that_somebody_writes_to_stays(day):
    path = leave(day, OLD)
    (leftover,) = leftovers(day.parent)
    with path.open("ab"):
        assert not discard(leftover, ops=Scripted())
    assert discard(leftover, ops=Scripted())


# --- files of our own ---


@pytest.mark.parametrize("durable", [True, False])
def test_a_private_file_is_readable_by_its_owner_only(tmp_path, durable):
    path = tmp_path / "state" / "deep" / "state.json"
    before = os.umask(0)
    try:
        write_private(path, b"1", durable=durable)
        write_private(path, b"2", durable=durable)
    finally:
        os.umask(before)
    assert path.read_bytes() == b"2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert names(path.parent) == ["state.json"]


def test_only_a_durable_write_waits_for_the_disk(tmp_path):
    kept, quick = Scripted(), Scripted()
    write_private(tmp_path / "a", b"", ops=kept)
    write_private(tmp_path / "a", b"", durable=False, ops=quick)
    assert kept.calls == ["create", "write", "fsync", "rename", "fsync_folder"]
    assert quick.calls == ["create", "write", "rename"]


@pytest.mark.parametrize("umask", [0o077, 0])
def test_a_readable_file_is_so_for_everybody_whatever_the_umask(tmp_path, umask):
    path = tmp_path / "textfiles" / "memsyncd.prom"
    path.parent.mkdir()
    before = os.umask(umask)
    try:
        write_readable(path, b"1")
        write_readable(path, b"2")
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"2", 0o644)
    assert names(path.parent) == ["memsyncd.prom"]


def test_the_folder_of_a_readable_file_is_not_made(tmp_path):
    with pytest.raises(FileError) as caught:
        write_readable(tmp_path / "no" / "memsyncd.prom", b"")
    assert "create the folder" in caught.value.hint


def test_a_sweep_removes_unfinished_files_of_our_own_and_nothing_else(tmp_path):
    state = tmp_path / "state"
    write_private(state / "history" / "one", b"1")
    part_path(state / "history" / "two", b"2").write_bytes(b"")
    part_path(state / "state.json", b"3").write_bytes(b"3")
    swap_path(part_path(state / "state.json", b"4")).write_bytes(b"4")
    assert sweep(state) == 2
    assert len(names(state)) == 2
    assert names(state / "history") == ["one"]


def test_a_folder_is_made_with_those_above_it_and_an_existing_one_keeps_its_mode(tmp_path):
    (tmp_path / "a").mkdir(mode=0o711)
    make_folder(tmp_path / "a" / "b" / "c", 0o700)
    make_folder(tmp_path / "a" / "b" / "c", 0o755)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/c")]
    assert modes == [0o711, 0o700, 0o700]


def test_a_folder_cannot_take_the_name_of_a_file(day):
    with pytest.raises(FileError, match="cannot make the folder"):
        make_folder(day / "sub")
    with pytest.raises(FileError, match="cannot make the folder"):
        make_folder(day)


def test_removing_twice_is_fine_and_a_folder_is_an_error(day):
    remove(day)
    remove(day)
    with pytest.raises(FileError, match="cannot remove"):
        remove(day.parent)
