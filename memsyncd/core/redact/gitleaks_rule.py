"""One rule of a gitleaks file at work: which spans of a text it takes for secrets.

The steps are those of gitleaks 8: every match of the regex, newlines trimmed; the secret within it by searching
the match once more; its entropy; the allowlists. Comments such as ``gitleaks:allow`` count for nothing here: a
chat must not be able to switch redaction off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from math import log2
from typing import Literal, Protocol

from ahocorasick_rs import BytesAhoCorasick
from msgspec import Struct

from memsyncd.core.redact.gitleaks_preamble import Preamble
from memsyncd.core.redact.patterns import Match, Pattern

_LINE_REACH = 200
"""How far, in bytes, an allowlist for lines looks beyond the match: chats have lines of megabytes."""


class Bounded(Pattern, Protocol):
    """A pattern that can be searched for in a part of a text."""

    def search(self, raw: bytes, pos: int = 0, endpos: int = ..., /) -> Match | None:
        """The first match within the bounds."""


class Finding(Struct, frozen=True):
    """A match, without newlines at its edges, and the secret in it: byte offsets."""

    begin: int
    stop: int
    start: int
    end: int


class Stopwords:
    """Words of which a secret with one of them is none."""

    def __init__(self, words: tuple[str, ...]) -> None:
        spelled = {word.lower().encode() for word in words if word}
        self._automaton = BytesAhoCorasick(sorted(spelled)) if spelled else None

    def __bool__(self) -> bool:
        return self._automaton is not None

    def hit(self, secret: bytes) -> bool:
        """Whether ``secret`` contains one, in whichever case."""
        lowered = secret.decode("utf-8", "replace").lower().encode()
        return self._automaton is not None and bool(self._automaton.find_matches_as_indexes(lowered))


class Allowlist(Struct, frozen=True, kw_only=True):
    """What is no secret although a rule matches."""

    pattern: Bounded | None
    stopwords: Stopwords
    target: Literal["secret", "match", "line"]
    every: bool  # both have to hit, not only one

    def allows(self, finding: Finding, text: Text) -> bool:
        """Whether the secret of ``finding`` is none."""
        if self.stopwords:
            hit = self.stopwords.hit(text.raw[finding.start : finding.end])
            if hit != self.every or self.pattern is None:
                return hit
        return self.pattern is not None and self._matches(self.pattern, finding, text)

    def _matches(self, pattern: Bounded, finding: Finding, text: Text) -> bool:
        if self.target == "line":
            return text.line_matches(pattern, finding)
        bounds = (finding.start, finding.end) if self.target == "secret" else (finding.begin, finding.stop)
        return pattern.search(text.raw[slice(*bounds)]) is not None


class Text:
    """A text and the line that was asked for last: many matches may share one that is long."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._start = self._end = 0
        self._line = b""

    def line_matches(self, pattern: Bounded, finding: Finding) -> bool:
        """Whether the pattern is found in the line around ``finding``, or near it in a long one."""
        if not (self._start <= finding.begin and finding.stop <= self._end):
            # gitleaks takes the newline before a line for a part of it.
            self._start = max(0, self.raw.rfind(b"\n", 0, finding.begin))
            self._end = self.raw.find(b"\n", finding.stop)
            self._end = len(self.raw) if self._end == -1 else self._end
            self._line = self.raw[self._start : self._end]
        begin = max(0, finding.begin - self._start - _LINE_REACH)
        return pattern.search(self._line, begin, finding.stop - self._start + _LINE_REACH) is not None


class Rule(Struct, frozen=True, kw_only=True, dict=True):
    """A compiled rule."""

    id: str
    rank: int  # where two rules meet, the lowest names the secret
    label: str
    keywords: tuple[bytes, ...]  # it runs only where one of them is; without any it always runs
    pattern: Bounded
    group: int  # the group that holds the secret; 0: the first that holds anything
    entropy: float  # bits per character that the secret has to exceed; 0: any secret will do
    allowlists: tuple[Allowlist, ...]
    preamble: Preamble | None  # what the pattern was written with and is searched without

    def secrets(self, text: Text) -> Iterator[tuple[int, int]]:
        """The secrets in ``text``, as byte offsets."""
        raw = text.raw
        position = 0
        while position <= len(raw) and (match := self.pattern.search(raw, position)):
            begin, stop = match.span()
            if self.preamble and self._shows_match:
                begin = self.preamble.beginning(raw, position, begin)
            finding = self._finding(raw, begin, stop)
            if finding and self._accepts(finding, text):
                yield finding.start, finding.end
            position = stop if stop > begin else stop + 1

    @cached_property
    def _shows_match(self) -> bool:
        """Whether it matters to an allowlist where the match begins."""
        return any(allowlist.target == "match" for allowlist in self.allowlists)

    def _finding(self, raw: bytes, begin: int, stop: int) -> Finding | None:
        while begin < stop and raw[begin] == _NEWLINE:
            begin += 1
        while begin < stop and raw[stop - 1] == _NEWLINE:
            stop -= 1
        if begin == stop:
            return None
        again = self.pattern.search(raw[begin:stop]) if self.pattern.groups else None
        start, end = self._secret(again) if again else (0, 0)
        if start == end:
            start, end = 0, stop - begin
        return Finding(begin, stop, begin + start, begin + end)

    def _secret(self, match: Match) -> tuple[int, int]:
        """The group that holds the secret; empty where none does."""
        for group in (self.group,) if self.group else range(1, self.pattern.groups + 1):
            start, end = match.span(group)
            if start < end:
                return start, end
        return 0, 0

    def _accepts(self, finding: Finding, text: Text) -> bool:
        if self.entropy and entropy(text.raw[finding.start : finding.end]) <= self.entropy:
            return False
        return not any(allowlist.allows(finding, text) for allowlist in self.allowlists)


_NEWLINE = ord("\n")


def entropy(secret: bytes) -> float:
    """Shannon entropy as gitleaks reckons it: over characters, but each in proportion to the length in bytes."""
    counts = Counter(secret.decode("utf-8", "replace")).values()
    shares = [count / len(secret) for count in counts]
    return -sum(share * log2(share) for share in shares)
