"""Somebody writes while memsyncd does: at a chosen step, and with real processes as fast as they can."""

import os
import sys
import threading
from pathlib import Path

import pytest

from memsyncd.adapters import exchange
from memsyncd.adapters.files import leftovers, read_or_none, swap_in
from memsyncd.errors import FileError
from tests.adapters.scripted_ops import Scripted, Unleased, append, ask_to_write, once, rename_over, unknown

OLD = b"old\n"
NEW = b"new\n"
LINE = b"a person's line\n"

linux = pytest.mark.skipif(sys.platform != "linux", reason="leases exist on Linux")


@pytest.fixture
def day(tmp_path):
    folder = tmp_path / "memory"
    folder.mkdir()
    path = folder / "2026-01-15.md"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def seen(day):
    return read_or_none(day)


def alone(day: Path) -> bool:
    return list(day.parent.iterdir()) == [day]


# --- somebody wrote before the exchange ---


@pytest.mark.parametrize("write", [append, rename_over])
def test_a_text_that_changed_since_it_was_merged_stays_and_is_told(day, seen, write):
    write(day, LINE)
    done = swap_in(day, NEW, seen)
    assert not done.written
    assert done.raced == read_or_none(day)
    assert done.raced.data.endswith(LINE)
    assert alone(day)


def test_a_text_that_came_where_none_was_stays_and_is_told(day):
    done = swap_in(day, NEW, None)
    assert (done.written, done.raced) == (False, read_or_none(day))
    assert day.read_bytes() == OLD
    assert alone(day)


def test_a_text_that_is_gone_is_not_written_again_by_itself(day, seen):
    day.unlink()
    done = swap_in(day, NEW, seen)
    assert (done.written, done.raced, done.held) == (False, None, False)
    assert list(day.parent.iterdir()) == []


def test_the_same_bytes_saved_anew_are_the_version_that_was_merged(day, seen):
    rename_over(day, OLD)
    assert swap_in(day, NEW, seen).written


# --- at the exchange ---


def test_a_text_saved_just_before_the_exchange_is_put_back(day, seen):
    ops = once("exchange", lambda: rename_over(day, LINE))
    done = swap_in(day, NEW, seen, ops=ops)
    assert ops.calls.count("exchange") == 2
    assert (done.written, done.raced, done.leftover) == (False, read_or_none(day), None)
    assert day.read_bytes() == LINE
    assert alone(day)


def test_a_line_added_just_before_the_exchange_is_put_back_where_leases_do_not_exist(day, seen):
    done = swap_in(day, NEW, seen, ops=once("exchange", lambda: append(day, LINE), kind=Unleased))
    assert (done.written, done.raced) == (False, read_or_none(day))
    assert day.read_bytes() == OLD + LINE
    assert alone(day)


@linux
@pytest.mark.parametrize("step", ["exchange", "fsync_folder", "wanted"])
def test_a_writer_who_found_the_old_file_gets_it_back_in_its_place(day, seen, step):
    found = day.stat().st_ino
    old = day.with_name("old-inode")
    os.link(day, old)
    done = swap_in(day, NEW, seen, ops=once(step, lambda: ask_to_write(old)))
    old.unlink()
    assert (done.written, done.raced.data) == (False, OLD)
    assert day.stat().st_ino == found
    assert alone(day)


@pytest.mark.parametrize("step", ["copy_attributes", "exchange"])
def test_a_text_removed_before_the_exchange_stays_removed(day, seen, step):
    done = swap_in(day, NEW, seen, ops=once(step, day.unlink))
    assert (done.written, done.raced) == (False, None)
    assert list(day.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_what_is_no_file_any_more_is_put_back_and_refused(day, seen, kind):
    def change() -> None:
        day.unlink()
        if kind == "symlink":
            day.symlink_to("nowhere")
        else:
            day.mkdir()

    with pytest.raises(FileError, match="refusing"):
        swap_in(day, NEW, seen, ops=once("exchange", change))
    assert day.is_symlink() if kind == "symlink" else day.is_dir()
    assert alone(day)


@linux
def test_readers_of_the_new_text_do_not_wait_for_the_disk(day, seen):
    def read() -> None:
        fd = os.open(day, os.O_RDONLY | os.O_NONBLOCK)
        assert os.read(fd, 100) == NEW
        os.close(fd)

    assert swap_in(day, NEW, seen, ops=once("fsync_folder", read)).written


# --- between the exchange and its undoing ---


def race(day: Path, act) -> Scripted:
    """One person saves just before the exchange, the next one acts just before it is undone."""

    def before(name: str, _nth: int) -> None:
        if name == "exchange":
            (lambda: rename_over(day, LINE), act)[ops.calls.count("exchange") - 1]()

    ops = Unleased(before)
    return ops


def test_a_line_added_to_our_text_before_it_is_taken_back_is_left_over(day, seen):
    done = swap_in(day, NEW, seen, ops=race(day, lambda: append(day, b"late\n")))
    assert (done.raced.data, day.read_bytes()) == (LINE, LINE)
    assert done.leftover.data == NEW + b"late\n"
    assert not done.leftover.ours
    assert not done.leftover.merged
    assert leftovers(day.parent) == [done.leftover]


def test_a_text_saved_over_ours_is_the_newest_and_stays_while_what_came_out_is_left_over(day, seen):
    class Late(Scripted):
        def exchange(self, one: Path, other: Path) -> None:
            super().exchange(one, other)
            rename_over(day, b"second\n")

    done = swap_in(day, NEW, seen, ops=once("exchange", lambda: rename_over(day, LINE), kind=Late))
    assert (done.raced, day.read_bytes()) == (read_or_none(day), b"second\n")
    assert (done.leftover.data, done.leftover.ours, done.leftover.merged) == (LINE, False, False)
    assert leftovers(day.parent) == [done.leftover]


def test_a_text_saved_over_ours_just_before_it_is_taken_back_is_left_over(day, seen):
    done = swap_in(day, NEW, seen, ops=race(day, lambda: rename_over(day, b"second\n")))
    assert (done.raced.data, done.leftover.data) == (LINE, b"second\n")
    assert leftovers(day.parent) == [done.leftover]


@pytest.mark.parametrize("early", [True, False])
def test_a_text_whose_place_was_cleared_takes_it_back(day, seen, early):
    class Early(Unleased):
        def exchange(self, one: Path, other: Path) -> None:
            super().exchange(one, other)
            day.unlink()

    saved = once("exchange", lambda: rename_over(day, LINE), kind=Early)
    done = swap_in(day, NEW, seen, ops=saved if early else race(day, day.unlink))
    assert (done.raced, done.leftover) == (read_or_none(day), None)
    assert day.read_bytes() == LINE
    assert alone(day)


def test_a_text_that_cannot_be_put_back_is_kept_and_the_error_says_where(day, seen):
    def clear_and_fill() -> None:
        day.unlink()
        day.mkdir()
        raise FileNotFoundError

    with pytest.raises(FileError, match="newest version") as caught:
        swap_in(day, NEW, seen, ops=race(day, clear_and_fill))
    assert "merges" in caught.value.hint
    (left,) = leftovers(day.parent)
    assert (left.data, left.ours, left.merged, str(left.path)) == (LINE, False, False, caught.value.where)


@linux
def test_who_reads_our_text_before_it_is_taken_back_reads_the_text_that_returns(day, seen):
    """Else that reader, saving its own version later, would leave out the line that ours lacks."""
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(day.read_bytes()))

    class Watching(Scripted):
        sole: tuple[int, int | None] = (-1, None)

        def lease(self, fd, *, sole=False):
            lease = super().lease(fd, sole=sole)
            if sole:
                self.sole = (fd, lease)
            return lease

    def before(name: str, _nth: int) -> None:
        if name == "exchange" and ops.calls.count("exchange") == 1:
            rename_over(day, LINE)
        elif name == "exchange":
            reader.start()
            while not exchange.lease_wanted(*ops.sole):
                os.sched_yield()

    ops = Watching(before)
    done = swap_in(day, NEW, seen, ops=ops)
    reader.join()
    assert (done.raced.data, done.leftover, read) == (LINE, None, [LINE])
    assert alone(day)


# --- somebody keeps the file open ---


@linux
def test_a_file_that_stays_open_for_writing_is_left_for_later(day, seen):
    with day.open("ab") as writer:
        ops = Scripted()
        done = swap_in(day, NEW, seen, ops=ops)
        assert (done.written, done.held, done.raced) == (False, True, None)
        assert ops.calls.count("pause") > 1
        assert "exchange" not in ops.calls
        writer.write(LINE)
    assert day.read_bytes() == OLD + LINE
    assert alone(day)


@linux
@pytest.mark.parametrize("text", [b"", LINE])
def test_a_writer_who_finishes_soon_is_waited_for(day, seen, text):
    writer = day.open("ab")

    def finish() -> None:
        writer.write(text)
        writer.close()

    done = swap_in(day, NEW, seen, ops=once("pause", finish))
    assert done.written == (not text)
    assert day.read_bytes() == (OLD + text if text else NEW)
    assert alone(day)


def test_a_late_write_to_the_old_file_is_noticed_without_leases_while_the_folder_goes_to_the_disk(day, seen):
    with day.open("ab", buffering=0) as writer:
        done = swap_in(day, NEW, seen, ops=once("fsync_folder", lambda: writer.write(LINE), kind=Unleased))
    assert (done.written, done.raced.data) == (False, OLD + LINE)
    assert day.read_bytes() == OLD + LINE
    assert alone(day)


# --- where names cannot be exchanged ---


class NoExchange(Unleased):
    exchanges = False


@pytest.mark.parametrize("write", [append, rename_over])
def test_a_recheck_finds_a_change_where_names_cannot_be_exchanged(day, seen, write):
    def before(name: str, nth: int) -> None:
        if name == "exchange":
            write(day, LINE)
        refuse(name, nth)

    refuse = unknown("exchange").before
    done = swap_in(day, NEW, seen, ops=Unleased(before))
    assert (done.written, done.raced) == (False, read_or_none(day))
    assert day.read_bytes().endswith(LINE)
    assert alone(day)


def test_a_late_write_to_a_file_that_was_renamed_over_is_kept_beside_it(day, seen):
    with day.open("ab", buffering=0) as writer:
        done = swap_in(day, NEW, seen, ops=once("fsync_folder", lambda: writer.write(LINE), kind=NoExchange))
    assert (done.written, done.displaced, day.read_bytes()) == (True, OLD, NEW)
    assert (done.leftover.data, done.leftover.ours, done.leftover.merged) == (OLD + LINE, False, False)
    assert leftovers(day.parent) == [done.leftover]
