"""Finds the secrets in UTF-8 bytes: every rule that the prefilter asks for, in three views of the text.

The views are the text itself, the text with split tokens joined, and what base64 in it decodes to. Spans
are byte offsets. This module replaces nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import log2

from memsyncd.core.redact.detectors import KNOWN_VALUE, Detector, Span
from memsyncd.core.redact.patterns import Match, Pattern
from memsyncd.core.redact.placeholders import OPENING, PLACEHOLDER
from memsyncd.core.redact.prefilter import Hits, Prefilter, Stretch
from memsyncd.core.redact.rules import Rule, RuleSet
from memsyncd.core.redact.views import decoded_runs, joined

_PLACEHOLDER = re.compile(PLACEHOLDER.pattern.encode())
_OPENING = OPENING.encode()

_CONTINUATION = frozenset(bytes([byte]) for byte in range(0x80, 0xC0))

_REREAD_LIMIT = 400
"""Longest match, in bytes, whose secret is searched again after the match turned out to be none."""


class Barriers:
    """The placeholders of a text: what is hidden stays hidden and is not taken for the name of a secret."""

    def __init__(self, raw: bytes) -> None:
        found = [match.span() for match in _PLACEHOLDER.finditer(raw)] if _OPENING in raw else []
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def stop(self, begin: int, start: int, end: int) -> bool:
        """Whether a match that begins at ``begin`` begins in a placeholder, or its secret overlaps one."""
        return bool(self._starts) and (
            bisect_right(self._ends, begin) != bisect_right(self._starts, begin)
            or bisect_right(self._ends, start) != bisect_left(self._starts, end)
        )


class Engine:
    """A rule set at work, and other detectors beside it. What ``allowed`` is found in is no secret."""

    def __init__(
        self, rules: RuleSet, detectors: Sequence[Detector] = (), allowed: Sequence[Pattern] = ()
    ) -> None:
        self._prefilter = Prefilter(rules)
        self.rest = rules.rest
        self._detectors = tuple(detectors)
        self._allowed = tuple(allowed)

    def scan(self, raw: bytes) -> list[Span]:
        """All secrets in ``raw``, which is valid UTF-8: in order, none touching another."""
        lowered = raw.lower()
        found = self._prefilter.find(lowered, True)  # noqa: FBT003 - most texts end here, in 1 µs
        spans = self._packaged(raw, found) if found else []
        if self._detectors:
            spans += self._others(raw, lowered)
        if self._allowed:
            spans = [span for span in spans if span.rule is KNOWN_VALUE or not self._is_allowed(raw, span)]
        return merge(spans) if spans else spans

    def _packaged(self, raw: bytes, found: Sequence[tuple[int, int, int]]) -> list[Span]:
        """What the packaged rules find in the three views."""
        hits = self._prefilter.hits(raw, found)
        spans = self._matches(raw, hits)
        if hits.split:
            starts = {span.start for span in spans}
            spans += [span for stretch in hits.split for span in self._split(raw, stretch, starts)]
        if hits.base64:
            spans += self._encoded(raw, hits.base64)
        return spans

    def _others(self, raw: bytes, lowered: bytes) -> list[Span]:
        """What the other detectors find outside of placeholders."""
        spans = [span for detector in self._detectors for span in detector(raw, lowered)]
        barriers = Barriers(raw) if spans else None
        return [span for span in spans if barriers and not barriers.stop(span.start, span.start, span.end)]

    def _is_allowed(self, raw: bytes, span: Span) -> bool:
        return any(pattern.search(raw[span.start : span.end]) for pattern in self._allowed)

    def _matches(self, raw: bytes, hits: Hits, *, exact: bool = False) -> list[Span]:
        """What the rules find where they are to be looked for; ``exact``: only those of published formats."""
        barriers = Barriers(raw)
        spans: list[Span] = []
        for rule, near in hits.rules:
            if exact and not rule.exact:
                continue
            need = rule.need
            stretches = near if need is None else [stretch for stretch in near if need.search(raw, *stretch)]
            if len(stretches) == 1 and _look(rule, raw, *stretches[0]) is None:
                continue  # nearly always
            if stretches:
                spans += [Span(start, end, rule) for start, end in secrets(rule, raw, barriers, stretches)]
        return spans

    def _split(self, raw: bytes, stretch: Stretch, starts: set[int]) -> list[Span]:
        """Tokens with something in between; only their formats tell them from two neighbouring words."""
        begin, end = _whole_characters(raw, *stretch)
        view = joined(raw[begin:end], {start - begin for start in starts if start >= begin})
        if view is None:
            return []
        return [
            Span(begin + first, begin + last, span.rule)
            for span in self._matches(view.raw, self._prefilter(view.raw), exact=True)
            if view.crosses_seam(span.start, span.end)
            for first, last in [view.original(span.start, span.end)]
        ]

    def _encoded(self, raw: bytes, quanta: tuple[int, ...]) -> list[Span]:
        """Runs of base64 with a secret inside; the whole run is one."""
        found = []
        for start, end, inner in decoded_runs(raw, quanta):
            spans = self._matches(inner, self._prefilter(inner))
            if spans:
                found.append(Span(start, end, min(spans, key=_rank).rule))
        return found


def secrets(
    rule: Rule, raw: bytes, barriers: Barriers, stretches: Iterable[Stretch] | None = None
) -> Iterator[tuple[int, int]]:
    """The spans of what ``rule`` takes for secrets in ``raw``, or in the ``stretches`` of it that are given.

    The search goes on behind the secret, not behind the match, so that the text around one secret can also
    be the context of the next. After a match that is none it goes on at the supposed secret
    (``password: token: …``), unless the match is long: then a hostile text could make it quadratic.
    """
    position = 0
    verdicts: dict[tuple[bytes, int, int], bool] = {}
    for first, last in stretches or [(0, len(raw))]:
        position = max(position, first)
        if rule.anchor and position > first:
            continue  # the anchor is a part of what was dealt with
        while position < last and (match := _look(rule, raw, position, last)):
            begin, stop = match.span()
            start, end = _secret(rule, match)
            if (
                start < end
                and not barriers.stop(begin, start, end)
                and _judge(rule, raw, match, start, end, verdicts)
            ):
                yield _whole_characters(raw, start, end)
                position = max(end, begin + 1)
            elif begin < start and stop - begin <= _REREAD_LIMIT:
                position = start
            else:
                position = max(stop, begin + 1)
            if rule.anchor:
                break


def _look(rule: Rule, raw: bytes, position: int, last: int) -> Match | None:
    """The first match between two offsets; one that reaches the second may go on behind it."""
    look = rule.pattern.match if rule.anchor else rule.pattern.search
    match = look(raw, position, last)
    if match is not None and last < len(raw) and match.span()[1] >= last:
        return look(raw, position)
    return match


def _secret(rule: Rule, match: Match) -> tuple[int, int]:
    """The first group that is not empty, else the whole match."""
    for group in range(1, rule.pattern.groups + 1):
        start, end = match.span(group)
        if start < end:
            return start, end
    return match.span()


def _whole_characters(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """The span without a character cut in two; RE2 never cuts one, ``re`` may."""
    while _continues(raw, start):
        start -= 1
    while _continues(raw, end):
        end += 1
    return start, end


def _continues(raw: bytes, offset: int) -> bool:
    """Whether the byte at ``offset`` continues a character: in UTF-8 its two highest bits are 10."""
    return raw[offset : offset + 1] in _CONTINUATION


def _judge(
    rule: Rule, raw: bytes, match: Match, start: int, end: int, verdicts: dict[tuple[bytes, int, int], bool]
) -> bool:
    """Whether what stands there is a secret; the same words get the same verdict without another look."""
    begin, stop = match.span()
    if stop - begin > _REREAD_LIMIT:
        return _accepts(rule, raw, match, start, end)
    words = (raw[begin:stop], start - begin, end - begin)
    verdict = verdicts.get(words)
    if verdict is None:
        verdict = verdicts[words] = _accepts(rule, raw, match, start, end)
    return verdict


def _accepts(rule: Rule, raw: bytes, match: Match, start: int, end: int) -> bool:
    secret = raw[start:end]
    if rule.entropy and entropy(secret) <= rule.entropy:
        return False
    for allowlist in rule.allowlists:
        target = secret if allowlist.target == "secret" else raw[slice(*match.span())]
        if any(pattern.search(target) for pattern in allowlist.patterns):
            return False
    return True


def entropy(secret: bytes) -> float:
    """Shannon entropy of the bytes, in bits for each."""
    size = len(secret)
    return log2(size) - sum(count * log2(count) for count in Counter(secret).values()) / size


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, overlapping ones united under the rule that comes first."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        else:
            merged[-1] = Span(last.start, max(last.end, span.end), min(last, span, key=_rank).rule)
    return merged


def _rank(span: Span) -> int:
    return span.rule.rank
