"""Tells in one pass over a text which rules can match it at all.

All keywords of all rules stand in one Aho-Corasick automaton. Most texts hold none of them and are done
here. This module decides nothing about secrets.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation
from msgspec import Struct

from memsyncd.core.redact.rules import Rule, RuleSet

_SPLITTERS = tuple(text.encode() for text in (*"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", "\\_"))
"""What can split even the keyword of a token: zero-width characters, the soft hyphen, Markdown's escape."""

_LONG = 1_024
"""Bytes of a text that is searched only near keywords; a shorter one is searched whole, which is fast enough."""

_BEFORE, _AFTER = 256, 512
"""Bytes before and behind the start of a keyword in which a match begins and usually ends. A match that reaches
the end of such a stretch is looked for again in the whole text."""

_NEAR, _FAR = 512, 2_048
"""Bytes behind an anchor in which a match ends: at the first white space behind the one, at most at the other."""

_CROWD = 16
"""Anchors in one name that are looked at: more of them mean a hostile text."""

_SPACE = re.compile(rb"\s")
_BEHIND_NAME = re.compile(rb"[^\w.-]")

Stretch: TypeAlias = tuple[int, int]
"""Where a part of a text starts and ends."""


class Hits(Struct, frozen=True):
    """What a text gives reason to look for, and where."""

    rules: tuple[tuple[Rule, Sequence[Stretch]], ...]  # in order of precedence; where each is to be looked for
    base64: tuple[int, ...]  # where a base64 quantum starts that spells one of the known beginnings
    split: Sequence[Stretch]  # where a token may be split: around announced tokens, and around splitters


class Prefilter:
    """The automaton over the keywords of ``rules``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules.rules
        self._plain = tuple(rule.plain or rule for rule in rules.rules)
        owners: dict[bytes, tuple[int, ...]] = dict.fromkeys((*_SPLITTERS, *rules.foreign), ())
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # most keywords have the owners of another one
        for index, rule in enumerate(rules.rules):
            for keyword in rule.keywords:
                wanted = (*owners.get(keyword, ()), index)
                owners[keyword] = shared.setdefault(wanted, wanted)
        self._owners = list(owners.values())
        self._foreign = frozenset(range(len(_SPLITTERS), len(_SPLITTERS) + len(rules.foreign)))
        self._anchored = frozenset(index for index, rule in enumerate(rules.rules) if rule.anchor)
        exact = {index for index, rule in enumerate(rules.rules) if rule.exact}
        self._announces = [
            keyword in _SPLITTERS or not exact.isdisjoint(wanted) for keyword, wanted in owners.items()
        ]
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
        quanta = []
        if seen and max(seen) >= count:
            quanta = [self._quantum(raw, *hit) for hit in found if hit[0] >= count]
            seen = {keyword for keyword in seen if keyword < count}
        whole: tuple[Stretch, ...] = ((0, len(raw)),)
        wanted = {rule: whole for keyword in seen for rule in self._owners[keyword]}
        split = whole if any(self._announces[keyword] for keyword in seen) else ()
        for rule in self._anchored & wanted.keys():
            wanted[rule] = self._anchors(raw, found, rule)
        if len(raw) > _LONG:
            self._narrow(raw, found, wanted)
            split = split and stretches([start for keyword, start, _ in found if self._may_be_split(keyword)], raw)
        rules = self._plain if self._foreign.isdisjoint(seen) else self._rules
        return Hits(
            tuple((rules[rule], wanted[rule]) for rule in sorted(wanted)),
            tuple(sorted(quantum for quantum in quanta if quantum is not None)),
            split,
        )

    def _narrow(
        self, raw: bytes, found: Sequence[tuple[int, int, int]], wanted: dict[int, tuple[Stretch, ...]]
    ) -> None:
        """Leaves of the text what lies around the keywords of each rule."""
        count = len(self._owners)
        starts: dict[int, list[int]] = {}
        for keyword, start, _ in found:
            if keyword < count:
                starts.setdefault(keyword, []).append(start)
        # rule → those of its keywords that were found
        searched = [rule for rule in wanted if not self._rules[rule].anywhere and rule not in self._anchored]
        near: dict[int, list[int]] = {rule: [] for rule in searched}
        for keyword in starts:
            for rule in self._owners[keyword]:
                if rule in near:
                    near[rule].append(keyword)
        done: dict[tuple[int, ...], tuple[Stretch, ...]] = {}  # many rules share their keywords
        for rule, keywords in near.items():
            group = tuple(keywords)
            if group not in done:
                done[group] = stretches([start for keyword in group for start in starts[keyword]], raw)
            wanted[rule] = done[group]

    def _anchors(self, raw: bytes, found: Sequence[tuple[int, int, int]], rule: int) -> tuple[Stretch, ...]:
        """Where an anchored rule is to be matched, and how far."""
        count, follows = len(self._owners), self._rules[rule].anchor == "follows"
        hits = [hit for hit in found if hit[0] < count and rule in self._owners[hit[0]]]
        return anchored(
            [end - 1 if follows else start - (raw[start - 1 : start] == b"_") for _, start, end in hits], raw
        )

    def _may_be_split(self, keyword: int) -> bool:
        return keyword < len(self._owners) and self._announces[keyword]

    def _quantum(self, raw: bytes, keyword: int, start: int, end: int) -> int | None:
        """Where the quantum of a base64 hit starts; None when the hit is one only without regard to case."""
        spelled, skipped = self._spelled[keyword - len(self._owners)]
        return start - skipped if raw[start:end] == spelled else None


def stretches(starts: list[int], raw: bytes) -> tuple[Stretch, ...]:
    """The stretches around keywords that start at ``starts``, in order and apart.

    None ends within a run of other characters than white space: what follows such a run is part of many patterns.
    """
    apart: list[Stretch] = []
    done = 0  # where the last stretch ends
    for start in sorted(starts):
        begin, end = start - _BEFORE, start + _AFTER
        if end > done:
            space = _SPACE.search(raw, end)
            end = space.end() if space else len(raw)
            if apart and begin <= done:
                apart[-1] = apart[-1][0], end
            else:
                apart.append((max(0, begin), end))
            done = end
    return tuple(apart)


def anchored(starts: Iterable[int], raw: bytes) -> tuple[Stretch, ...]:
    """The stretches behind anchors. Bounded, because each is read by itself: a text full of names stays linear."""
    apart: list[Stretch] = []
    behind, crowd = -1, 0  # where the name ends in which the last anchor stands, and how many stand in it
    for start in sorted(set(starts)):
        if start >= behind:
            name = _BEHIND_NAME.search(raw, start)
            behind, crowd = name.start() if name else len(raw), 0
        crowd += 1
        if crowd <= _CROWD:
            space = _SPACE.search(raw, start + _NEAR, start + _FAR)
            apart.append((start, space.end() if space else min(start + _FAR, len(raw))))
    return tuple(apart)


def alignments(prefix: bytes) -> list[tuple[bytes, int]]:
    """The base64 characters that ``prefix`` alone decides, for each of its three alignments.

    With each comes how many characters before them the quantum starts.
    """
    spelled = []
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (shift + len(prefix))
        spelled.append((b64encode(bytes(shift) + prefix)[skipped : bits // 6], skipped))
    return spelled
