"""Go's regular expressions mean the same to RE2 and, translated, to Python's re."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.redact.gitleaks_preamble import Preamble, without_preamble
from memsyncd.core.redact.gitleaks_syntax import to_python
from memsyncd.core.redact.patterns import LINEAR, Pattern, compile_re2

needs_re2 = pytest.mark.skipif(not LINEAR, reason="RE2 is not installed")

SOURCES = [
    r"a(?i)b",
    r"(?i)a|b",
    r"a(?i)b|a",
    r"(a(?i)b|c)a",
    r"(?i:a(?-i)b)a",
    r"(?i)(a(?-i)b|B)A",
    r"(?s)a.b",
    r"(?m)^a$",
    r"(?m:^a$)|b$",
    r"a$",
    r"\Aa\z",
    r"[[:alpha:]]+[[:digit:]_]",
    r"[^[:space:]]",
    r"[[:punct:]]",
    r"[[:print:]]{2}",
    r"[a\]]+",
    r"[]a]",
    r"[^]a]",
    r"[[a]",
    r"[a&&b|~]",
    r"[a-c-_]",
    r"[\w-.]",
    r"[-a]",
    r"[a-]",
    r"[+--]",
    r"a{,2}",
    r"a{2}|{b}",
    r"\Qa.b[\E+",
    r"\Qa.",
    r"\x61\x{62}",
    r"\141",
    r"(?P<n>a)(?<m>b)?",
    r"a\s\S",
    r"[\s_][\S]",
    r"[^\S\n]",
    r"a\_b|\-|\"",
    r"(?:a|\b_)\B",
]


WIDE = [r"é+", r"[é]", r"[aé…]+b", r"[^é]", r"[^é…\s]+", r"\x{e9}+", r"[b-…]", r"\Qé…\E+", r"(é|…)?a"]
"""Patterns that name characters outside of ASCII; in others re counts each of their bytes."""


def spans(pattern: Pattern | re.Pattern[bytes], text: str) -> list[tuple[int, int]]:
    """Where the match and its groups are."""
    match = pattern.search(text.encode())
    return [match.span(group) for group in range(pattern.groups + 1)] if match else []


def translated(source: str) -> re.Pattern[bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return re.compile(to_python(source).encode())


@needs_re2
@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=40)
@given(text=st.text(st.sampled_from('aAbBc1 \n\t\v_-.[]{},&|~+^"\\'), max_size=8))
def test_both_libraries_give_the_same_matches(source: str, text: str):
    assert spans(translated(source), text) == spans(compile_re2(source), text)


@needs_re2
@pytest.mark.parametrize("source", [r"(?m)(a$)", r"(?m)(?:(a$))", r"(?m:(a$))", r"(?m)b|(a$)"])
def test_a_flag_holds_in_the_groups_within(source: str):
    assert spans(translated(source), "a\nb") == spans(compile_re2(source), "a\nb") == [(0, 1), (0, 1)]


@needs_re2
@pytest.mark.parametrize("source", [r"(?m:b)|(a$)", r"(?m)(?-m:(a$))", r"((?m)b)|(a$)"])
def test_a_flag_does_not_hold_outside_of_its_group(source: str):
    assert spans(translated(source), "a\nc") == spans(compile_re2(source), "a\nc") == []


@needs_re2
@pytest.mark.parametrize("source", WIDE)
@settings(max_examples=40)
@given(text=st.text(st.sampled_from("abc \né…ÿ"), max_size=8))
def test_characters_outside_of_ascii_stay_whole_where_a_pattern_names_them(source: str, text: str):
    assert spans(translated(source), text) == spans(compile_re2(source), text)


@pytest.mark.parametrize("source", [r"\pL", r"\p{Greek}", r"[\pN]", "(?U)a+", "[[:^alpha:]]"])
def test_what_re_cannot_express_is_an_error(source: str):
    with pytest.raises(ValueError, match="needs the RE2 library"):
        to_python(source)


@pytest.mark.parametrize("source", ["(", "a)", "[a", "a**", "(?<n", "(?=a)", "(?<!a)b", "(?#a)"])
def test_what_is_no_pattern_does_not_become_one(source: str):
    with pytest.raises((re.error, ValueError)):
        re.compile(to_python(source))


# --- the identifier before a keyword ---


@pytest.mark.parametrize(
    ("source", "rest", "limit"),
    [
        (r"[\w.-]{0,50}?(?:name)=(x)", r"(?:name)=(x)", 50),
        (r"(?i)[\w.-]{0,50}?(?:a|b)=(x|y)", r"(?i)(?:a|b)=(x|y)", 50),
        (r"(?i)[\w\.\-]{0,20}?name", "(?i)name", 20),
        (r"[\w.-]{0,50}?(?i:[\w.-]{0,50}?(?:name)[ ])=(x)", "(?i:(?:name)[ ])=(x)", 100),
        (r"[\w.-]{0,50}?(?i:[\w-]{0,50}?name)", r"(?i:[\w-]{0,50}?name)", 50),
        (r"[\w.-]{0,50}?(?i:[\w.-]{0,50}?a|b)", r"(?i:[\w.-]{0,50}?a|b)", 50),
        (r"[\w.-]{0,50}?(?i:[\w.-]{0,50}?a){2}", r"(?i:[\w.-]{0,50}?a){2}", 50),
        (r"[\w.-]{0,50}?[|(]name", "[|(]name", 50),
        (r"[\w.-]{0,50}?\|name", r"\|name", 50),
    ],
)
def test_a_lazy_run_at_the_start_is_taken_away(source: str, rest: str, limit: int):
    stripped, preamble = without_preamble(source)
    assert stripped == rest
    assert preamble is not None
    assert (preamble.limit, source.count(preamble.chars) > 0) == (limit, True)


@pytest.mark.parametrize(
    "source",
    [
        "name=(x)",
        r"[\w.-]{0,50}name",
        r"[\w.-]{1,50}?name",
        r"[\w\s]{0,50}?name",
        r"[a-z]{0,50}?name",
        r"(?:[\w.-]{0,50}?)name",
        r"[\w.-]{0,50}?name|other",
        r"(?i)[\w.-]{0,50}?(a)|\b(b)",
        r"[\w.-]{0,50}?\bname",
        r"[\w.-]{0,50}?(?:(?i:\Bname))",
        r"[\w.-]{0,50}?(?P<n>^name)",
    ],
)
def test_any_other_pattern_stays_as_it_is(source: str):
    assert without_preamble(source) == (source, None)


def test_a_preamble_names_its_characters():
    assert without_preamble(r"[\w.-]{0,9}?n")[1] == Preamble(r"[\w.-]", 9)
