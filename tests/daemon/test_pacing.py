"""Sweeps come sooner while they find what no event told, rarer while they do not, and cost next to nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.pacing import Rhythm, Sweep

HOUR = 3600.0
CLEAN = Sweep(cost=0.0, missed=0)
MISSED = Sweep(cost=0.0, missed=2)

sweeps = st.lists(
    st.tuples(
        st.builds(Sweep, cost=st.floats(0, 60), missed=st.integers(0, 3)),
        st.booleans(),
    ),
    max_size=30,
)
bases = st.floats(0.01, 7200)


def course(base: float, *done: Sweep, heard: bool = True) -> list[float]:
    """The seconds between sweeps that go so."""
    rhythm, waits = Rhythm.of(base), []
    for sweep in done:
        rhythm = rhythm.after(sweep, heard=heard)
        waits.append(rhythm.seconds)
    return waits


def test_it_begins_with_what_the_configuration_asks_for():
    assert Rhythm.of(300).seconds == 300


def test_each_sweep_that_finds_something_halves_the_wait_down_to_a_fifth():
    assert course(300, *[MISSED] * 4) == [150, 75, 60, 60]


def test_half_a_minute_is_the_least_unless_less_is_asked_for():
    assert course(120, *[MISSED] * 3) == [60, 30, 30]
    assert course(5, MISSED) == [5]


def test_from_the_third_clean_sweep_on_the_wait_grows_to_twice_the_base():
    assert course(200, *[CLEAN] * 5) == [200, 200, 400, 400, 400]


def test_ten_minutes_are_the_most_unless_more_is_asked_for():
    assert course(500, *[CLEAN] * 4)[-1] == 600
    assert course(1200, *[CLEAN] * 4)[-1] == 1200


def test_trust_is_earned_anew_after_a_miss():
    assert course(300, CLEAN, CLEAN, CLEAN, MISSED, CLEAN, CLEAN, CLEAN) == [300, 300, 600, 300, 300, 300, 600]


def test_a_dear_sweep_comes_no_oftener_than_its_cost_allows():
    """100,000 files take 280 ms of a core, a million 2.8 s."""
    assert course(60, Sweep(cost=0.28, missed=0)) == [560]
    assert course(60, Sweep(cost=0.28, missed=5)) == [560]
    assert course(60, Sweep(cost=2.8, missed=0)) == [HOUR]


def test_one_dear_sweep_is_no_reason_to_stay_blind():
    assert course(300, Sweep(cost=1.0, missed=0), CLEAN) == [2000, 300]


def test_where_folders_are_polled_the_base_holds():
    assert course(300, *[MISSED, CLEAN, CLEAN, CLEAN], heard=False) == [300] * 4


def test_what_was_learnt_is_forgotten_once_folders_are_polled():
    rhythm = Rhythm.of(300).after(MISSED, heard=True).after(CLEAN, heard=False)
    assert rhythm == Rhythm.of(300)


@given(bases, sweeps)
def test_the_wait_stays_within_its_limits(base, done):
    rhythm = Rhythm.of(base)
    for sweep, heard in done:
        rhythm = rhythm.after(sweep, heard=heard)
        assert min(base, 30, base / 5) <= rhythm.seconds
        assert rhythm.wanted >= min(base, max(base / 5, 30))
        assert rhythm.wanted <= max(base, min(2 * base, 600))
        assert rhythm.seconds <= max(base, HOUR)


@given(bases, sweeps)
def test_sweeps_use_a_two_thousandth_of_the_time_or_come_once_an_hour(base, done):
    rhythm = Rhythm.of(base)
    for sweep, heard in done:
        rhythm = rhythm.after(sweep, heard=heard)
        assert rhythm.seconds >= HOUR or sweep.cost <= rhythm.seconds * 0.0005 * (1 + 1e-9)


@given(bases, sweeps, st.floats(0, 60))
def test_a_miss_never_makes_the_next_sweep_come_later(base, done, cost):
    rhythm = Rhythm.of(base)
    for sweep, heard in done:
        rhythm = rhythm.after(sweep, heard=heard)
    missed, clean = (rhythm.after(Sweep(cost=cost, missed=number), heard=True) for number in (1, 0))
    assert missed.wanted <= rhythm.wanted
    assert missed.seconds <= clean.seconds


@pytest.mark.parametrize("base", [30.0, 300.0, 600.0])
def test_after_the_last_miss_the_wait_comes_back_to_its_longest(base):
    waits = course(base, *[MISSED] * 5, *[CLEAN] * 8)
    assert waits[-1] == course(base, *[CLEAN] * 8)[-1]
