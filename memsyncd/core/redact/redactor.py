"""Replaces what the engine finds by placeholders, until nothing is left to find.

The only module here that reads anything: the rules, from the package itself.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING

from memsyncd.core.redact.placeholders import placeholder
from memsyncd.model import Finding, Redaction

if TYPE_CHECKING:
    from memsyncd.core.redact.engine import Engine, Span

_DATA = "data"
_FILES = (
    "common", "keys", "models", "clouds", "developer", "services", "urls", "headers", "commands", "named",
    "assignments", "sentences",
)  # fmt: skip
"""The rule files of this package in order of precedence: the more exact ones first."""


@cache
def packaged() -> Mapping[str, bytes]:
    """The rule files of this package, by name."""
    folder = files(__package__).joinpath(_DATA)
    return {f"{name}.toml": folder.joinpath(f"{name}.toml").read_bytes() for name in _FILES}


class Redactor:
    """Rules that take the secrets out of texts.

    Calling it never raises, whatever the text: lone surrogates and control characters included. Redacting a
    redacted text changes nothing, and placeholders that are already there stay as they are. The time grows
    with the length of the text, not faster.

    ``rules`` are rule files by name, those of this package unless others are given. They are read when the
    first text comes; a wrong one raises ConfigError then.
    """

    def __init__(self, rules: Mapping[str, bytes] | None = None) -> None:
        self._rules = packaged() if rules is None else rules

    @staticmethod
    @cache
    def default() -> Redactor:
        """The redactor with the rules of this package, one for the whole process."""
        return Redactor()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with the rules: then older texts are worth another look."""
        return hashlib.sha256(b"\0".join(self._rules.values())).hexdigest()[:12]

    def __call__(self, text: str) -> Redaction:
        """``text`` with a placeholder in the place of every secret, and what was found, in order."""
        raw = text.encode("utf-8", "replace")
        spans = self._engine.scan(raw)
        if not spans:
            return Redaction(text)
        return self._redacted(text, _findings(raw, spans))

    def _redacted(self, text: str, new: list[Finding]) -> Redaction:
        """Replace and look again, as long as a replacement uncovers more: the result is a fixed point."""
        found: list[Finding] = []
        current = text
        while new:
            found = sorted((*found, *_rebased(new, found)), key=_start)
            current = _replaced(text, found)
            raw = current.encode("utf-8", "replace")
            new = _findings(raw, self._engine.scan(raw))
        return Redaction(current, tuple(found))

    @cached_property
    def _engine(self) -> Engine:
        # The first text pays for the regular expression library, not every command that imports this package.
        from memsyncd.core.redact.engine import Engine  # noqa: PLC0415
        from memsyncd.core.redact.rules import load  # noqa: PLC0415

        return Engine(load(self._rules))


def _start(finding: Finding) -> int:
    return finding.start


def _findings(raw: bytes, spans: Sequence[Span]) -> list[Finding]:
    return [
        Finding(span.rule.id, span.rule.label, start, end)
        for span, (start, end) in zip(spans, _in_characters(raw, spans), strict=True)
    ]


def _in_characters(raw: bytes, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Character offsets of spans that are in order and apart, in one pass over the text."""
    characters = position = 0
    for span in spans:
        start = characters + len(raw[position : span.start].decode())
        characters = start + len(raw[span.start : span.end].decode())
        position = span.end
        yield start, characters


def _replaced(text: str, findings: Iterable[Finding]) -> str:
    pieces: list[str] = []
    position = 0
    for finding in findings:
        pieces += (text[position : finding.start], placeholder(finding.label))
        position = finding.end
    return "".join((*pieces, text[position:]))


def _rebased(new: Iterable[Finding], earlier: Sequence[Finding]) -> Iterator[Finding]:
    """Findings in the text after ``earlier`` were replaced, with their offsets in the text before."""
    growth = accumulate((len(placeholder(one.label)) - one.end + one.start for one in earlier), initial=0)
    shifts = list(growth)
    starts = [one.start + shift for one, shift in zip(earlier, shifts, strict=False)]
    for finding in new:
        shift = shifts[bisect_right(starts, finding.start)]
        yield Finding(finding.rule, finding.label, finding.start - shift, finding.end - shift)
