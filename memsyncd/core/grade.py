"""How good a day's memory file is, measured without a model: can the day be found through it?

An agent sees the first thousand characters of a file when a session starts, and reaches the rest by search. So a
file is good when a search for what was said leads to a line about it, whatever part of the day it was said in, and
when what matters most stands at the top. Here is the measure alone; the file is read and the figures are shown
elsewhere, and nothing here knows how the file was made.

A turn of the user *is found* when all of this holds:

1. **It says something**: it has two words that are no function words (of Chinese and Japanese, which have no
   blanks, four pairs of neighbouring characters). A "yes, please" cannot be searched for; such turns do not count.
2. **Its line shares its rarest words.** The file's lines are ranked by BM25 for the turn's words, as a search does.
   The best line has to hold at least half of what the turn's six rarest words weigh. Rarity is counted over the
   day's own turns: the words that a whole day is about stand in many lines and lead to none. Weights and not places
   are compared, because most turns have many words that nothing else on that day has, and any of those will do;
   half of them, because a line gives the essence of a long message.
3. **It is better than chance**: its score is above the best score that the same words reach when the file's words
   are dealt anew over lines of the same lengths. A file of loose words in any order has found nothing.
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
"""Characters at a file's beginning that an agent is sure to see: OpenClaw reads 1,200 of a file, heading included."""

BRIEF_SECTIONS = ("Topics Covered", "Key Decisions", "Open Questions")
"""What ought to stand there."""

_LEAST = 2.0  # words that a turn has to have
_RAREST = 6.0  # words by which a turn is known again
_SHARED = 0.5  # part of their weight that has to stand in the line
_LEAST_IN_QUARTER = 4  # turns; of fewer no share is told
_PAIR = 0.5  # of a word: Chinese and Japanese words mostly have two characters, so four have three pairs
_GOLDEN = 0.618_033_988_749  # part of the way that separates neighbours the most when words are dealt

_WORD = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W_]+(?:['’][^\W_]+)*")
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
    lines = [words for line in said(text) if (words := reading.words(line))]
    ranking = Ranking(lines)
    dealt = Ranking(_dealt(lines), rarity=ranking)
    asked = [
        (turn, query)
        for turn in talk
        if turn.role == "user" and _size(query := set(reading.words(turn.text))) >= _LEAST
    ]
    found = [_is_found(query, lines, ranking, dealt, rarity) for _, query in asked]
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


def _is_found(
    query: set[str], lines: Sequence[Sequence[str]], ranking: Ranking, dealt: Ranking, rarity: Ranking
) -> bool:
    hit = ranking.best(query)
    if hit.line is None:
        return False
    shared = query.intersection(lines[hit.line])
    if _size(shared) < _LEAST or _weight(shared, rarity) < _SHARED * _weight(query, rarity):
        return False
    return hit.score > dealt.best(query).score


def _weight(words: Iterable[str], rarity: Ranking) -> float:
    """What the rarest of some words weigh together."""
    total, room = 0.0, _RAREST
    for weight, word in sorted(((rarity.weight(word), word) for word in words), reverse=True):
        if room <= 0:
            break
        part = _part(word)
        total += weight * part
        room -= part
    return total


def _dealt(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words of all lines dealt anew over lines of the same lengths, neighbours far apart."""
    words = [word for line in lines for word in line]
    count = len(words)
    step = max(1, round(count * _GOLDEN))
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
