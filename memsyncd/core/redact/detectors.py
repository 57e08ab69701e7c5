"""What finds secrets beside the packaged rules: one protocol, and the values that this machine knows to be secret.

A detector is given a text twice, as it is and with its ASCII letters in lower case, so that several of them share
the work. It finds; the engine replaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Protocol
from urllib.parse import quote, quote_plus

from ahocorasick_rs import BytesAhoCorasick, Implementation
from msgspec import Struct

from memsyncd.core.redact.prefilter import alignments
from memsyncd.core.redact.redactor import SHORTEST_KNOWN

_BASE64 = re.compile(rb"[0-9A-Za-z+/_-]+={0,2}")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_LAST = 1_000_000  # rank: a rule that knows the format names the secret better


class Named(Protocol):
    """A rule as far as a placeholder and a finding need it."""

    @property
    def id(self) -> str:
        """Its name in findings."""

    @property
    def label(self) -> str:
        """Its label in placeholders."""

    @property
    def rank(self) -> int:
        """Where two rules meet, the lowest names the secret."""


class Kind(Struct, frozen=True):
    """A rule without a regex of its own."""

    id: str
    label: str
    rank: int


class Span(Struct, frozen=True):
    """Where a secret stands, in bytes, and the rule that names it."""

    start: int
    end: int
    rule: Named


class Detector(Protocol):
    """Finds secrets in ``raw``, which is valid UTF-8; ``lowered`` is ``raw.lower()``."""

    def __call__(self, raw: bytes, lowered: bytes, /) -> list[Span]:
        """The secrets, in any order; they may overlap."""


KNOWN_VALUE = Kind("known-value", "SECRET", _LAST)


class KnownValues:
    """Finds exact values, also as JSON, URLs and base64 spell them. Short ones are left out (``SHORTEST_KNOWN``).

    The values stay in memory: nothing of them is written, shown or part of a finding.
    """

    def __init__(self, values: Iterable[str]) -> None:
        kept = sorted({value for value in values if len(value) >= SHORTEST_KNOWN})
        self._plain = _automaton(spelling for value in kept for spelling in _spellings(value))
        self._encoded = _automaton(spelling for value in kept for spelling in _base64_spellings(value))

    def __call__(self, raw: bytes, _lowered: bytes, /) -> list[Span]:
        """Every occurrence; in base64 the whole run, because its edges hold a part of the value too."""
        plain = [(start, end) for _, start, end in self._plain.find_matches_as_indexes(raw, True)]  # noqa: FBT003
        encoded = [(start, end) for _, start, end in self._encoded.find_matches_as_indexes(raw, True)]  # noqa: FBT003
        return [Span(start, end, KNOWN_VALUE) for start, end in (*plain, *_runs(raw, encoded))]


def _automaton(spellings: Iterable[bytes]) -> BytesAhoCorasick:
    return BytesAhoCorasick(sorted(set(spellings)) or [b"\xff"], implementation=Implementation.ContiguousNFA)


def _spellings(value: str) -> Iterator[bytes]:
    """How a value stands in texts, JSON (also within JSON) and URLs."""
    once = json.dumps(value)[1:-1]
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    escaped = {once, plain, json.dumps(once)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
    quoted = {quote(value, safe=safe) for safe in ("", "/", "!*'()/:@-._~")} | {quote_plus(value)}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text) for text in quoted}
    return (text.encode("utf-8", "replace") for text in {value, *escaped, *quoted, *lower})


def _base64_spellings(value: str) -> Iterator[bytes]:
    for spelled, _ in alignments(value.encode("utf-8", "replace")):
        yield from (spelled, spelled.translate(_URL_SAFE))


def _runs(raw: bytes, hits: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The base64 runs around hits, each once."""
    waiting = sorted(hits)
    if not waiting:
        return
    ahead = iter(waiting)
    hit = next(ahead, None)
    for run in _BASE64.finditer(raw):
        start, end = run.span()
        if hit is not None and start <= hit[0] < end:
            yield start, max(end, hit[1])
            while hit is not None and hit[0] < end:
                hit = next(ahead, None)
        if hit is None:
            return
