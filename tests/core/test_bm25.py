"""BM25: rare words count more than frequent ones, repetition less and less, long lines less than short ones."""

from __future__ import annotations

from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.bm25 import Hit, Ranking

words = st.sampled_from(["ash", "birch", "cedar", "date", "elm", "fir"])
lines = st.lists(st.lists(words, min_size=1, max_size=8), min_size=1, max_size=8)


def plainly(texts, query, place):
    """The score of one line, written out as in the textbook."""
    average = sum(map(len, texts)) / len(texts)
    total = 0.0
    for word in query:
        holders = sum(word in text for text in texts)
        count = texts[place].count(word)
        weight = log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
        total += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(texts[place]) / average))
    return total


@given(lines, st.sets(words, min_size=1))
def test_the_best_line_is_that_of_the_textbook(texts, query):
    scores = [plainly(texts, query, place) for place in range(len(texts))]
    hit = Ranking(texts).best(query)
    assert hit.score == pytest.approx(max(scores))
    if hit.line is not None:
        assert scores[hit.line] == pytest.approx(max(scores))


def test_without_a_shared_word_there_is_no_line():
    assert Ranking([["ash"], ["birch"]]).best({"cedar"}) == Hit(None, 0.0)


def test_without_lines_there_is_no_line():
    assert Ranking([]).best({"ash"}) == Hit(None)
    assert Ranking([[]]).best({"ash"}) == Hit(None)


def test_of_equal_lines_the_first_is_best():
    assert Ranking([["elm"], ["ash"], ["ash"]]).best({"ash"}).line == 1


def test_a_rare_word_decides_against_a_frequent_one():
    texts = [["ash", "elm"], ["ash", "fir"], ["ash", "fir"], ["birch", "date"]]
    assert Ranking(texts).best({"ash", "birch"}).line == 3


def test_a_short_line_is_better_than_a_long_one():
    assert Ranking([["ash", "elm", "fir", "date"], ["ash", "elm"]]).best({"ash"}).line == 1


def test_a_word_weighs_less_the_more_lines_hold_it():
    ranking = Ranking([["ash"], ["ash", "elm"], ["ash", "elm"], ["fir"]])
    weights = [ranking.weight(word) for word in ("oak", "fir", "elm", "ash")]
    assert inf > weights[0] > weights[1] > weights[2] > weights[3] > 0


def test_words_can_be_weighed_by_other_lines():
    common = Ranking([["ash"], ["ash"], ["ash"], ["elm"]])
    texts = [["ash"], ["elm"], ["elm"], ["elm"]]
    assert Ranking(texts).best({"ash", "elm"}).line == 0
    assert Ranking(texts, rarity=common).best({"ash", "elm"}).line == 1
