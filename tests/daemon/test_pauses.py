"""A folder that takes no file is paused, told once, tried again, and never mistaken for one file's failure."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from memsyncd.core.pausing import advice, blame
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog
from memsyncd.daemon.pauses import Pauses, sources_of
from memsyncd.errors import DamagedMarkers, FileError, MemsyncdError, StoreError

NOTES, DIARY = Path("/notes"), Path("/diary")


def caused(error: MemsyncdError, cause: Exception) -> MemsyncdError:
    error.__cause__ = cause
    return error


def refused(path: Path, number: int) -> FileError:
    """What writing a file ends with when the system refuses it."""
    error = FileError("cannot write", where=path, why=os.strerror(number))
    error.__cause__ = OSError(number, os.strerror(number))
    return error


class Box:
    """Pauses on folders that are made up: ``broken`` tells which take no file, and why."""

    def __init__(self) -> None:
        self.now = 0.0
        self.broken: dict[Path, int] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.tries: list[tuple[Path, int]] = []
        self.backlog = Backlog(Pace(quiet=20, ceiling=300), lambda: self.now)
        self.pauses = Pauses(
            self.backlog,
            lambda event, /, **fields: self.told.append((event, fields)),
            try_to_write=self.try_to_write,
            looks_writable=lambda folder: folder not in self.broken,
        )
        self.pauses.watch([NOTES, DIARY])

    def try_to_write(self, folder: Path, size: int) -> FileError | None:
        self.tries.append((folder, size))
        return refused(folder, self.broken[folder]) if folder in self.broken else None

    def fails(self, folder: Path, number: int = errno.ENOSPC) -> bool:
        """A day's file cannot be written."""
        return self.pauses.covers(refused(folder / "2026-01-15.md", number))

    def run(self, *fails: Path) -> bool:
        """One run; whether it wrote into a folder that was paused."""
        self.pauses.begin(self.backlog.take())
        tried = self.pauses.tried
        for folder in fails:
            self.fails(folder)
        self.pauses.end(well=True)
        return tried

    def wait(self) -> float:
        """Lets time pass until something is due."""
        seconds = self.backlog.due_in()
        assert seconds is not None
        self.now += seconds
        return seconds

    def events(self) -> list[str]:
        return [event for event, _ in self.told]


@pytest.fixture
def box() -> Box:
    return Box()


def wanted(box: Box, folder: Path) -> object:
    return box.pauses.wanted(SimpleNamespace(target=SimpleNamespace(folder=folder)))  # type: ignore[arg-type]


# --- whose fault it is ---


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_takes_nothing_is_no_fault_of_the_file(number):
    assert blame(number) == "folder"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENAMETOOLONG, errno.EISDIR, None])
def test_what_says_nothing_of_other_files_is_the_files_own(number):
    assert blame(number) == "file"


@pytest.mark.parametrize("number", [number for number in range(200) if blame(number) != "file"])
def test_for_every_reason_to_pause_there_is_advice(number):
    assert "by itself" in advice(number)


def test_a_full_disk_pauses_the_folder_and_is_told_once(box):
    box.broken = {NOTES: errno.ENOSPC}
    assert [box.fails(NOTES) for _ in range(3)] == [True] * 3
    [(event, fields)] = box.told
    assert (event, fields["status"], fields["folder"]) == ("publish.paused", "failed", "/notes")
    assert (fields["reason"], "free some space" in fields["advice"]) == ("No space left on device", True)
    assert "free some space" in box.pauses.told()["/notes"]


def test_the_other_folder_goes_on(box):
    box.fails(NOTES)
    assert (wanted(box, NOTES), wanted(box, DIARY)) == ((), None)
    assert (box.pauses.resting, box.pauses.blocked) == (True, False)


def test_one_closed_file_in_an_open_folder_is_no_pause(box):
    assert not box.fails(NOTES, errno.EACCES)
    assert not box.pauses
    assert box.told == []


def test_an_open_folder_is_tried_once_however_many_files_are_closed(box):
    box.pauses.begin([])
    assert [box.fails(DIARY, errno.EPERM) for _ in range(5)] == [False] * 5
    assert len(box.tries) == 1


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_closed_folder_is_paused(box, number):
    box.broken = {NOTES: number}
    assert box.fails(NOTES, number)
    assert "right to write" in box.pauses.told()["/notes"]


def test_a_folder_that_took_a_file_before_may_be_closed_in_the_next_run(box):
    box.run()
    assert not box.fails(NOTES, errno.EACCES)
    box.broken = {NOTES: errno.EACCES}
    box.run()
    assert box.fails(NOTES, errno.EACCES)


def test_a_paused_folder_is_not_tried_for_each_file_that_fails(box):
    box.broken = {NOTES: errno.EACCES}
    assert [box.fails(NOTES, errno.EACCES) for _ in range(5)] == [True] * 5
    assert len(box.tries) == 1


def test_a_folder_that_fails_in_another_way_is_not_paused(box):
    """A broken disk is no closed door: each day says so itself."""
    box.broken = {NOTES: errno.EIO}
    assert not box.fails(NOTES, errno.EACCES)


def test_damaged_markers_in_a_paused_folder_are_still_told(box):
    box.fails(NOTES)
    assert not box.pauses.covers(DamagedMarkers(NOTES / "2026-01-16.md", "one is missing", [3]))


def test_an_error_without_a_place_or_a_cause_is_no_pause(box):
    assert not box.pauses.covers(MemsyncdError("something failed"))
    assert not box.pauses.covers(FileError("refusing to write", where=NOTES / "a.md", why="it is a symlink"))


# --- memsyncd's own folder ---


@pytest.fixture
def full_store(tmp_path: Path) -> Iterator[StoreError]:
    """What SQLite says when its disk is full."""
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as db:
        db.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            db.executescript("CREATE TABLE a (b); CREATE TABLE c (d);")
        error = StoreError("cannot write to the store", where=tmp_path / "store.sqlite", why="full")
        error.__cause__ = caught.value
        yield error


def test_a_full_store_stops_everything(box, full_store, tmp_path):
    assert box.pauses.covers(full_store)
    assert box.pauses.blocked
    assert list(box.pauses.told()) == [str(tmp_path)]


def test_a_store_that_fails_on_a_disk_with_room_is_no_pause(box, tmp_path):
    locked = caused(
        StoreError("cannot write to the store", where=tmp_path / "s"), sqlite3.OperationalError("locked")
    )
    assert not box.pauses.covers(locked)
    assert [size for _, size in box.tries] == [1 << 20]


def test_a_store_that_fails_in_a_closed_folder_is_a_pause(box, tmp_path):
    box.broken = {tmp_path: errno.EROFS}
    error = caused(StoreError("cannot write to the store", where=tmp_path / "s"), sqlite3.OperationalError("I/O"))
    assert box.pauses.covers(error)
    assert "read-only" in box.pauses.told()[str(tmp_path)]


def test_the_parts_of_our_own_folder_are_one_pause(box, full_store, tmp_path):
    box.pauses.covers(full_store)
    (tmp_path / "history").mkdir()
    assert box.pauses.covers(refused(tmp_path / "history" / "a.zst", errno.ENOSPC))
    assert box.events() == ["publish.paused"]


def test_a_store_inside_a_memory_folder_is_still_our_own(box, full_store, tmp_path):
    box.pauses.watch([tmp_path])
    assert box.pauses.covers(full_store)
    assert box.pauses.blocked


# --- until it takes files again ---


def test_it_is_tried_later_and_later(box):
    box.broken = {NOTES: errno.ENOSPC}
    box.fails(NOTES)
    waits = []
    for _ in range(9):
        waits.append(box.wait())
        assert not box.run()
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert box.events() == ["publish.paused"]


def test_once_it_takes_files_all_is_written_and_the_end_is_told(box):
    box.broken = {NOTES: errno.ENOSPC}
    box.fails(NOTES)
    box.broken.clear()
    box.wait()
    box.pauses.begin(box.backlog.take())
    assert (wanted(box, NOTES), box.pauses.resting) == (None, False)
    assert box.told[1:] == []
    box.pauses.end(well=True)
    assert box.told[1:] == [("publish.resumed", {"status": "ok", "folder": "/notes"})]
    assert not box.pauses
    assert len(box.backlog) == 0


def test_the_next_pause_begins_with_a_short_wait_again(box):
    for _ in range(2):
        box.broken = {NOTES: errno.ENOSPC}
        box.fails(NOTES)
        assert box.wait() == 5
        box.broken.clear()
        assert box.run()


def test_a_day_that_is_larger_than_what_was_tried_keeps_it_paused(box):
    box.fails(NOTES)  # there is room for what is tried, not for the day
    for seconds in (5, 10, 20):
        assert box.wait() == seconds
        assert box.run(NOTES)
    assert box.events() == ["publish.paused"]


def test_a_run_that_was_cut_short_ends_no_pause(box):
    box.fails(NOTES)
    box.wait()
    box.pauses.begin(box.backlog.take())
    box.pauses.end(well=False)
    assert box.events() == ["publish.paused"]
    assert box.wait() == 10


def test_it_is_tried_at_once_when_it_looks_better(box):
    box.broken = {NOTES: errno.ENOSPC}
    box.fails(NOTES)
    assert not box.pauses.look()
    box.broken.clear()
    assert box.pauses.look()
    assert box.backlog.due_in() == 0
    assert box.run()
    assert not box.pauses


def test_one_that_always_looked_well_is_not_tried_at_every_look(box):
    """A quota does not show."""
    box.fails(NOTES, errno.EDQUOT)
    assert not box.pauses.look()
    assert box.backlog.due_in() == 5


def test_where_one_folder_has_room_again_the_others_are_tried(box):
    box.broken = {NOTES: errno.ENOSPC}
    box.fails(NOTES)
    box.wait()
    box.run()
    box.fails(DIARY)
    box.broken.clear()
    box.wait()
    assert box.run()
    assert box.backlog.due_in() == 0
    assert box.run()
    assert box.events() == ["publish.paused", "publish.paused", "publish.resumed", "publish.resumed"]


def test_the_reason_that_counts_is_the_last_one(box):
    box.fails(NOTES, errno.ENOSPC)
    box.wait()
    box.pauses.begin(box.backlog.take())
    box.fails(NOTES, errno.EROFS)
    box.pauses.end(well=True)
    assert "read-only" in box.pauses.told()["/notes"]
    assert box.events() == ["publish.paused"]


def test_a_folder_that_is_not_written_any_more_is_forgotten(box):
    box.fails(NOTES)
    box.pauses.watch([DIARY])
    assert not box.pauses
    box.wait()
    assert not box.run()


def test_paused_folders_wait_beside_the_sources(box):
    box.fails(NOTES)
    box.backlog.mark(EVERYTHING, None, now=True)
    box.backlog.mark("main", None, now=True)
    box.now = 5
    assert sorted(sources_of(box.backlog.take())) == [EVERYTHING, "main"]
