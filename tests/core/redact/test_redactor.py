"""The redactor as a whole: offsets, fixed point, laziness."""

from __future__ import annotations

import subprocess
import sys

import pytest

from memsyncd.core import redact as package
from memsyncd.core.redact import Redactor, redact
from memsyncd.core.redact.redactor import packaged
from memsyncd.errors import ConfigError
from memsyncd.model import Finding, Redaction

RULES = """
[[rules]]
id = "{id}"
description = "test"
label = "SECRET"
regex = '''{regex}'''
keywords = ["{keyword}"]
"""


def _redactor(*rules: tuple[str, str, str]) -> Redactor:
    texts = [RULES.format(id=name, regex=regex, keyword=keyword) for name, regex, keyword in rules]
    return Redactor({"test.toml": "".join(texts).encode()})


def test_a_text_without_secrets_is_returned_itself():
    text = "an ordinary sentence"
    assert redact(text).text is text


def test_a_text_with_keywords_only_is_returned_itself():
    text = "the token and the password"
    assert redact(text).text is text


def test_a_value_is_replaced_and_its_surroundings_stay():
    assert redact("password: hunter2, and then") == Redaction(
        "password: [REDACTED-PASSWORD], and then", (Finding("assigned-password", "PASSWORD", 10, 17),)
    )


@pytest.mark.parametrize("before", ["", "ä", "€€", "😀", "\ud800", "日本", "a\0b", "\ufeff"])
def test_offsets_count_characters(before: str):
    text = f"{before} password: hunter2 ü\udfff"
    [finding] = redact(text).findings
    assert text[finding.start : finding.end] == "hunter2"
    assert redact(text).text == text.replace("hunter2", "[REDACTED-PASSWORD]")


def test_a_url_keeps_scheme_user_and_host():
    text = "postgres://bob:s3cr/et@db.example.org:5432/app?sslmode=require"
    assert redact(text).text == "postgres://bob:[REDACTED-URL-PASSWORD]@db.example.org:5432/app?sslmode=require"


def test_a_query_keeps_its_other_parameters():
    text = "https://example.org/?token=a1b2c3d4e5f6g7&lang=en"
    assert redact(text).text == "https://example.org/?token=[REDACTED-URL-SECRET]&lang=en"


def test_a_connection_string_keeps_its_other_parts():
    text = "Server=db;User Id=sa;Password=Zx9kq4Lm;Encrypt=True"
    assert redact(text).text == "Server=db;User Id=sa;Password=[REDACTED-PASSWORD];Encrypt=True"


def test_what_a_replacement_uncovers_goes_too():
    """At the first look the rule takes the shorter way, which the placeholder closes."""
    redactor = _redactor(("one", r"k ([0-9]+)|k \S+ ([0-9]+)", "k"))
    text = "é k 1 22 é k 3"
    redaction = redactor(text)
    assert redaction.text == "é k [REDACTED-SECRET] [REDACTED-SECRET] é k [REDACTED-SECRET]"
    assert [text[finding.start : finding.end] for finding in redaction.findings] == ["1", "22", "3"]


def test_overlapping_secrets_are_replaced_once_under_the_earlier_rule():
    redactor = _redactor(("first", "cde", "c"), ("second", "abcd", "c"))
    assert redactor("x abcdef") == Redaction("x [REDACTED-SECRET]f", (Finding("first", "SECRET", 2, 7),))


def test_neighbouring_secrets_are_replaced_each():
    assert _redactor(("one", "aa", "aa"))("aaaa").text == "[REDACTED-SECRET]" * 2


def test_wrong_rules_are_an_error_when_the_first_text_comes():
    redactor = Redactor({"mine.toml": b"title = 1"})
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        redactor("text")


def test_the_default_is_made_once():
    assert Redactor.default() is Redactor.default()


def test_the_version_is_that_of_the_packaged_rules():
    assert package.RULESET_VERSION == Redactor.default().version == Redactor(packaged()).version
    assert len(package.RULESET_VERSION) == 12


def test_the_package_has_no_other_lazy_names():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        package.nothing_of_the_kind  # noqa: B018 - the access is the test


def test_importing_the_package_loads_no_engine():
    """Commands that only shorten a text do not pay for it."""
    program = "import sys, memsyncd.core.redact; print({'re2', 'ahocorasick_rs'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )


def test_after_a_rest_it_finds_what_it_found_before():
    redactor = Redactor()
    text = "password: " + "Tr0ub4dor&3" + " and then"
    before = redactor(text)
    redactor.rest()
    assert before.findings
    assert redactor(text) == before


def test_a_rest_lets_go_of_every_compiled_pattern():
    redactor = Redactor()
    redactor("password: " + "Tr0ub4dor&3")
    rules = redactor._engine._prefilter._rules
    compiled = [rule for rule in rules for one in (rule, rule.plain) if one and "pattern" in one.__dict__]
    assert compiled
    redactor.rest()
    assert not [rule for rule in rules for one in (rule, rule.plain) if one and "pattern" in one.__dict__]


def test_a_rest_before_the_first_text_reads_no_rules():
    Redactor({"broken.toml": b"no rules"}).rest()
