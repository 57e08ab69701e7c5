"""Tells in one pass over a text which rules can match it at all.

All keywords of all rules stand in one Aho-Corasick automaton. Most texts hold none of them and are done
here. This module decides nothing about secrets.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from ahocorasick_rs import BytesAhoCorasick, Implementation
from msgspec import Struct

from memsyncd.core.redact.rules import Rule, RuleSet

_SPLITTERS = tuple(text.encode() for text in (*"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", "\\_"))
"""What can split even the keyword of a token: zero-width characters, the soft hyphen, Markdown's escape."""


class Hits(Struct, frozen=True):
    """What a text gives reason to look for."""

    rules: tuple[Rule, ...]  # in order of precedence
    base64: tuple[int, ...]  # where a base64 quantum starts that spells one of the known beginnings
    splitter: bool  # something was seen that can split a keyword


class Prefilter:
    """The automaton over the keywords of ``rules``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules.rules
        owners: dict[bytes, set[int]] = {char: set() for char in _SPLITTERS}
        for index, rule in enumerate(rules.rules):
            for keyword in rule.keywords:
                owners.setdefault(keyword, set()).add(index)
        self._owners = list(owners.values())
        self._spelled = [spelled for prefix in rules.base64 for spelled in alignments(prefix)]
        patterns = [*owners, *(text.lower() for text, _ in self._spelled)]
        automaton = BytesAhoCorasick(patterns, implementation=Implementation.ContiguousNFA)
        self.find = automaton.find_matches_as_indexes

    def __call__(self, raw: bytes) -> Hits:
        """What ``raw`` gives reason to look for; overlapping keywords count each."""
        return self.hits(raw, self.find(raw.lower(), overlapping=True))

    def hits(self, raw: bytes, found: Sequence[tuple[int, int, int]]) -> Hits:
        """The same from what ``find`` found: index, start and end of each keyword in ``raw.lower()``."""
        count = len(self._owners)
        seen = {keyword for keyword, _, _ in found}
        wanted = {rule for keyword in seen if keyword < count for rule in self._owners[keyword]}
        quanta = []
        if seen and max(seen) >= count:
            quanta = [self._quantum(raw, *hit) for hit in found if hit[0] >= count]
        return Hits(
            tuple(self._rules[rule] for rule in sorted(wanted)),
            tuple(sorted(quantum for quantum in quanta if quantum is not None)),
            bool(seen) and min(seen) < len(_SPLITTERS),
        )

    def _quantum(self, raw: bytes, keyword: int, start: int, end: int) -> int | None:
        """Where the quantum of a base64 hit starts; None when the hit is one only without regard to case."""
        spelled, skipped = self._spelled[keyword - len(self._owners)]
        return start - skipped if raw[start:end] == spelled else None


def alignments(prefix: bytes) -> list[tuple[bytes, int]]:
    """The base64 characters that ``prefix`` alone decides, for each of its three alignments.

    With each comes how many characters before them the quantum starts.
    """
    spelled = []
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (shift + len(prefix))
        spelled.append((b64encode(bytes(shift) + prefix)[skipped : bits // 6], skipped))
    return spelled
