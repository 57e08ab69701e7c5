"""What changed is due after a quiet time, at the latest after the ceiling, and is never lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.settle import Pace, Settling

PACE = Pace(quiet=20, ceiling=300)


def test_nothing_waits_at_first():
    settling: Settling[str] = Settling()
    assert (len(settling), settling.due_at(), settling.take(1e9)) == (0, None, [])


def test_a_change_is_due_after_the_quiet_time():
    settling: Settling[str] = Settling()
    settling.mark("a", 100, PACE)
    assert settling.due_at() == 120
    assert settling.take(119.9) == []
    assert settling.take(120) == ["a"]
    assert settling.take(1e9) == []


def test_a_further_change_puts_it_off_until_the_ceiling():
    settling: Settling[str] = Settling()
    for now in range(100, 500, 10):
        settling.mark("a", now, PACE)
    assert settling.due_at() == 400


def test_the_longest_waiting_comes_first():
    settling: Settling[str] = Settling()
    settling.mark("b", 1, PACE)
    settling.mark("a", 2, PACE)
    settling.mark("b", 3, PACE)
    assert settling.take(1e9) == ["b", "a"]


def test_what_changes_while_it_is_dealt_with_is_marked_anew():
    settling: Settling[str] = Settling()
    settling.mark("a", 0, PACE)
    assert settling.take(20) == ["a"]
    settling.mark("a", 21, PACE)
    settling.done("a")
    assert settling.due_at() == 41


def test_a_failure_waits_twice_as_long_each_time_up_to_a_limit():
    settling: Settling[str] = Settling()
    waits = []
    for _ in range(6):
        waits.append(settling.failed("a", 0, delay=5, longest=60))
        assert settling.take(waits[-1]) == ["a"]
    assert waits == [5, 10, 20, 40, 60, 60]
    settling.done("a")
    assert settling.failed("a", 0, delay=5, longest=60) == 5


def test_a_change_does_not_bring_forward_what_failed():
    settling: Settling[str] = Settling()
    settling.failed("a", 0, delay=50, longest=60)
    settling.mark("a", 1, Pace(quiet=0, ceiling=0))
    assert settling.due_at() == 50


def test_everything_can_be_taken_at_once():
    settling: Settling[str] = Settling()
    settling.mark("a", 5, PACE)
    settling.mark("b", 9, PACE)
    assert settling.take_all() == ["a", "b"]


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.sampled_from("abc")), max_size=60),
    st.floats(0, 50),
    st.floats(0, 400),
)
def test_whatever_comes_is_due_within_the_ceiling_and_after_quiet(changes, quiet, more):
    """Every change is taken: not before it was quiet, unless the ceiling is reached, and never after both."""
    pace = Pace(quiet=quiet, ceiling=quiet + more)
    settling: Settling[str] = Settling()
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for now, key in sorted(changes):
        while (due := settling.due_at()) is not None and due <= now:
            for taken in settling.take(due):
                assert due - first[taken] <= pace.ceiling + 1e-6
                assert due - last[taken] >= pace.quiet - 1e-6 or due - first[taken] >= pace.ceiling - 1e-6
                del first[taken], last[taken]
        settling.mark(key, now, pace)
        first.setdefault(key, now)
        last[key] = now
    assert set(settling.take_all()) == set(first)
