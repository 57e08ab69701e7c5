from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.thinning import rounds

SCORES = st.lists(st.integers(0, 12), max_size=200)


def kept(scores, most):
    lost = rounds(scores)
    order = sorted(range(len(scores)), key=lambda place: (-lost[place], -scores[place], place))
    return sorted(order[:most])


def test_no_lines_have_no_rounds():
    assert rounds([]) == []


def test_the_line_that_says_less_loses_to_its_neighbour():
    assert rounds([1, 5, 2, 3]) == [3, 3, 1, 2]


def test_the_first_line_never_loses():
    assert kept([0, 9, 9, 9, 9, 9, 9, 9], 2)[0] == 0


@given(st.integers(8, 300))
def test_equal_lines_are_thinned_evenly(count):
    left = kept([1] * count, count // 2 + 1)
    gaps = [after - before for before, after in pairwise(left)]
    assert max(gaps) <= 3


@given(SCORES, st.integers(1, 50))
def test_every_stretch_of_a_conversation_keeps_a_line(scores, most):
    left = kept(scores, most)
    if most >= 8 and len(scores) >= 16:
        quarter = len(scores) / 4
        assert {int(place // quarter) for place in left} == {0, 1, 2, 3}


@given(SCORES, st.integers(0, 12), st.integers(1, 60))
def test_one_more_line_takes_the_place_of_few(scores, score, most):
    before, after = set(kept(scores, most)), set(kept([*scores, score], most))
    assert len(before - after) <= 2
