"""What holds for every text and every secret."""

from __future__ import annotations

import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.redact import PLACEHOLDER, Redactor, cut, redact
from tests.core.redact.shapes import ALNUM, CONTEXTS, SHAPES, draw, survivors

# Characters of every kind, lone surrogates and NUL among them.
anything = st.text(st.characters(codec=None, categories=None), max_size=200)

# Pieces that rules are made of, so that random texts come close to matching.
PIECES = [
    *(
        " ",
        "\n",
        "\t",
        ":",
        "=",
        '"',
        "'",
        "\\",
        "\\n",
        '\\"',
        "`",
        "**",
        "|",
        "/",
        "@",
        "&",
        ";",
        ",",
        "(",
        ")",
        "<",
        ">",
        "{",
        "}",
        "$",
        "…",
    ),
    *(
        "password",
        "Passwort",
        "пароль",
        "密码",
        "token",
        "secret",
        "api_key",
        "KEY",
        "pw",
        "is",
        "ist",
        "login",
        "my",
        "use the",
    ),
    *(
        "Authorization",
        "Bearer",
        "cookie",
        "curl -u",
        "--password",
        "https://",
        "sk-",
        "sk-ant-",
        "ghp_",
        "AKIA",
        "eyJ",
        "xoxb-",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "[REDACTED-",
        "[REDACTED-PASSWORD]",
        "[REDACTED-API-KEY:0a1b2c]",
    ),
    *(
        "hunter2",
        "Zx9",
        "a1B2c3D4",
        "q8Kd0fLs7Gh2Jk4",
        "0123456789abcdef",
        "\u200b",
        "é",
        "\ud800",
        "\0",
        "cGFzc3dvcmQ",
    ),
]
near_misses = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
secrets = st.tuples(st.sampled_from(SHAPES), st.integers(0, 10_000)).map(lambda drawn: drawn[0].expand(drawn[1]))
passwords = st.integers(0, 10_000).map(lambda seed: "q" + draw(Random(seed), ALNUM + "!@#%^*+", 14) + "4")

SPOKEN = [
    "my password is {}",
    "mein Passwort ist {}",
    "mon mot de passe est {}",
    "mi contraseña es {}",
    "la mia password è {}",
    "mijn wachtwoord is {}",
    "moje hasło to {}",
    "mitt lösenord är {}",
    "şifrem {}",
    "пароль: {}",
    "密码是{}",
    "パスワードは{}です",
    "비밀번호는 {}",
    "mật khẩu là {}",
    "kata sandi saya adalah {}",
    "DB_PASSWORD={}",
    'export DB_PASSWORD="{}"',
    "  password: {}",
    '{{"password": "{}"}}',
    '"{{\\"password\\": \\"{}\\"}}"',
    "curl -u bob:{} https://example.org",
    "postgres://bob:{}@db.example.org/x",
    "Server=db;User Id=sa;Password={};Encrypt=True",
    "mysql -u root -p{} db",
    "<password>{}</password>",
    "| password | {} |",
]


@given(st.one_of(anything, near_misses))
def test_redacting_never_raises_and_is_done_once(text: str):
    once = redact(text)
    again = redact(once.text)
    assert again.text == once.text
    assert again.findings == ()


@given(st.one_of(anything, near_misses))
def test_text_and_findings_tell_the_same(text: str):
    """What is outside the findings stays, what is inside is replaced."""
    redaction = redact(text)
    position, expected = 0, ""
    for finding in redaction.findings:
        assert position <= finding.start < finding.end <= len(text)
        expected += f"{text[position : finding.start]}[REDACTED-{finding.label}]"
        position = finding.end
    assert redaction.text == expected + text[position:]


@given(near_misses, secrets, near_misses)
def test_no_piece_of_a_token_is_left_whatever_stands_around_it(before: str, secret: str, after: str):
    left = survivors(secret, redact(f"{before} {secret} {after}").text)
    assert [piece for piece in left if piece not in before + after] == []


@given(secrets, st.sampled_from(sorted(CONTEXTS.values())))
def test_no_piece_of_a_token_is_left_in_a_common_context(secret: str, context: str):
    assert not survivors(secret, redact(context.format(secret)).text)


@given(passwords, st.sampled_from(SPOKEN))
def test_no_piece_of_a_password_is_left_where_people_write_it(password: str, context: str):
    assert not survivors(password, redact(context.format(password)).text)


@given(secrets)
def test_findings_never_hold_the_value(secret: str):
    for finding in redact(f"token {secret}").findings:
        assert not survivors(secret, f"{finding.rule} {finding.label} {finding!r}")


@given(
    st.one_of(
        anything,
        near_misses,
        st.lists(st.sampled_from(["[REDACTED-JWT]", "word", "\n", " ", "ж", "長い文"])).map("".join),
    ),
    st.integers(-2, 80),
)
def test_a_cut_text_fits_and_holds_only_whole_placeholders(text: str, limit: int):
    shorter = cut(text, limit)
    assert len(shorter) <= max(limit, 0)
    if shorter != text:
        assert text.startswith(shorter.removesuffix("…"))
        assert PLACEHOLDER.findall(shorter) == PLACEHOLDER.findall(text)[: len(PLACEHOLDER.findall(shorter))]
        assert not re.search(r"\[REDACTED-[A-Z-]*…$", shorter) or "[REDACTED-" in PLACEHOLDER.sub("", text)


@given(near_misses, secrets, st.integers(1, 120))
def test_no_piece_of_a_token_is_left_when_a_redacted_text_is_cut(before: str, secret: str, limit: int):
    shorter = cut(redact(f"{before} {secret}").text, limit)
    assert [piece for piece in survivors(secret, shorter) if piece not in before] == []


@settings(max_examples=20)
@given(st.binary(max_size=40))
def test_the_version_follows_the_rules(rules: bytes):
    assert Redactor({"a": rules}).version == Redactor({"a": bytes(rules)}).version
    assert Redactor({"a": rules}).version != Redactor({"a": rules + b"\n"}).version
