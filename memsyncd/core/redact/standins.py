"""Tells what of a span that somebody else found is a secret, by the conventions of the rules of this package.

For detectors with other conventions: they report what documentation writes where a secret would stand, and what
was redacted before. This module finds no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from memsyncd.core.redact.patterns import Pattern
from memsyncd.core.redact.placeholders import OPENING, PLACEHOLDER
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import load

_LONGEST_STANDIN = 500
"""Characters. Nobody writes a longer one; it also bounds the time for overlapping spans of a hostile text."""

_REACH = 64
"""Characters, more than the longest placeholder: so far from a span one may begin or end that overlaps it."""

_RULE = b"""
[[rules]]
id = "standin"
description = "the fragment of this name as a pattern"
label = "SECRET"
regex = "{standin}"
keywords = ["standin"]
"""


def is_standin(value: str) -> bool:
    """Whether ``value`` is a filler word, a template or a mask: ``changeme``, ``${TOKEN}``, ``sk-…``."""
    return len(value) <= _LONGEST_STANDIN and _pattern().search(value.encode("utf-8", "replace")) is not None


def secret_parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is secret of the span from ``start`` to ``end``: in order, character offsets in ``text``.

    That is what stands outside our placeholders, holds a letter or digit and is no stand-in.
    """
    for begin, stop in _outside_placeholders(text, start, end):
        part = text[begin:stop]
        if any(map(str.isalnum, part)) and not is_standin(part):
            yield begin, stop


def _outside_placeholders(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first, last = max(0, start - _REACH), end + _REACH
    if text.find(OPENING, first, last) != -1:
        for hidden in PLACEHOLDER.finditer(text, first, last):
            if start < hidden.start() < end:
                yield start, hidden.start()
            if hidden.start() < end:
                start = max(start, hidden.end())
    if start < end:
        yield start, end


@cache
def _pattern() -> Pattern:
    return load({"common.toml": packaged()["common.toml"], "standins.toml": _RULE}).rules[-1].pattern
