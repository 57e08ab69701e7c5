"""Users' rule files mean what they mean to gitleaks."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.redact.gitleaks import UserRules, parse
from memsyncd.core.redact.gitleaks_rule import entropy
from memsyncd.core.redact.patterns import LINEAR, compile_pattern, compile_re


def rule(regex: str, *lines: str, name: str = "r") -> str:
    return "\n".join(("[[rules]]", f"id = '{name}'", f"regex = '''{regex}'''", *lines, ""))


def user_rules(*parts: str, fallback: bool = False) -> UserRules:
    compile_with = compile_re if fallback else compile_pattern
    return parse("my.toml", "\n".join(parts).encode(), compile_with=compile_with)


def found(text: str, *parts: str, fallback: bool = False) -> list[str]:
    raw = text.encode()
    spans = user_rules(*parts, fallback=fallback).detector(0)(raw, raw.lower())
    return [raw[span.start : span.end].decode() for span in sorted(spans, key=lambda span: span.start)]


# --- keywords ---


def test_a_rule_runs_only_where_one_of_its_keywords_is():
    text = rule("[0-9]{4}", "keywords = ['pin', 'code']")
    assert found("1234", text) == []
    assert found("the PIN 1234", text) == ["1234"]
    assert found("encoded 1234", text) == ["1234"]


def test_a_keyword_is_sought_without_case_on_both_sides():
    assert found("pin 1234", rule("[0-9]{4}", "keywords = ['PIN']")) == ["1234"]


def test_a_keyword_outside_of_ascii_is_sought_in_each_case():
    text = rule("[0-9]{4}", "keywords = ['größe']")
    assert [found(f"{word} 1234", text) for word in ("größe", "Größe", "GRÖSSE")] == [["1234"]] * 3
    assert found("Übergröße 1234", rule("[0-9]{4}", "keywords = ['übergröße']")) == ["1234"]


def test_a_rule_without_keywords_always_runs():
    assert found("1234", rule("[0-9]{4}")) == ["1234"]
    assert found("1234", rule("[0-9]{4}", "keywords = []")) == ["1234"]
    assert found("1234", rule("[0-9]{4}", "keywords = ['']")) == ["1234"]


def test_overlapping_keywords_count_each():
    parts = (rule("a1", "keywords = ['abcd']", name="long"), rule("b2", "keywords = ['bc']", name="short"))
    assert found("abcd a1 b2", *parts) == ["a1", "b2"]


# --- the secret ---


def test_the_secret_is_the_whole_match_where_there_is_no_group():
    assert found("key=abc!", rule("key=[a-z]+")) == ["key=abc"]


def test_the_secret_is_the_first_group_that_holds_anything():
    assert found("key=abc pin=12", rule("key=([a-z]+)|pin=([0-9]+)")) == ["abc", "12"]


def test_the_secret_group_decides_where_it_is_given():
    assert found("key=abc", rule("(key)=([a-z]+)", "secretGroup = 2")) == ["abc"]


def test_an_empty_secret_group_gives_the_whole_match_away():
    assert found("key=", rule("(key)=([a-z]+)?", "secretGroup = 2")) == ["key="]


def test_newlines_at_the_edges_are_no_part_of_the_match():
    assert found("\n\nkey\n\n", rule(r"\s*key\s*")) == ["key"]
    assert found("x\n\n\n", rule(r"\n+")) == []


def test_the_groups_are_those_of_the_trimmed_match():
    """gitleaks searches the match once more: there a word may end that went on in the text."""
    assert found("ab\nab", rule(r"(a)b\n|(ab)$")) == ["ab", "ab"]


def test_the_search_goes_on_behind_the_match():
    assert found("a=1,a=2,a=3", rule("a=([0-9]),?")) == ["1", "2", "3"]
    assert found("a=1,a=2,a=3", rule("a=([0-9]),a")) == ["1"]


def test_offsets_count_bytes():
    raw = "…é key=ü".encode()
    [span] = user_rules(rule("key=(.)")).detector(0)(raw, raw.lower())
    assert raw[span.start : span.end] == "ü".encode()


def test_a_comment_cannot_switch_a_rule_off():
    assert found("key=abc # gitleaks:allow", rule("key=([a-z]+)")) == ["abc"]


def test_nothing_is_found_in_nothing():
    assert found("", rule("a*")) == []
    assert found("aaa", rule("b*")) == []


# --- entropy ---


def test_the_entropy_has_to_exceed_the_bound():
    assert found("key=abcd", rule("key=([a-z]+)", "entropy = 2.0")) == []
    assert found("key=abcde", rule("key=([a-z]+)", "entropy = 2.0")) == ["abcde"]
    assert found("key=aaaa", rule("key=([a-z]+)", "entropy = 0")) == ["aaaa"]


def test_entropy_counts_characters_in_proportion_to_bytes():
    assert entropy(b"abcd") == 2
    assert entropy("ää".encode()) == 0.5


@given(st.text(st.characters(codec="ascii"), min_size=1))
def test_entropy_lies_between_none_and_that_of_different_characters(text: str):
    assert -1e-9 <= entropy(text.encode()) <= log2(len(text)) + 1e-9


# --- allowlists ---

KEY = "key=([a-z0-9]+)"


def allowlist(*lines: str, section: str = "[[rules.allowlists]]") -> str:
    return "\n".join((section, *lines, ""))


@pytest.mark.parametrize("section", ["[[rules.allowlists]]", "[rules.allowlist]", "[rules.AllowList]"])
def test_an_allowlist_is_compared_with_the_secret(section: str):
    parts = (rule(KEY), allowlist("regexes = ['^ab', 'z$']", section=section))
    assert found("key=abx key=xab key=xyz", *parts) == ["xab"]


@pytest.mark.parametrize("section", ["[[allowlists]]", "[allowlist]"])
def test_a_global_allowlist_holds_for_every_rule(section: str):
    parts = (rule(KEY), rule("pin=([0-9]+)", name="p"), allowlist("regexes = ['0']", section=section))
    assert found("key=a0 key=a1 pin=0 pin=1", *parts) == ["a1", "1"]


def test_target_rules_bind_a_global_allowlist_to_them():
    extra = allowlist("regexes = ['0']", "targetRules = ['p']", section="[[allowlists]]")
    assert found("key=a0 pin=0", rule(KEY), rule("pin=([0-9]+)", name="p"), extra) == ["a0"]


def test_the_flag_of_one_regex_is_its_own():
    parts = (rule("key=([A-Za-z]+)"), allowlist("regexes = ['(?i)ab', 'cd']"))
    assert found("key=AB key=CD key=cd", *parts) == ["CD"]


def test_an_allowlist_may_be_compared_with_the_match():
    parts = (rule(KEY), allowlist("regexes = ['key=x']", "regexTarget = 'match'"))
    assert found("key=x1 key=y1", *parts) == ["y1"]


def test_an_allowlist_may_be_compared_with_the_line():
    parts = (rule(KEY), allowlist("regexes = ['example']", "regexTarget = 'line'"))
    assert found("key=a # example\nkey=b\n# example key=c", *parts) == ["b"]


def test_the_line_begins_with_the_newline_before_it():
    """So it does for gitleaks: ``^`` alone holds in the first line only."""
    parts = (rule(KEY), allowlist("regexes = ['^key']", "regexTarget = 'line'"))
    assert found("key=a\nkey=b\nkey=c", *parts) == ["b", "c"]
    assert found("key=a\nkey=b", rule(KEY), allowlist(r"regexes = ['^\n?key']", "regexTarget = 'line'")) == []


def test_a_match_of_several_lines_has_all_of_them_for_its_line():
    parts = (rule(r"key=\n([a-z]+)"), allowlist("regexes = ['first|last']", "regexTarget = 'line'"))
    assert found("first key=\na\nkey=\nb last\nkey=\nc", *parts) == ["c"]


def test_each_rule_looks_at_its_own_lines():
    target = allowlist("regexes = ['example']", "regexTarget = 'line'")
    parts = (rule(KEY), target, rule("pin=([0-9]+)", name="p"), target)
    assert found("pin=1 example\nkey=a\npin=2", *parts) == ["a", "2"]


def test_of_a_long_line_only_the_part_around_the_match_counts():
    parts = (rule(KEY), allowlist("regexes = ['example']", "regexTarget = 'line'"))
    assert found("example" + " " * 190 + "key=a", *parts) == []
    assert found("example" + " " * 250 + "key=a", *parts) == ["a"]
    assert found("key=a" + " " * 250 + "example", *parts) == ["a"]


@pytest.mark.skipif(not LINEAR, reason="to re, a text ends where a search is told to end")
def test_where_a_long_line_is_cut_it_neither_begins_nor_ends():
    parts = (rule(KEY), allowlist("regexes = ['^ ', ' $']", "regexTarget = 'line'"))
    assert found("x" + " " * 300 + "key=a" + " " * 300 + "x", *parts) == ["a"]


def test_stopwords_are_sought_in_the_secret_without_case():
    parts = (rule("key=([A-Za-z]+)"), allowlist("stopwords = ['Exam', 'ÉTÉ', '']"))
    assert found("exam key=myEXAMPLE key=mine", *parts) == ["mine"]


def test_a_stopword_outside_of_ascii_is_sought_without_case():
    assert found("key=xétéx", rule(r"key=(\S+)"), allowlist("stopwords = ['ÉTÉ']")) == []


@pytest.mark.parametrize(
    ("condition", "left"), [("OR", ["x"]), ("||", ["x"]), ("and", ["a1", "b2", "x"]), ("&&", ["a1", "b2", "x"])]
)
def test_the_condition_tells_whether_one_hit_is_enough(condition: str, left: list[str]):
    parts = (rule(KEY), allowlist("regexes = ['1']", "stopwords = ['b']", f"condition = '{condition}'"))
    assert found("key=a1 key=b2 key=b1 key=x", *parts) == left


def test_and_with_one_kind_of_condition_needs_that_one():
    assert found("key=a1", rule(KEY), allowlist("regexes = ['1']", "condition = 'AND'")) == []
    assert found("key=a1", rule(KEY), allowlist("stopwords = ['a']", "condition = 'AND'")) == []


def test_paths_and_commits_hold_for_no_chat():
    for kind in ("paths = ['.*']", "commits = ['abc']"):
        assert found("key=a1", rule(KEY), allowlist(kind)) == ["a1"]
        assert found("key=a1", rule(KEY), allowlist(kind, "regexes = ['1']")) == []
        assert found("key=a1", rule(KEY), allowlist(kind, "regexes = ['1']", "condition = 'AND'")) == ["a1"]


# --- the identifier before a keyword ---

LAZY = r"(?i)[\w.-]{0,5}?(?:name)[ ]?=[ ]?([a-z]+)"


def test_an_allowlist_for_the_match_sees_the_identifier_before_the_keyword():
    parts = (rule(LAZY), allowlist("regexes = ['^my_']", "regexTarget = 'match'"))
    assert found("my_name=a your_name=b", *parts) == ["b"]


def test_the_identifier_is_no_longer_than_written():
    parts = (rule(LAZY), allowlist("regexes = ['^123']", "regexTarget = 'match'"))
    assert found("12345name=a", *parts) == []
    assert found("123456name=a", *parts) == ["a"]


def test_the_identifier_begins_behind_the_match_before():
    parts = (rule(r"[\w]{0,9}?n=(\d)"), allowlist("regexes = ['^1']", "regexTarget = 'match'"))
    assert found("n=1n=2", *parts) == ["1", "2"]
    assert found("n=01n=2", *parts) == ["0"]


@given(st.text(st.sampled_from("ab.- n="), max_size=40))
def test_without_the_identifier_the_same_is_found(text: str):
    """A group around the run keeps it from being taken away."""
    plain = rule(r"(?:[\w.-]{0,3}?)n=?([ab]+)")
    quick = rule(r"[\w.-]{0,3}?n=?([ab]+)")
    target = allowlist("regexes = ['^a.*b$']", "regexTarget = 'match'")
    assert found(text, quick, target) == found(text, plain, target)


# --- ranks and labels ---


def test_rules_are_ranked_in_order_and_generic_ones_last():
    parts = (rule("a", name="generic-key"), rule("b", "label = 'API-KEY'", name="b"), rule("c", name="c"))
    detector = user_rules(*parts).detector(100)
    assert [(one.id, one.rank, one.label) for one in detector.rules] == [
        ("b", 100, "API-KEY"),
        ("c", 101, "SECRET"),
        ("generic-key", 102, "SECRET"),
    ]


# --- Python's re in the place of RE2 ---


def test_without_re2_the_same_is_found():
    parts = (rule(r"(?:k(?i)ey)=([[:alnum:]]+)(?:\s|\z)"), allowlist("regexes = ['^0']", "regexTarget = 'line'"))
    assert found("kEY=a1 key=b2", *parts, fallback=True) == found("kEY=a1 key=b2", *parts) == ["a1", "b2"]


def test_without_re2_a_secret_is_found_across_the_seam_of_two_pieces():
    for shift in range(0, 40, 3):
        text = "é" * ((16 << 10) // 2 - shift) + " key=" + "a1" * 10 + " " + "é" * 9_000
        assert "a1" * 10 in found(text, rule("key=([a-z0-9]{20})"), fallback=True)


def test_without_re2_no_character_is_cut_in_two():
    assert found("key=é", rule("key=(.)"), fallback=True) == ["é"]


def test_one_long_line_of_matches_ends():
    parts = (rule(KEY), allowlist("regexes = ['example']", "regexTarget = 'line'"))
    assert len(found("key=a " * 30_000, *parts)) >= 30_000
