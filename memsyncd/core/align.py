"""Aligns two versions of a list of lines: which line stayed, which became which, which are new or gone.

Pure. It serves the three-way merge and judges lines by their words, not by what they mean. Lines that occur once
on both sides hold the alignment together (as in a patience diff): blank and repeated lines cannot mislead it, and
the work stays near-linear for text of any size.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

Lines: TypeAlias = list[bytes]
Pair: TypeAlias = tuple[int, int]  # index on the old side, index on the new side

# Letters of one or two bytes form words; those of three bytes (CJK, Thai, Devanagari) are counted one by one.
_WORD: Final = re.compile(rb"(?:[0-9A-Za-z]|[\xc2-\xdf][\x80-\xbf])+|[\xe0-\xef][\x80-\xbf]{2}")
_ALIKE: Final = 0.5  # share of common words from which a new line counts as the old one changed
_TABLE_LIMIT: Final = 400  # pairs of lines that are compared word by word in one changed run
_ROUNDS: Final = 32  # of looking for unique lines between unique lines


class Alignment(NamedTuple):
    """How a list of lines became another."""

    partner: list[int | None]  # for each old line the new line, equal or changed; None: it is gone
    inserted: list[range]  # the new lines before each old line, and last those behind all


def align(old: Lines, new: Lines, *, every: bool) -> Alignment:
    """Aligns two lists of lines.

    In a run of lines that were replaced, a line counts as changed when half of its words are the same, else as
    gone and the other as new. With ``every``, any line that took the place of another is that line changed.
    """
    partner: list[int | None] = []
    i = j = 0
    for k, m in [*equal_pairs(old, new), (len(old), len(new))]:
        partner += [None if at is None else j + at for at in _replaced(old[i:k], new[j:m], every=every)]
        partner.append(m)
        i, j = k + 1, m + 1
    inserted = []
    done = 0
    for at in partner:
        inserted.append(range(done, done if at is None else at))
        done = done if at is None else at + 1
    return Alignment(partner[:-1], inserted)


def equal_pairs(old: Lines, new: Lines) -> list[Pair]:
    """Equal lines in the same order on both sides: where both begin and end alike, then around unique lines."""
    pairs: list[Pair] = []
    todo = [(0, len(old), 0, len(new), _ROUNDS)]
    while todo:
        i, k, j, m, rounds = todo.pop()
        while i < k and j < m and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < k and j < m and old[k - 1] == new[m - 1]:
            k, m = k - 1, m - 1
            pairs.append((k, m))
        if rounds and (anchors := _anchors(old, range(i, k), new, range(j, m))):
            corners = pairwise([(i, j), *anchors, (k, m)])
            todo += [(start[0], end[0], start[1], end[1], rounds - 1) for start, end in corners]
    return sorted(pairs)


def _anchors(old: Lines, left: range, new: Lines, right: range) -> list[Pair]:
    """Lines that occur once in both ranges, as many as stand in the same order."""
    there = _once(new, right)
    return _ascending([(i, there[line]) for line, i in _once(old, left).items() if line in there])


def _once(lines: Lines, within: range) -> dict[bytes, int]:
    """The index of each line that occurs once in the range, ascending."""
    found: dict[bytes, int] = {}
    again = set()
    for index in within:
        if found.setdefault(lines[index], index) != index:
            again.add(lines[index])
    return {line: index for line, index in found.items() if line not in again}


def _ascending(pairs: list[Pair]) -> list[Pair]:
    """The longest run of pairs in which the new side ascends too (longest increasing subsequence)."""
    lowest: list[int] = []  # the smallest new index that ends a run of each length
    ends: list[int] = []  # the pair it belongs to
    previous: list[int] = []  # for each pair the one before it in its run
    for index, (_, at) in enumerate(pairs):
        length = bisect_left(lowest, at)
        previous.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [at]
        ends[length : length + 1] = [index]
    run = []
    index = ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = previous[index]
    return run[::-1]


def _replaced(old: Lines, new: Lines, *, every: bool) -> list[int | None]:
    """For each old line of a run the new line that it became, in order, the whole as alike as possible."""
    if not old or not new or len(old) * len(new) > _TABLE_LIMIT or (every and len(old) == len(new)):
        together = min(len(old), len(new)) if every else 0
        return [*range(together), *[None] * (len(old) - together)]
    worth = _worths(old, new, every=every)
    best = _best_sums(worth)
    partner: list[int | None] = []
    j = 0
    while len(partner) < len(old) and j < len(new):
        i = len(partner)
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            partner.append(j)
            j += 1
        elif best[i][j] == best[i + 1][j]:
            partner.append(None)
        else:
            j += 1
    return partner + [None] * (len(old) - len(partner))


def _worths(old: Lines, new: Lines, *, every: bool) -> list[list[float]]:
    """For each old and new line how much it is worth to call one the other changed; 0: they are not."""
    after = [frozenset(_WORD.findall(line)) for line in new]
    worth = []
    for line in old:
        words = frozenset(_WORD.findall(line))
        shares = [
            line == other or len(words & others) / (max(len(words), len(others)) or 1)
            for other, others in zip(new, after, strict=True)
        ]
        worth.append([1 + share if every or share >= _ALIKE else 0 for share in shares])
    return worth


def _best_sums(worth: list[list[float]]) -> list[list[float]]:
    """The greatest sum of worths in reach from each pair of positions on."""
    width = len(worth[0])
    best = [[0.0] * (width + 1)]
    for row in reversed(worth):
        below = best[-1]
        sums = [0.0] * (width + 1)
        for j in range(width - 1, -1, -1):
            sums[j] = max(sums[j + 1], below[j], row[j] + below[j + 1])
        best.append(sums)
    return best[::-1]
