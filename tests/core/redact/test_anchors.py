"""Rules that are matched where a keyword stands, digits that have to be there, and patterns for plain texts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec import structs

from memsyncd.core.redact.engine import Barriers, Engine, secrets
from memsyncd.core.redact.patterns import compile_pattern, compile_re
from memsyncd.core.redact.prefilter import Prefilter, anchored
from memsyncd.core.redact.rules import Anchor, Rule, RuleSet, load
from tests.core.redact.compiled import found_by, ruleset
from tests.core.redact.examples import all_examples
from tests.core.redact.expressions import expand

_FILE = """
[words]
foreign = ["wachtwoord", "şifre"]
[fragments]
anyname = '''pin|{foreign}'''
[[rules]]
id = "r"
description = "test"
label = "PASSWORD"
regex = '''(?i)(?:{anyname})=([a-z]+)'''
keywords = ["pin", "{foreign}"]
"""


def _rule(regex: str, *keywords: str, anchor: Anchor | None = None, needs: str | None = None) -> Rule:
    return Rule(
        id="r",
        rank=0,
        label="SECRET",
        description="test",
        regex=regex,
        spellings=b"\0".join(keyword.encode() for keyword in keywords),
        entropy=0.0,
        exact=False,
        anywhere=False,
        anchor=anchor,
        needs=needs,
        allowlists=(),
        compile_with=compile_pattern,
    )


def _found(rule: Rule, text: str) -> list[str]:
    engine = Engine(RuleSet(rules=(rule,), foreign=(), base64=()))
    raw = text.encode()
    return [raw[span.start : span.end].decode() for span in engine.scan(raw)]


def test_a_match_begins_with_the_keyword_or_the_underscore_before_it():
    rule = _rule(r"(?:\b|_)[\w.-]+=(\d+)", "box", anchor="begins")
    assert _found(rule, "box=1 MY_box=2 mybox=3 boxes=4") == ["1", "2", "4"]


def test_a_word_that_only_ends_in_a_name_is_no_name():
    key = "a1b2c3d4e5f6g7h8j9k0"
    assert found_by("named-word-key", f"plaid_key = {key}") == [key]
    assert found_by("named-word-key", f"pipeline_key = {key}, outline_token: {key}") == []


def test_a_match_that_follows_begins_with_the_last_character_of_the_keyword():
    assert _found(_rule(r"x[a-z]*=(\d+)", "box", anchor="follows"), "box=1 mybox=2 boxes=3 x=4") == ["1", "2", "3"]


def test_an_anchor_inside_of_what_was_found_is_passed_over():
    assert _found(_rule(r"k=(.+)", "k=", anchor="begins"), "k=k=k=7") == ["k=k=7"]


def test_a_match_may_reach_beyond_what_was_read():
    long = "a" * 5_000
    assert _found(_rule("k=([a-z]+)", "k=", anchor="begins"), f"k={long} k=b") == [long, "b"]


def test_a_name_full_of_keywords_is_read_a_few_times_only():
    places = anchored(range(0, 4_000, 4), b"box-" * 1_000)
    assert len(places) == 16
    assert max(end - start for start, end in places) <= 2_048


def test_every_name_is_read():
    assert [start for start, _ in anchored(range(0, 400, 4), b"box " * 100)] == list(range(0, 400, 4))


def test_what_needs_a_digit_is_not_looked_for_where_there_is_none():
    rule = _rule("k=([a-z0-9]+)", "k=", needs="[0-9]")
    assert _found(rule, "k=abc") == []
    assert _found(rule, "k=abc1") == ["abc1"]


@pytest.mark.parametrize("rule", [rule for rule in ruleset().rules if rule.needs], ids=lambda rule: rule.id)
def test_a_rule_that_needs_a_digit_finds_nothing_in_a_text_without_one(rule: Rule):
    """The gate leaves out only what an allowlist would take off."""
    example = next(example for example in all_examples() if example.rule == rule.id)
    for expression in example.finds:
        text = "".join(
            "xy"[char.isdigit()] if char.isdigit() else char for char in expand(expression, "digits").text
        )
        assert _search(rule, text, None) == []


def test_a_plain_text_is_searched_without_the_words_beyond_ascii():
    [rule] = load({"a.toml": _FILE.encode()}).rules
    assert rule.plain
    assert "şifre" in rule.regex
    assert "şifre" not in rule.plain.regex
    assert "wachtwoord" in rule.plain.regex


def test_a_text_with_a_word_beyond_ascii_is_searched_for_all_words():
    prefilter = Prefilter(load({"a.toml": _FILE.encode()}))
    [(rule, _)] = prefilter("pin=a ŞIFRE=b".encode()).rules
    assert rule.plain is not None
    [(rule, _)] = prefilter("pin=a é wachtwoord=b".encode()).rules
    assert rule.plain is None


def test_a_rule_without_such_words_is_the_same_for_all_texts():
    plain = _FILE.replace("pin|{foreign}", "pin").replace(', "{foreign}"', "")
    assert load({"a.toml": plain.encode()}).rules[0].plain is None


_WIDE = {rule.id: rule for rule in ruleset().rules if rule.plain}


@pytest.mark.parametrize("name", _WIDE)
def test_the_plain_pattern_finds_what_the_other_does_in_texts_without_those_words(name: str):
    foreign = ruleset().foreign
    for example in all_examples():
        if example.rule != name:
            continue
        for expression in (*example.finds, *example.stays):
            text = expand(expression, "plain").text
            if not any(word in text.encode().lower() for word in foreign):
                wide = _WIDE[name]
                assert wide.plain
                assert _search(wide.plain, text, None) == _search(wide, text, None)


def test_re_matches_at_an_anchor_too():
    rule = structs.replace(_rule(r"x=(\d+)", "box", anchor="follows"), compile_with=compile_re)
    assert _found(rule, "box=1 box=22") == ["1", "22"]


def _search(rule: Rule, text: str, places: Sequence[tuple[int, int]] | None) -> list[tuple[int, int]]:
    raw = text.encode()
    if rule.anchor:
        places = next((near for asked, near in Prefilter(ruleset())(raw).rules if asked.id == rule.id), ())
    return [] if places == () else list(secrets(rule, raw, Barriers(raw), places))
