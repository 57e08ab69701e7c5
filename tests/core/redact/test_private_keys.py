"""Private key blocks go as a whole, however they are quoted, escaped or cut."""

from __future__ import annotations

import json
from base64 import b64encode
from random import Random
from textwrap import indent

import pytest

from memsyncd.core.redact import redact
from tests.core.redact.shapes import B64, draw, survivors

DASHES = "-" * 5
_LINES = [draw(Random(line), B64, 64) for line in range(12)] + [draw(Random(99), B64, 20) + "=="]
BODY = "\n".join(_LINES)
HEADERS = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011AABB\n\n"


def _block(kind: str, body: str = BODY) -> str:
    return f"{DASHES}BEGIN {kind}{DASHES}\n{body}\n{DASHES}END {kind}{DASHES}"


RSA = _block("RSA PRIVATE KEY")

KINDS = [
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
]

WRITTEN = {
    "indented": indent(RSA, "    "),
    "quoted": indent(RSA, "> "),
    "in a diff": indent(RSA, "+"),
    "with CRLF": RSA.replace("\n", "\r\n"),
    "on one line": RSA.replace("\n", " "),
    "in JSON": json.dumps({"key": RSA}),
    "in JSON in JSON": json.dumps(json.dumps({"key": RSA})),
    "in an env file": "KEY='{}'".format(RSA.replace("\n", "\\n")),
    "as joined strings": '"' + '\\n" +\n"'.join(RSA.split("\n")) + '"',
    "with headers": _block("RSA PRIVATE KEY", HEADERS + BODY),
    "cut": RSA[:500],
    "cut in JSON": json.dumps(RSA)[:500],
    "cut in its first line": RSA[:60],
    "without its beginning": RSA[-400:],
    "without its beginning in JSON": json.dumps(RSA)[-400:],
    "in base64": b64encode(RSA.encode()).decode(),
}


def _left(text: str) -> list[str]:
    return [line for line in _LINES if survivors(line, text)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_becomes_one_placeholder(kind: str):
    assert redact(f"here:\n{_block(kind)}\nthat was it").text == "here:\n[REDACTED-PRIVATE-KEY]\nthat was it"


@pytest.mark.parametrize("text", WRITTEN.values(), ids=list(WRITTEN))
def test_no_line_of_a_block_is_left(text: str):
    assert _left(redact(text).text) == []


def test_prose_after_a_cut_block_stays():
    redacted = redact(f"{RSA[:500]}\n\nThat was the key. What should I do now?").text
    assert redacted == "[REDACTED-PRIVATE-KEY]\n\nThat was the key. What should I do now?"


def test_two_blocks_become_two_placeholders():
    assert redact(f"{RSA}\nand\n{RSA}").text == "[REDACTED-PRIVATE-KEY]\nand\n[REDACTED-PRIVATE-KEY]"


def test_a_public_block_beside_a_private_one_stays():
    certificate = _block("CERTIFICATE")
    assert redact(f"{certificate}\n{RSA}").text == f"{certificate}\n[REDACTED-PRIVATE-KEY]"


def test_the_public_part_of_a_putty_key_stays():
    text = f"PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1\n{_LINES[0]}\nPrivate-Lines: 1\n{_LINES[1]}\nPrivate-MAC: 00ff\n"
    assert redact(text).text == text.replace(_LINES[1], "[REDACTED-PRIVATE-KEY]")
