"""Disks that fail, fill up or are read-only, and kills at every step: the old text or the new one, never less."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from memsyncd.adapters.files import discard, leftovers, read_or_none, swap_in, write_private, write_readable
from memsyncd.errors import FileError
from tests.adapters.scripted_ops import Scripted

OLD = b"old\n"
NEW = b"new\n"

# The operations of an undisturbed write that can fail; the three that only look or wait cannot.
REPLACE = ["open", "create", "write", "copy_attributes", "fsync", "rename", "exchange", "fsync_folder", "unlink"]
CREATE = ["create", "write", "fsync", "rename_new", "fsync_folder"]
PRIVATE = ["create", "write", "fsync", "rename", "fsync_folder"]


@pytest.fixture
def day(tmp_path):
    folder = tmp_path / "memory"
    folder.mkdir()
    path = folder / "2026-01-15.md"
    path.write_bytes(OLD)
    return path


def failing_at(operation: str, number: int) -> Scripted:
    """Operations of which one answers with an errno the first time."""

    def before(name: str, nth: int) -> None:
        if name == operation and ops.calls.index(name) == nth - 1:
            raise OSError(number, os.strerror(number))

    ops = Scripted(before)
    return ops


def test_every_operation_that_can_fail_is_tried(day):
    ops, creating = Scripted(), Scripted()
    swap_in(day, NEW, read_or_none(day), ops=ops)
    swap_in(day.with_name("other.md"), NEW, None, ops=creating)
    assert set(ops.calls) - {"lease", "wanted"} == set(REPLACE)
    assert set(creating.calls) == set(CREATE)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("operation", REPLACE)
def test_a_failed_replacement_leaves_the_old_text_and_no_other_file(day, operation, number):
    with pytest.raises(FileError, match="cannot write") as caught:
        swap_in(day, NEW, read_or_none(day), ops=failing_at(operation, number))
    assert caught.value.where == str(day)
    assert os.strerror(number) in caught.value.why
    assert caught.value.hint
    assert day.read_bytes() == OLD
    assert list(day.parent.iterdir()) == [day]


@pytest.mark.parametrize("operation", CREATE)
def test_a_failed_creation_leaves_nothing_or_the_whole_new_text(day, operation):
    day.unlink()
    with pytest.raises(FileError, match="No space left"):
        swap_in(day, NEW, None, ops=failing_at(operation, errno.ENOSPC))
    found = {path: path.read_bytes() for path in day.parent.iterdir()}
    assert found == ({day: NEW} if operation == "fsync_folder" else {})


@pytest.mark.parametrize("operation", PRIVATE)
def test_a_failed_private_write_leaves_the_old_version_or_the_new_one(day, operation):
    with pytest.raises(FileError, match="cannot write") as caught:
        write_private(day, NEW, ops=failing_at(operation, errno.ENOSPC))
    assert "free some space" in caught.value.hint
    assert day.read_bytes() == (NEW if operation == "fsync_folder" else OLD)
    assert list(day.parent.iterdir()) == [day]


@pytest.mark.parametrize("operation", ["create", "write", "rename"])
def test_a_failed_readable_write_leaves_the_old_version_and_nothing_beside_it(day, operation):
    with pytest.raises(FileError, match="cannot write"):
        write_readable(day, NEW, ops=failing_at(operation, errno.ENOSPC))
    assert day.read_bytes() == OLD
    assert list(day.parent.iterdir()) == [day]


@pytest.mark.parametrize("operation", REPLACE)
def test_a_disk_that_fails_for_good_loses_nothing(day, operation):
    def before(name: str, _nth: int) -> None:
        if operation in ops.calls and name not in {"lease", "wanted"}:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    ops = Scripted(before)
    with pytest.raises(FileError):
        swap_in(day, NEW, read_or_none(day), ops=ops)
    left = leftovers(day.parent)
    assert all(leftover.ours or leftover.merged for leftover in left)
    assert OLD in (day.read_bytes(), *(leftover.data for leftover in left))
    assert day.read_bytes() in (OLD, NEW)


def test_an_interrupt_is_passed_on_and_leaves_no_file(day):
    def before(name: str, _nth: int) -> None:
        if name == "fsync_folder":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swap_in(day, NEW, read_or_none(day), ops=Scripted(before))
    assert day.read_bytes() == OLD
    assert list(day.parent.iterdir()) == [day]


# --- real disks ---


@contextmanager
def small_disk(folder: Path, *options: str) -> Iterator[None]:
    """A file system in memory with 64 kB of space, mounted on a folder."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join(("size=64k", *options)), "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a file system needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_the_old_text_and_says_to_free_space(day):
    with small_disk(day.parent):
        day.write_bytes(OLD)
        with pytest.raises(FileError, match="No space left") as caught:
            swap_in(day, NEW * 20_000, read_or_none(day))
        assert "free some space" in caught.value.hint
        assert day.read_bytes() == OLD
        assert list(day.parent.iterdir()) == [day]
        assert swap_in(day, NEW, read_or_none(day)).written


def test_a_disk_without_room_for_another_name_keeps_the_old_text(day):
    with small_disk(day.parent, "nr_inodes=2"):
        day.write_bytes(OLD)
        with pytest.raises(FileError, match="No space left"):
            swap_in(day, NEW, read_or_none(day))
        assert day.read_bytes() == OLD


def test_a_read_only_disk_keeps_the_old_text_and_says_so(day):
    with small_disk(day.parent):
        day.write_bytes(OLD)
        subprocess.run(["mount", "-o", "remount,ro", str(day.parent)], check=True)
        with pytest.raises(FileError, match="Read-only") as caught:
            swap_in(day, NEW, read_or_none(day))
        assert "read-only" in caught.value.hint
        assert day.read_bytes() == OLD


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to any folder")
def test_a_folder_that_may_not_be_written_keeps_the_old_text_and_says_so(day):
    day.parent.chmod(0o555)
    try:
        with pytest.raises(FileError, match="Permission denied") as caught:
            swap_in(day, NEW, read_or_none(day))
    finally:
        day.parent.chmod(0o755)
    assert "permissions" in caught.value.hint
    assert day.read_bytes() == OLD


# --- kills ---

KILLED = """
import os, pathlib, signal, sys
from memsyncd.adapters.files import read_or_none, swap_in
from tests.adapters.scripted_ops import Scripted, Unleased, rename_over

def write(day, at, kind, race):
    def before(name, nth):
        if race and name == "exchange" and ops.calls.count(name) == 1:
            rename_over(day, b"old\\na person's line\\n")
        if nth == at:
            os.kill(os.getpid(), signal.SIGKILL)
    ops = kind(before)
    swap_in(day, b"new\\n", read_or_none(day), ops=ops)

for race in (0, 1):
    for kind in (Scripted, Unleased):
        for at in range(1, 60):
            folder = pathlib.Path(sys.argv[1]) / f"{kind.__name__}-{race}-{at}"
            folder.mkdir()
            (folder / "day.md").write_bytes(b"old\\n")
            child = os.fork()
            if not child:
                write(folder / "day.md", at, kind, race)
                os._exit(0)
            if os.waitpid(child, 0)[1] == 0:
                break
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Folders in which a write was killed ahead of its first, second … operation, one each."""
    folder = tmp_path_factory.mktemp("killed")
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)], check=True, cwd=root, env={**os.environ, "TZ": "UTC"}
    )
    return sorted(folder.iterdir())


def test_a_kill_leaves_a_whole_text_in_place(killed):
    assert len(killed) > 50
    whole = {OLD, NEW, OLD + b"a person's line\n"}
    assert {(folder / "day.md").read_bytes() for folder in killed} == whole


def test_after_a_kill_a_persons_line_is_in_the_file_or_in_a_leftover_that_says_so(killed):
    rescued = 0
    for folder in killed:
        left = leftovers(folder)
        texts = [(folder / "day.md").read_bytes(), *(one.data for one in left if not one.ours and not one.merged)]
        exchanged = any(one.merged or not one.ours for one in left)
        if "-1-" in folder.name and (exchanged or texts[0] != OLD):
            assert any(b"a person's line" in text for text in texts), folder.name
            rescued += len(texts) > 1
    assert rescued  # kills after which the line was nowhere else


def test_after_a_kill_every_temporary_file_can_be_told_and_removed(killed):
    for folder in killed:
        for leftover in leftovers(folder):
            assert leftover.target == folder / "day.md"
            assert leftover.ours or leftover.merged or b"a person's line" in leftover.data
            assert discard(leftover)
        assert [path.name for path in folder.iterdir()] == ["day.md"]
