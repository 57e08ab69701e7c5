"""What changed waits by source, with the names of its files; nothing is lost between threads."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog

FOLDER = Path("/logs/main")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def backlog(clock: Clock | None = None) -> Backlog:
    made = Backlog(Pace(quiet=20, ceiling=300), clock or Clock())
    made.watch({FOLDER: "main", Path("/logs/work"): "work"}, Pace(quiet=20, ceiling=300))
    return made


def test_a_path_belongs_to_the_source_whose_folder_holds_it():
    clock = Clock()
    waiting = backlog(clock)
    assert waiting.notice(FOLDER / "a.jsonl")
    assert waiting.notice(FOLDER / "b.jsonl")
    assert not waiting.notice(Path("/elsewhere/a.jsonl"))
    assert waiting.due_in() == 20
    clock.now = 20
    assert waiting.take() == {"main": {"a.jsonl", "b.jsonl"}}
    assert waiting.take() == {}


def test_a_folder_itself_or_one_above_it_stands_for_all_its_files():
    for path in (FOLDER, FOLDER.parent):
        clock = Clock()
        waiting = backlog(clock)
        assert waiting.notice(path)
        clock.now = 20
        taken = waiting.take()
        assert taken["main"] is None


def test_any_file_wins_over_some_files():
    clock = Clock()
    waiting = backlog(clock)
    waiting.mark("main", {"a"})
    waiting.mark("main", None)
    waiting.mark("main", {"b"})
    clock.now = 20
    assert waiting.take() == {"main": None}


def test_now_is_due_at_once():
    waiting = backlog()
    waiting.mark(EVERYTHING, None, now=True)
    assert waiting.due_in() == 0
    assert waiting.take() == {EVERYTHING: None}


def test_what_failed_comes_back_later_and_later():
    clock = Clock()
    waiting = backlog(clock)
    waits = []
    for _ in range(4):
        waiting.failed([EVERYTHING])
        waits.append(waiting.due_in())
        clock.now += waits[-1] or 0
        assert waiting.take() == {EVERYTHING: None}
    assert waits == [5, 10, 20, 40]
    waiting.done([EVERYTHING])
    waiting.failed([EVERYTHING])
    assert waiting.due_in() == 5


def test_a_further_failure_while_it_waits_does_not_make_it_wait_longer():
    waiting = backlog()
    waiting.failed([EVERYTHING])
    waiting.failed([EVERYTHING])
    assert waiting.due_in() == 5


def test_it_tells_which_names_of_a_source_wait():
    waiting = backlog()
    assert waiting.waiting("main") == set()
    waiting.notice(FOLDER / "a.jsonl")
    assert waiting.waiting("main") == {"a.jsonl"}
    waiting.mark("main", None)
    assert waiting.waiting("main") is None


def test_when_everything_waits_so_does_every_file():
    waiting = backlog()
    waiting.mark(EVERYTHING, None)
    assert waiting.waiting("main") is None


def test_no_change_of_many_threads_is_lost():
    clock = Clock()
    waiting = backlog(clock)
    taken: set[str] = set()

    def write(thread: int) -> None:
        for number in range(500):
            waiting.notice(FOLDER / f"{thread}-{number}")

    threads = [Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        clock.now += 20
        taken |= waiting.take().get("main") or set()
    clock.now += 20
    taken |= waiting.take().get("main") or set()
    assert len(taken) == 2_000
