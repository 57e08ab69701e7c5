"""Faults of an earlier redactor, one test each: what it leaked, ate or stumbled over."""

from __future__ import annotations

from random import Random

import pytest

from memsyncd.core.redact import cut, redact
from tests.core.redact.shapes import ALNUM, SHAPES, draw, survivors

PASSWORD = "v" + draw(Random(3), ALNUM, 9)


def test_a_repeated_name_takes_no_time():
    """500 characters of it once took 46 seconds."""
    text = "secret_key" * 50_000
    assert redact(text).text == text


def test_a_url_does_not_reach_across_lines():
    text = "see https://example.org/page\nat 12:30\nand write to bob@example.org"
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        draw(Random(1), "0123456789abcdef", 40),
        draw(Random(2), "0123456789abcdef", 64),
        "/home/bob/projects/2026/some-long-folder-name/another_long_name/file.test.ts",
        "echo $GITHUB_TOKEN",
        "speak-1234567890123456789012345678",
        "Password: https://example.org/reset?step=2",
        "password = getpass.getpass()",
    ],
)
def test_innocent_text_stays(text: str):
    assert redact(text).text == text


@pytest.mark.parametrize(
    "template",
    [
        '{{"password": "{}"}}',
        "curl -u bob:{} https://example.org",
        "curl --user bob:{} https://example.org",
    ],
)
def test_a_password_in_json_or_for_curl_is_found(template: str):
    text = template.format(PASSWORD)
    assert redact(text).text == text.replace(PASSWORD, "[REDACTED-PASSWORD]")


@pytest.mark.parametrize("length", [4, 5, 6, 7])
def test_a_short_password_is_found(length: int):
    short = "k7" + draw(Random(length), ALNUM, length - 2)
    assert redact(f"password: {short}").text == "password: [REDACTED-PASSWORD]"


@pytest.mark.parametrize(
    "name",
    [
        "openai project",
        "openai service",
        "slack app",
        "gitlab personal",
        "hugging face",
        "groq",
        "npm",
        "linear",
        "notion",
    ],
)
def test_a_token_goes_as_a_whole(name: str):
    secret = next(shape for shape in SHAPES if shape.id == name).expand(8)
    assert not survivors(secret, redact(f"it is {secret} now").text)


def test_redacting_before_cutting_leaves_no_half_of_a_token():
    """A token cut at the limit was too short to be found."""
    secret = SHAPES[0].expand(1)
    text = f"{'word ' * 17}{secret} and more words behind it"
    assert not survivors(secret, cut(redact(text).text, 100))


def test_detector_and_replacement_agree():
    """A day on which they disagreed was never written."""
    text = f"password: {PASSWORD}"
    once = redact(text)
    assert once.findings
    assert not redact(once.text).findings
