"""Alarms may be set while everything ends, and a job that is asked for while it runs runs once more."""

from __future__ import annotations

from queue import Queue
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pytest

from memsyncd.daemon.timetable import Timetable

PATIENCE = 10.0


class Lost:
    """What did not end well, and what becomes of it."""

    def __init__(self) -> None:
        self.told: Queue[tuple[str, BaseException | None]] = Queue()
        self.times = Timetable(self, soon=0.01)

    def __call__(self, name: str, why: BaseException | None) -> None:
        self.told.put((name, why))
        if why is None:
            self.times.again(name)


@pytest.fixture
def lost() -> Lost:
    lost = Lost()
    lost.times.start()
    return lost


def test_a_job_that_is_asked_for_while_it_runs_runs_again(lost):
    began, go_on = Queue(), Event()

    def job() -> None:
        began.put(None)
        go_on.wait(PATIENCE)

    lost.times.after("reload", 0, job)
    began.get(timeout=PATIENCE)
    lost.times.after("reload", 0, job)
    assert lost.told.get(timeout=PATIENCE) == ("reload", None)
    go_on.set()
    began.get(timeout=PATIENCE)
    lost.times.end()


def test_a_job_may_set_alarms_while_the_end_waits_for_it(lost):
    """The scheduler would keep it waiting for ever."""
    began, ending = Event(), Event()

    def job() -> None:
        began.set()
        ending.wait(PATIENCE)
        lost.times.after("drain", 0, job)
        lost.times.daily("nightly", "03:30", ZoneInfo("UTC"), job)
        lost.times.cancel("nightly")

    lost.times.after("drain", 0, job)
    assert began.wait(PATIENCE)
    closing = lost.times._alarms.close
    lost.times._alarms.close = lambda: (ending.set(), closing())  # the end has begun
    thread = Thread(target=lost.times.end, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_what_raises_is_told_and_not_tried_again(lost):
    ran = Queue()

    def job() -> None:
        ran.put(None)
        raise ValueError("no")

    lost.times.after("drain", 0, job)
    name, why = lost.told.get(timeout=PATIENCE)
    assert (name, str(why)) == ("drain", "no")
    lost.times.end()
    assert ran.qsize() == 1


def test_nothing_is_set_after_the_end(lost):
    lost.times.end()
    lost.times.after("drain", 0, lambda: None)
    lost.times.again("drain")
    lost.times.cancel("drain")
