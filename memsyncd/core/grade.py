"""How good a day's memory file is, measured without a model: can the day be found through it?

An agent sees the first thousand characters of a file when a session starts, and reaches the rest by search. So a
file is good when a search for what was said leads to a line about it, whatever part of the day it was said in, and
when what matters most stands at the top. Here is the measure alone; the file is read and the figures are shown
elsewhere, and nothing here knows how the file was made.

A turn of the user *is found* when its words, as a query, lead to a line about it:

1. **It says something**: it has two words that are no function words (of Chinese and Japanese, which have no
   blanks, four pairs of neighbouring characters). Nobody can search for a "yes, please"; such turns do not count.
2. **The best line shares its rarest words.** The file's lines are ranked by BM25. The first has to hold at least
   two of the turn's words, and half of what its six rarest weigh. Rarity is counted over the day's own turns, for
   what a whole day is about stands in many lines and leads to none of them. Weights and not places are compared,
   because most turns have several words that nothing else on that day has, and any of them will do. Half of six
   is enough, because a line gives the essence of a long message: it is found by its essence alone.
3. **It is no chance**: when the file's words are dealt anew over lines of the same lengths, nine times in fixed
   orders, at most one deal has a line that scores higher. So words that merely stand somewhere in the file find
   nothing. A line of more than forty words counts as several: a search that ends at a wall of text found nothing.

Measured on made-up days in nine languages, a file of the user's own lines finds every turn, the file of another
day one of a thousand, and the words of the right file in any order one of eighteen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import gcd

from msgspec import Struct

from memsyncd.core.bm25 import Ranking
from memsyncd.core.digest.cjk import CJK
from memsyncd.core.digest.languages import lexicon, spoken
from memsyncd.model import Day, Turn

BRIEF = 1_000
"""Characters of a file that an agent sees at its start: OpenClaw reads 1,200, and people may write above ours."""

BRIEF_SECTIONS = ("Topics Covered", "Key Decisions", "Open Questions")
"""What ought to stand there."""

_LEAST = 2.0  # words that a turn has to have
_RAREST = 6.0  # words by which a turn is known again
_SHARED = 0.5  # part of their weight that has to stand in the line
_LONGEST = 40  # words of a line
_LEAST_IN_QUARTER = 4  # turns; of fewer no share is told
_PAIR = 0.5  # of a word: Chinese and Japanese words mostly have two characters, so four have three pairs
_DEALS, _LUCKY = 9, 1  # of them so many may do better: two rare words meet in one deal of fifty
_GOLDEN = 0.618_033_988_749  # steps by its multiples put neighbours far apart, differently each time

_WORD = re.compile(r"\d+(?:[.,:/-]\d+)*(?![^\W\d_])|[^\W_]+(?:['’][^\W_]+)*")
_CJK_RUN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]{2}")
_HEADING = re.compile(r"#{1,6} +(.+?)\s*$")
_FRAME = re.compile(r"#{1,6} |<!--|---$|\*[^*]+\*$|\s*$")  # lines that say nothing of the day
_MARKS = re.compile("[\u0300-\u036f]")


class Share(Struct, frozen=True):
    """So many of so many."""

    found: int
    total: int

    @property
    def part(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.found / self.total if self.total else None


class Grade(Struct, frozen=True, kw_only=True):
    """What a file is worth as the memory of its day."""

    turns: Share  # the user's turns that say something, and those that are found
    quarters: tuple[Share, ...]  # the same for each quarter of them in the order of the day; () when they are few
    missed: tuple[Turn, ...]  # the turns that are not found
    brief: Share  # lines about topics, decisions and open questions, and those within the first BRIEF characters
    bytes: int  # of the file, as UTF-8


def grade(day: Day, text: str) -> Grade:
    """Measure the memory file ``text`` of a day. Pure; a thousand turns take some tens of milliseconds."""
    talk = [turn for turn in day.turns if turn.kind == "talk"]
    reading = _Reading(turn.text for turn in talk)
    rarity = Ranking([sorted(set(reading.words(turn.text))) for turn in talk])
    search = _Search([piece for line in said(text) for piece in _pieces(reading.words(line))], rarity)
    asked = [
        (turn, query)
        for turn in talk
        if turn.role == "user" and _size(query := set(reading.words(turn.text))) >= _LEAST
    ]
    found = [search.finds(query) for _, query in asked]
    return Grade(
        turns=Share(sum(found), len(found)),
        quarters=_quarters(found),
        missed=tuple(turn for (turn, _), hit in zip(asked, found, strict=True) if not hit),
        brief=_brief(text),
        bytes=len(text.encode()),
    )


def said(text: str) -> Iterator[str]:
    """The lines of a memory file without headings, markers and the frame around its sections."""
    return (line for line in text.splitlines() if not _FRAME.match(line))


def section(text: str, heading: str) -> list[str]:
    """The lines of the section with this heading; none when the file has no such section."""
    return [line for title, line, _ in _placed(text) if title == heading]


def _placed(text: str) -> Iterator[tuple[str, str, int]]:
    """Each line that says something, with its heading and the offset of its end in the file."""
    title, end = "", 0
    for whole in text.splitlines(keepends=True):
        line = whole.rstrip("\r\n")
        end += len(whole)
        if heading := _HEADING.match(line):
            title = heading[1]
        elif not _FRAME.match(line):
            yield title, line, end - len(whole) + len(line)


def _brief(text: str) -> Share:
    ends = [end for title, _, end in _placed(text) if title in BRIEF_SECTIONS]
    return Share(sum(end <= BRIEF for end in ends), len(ends))


def _quarters(found: Sequence[bool]) -> tuple[Share, ...]:
    """Runs of the same number of turns, not hours: nobody talks at the same pace all day, and many sleep."""
    cuts = [round(len(found) * part / 4) for part in range(5)]
    runs = [found[start:end] for start, end in pairwise(cuts)]
    if min(map(len, runs)) < _LEAST_IN_QUARTER:
        return ()
    return tuple(Share(sum(run), len(run)) for run in runs)


class _Search:
    """The lines of a file, each as its words, and the same words dealt anew; ``rarity`` knows the day's turns."""

    def __init__(self, lines: Sequence[Sequence[str]], rarity: Ranking) -> None:
        self._lines = lines
        self._rarity = rarity
        self._ranking = Ranking(lines)
        self._deals = [Ranking(_dealt(lines, number), rarity=self._ranking) for number in range(1, _DEALS + 1)]

    def finds(self, query: set[str]) -> bool:
        """Whether the words of a turn lead to a line about it."""
        hit = self._ranking.best(query)
        if hit.line is None:
            return False
        shared = query.intersection(self._lines[hit.line])
        if _size(shared) < _LEAST or self._weight(shared) < _SHARED * self._weight(query):
            return False
        return sum(deal.best(query).score > hit.score for deal in self._deals) <= _LUCKY

    def _weight(self, words: Iterable[str]) -> float:
        """What the rarest of some words weigh together."""
        total, room = 0.0, _RAREST
        for weight, word in sorted(((self._rarity.weight(word), word) for word in words), reverse=True):
            if room <= 0:
                break
            part = _part(word)
            total += weight * part
            room -= part
        return total


def _pieces(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[start : start + _LONGEST] for start in range(0, len(words), _LONGEST))


def _dealt(lines: Sequence[Sequence[str]], number: int) -> list[list[str]]:
    """The words of all lines dealt anew over lines of the same lengths, each ``number`` in another order."""
    words = [word for line in lines for word in line]
    count = len(words)
    step = max(1, round(count * (number * _GOLDEN % 1)))
    while count and gcd(step, count) > 1:
        step += 1
    anew = (words[place * step % count] for place in range(count))
    return [[next(anew) for _ in line] for line in lines]


def _size(words: Iterable[str]) -> float:
    return sum(map(_part, words))


def _part(word: str) -> float:
    return _PAIR if CJK.match(word) else 1.0


class _Reading:
    """Takes texts apart into words that say something, in the languages that a day speaks."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._stop = lexicon(spoken(texts)).stop

    def words(self, text: str) -> list[str]:
        """The words in their order: folded, without accents and function words."""
        lower = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
        if CJK.search(lower):
            pairs = [pair for run in _CJK_RUN.findall(lower) for pair in _pairs(run)]
            return pairs + self._plain(_CJK_RUN.sub(" ", lower))
        return self._plain(lower)

    def _plain(self, lower: str) -> list[str]:
        found = (word.removesuffix("'s") for word in _WORD.findall(lower) if word not in self._stop)
        return [_bare(word) for word in found if len(word) > 1 and word not in self._stop]


def _pairs(run: str) -> Iterator[str]:
    """Neighbouring characters; two of hiragana are grammar."""
    for start in range(len(run) - 1):
        if not _HIRAGANA.match(run, start):
            yield run[start : start + 2]


def _bare(word: str) -> str:
    """A word without accents, which people leave out as often as not."""
    return word if word.isascii() else _MARKS.sub("", unicodedata.normalize("NFD", word))
