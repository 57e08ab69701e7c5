"""What the day was about: up to eight topics of one to four words, in the conversation's own words.

A word counts by how many turns use it, the owner's three times, by how many stretches of talk it runs through,
so that a long conversation does not silence a short one, and by whether it names a thing rather than an action:
nouns follow articles, names begin with a capital. The strongest words grow into the phrases that they mostly
stand in (``phrases``).
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from heapq import nsmallest
from itertools import islice
from math import sqrt

from msgspec import Struct

from memsyncd.core.digest.cjk import CJK
from memsyncd.core.digest.phrases import ENDINGS, phrase
from memsyncd.core.digest.plain import code, plain
from memsyncd.core.digest.sentences import shorten
from memsyncd.core.digest.words import Index
from memsyncd.core.resources import read_data

MOST_TOPICS = 8

_WEIGHED = 120  # of the most frequent words
_CANDIDATES = 24  # words that may lead a topic
_STRONGEST = 60  # words that are looked at for it
_WIDTH = 40  # characters of a topic
_SWALLOWED = 0.75  # of a piece's turns that use the whole: then only the whole is a topic
_FADE = 0.6  # what a stretch of talk still counts for each topic that it already has

_IDENTIFIER_BONUS = 1.2  # an identifier says more than a common word
_BOTH = 1.5  # owner and agent use it
_NOUN, _CAPITAL, _NAME = 1.3, 1.2, 0.8  # after an article; with a capital; with a capital and never an article
_PLACES = 6  # where a word stands that are looked at
_BEFORE = 12  # characters

_FEW, _SOME = 6, 30  # turns; a longer day asks for more mentions
_SHORTEST_STEM = 3
_CODE = re.compile(r"(?=.*[A-Za-z])\S*(?:[_/\\]|\w\.[a-z])\S*|[a-z]+[A-Z]\w*")
_IDENTIFIER = re.compile(r"[\d_./-]")


class _Candidate(Struct):
    """A word that may become a topic."""

    word: str
    positions: list[int]
    stretches: dict[tuple[str, int], float]  # how strongly each stretch of talk speaks of it


def topics_of(index: Index) -> tuple[str, ...]:
    """The day's topics, the most important first.

    The best word is taken and grown into its phrase; then each stretch of talk counts less for every topic that it
    has.
    """
    left = [_candidate(index, word, positions) for word, positions in _strongest(index)[:_CANDIDATES]]
    most = min(MOST_TOPICS, 2 + len(index.turns) // 2)
    fade: dict[tuple[str, int], float] = defaultdict(lambda: 1.0)
    used: set[str] = set()
    found: list[str] = []
    while left and len(found) < most:
        best = max(left, key=lambda candidate: _gain(candidate, fade))
        words, surface = _phrase(index, best)
        if used.isdisjoint(words):
            found.append(_shown(surface))
        used.update(words)
        for stretch in best.stretches:
            fade[stretch] *= _FADE
        left = [each for each in left if each.word not in used and not _overlaps(each.word, best.word)]
    return tuple(found)


def _phrase(index: Index, candidate: _Candidate) -> tuple[tuple[str, ...], str]:
    if CJK.match(candidate.word):
        return (candidate.word,), candidate.word
    return phrase(index, candidate.word, candidate.positions)


def _candidate(index: Index, word: str, positions: list[int]) -> _Candidate:
    stretches: dict[tuple[str, int], float] = defaultdict(float)
    for position in positions:
        stretches[index.segments[position]] += index.weights[position]
    worth = _worth(index, word, positions)
    return _Candidate(word, positions, {stretch: sqrt(weight) * worth for stretch, weight in stretches.items()})


def _worth(index: Index, word: str, positions: Sequence[int]) -> float:
    """How much more, or less, a word says than another that is used as often."""
    worth = _IDENTIFIER_BONUS if _IDENTIFIER.search(word) else 1.0
    if len({index.weights[position] for position in positions}) > 1:
        worth *= _BOTH
    if CJK.match(word):
        return worth
    noun, capital = _used_as(word, [index.texts[position] for position in islice(positions, _PLACES)])
    return worth * (_NOUN if noun else 1) * (_CAPITAL if capital else 1) * (_NAME if capital and not noun else 1)


def _used_as(word: str, texts: Iterable[str]) -> tuple[bool, bool]:
    """Whether a word stands behind an article somewhere, and within a sentence with a capital."""
    noun = capital = False
    for text in texts:
        place = text.lower().find(word)
        before = text[max(place - _BEFORE, 0) : place].split() if place > 0 else []
        if before:
            noun = noun or before[-1].lower() in _articles()
            capital = capital or (text[place].isupper() and before[-1][-1].isalnum())
    return noun, capital


@cache
def _articles() -> frozenset[str]:
    tables = tomllib.loads(read_data(__package__, "topics.toml").decode())
    return frozenset(word for table in tables.values() for word in table.split())


def _gain(candidate: _Candidate, fade: Mapping[tuple[str, int], float]) -> float:
    return sum([strength * fade[stretch] for stretch, strength in candidate.stretches.items()])


def _overlaps(word: str, other: str) -> bool:
    """Whether one of two words of a script without blanks contains the other."""
    return (word in other or other in word) and bool(CJK.match(word))


def _strongest(index: Index) -> list[tuple[str, list[int]]]:
    """The words that weigh most, each with the positions of all its forms."""
    postings, light, weigh = index.postings, index.vocabulary.lexicon.light, index.weights.__getitem__
    turns = len(index.turns)
    enough = 1 if turns <= _FEW else 3 if turns <= _SOME else 4
    shortest = max(2 if turns > _SOME else 1, _cut(sorted(map(len, postings.values()), reverse=True)))
    weighed = [
        (-sum(map(weigh, positions)), positions[0], word)
        for word, positions in postings.items()
        if len(positions) >= shortest and word not in light
    ]
    found: dict[str, list[int]] = {}
    for weight, _, word in nsmallest(_STRONGEST, weighed):
        if -weight >= enough:
            base = _base(word, postings)
            known = found.get(base, postings[base])
            found[base] = sorted({*known, *postings[word]}) if base != word else known
    return _without_pieces(found)


def _cut(counts: Sequence[int]) -> int:
    """How often a word has to occur so that about ``_WEIGHED`` do, but at least ``_CANDIDATES``."""
    if len(counts) <= _WEIGHED:
        return 1
    return counts[_WEIGHED] + 1 if counts[_CANDIDATES] > counts[_WEIGHED] else counts[_WEIGHED]


def _base(word: str, postings: Mapping[str, list[int]]) -> str:
    """The word without its ending, when the day uses it that way too."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word[: -len(ending)] + ("y" if ending == "ies" else "")
            if stem in postings:
                return stem
    return word


def _without_pieces(found: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    """Chinese and Japanese candidates contain each other; a piece that rarely stands alone goes."""
    unspaced = [word for word in found if CJK.match(word)]
    swallowed = {
        piece
        for piece in unspaced
        for whole in unspaced
        if len(whole) > len(piece) and piece in whole and len(found[whole]) >= _SWALLOWED * len(found[piece])
    }
    return [(word, positions) for word, positions in found.items() if word not in swallowed]


def _shown(surface: str) -> str:
    surface = shorten(plain(surface), _WIDTH)
    return code(surface) if _CODE.fullmatch(surface) else surface
