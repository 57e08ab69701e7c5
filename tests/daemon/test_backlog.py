"""What changed waits by source, with the names of its files; nothing is lost between threads."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from memsyncd.adapters.places import Place
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog, Watched

FOLDER = Path("/logs/main")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def told(name: str) -> bool:
    return not name.endswith(".tmp")


def backlog(clock: Clock | None = None, *more: Watched) -> Backlog:
    made = Backlog(Pace(quiet=20, ceiling=300), clock or Clock())
    folders = [Watched("main", Place(FOLDER), told), Watched("work", Place(Path("/logs/work")), told)]
    made.watch([*folders, *more], Pace(quiet=20, ceiling=300))
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


def test_a_folder_with_a_prefix_gives_its_files_names_of_their_own():
    clock = Clock()
    waiting = backlog(clock, Watched("main", Place(Path("/logs/agent"), "database/"), told))
    assert waiting.notice(Path("/logs/agent/x.sqlite-wal"))
    clock.now = 20
    assert waiting.take() == {"main": {"database/x.sqlite-wal"}}


def test_a_file_that_can_tell_nothing_is_passed_over():
    waiting = backlog()
    assert waiting.notice(FOLDER / "a.tmp")
    assert waiting.due_in() is None


def test_in_a_tree_names_are_paths(tmp_path: Path):
    clock = Clock()
    waiting = backlog(clock, Watched("code", Place(tmp_path, "sessions/", depth=1), told))
    assert waiting.notice(tmp_path / "project" / "a.jsonl")
    clock.now = 20
    assert waiting.take() == {"code": {"sessions/project/a.jsonl"}}
    assert waiting.notice(tmp_path / "project" / "deeper" / "a.jsonl")
    assert waiting.due_in() is None


def test_a_folder_that_comes_into_a_tree_may_bring_logs_along(tmp_path: Path):
    clock = Clock()
    waiting = backlog(clock, Watched("code", Place(tmp_path, depth=1), lambda name: name.endswith(".jsonl")))
    (tmp_path / "project").mkdir()
    assert waiting.notice(tmp_path / "project")
    clock.now = 20
    assert waiting.take() == {"code": None}


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
