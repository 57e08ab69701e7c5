"""Private keys as they are pasted: whole, cut short, indented, quoted, escaped."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.redaction.cases import Case
from tests.core.redact.shapes import B64, draw

KINDS = (
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
)

_DASHES = "-" * 5


def private_keys(seed: int) -> Iterator[Case]:
    """Every kind of key in every form; each line of the body is a secret."""
    rng = Random(f"keys/{seed}")
    for kind in KINDS:
        body = [draw(rng, B64, 64) for _ in range(12)] + [draw(rng, B64, 30) + "=="]
        head = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00", ""] if kind.startswith("RSA") else []
        key = [f"{_DASHES}BEGIN {kind}{_DASHES}", *head, *body, f"{_DASHES}END {kind}{_DASHES}"]
        for form, text in _forms(key):
            left = tuple(line for line in body if line in text)
            yield Case(text=text, secrets=left, kind=f"{kind}, {form}")


def _forms(key: list[str]) -> Iterator[tuple[str, str]]:
    yield "whole", "\n".join(key)
    yield "in a sentence", "This is the key: {} and that is all.".format("\n".join(key))
    yield "indented", "key: |\n" + "".join(f"    {line}\n" for line in key)
    yield "quoted", "".join(f"> {line}\n" for line in key)
    yield "CRLF", "\r\n".join(key)
    yield "escaped", '{{"key": "{}\\n"}}'.format("\\n".join(key))
    yield "escaped twice", '"{{\\"key\\": \\"{}\\"}}"'.format("\\\\n".join(key))
    yield "one line", " ".join(key)
    yield "cut short", "\n".join(key[:-2])
    yield "cut in a line", "\n".join(key[:-1])[:-20]
    yield "numbered", "\n".join(f"{number:4}  {line}" for number, line in enumerate(key, 1))
    yield "added by a patch", "\n".join(f"+{line}" for line in key)
