"""The engine's parts: search, entropy, barriers, merging, prefilter."""

from __future__ import annotations

import pytest

from memsyncd.core.redact.engine import Barriers, Engine, Span, entropy, merge, secrets
from memsyncd.core.redact.patterns import compile_pattern
from memsyncd.core.redact.prefilter import Prefilter
from memsyncd.core.redact.rules import Allowlist, Rule, RuleSet


def _rule(
    regex: str = "x",
    *,
    rank: int = 0,
    keyword: str = "x",
    allowed: str = "",
    target="secret",
    entropy: float = 0,
    exact: bool = False,
) -> Rule:
    return Rule(
        id=f"rule {rank}",
        rank=rank,
        label="SECRET",
        description="test",
        regex=regex,
        spellings=keyword.encode(),
        entropy=entropy,
        exact=exact,
        anywhere=False,
        anchor=None,
        needs=None,
        allowlists=(Allowlist((allowed,), target, compile_pattern),) if allowed else (),
        compile_with=compile_pattern,
    )


def _found(rule: Rule, text: str) -> list[str]:
    raw = text.encode()
    return [raw[start:end].decode() for start, end in secrets(rule, raw, Barriers(raw))]


def test_the_secret_is_the_first_group_that_is_not_empty():
    assert _found(_rule("a(x*)(y+)"), "ay axyy") == ["y", "x"]


def test_without_a_group_the_secret_is_the_whole_match():
    assert _found(_rule("ab+"), "abb ab") == ["abb", "ab"]


def test_an_empty_secret_is_none():
    assert _found(_rule("a(x*)"), "ay") == ["a"]
    assert _found(_rule("x*"), "ay") == []


def test_entropy_has_to_exceed_the_bound():
    assert entropy(b"aabb") == 1
    assert entropy(b"aaaa") == 0
    assert _found(_rule("[a-d]{4}", entropy=1), "aabb abcd") == ["abcd"]


def test_an_allowlist_looks_at_the_secret_or_at_the_match():
    assert _found(_rule("k=([0-9]+)", allowed="^1"), "k=12 k=21") == ["21"]
    assert _found(_rule("k=([0-9]+)", allowed="^k=2", target="match"), "k=12 k=21") == ["12"]


def test_the_search_goes_on_at_a_supposed_secret_that_was_none():
    """A name can be followed by another name."""
    assert _found(_rule("k=([^ ]+)", allowed="^k="), "k=k=k=7") == ["7"]


def test_the_search_goes_on_behind_the_secret_not_behind_the_match():
    assert _found(_rule("<([0-9])>?<?"), "<1><2>") == ["1", "2"]


def test_a_long_match_that_is_none_is_not_searched_again():
    """Else a long text of names alone would take quadratic time."""
    assert _found(_rule("k=(.+)", allowed="^k="), "k=" * 10 + "7") == ["7"]
    assert _found(_rule("k=(.+)", allowed="^k="), "k=" * 300 + "7") == []


def test_a_match_cannot_begin_in_a_placeholder_nor_its_secret_overlap_one():
    text = "[REDACTED-JWT]x1 x[REDACTED-JWT] x2"
    barriers = Barriers(text.encode())
    assert barriers.stop(5, 15, 16)
    assert barriers.stop(16, 16, 20)
    assert barriers.stop(0, 0, len(text))
    assert not barriers.stop(14, 14, 16)
    assert not barriers.stop(16, 17, 18)


def test_what_stands_in_front_of_a_placeholder_can_be_context():
    text = "[REDACTED-JWT]x1 [REDACTED-JWT] x2"
    assert _found(_rule("x1.*x([0-9])"), text) == ["2"]
    assert _found(_rule("JWT.*x([0-9])"), text) == []


def test_overlapping_spans_unite_under_the_earlier_rule():
    first, second, third = (_rule(rank=rank) for rank in range(3))
    spans = [Span(8, 9, third), Span(0, 4, second), Span(3, 6, first), Span(6, 7, third)]
    assert merge(spans) == [Span(0, 6, first), Span(6, 7, third), Span(8, 9, third)]


def test_a_span_inside_another_does_not_shorten_it():
    assert merge([Span(0, 9, _rule(rank=1)), Span(2, 3, _rule(rank=0))])[0].end == 9


# --- prefilter ---


def _prefilter(*rules: Rule, base64: tuple[bytes, ...] = ()) -> Prefilter:
    return Prefilter(RuleSet(rules=rules, foreign=(), base64=base64))


def test_a_text_without_keywords_asks_for_nothing():
    hits = _prefilter(_rule(keyword="tok"))(b"nothing here")
    assert (hits.rules, hits.base64, hits.split) == ((), (), ())


def test_keywords_are_compared_without_ascii_case_and_may_overlap():
    rules = [_rule(rank=rank, keyword=word) for rank, word in enumerate(["ken", "token", "tok", "other"])]
    assert [rule.rank for rule, _ in _prefilter(*rules)(b"a ToKeN").rules] == [0, 1, 2]


def test_rules_can_share_a_keyword():
    rules = [_rule(rank=rank, keyword="tok") for rank in range(2)]
    assert _prefilter(*rules)(b"tok").rules == tuple((rule, ((0, 3),)) for rule in rules)


def test_a_known_beginning_in_base64_is_seen_only_in_its_exact_case():
    prefilter = _prefilter(base64=(b"ghp_",))
    assert prefilter(b"Z2hwX0").base64 == (0,)
    assert prefilter(b"  aWdocF8w").base64 == (2,)
    assert prefilter(b"z2hwx0").base64 == ()


@pytest.mark.parametrize("splitter", ["\u200b", "\u00ad", "\\_"])
def test_what_can_split_a_keyword_is_seen(splitter: str):
    assert _prefilter()(f"a{splitter}b".encode()).split


def test_only_exact_formats_are_looked_for_across_a_seam():
    """A guess from the context would take two neighbouring words for one."""
    raw = b"tok-12**34"
    assert Engine(RuleSet(rules=(_rule("tok-[0-9]{4}", keyword="tok"),), foreign=(), base64=())).scan(raw) == []
    exact = _rule("tok-[0-9]{4}", keyword="tok", exact=True)
    assert Engine(RuleSet(rules=(exact,), foreign=(), base64=())).scan(raw) == [Span(0, len(raw), exact)]
