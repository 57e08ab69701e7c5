"""Alarms ring in one thread, at the right time, and tell of those that did not end well."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from threading import Event, get_ident
from zoneinfo import ZoneInfo

import pytest

from memsyncd.adapters.alarms import Alarms

SOON = 30  # seconds that a test waits at most for what happens at once


@pytest.fixture
def lost() -> Queue[tuple[str, BaseException | None]]:
    return Queue()


@pytest.fixture
def alarms(lost: Queue[tuple[str, BaseException | None]]) -> Iterator[Alarms]:
    made = Alarms(lambda name, why: lost.put((name, why)))
    made.start()
    yield made
    made.close()


def test_a_job_runs_once_and_all_in_one_thread(alarms: Alarms) -> None:
    ran: Queue[int] = Queue()
    alarms.after("a", 0, lambda: ran.put(get_ident()))
    alarms.after("b", 0, lambda: ran.put(get_ident()))
    assert ran.get(timeout=SOON) == ran.get(timeout=SOON) != get_ident()


def test_a_job_that_waits_is_replaced_by_one_of_its_name(alarms: Alarms) -> None:
    ran: Queue[str] = Queue()
    alarms.after("a", 3600, lambda: ran.put("old"))
    alarms.after("a", 0, lambda: ran.put("new"))
    assert ran.get(timeout=SOON) == "new"


def test_a_job_that_raises_is_told_and_the_next_one_runs(alarms: Alarms, lost: Queue) -> None:
    def fails() -> None:
        raise OSError("no")

    ran = Event()
    alarms.after("bad", 0, fails)
    name, why = lost.get(timeout=SOON)
    assert name == "bad"
    assert isinstance(why, OSError)
    alarms.after("good", 0, ran.set)
    assert ran.wait(SOON)


def test_a_job_set_again_while_it_runs_is_told(alarms: Alarms, lost: Queue) -> None:
    """The scheduler drops it: whoever set it has to set it again when the first one has ended."""
    began, go_on = Event(), Event()

    def long() -> None:
        began.set()
        go_on.wait(SOON)

    alarms.after("a", 0, long)
    assert began.wait(SOON)
    alarms.after("a", 0, long)
    assert lost.get(timeout=SOON) == ("a", None)
    go_on.set()


def test_a_repeated_job_repeats_until_it_is_cancelled(alarms: Alarms) -> None:
    ran: Queue[int] = Queue()
    alarms.every("a", 0.02, lambda: ran.put(1))
    assert [ran.get(timeout=SOON) for _ in range(3)] == [1, 1, 1]
    alarms.cancel("a")
    alarms.cancel("a")


def test_a_daily_job_is_set_for_a_local_time(alarms: Alarms) -> None:
    alarms.daily("a", 3, 30, ZoneInfo("Europe/Berlin"), lambda: None)
    job = alarms._scheduler.get_job("a")
    assert job is not None
    assert (job.next_run_time.hour, job.next_run_time.minute, str(job.next_run_time.tzinfo)) == (
        3,
        30,
        "Europe/Berlin",
    )


def test_closing_waits_for_the_job_that_runs() -> None:
    done: list[str] = []
    alarms = Alarms(lambda *_: None)
    alarms.start()
    began, go_on = Event(), Event()

    def work() -> None:
        began.set()
        go_on.wait(SOON)
        done.append("done")

    alarms.after("a", 0, work)
    assert began.wait(SOON)
    go_on.set()
    alarms.close()
    assert done == ["done"]
