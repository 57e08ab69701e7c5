"""A heartbeat sees a clock that was set, and work that does not move on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsyncd.daemon.vigil import Drift, Progress


class Clock:
    """Two clocks that are turned by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.wall = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall, UTC)

    def go_on(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("seconds", [3600.0, -3600.0, 6.0])
def test_a_clock_that_was_set_is_told_once(clock, seconds):
    drift = Drift(clock)
    clock.go_on(30)
    clock.wall += seconds
    assert drift.jump() == pytest.approx(seconds)
    clock.go_on(30)
    assert drift.jump() == 0


def test_clocks_that_drift_a_little_did_not_jump(clock):
    drift = Drift(clock)
    for _ in range(10):
        clock.go_on(30)
        clock.wall += 0.5
        assert drift.jump() == 0


def test_an_idle_worker_is_never_stuck(clock):
    progress = Progress(clock)
    clock.go_on(10_000)
    assert progress.goes_on(busy=False, ticks=0)


def test_work_that_moves_on_may_take_as_long_as_it_likes(clock):
    progress = Progress(clock)
    for ticks in range(1, 50):
        clock.go_on(599)
        assert progress.goes_on(busy=True, ticks=ticks)


def test_work_that_does_not_move_on_for_ten_minutes_is_stuck(clock):
    progress = Progress(clock)
    assert progress.goes_on(busy=True, ticks=7)
    clock.go_on(599)
    assert progress.goes_on(busy=True, ticks=7)
    clock.go_on(1)
    assert not progress.goes_on(busy=True, ticks=7)
    assert progress.goes_on(busy=True, ticks=8)
