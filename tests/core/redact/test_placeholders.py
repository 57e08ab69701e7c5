"""Placeholders: their grammar, what they protect, and how texts that hold them are shortened."""

from __future__ import annotations

import pytest

from memsyncd.core.redact import LABELS, PLACEHOLDER, cut, redact
from memsyncd.core.redact.placeholders import placeholder


@pytest.mark.parametrize("label", LABELS)
def test_a_placeholder_is_recognised_with_and_without_fingerprint(label: str):
    assert PLACEHOLDER.fullmatch(placeholder(label))
    assert PLACEHOLDER.fullmatch(f"[REDACTED-{label}:0a1b2c]")


@pytest.mark.parametrize(
    "text",
    [
        "[REDACTED]",
        "[REDACTED-]",
        "[REDACTED-FOO]",
        "[redacted-password]",
        "[REDACTED-PASSWORD:xyz]",
        "[REDACTED-PASSWORD:0a1b2]",
        "REDACTED-JWT",
    ],
)
def test_anything_else_is_no_placeholder(text: str):
    assert not PLACEHOLDER.search(text)


def test_labels_are_in_order_and_unique():
    assert list(LABELS) == sorted(set(LABELS))


@pytest.mark.parametrize(
    "text",
    [
        "password: [REDACTED-PASSWORD]",
        "password: [REDACTED-PASSWORD:0a1b2c], token: [REDACTED-SECRET]",
        '"[REDACTED-PASSWORD]": "value"',
        "'[REDACTED-PASSWORD]', 'swordfish2x'",
        "my password is [REDACTED-PASSWORD] now",
        "https://bob:[REDACTED-URL-PASSWORD]@example.org/",
        "Cookie: [REDACTED-COOKIE]",
        "| [REDACTED-PASSWORD] | abc12345 |",
    ],
)
def test_a_placeholder_stays_and_is_no_name_of_a_secret(text: str):
    assert redact(text).text == text


def test_a_placeholder_hides_nothing_beside_it():
    """Whoever writes one cannot keep a secret in the text that way."""
    text = "use [REDACTED-PASSWORD] or password: hunter2"
    assert redact(text).text == "use [REDACTED-PASSWORD] or password: [REDACTED-PASSWORD]"


def test_an_invented_placeholder_hides_nothing():
    assert redact("password: [REDACTED-MINE]hunter2").text == "password: [REDACTED-PASSWORD]"


# --- cut ---


@pytest.mark.parametrize(
    ("text", "limit", "shorter"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("one two  three", 10, "one two…"),
        ("a " + "x" * 20, 10, "a xxxxxxx…"),
        ("長い文章には空白がない", 5, "長い文章…"),
        ("see [REDACTED-JWT] there", 18, "see…"),
        ("see [REDACTED-JWT] there", 19, "see [REDACTED-JWT]…"),
        ("see [REDACTED-JWT] there", 20, "see [REDACTED-JWT]…"),
        ("[REDACTED-JWT][REDACTED-JWT]", 20, "[REDACTED-JWT]…"),
        ("[REDACTED-PASSWORD] it is", 10, "…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
        ("anything", -3, ""),
        ("", 0, ""),
    ],
)
def test_cut(text: str, limit: int, shorter: str):
    assert cut(text, limit) == shorter


@pytest.mark.parametrize("limit", range(1, 45))
def test_no_limit_breaks_a_placeholder(limit: int):
    shorter = cut("a[REDACTED-PASSWORD:0a1b2c]b [REDACTED-JWT]", limit)
    assert "[" not in PLACEHOLDER.sub("", shorter)
