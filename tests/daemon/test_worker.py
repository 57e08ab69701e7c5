"""The worker marks what a sweep sees, counts what no event told, and says what it cost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from memsyncd.adapters.places import places_of
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog, Watched
from memsyncd.daemon.tally import Tally
from memsyncd.daemon.worker import Worker
from memsyncd.errors import FileError
from tests.builders import Transcript
from tests.daemon.rig import Life

DAY = "2026-01-15T10:00:00Z"


class Bench(Life):
    """A worker without threads on a made-up folder; time stands until a test turns it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.seconds = 0.0
        self.backlog = Backlog(Pace(quiet=20, ceiling=300), lambda: self.seconds)
        folders = [Watched.of(self.source, place) for place in places_of(self.source)]
        self.backlog.watch(folders, Pace(quiet=20, ceiling=300))
        self.missed: list[int] = []
        self.stopping = False
        self.worker = Worker(
            self.reopen,
            lambda: self.sources,
            self.backlog,
            stop=lambda: self.stopping,
            missed=lambda folder, count: self.missed.append(count),
            emit=self.emit,
            now=str,
        )
        self.worker.open()

    def change(self, talk: Transcript, text: str) -> Path:
        """A message is said; its file looks long settled."""
        path = self.home.append(talk.user(text))
        os.utime(path, (1, len(talk.entries)))
        return path

    def work(self) -> None:
        self.seconds += 20
        self.worker.drain()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    yield bench
    bench.worker.close()


@pytest.fixture
def talk(bench: Bench) -> Transcript:
    talk = Transcript("s1", DAY).user("hello").assistant("hi")
    bench.home.live(talk)
    bench.worker.everything()
    bench.worker.drain()
    bench.worker.reconcile()
    bench.missed.clear()
    return talk


def test_what_no_event_told_is_marked_and_counted(bench, talk):
    bench.change(talk, "unheard words")
    assert bench.worker.reconcile().missed == 1
    bench.work()
    assert "unheard words" in bench.day("2026-01-15")
    assert (bench.worker.tally.caught, bench.missed) == (1, [1])


def test_what_events_told_is_not_counted(bench, talk):
    bench.backlog.notice(bench.change(talk, "heard words"))
    assert bench.worker.reconcile().missed == 0
    assert (bench.worker.tally.caught, bench.missed) == (0, [0])


def test_a_file_that_was_heard_and_then_changed_unheard_is_read_all_the_same(bench, talk):
    """Watching ended between two changes of the same file."""
    bench.backlog.notice(bench.change(talk, "heard words"))
    bench.work()
    bench.change(talk, "unheard words")
    bench.worker.reconcile()
    bench.work()
    assert "unheard words" in bench.day("2026-01-15")


def test_a_sweep_says_what_it_cost_and_an_idle_one_marks_nothing(bench, talk):
    bench.worker.drain()
    assert len(bench.backlog) == 0
    swept = bench.worker.reconcile()
    assert (len(bench.backlog), swept.missed) == (0, 0)
    assert 0 < swept.cost < 1


def test_what_is_asked_for_does_not_wait_for_a_failure_s_turn(bench, talk):
    """Whoever has mended the cause asks to catch up, and does not want to wait five minutes."""
    bench.backlog.failed([EVERYTHING])
    assert bench.backlog.due_in() == 5
    bench.worker.everything()
    assert bench.backlog.due_in() == 0


# --- pauses ---


def full(folder: Path) -> FileError:
    """What a write into a folder ends with whose disk is full."""
    error = FileError("cannot write", where=folder / "file", why="No space left on device")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return error


def test_while_our_own_folder_is_paused_nothing_is_read(bench, talk):
    assert bench.worker.pauses.covers(full(bench.state_dir))
    bench.heard_so_far()
    bench.backlog.notice(bench.change(talk, "later"))
    bench.backlog.mark(EVERYTHING, None, now=True)
    bench.worker.drain()
    assert bench.heard_so_far() == []


def test_what_is_asked_for_includes_paused_folders(bench, talk):
    assert bench.worker.pauses.covers(full(bench.home.memory))
    bench.worker.everything()
    bench.worker.drain()
    assert "publish.resumed" in bench.heard_so_far()


def test_a_run_that_is_told_to_stop_does_not_end_a_pause(bench, talk):
    assert bench.worker.pauses.covers(full(bench.home.memory))
    bench.stopping = True
    bench.worker.everything()
    bench.worker.drain()
    assert "publish.resumed" not in bench.heard_so_far()
    assert bench.worker.tally.paused


def test_the_same_day_may_fail_in_two_folders(bench):
    errors = [("2026-01-15", FileError("cannot write", where=name, why="no")) for name in ("/a/file", "/b/file")]
    assert bench.worker._not_paused(errors) == {
        "2026-01-15": "cannot write: /a/file: no; cannot write: /b/file: no"
    }


def test_the_summary_tells_paused_folders_from_other_failures():
    tally = Tally(written=1, failures={"2026-01-15": "damaged", "/notes": "full"}, paused={"/notes": "full"})
    told = tally.summary(sources=2, waiting=1)
    assert told == "2 sources, 1 file written, 1 waiting, 1 failing, 1 folder paused"
    assert Tally().summary(sources=1, waiting=0) == "1 source, 0 files written, 0 waiting"


def test_it_rests_once_after_work_and_then_not_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.worker.open()
    assert not bench.worker.tired
    bench.worker.everything()
    bench.worker.drain()
    assert bench.worker.tired
    bench.worker.rest()
    assert not bench.worker.tired
    bench.worker.rest()
    bench.worker.close()
