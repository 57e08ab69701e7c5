"""Texts made to take long. Nothing is timed: what is quadratic does not end before the test runner's limit."""

from __future__ import annotations

import pytest

from memsyncd.core.redact import redact
from tests.core.redact.compiled import ruleset

SIZE = 1_000_000

UNITS = [
    *(
        "secret_key",
        "password ",
        "password: ",
        "password=",
        'password="',
        "password is ",
        "password for ",
        "password=1a;",
        "password=a1,",
    ),
    *(
        "token: ",
        "my password is ",
        "is my password ",
        "пароль ",
        "密码是",
        "Password:\n",
        "password = a(",
        "host=a password=",
    ),
    *("sk-", "sk-**", "ghp_", "eyJ", "eyJaaaaaaaaaaaa.", "x9", "0123456789abcdef", "cGFzc3dvcmQ"),
    *(
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN ",
        "-----",
        "A" * 64 + "\n-----END ",
        "AAAAAAAAAAAAAAAAAAAAAAAA\n",
    ),
    *(
        "http://",
        "http://a:b",
        "http://a:b@",
        "curl -u a:",
        "cookie: aaaaaaaa=bbbbbbbbbb; ",
        "Authorization: Bearer ",
        "a;",
        "a=b; ",
    ),
    *("[REDACTED-PASSWORD]", "[REDACTED-PASSWORD] password: ", "password: [REDACTED-PASSWORD]", "[REDACTED-"),
    *(
        '{"password":"',
        "<password>",
        "|password|",
        "login a/B1!xyz ",
        "abandon ",
        "seed phrase: ",
        "\u200b",
        "\u200bsk-",
        "\0",
        "\ud800",
        "…",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_a_repeated_unit_ends(unit: str):
    redact((unit * (SIZE // len(unit) + 1))[:SIZE])


@pytest.mark.parametrize("unit", UNITS)
def test_a_repeated_unit_is_redacted_once(unit: str):
    once = redact(unit * 300)
    assert redact(once.text).text == once.text


@pytest.mark.parametrize("name", [rule.id for rule in ruleset().rules])
def test_a_keyword_before_and_behind_a_long_run_ends(name: str):
    keyword = next(rule for rule in ruleset().rules if rule.id == name).keywords[0].decode()
    for run in ("a1", " ", "\n", '"', "\\", "a=b;", "a.b.", "é"):
        body = run * (100_000 // len(run))
        redact(f'{keyword}{body}{keyword}="{body}')
