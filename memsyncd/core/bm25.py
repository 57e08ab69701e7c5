"""Ranks the lines of a text for a query by BM25, as a full-text search does.

Only the ranking: which words a line or a query has is the caller's matter. ``k1`` and ``b`` are those of SQLite's
FTS5, with which OpenClaw searches its memory files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from math import log

from msgspec import Struct

_K1, _B = 1.2, 0.75


class Hit(Struct, frozen=True):
    """The best line for a query: its place among the lines, and its score; place None when no line has a word."""

    line: int | None
    score: float = 0.0


class Ranking:
    """Lines, each a sequence of words, ready to be searched.

    ``rarity`` weighs words by other lines than these; without it by how many of the lines hold them.
    """

    def __init__(self, lines: Sequence[Sequence[str]], *, rarity: Ranking | None = None) -> None:
        self._lengths = [len(line) for line in lines]
        self._average = sum(self._lengths) / max(1, len(lines)) or 1.0
        self._postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, line in enumerate(lines):
            for word, count in Counter(line).items():
                self._postings[word].append((place, count))
        self._rarity = rarity or self

    def weight(self, word: str) -> float:
        """How much a word tells: its inverse document frequency, never below zero."""
        holders = len(self._postings.get(word, ()))
        return log(1 + (len(self._lengths) - holders + 0.5) / (holders + 0.5))

    def best(self, query: Collection[str]) -> Hit:
        """The line with the highest score for the words of ``query``; of equal ones the first."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in sorted(query):  # sums of the same numbers differ with their order
            holders = self._postings.get(word, ())
            weight = self._rarity.weight(word) if holders else 0.0
            for place, count in holders:
                scores[place] += weight * self._saturated(count, self._lengths[place])
        if not scores:
            return Hit(None)
        line = min(scores, key=lambda place: (-scores[place], place))
        return Hit(line, scores[line])

    def _saturated(self, count: int, length: int) -> float:
        return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / self._average))
