from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.patterns import either

PATTERNS = [r"^(?:a|b c)$", r"\bword\b|n't\b", r"[|)]x", r"\bif (?:it|we\b|they)", r"^y|\(z\)"]


def test_no_pattern_matches_nothing():
    assert either([]).search("anything") is None


@pytest.mark.parametrize(
    "text", ["a", "b c", "a word", "don't", "|x", ")x", "if we", "yes", "(z)", "sword", "xa", ""]
)
def test_it_matches_where_one_of_the_patterns_does(text):
    assert bool(either(PATTERNS).search(text)) == any(re.search(pattern, text) for pattern in PATTERNS)


@given(st.text(alphabet="abcwordn't|)x if weyz(", max_size=20), st.lists(st.sampled_from(PATTERNS), min_size=1))
def test_order_and_number_of_patterns_do_not_matter(text, patterns):
    assert bool(either(patterns).search(text)) == any(re.search(pattern, text) for pattern in patterns)
