"""Which line stayed, which became which, which are new or gone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.align import align, equal_pairs
from tests.effort import EXAMPLES

lines = st.lists(st.sampled_from([b"a", b"b", b"c d", b"c e", b"", b"---"]), max_size=25)


def words(text: str) -> list[bytes]:
    return text.encode().split(b"|")


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("a|b|c", "a|b|c", [(0, 0), (1, 1), (2, 2)]),
        ("a|b|c", "a|x|c", [(0, 0), (2, 2)]),
        ("a|b|c", "c|a|b", [(0, 1), (1, 2)]),
        ("x|a|-|-|b|y", "u|a|-|b|w", [(1, 1), (2, 2), (4, 3)]),
        ("a", "b", []),
    ],
)
def test_equal_lines_pair_in_order(old, new, pairs):
    assert equal_pairs(words(old), words(new)) == pairs


def test_blank_lines_do_not_mislead():
    old, new = words("a||b||c"), words("n||a||b||c")
    assert equal_pairs(old, new) == [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6)]


def test_a_line_with_half_of_its_words_is_the_old_one_changed():
    assert align(words("one two three four"), words("new|one two x y"), every=False).partner == [1]
    assert align(words("one two three four"), words("new|one x y z"), every=False).partner == [None]


def test_with_every_a_line_in_the_place_of_another_is_that_line_changed():
    assert align(words("a|b"), words("x|y"), every=True).partner == [0, 1]
    assert align(words("a|b|c"), words("x"), every=True).partner == [0, None, None]
    assert align(words("a"), words("x|y"), every=True).partner == [0]


def test_the_surplus_is_inserted_where_it_stands():
    found = align(words("one two|b"), words("zero|one two!|b|c"), every=True)
    assert found.partner == [1, 2]
    assert [list(places) for places in found.inserted] == [[0], [], [3]]


def test_a_long_changed_run_is_not_compared_word_by_word():
    old, new = [b"line %d" % i for i in range(100)], [b"LINE %d" % i for i in range(90)]
    assert align(old, new, every=True).partner == [*range(90), *[None] * 10]
    assert align(old, new, every=False).partner == [None] * 100


def test_many_thousand_repeated_lines_are_aligned_without_comparing_all_with_all():
    old = [b"%d" % (i % 7) for i in range(30_000)]
    assert equal_pairs([b"", *old], old)


@settings(max_examples=EXAMPLES, deadline=None)
@given(lines, lines, st.booleans())
def test_partners_ascend_and_every_new_line_has_one_place(old, new, every):
    found = align(old, new, every=every)
    partners = [at for at in found.partner if at is not None]
    inserted = [at for places in found.inserted for at in places]
    assert partners == sorted(set(partners))
    assert sorted(partners + inserted) == list(range(len(new)))
    assert (len(found.partner), len(found.inserted)) == (len(old), len(old) + 1)


@settings(max_examples=EXAMPLES, deadline=None)
@given(lines, lines)
def test_pairs_are_equal_lines_and_cover_a_version_that_did_not_change(old, new):
    assert all(old[i] == new[j] for i, j in equal_pairs(old, new))
    assert len(equal_pairs(old, old)) == len(old)
