"""Redaction with one rule, for tests of what happens around it: a single word is a secret."""

from __future__ import annotations

from memsyncd.core.redact import Redactor

SECRET = "hunter2"  # noqa: S105 — the word that stands in for one

RULE = """
[[rules]]
id = "word-{number}"
description = "a word"
label = "PASSWORD"
regex = "{word}"
keywords = ["{word}"]
"""


def hiding(*words: str) -> Redactor:
    """A redactor to which these words are secrets."""
    rules = "".join(RULE.format(word=word, number=number) for number, word in enumerate(words, 1))
    return Redactor({"test.toml": rules.encode()})


hide = hiding(SECRET)
