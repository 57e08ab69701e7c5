"""The words of a day, taken apart once and shared by everything that asks about them.

Not a search index: it lives as long as one digest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import cast

from msgspec import Struct

from memsyncd.core.digest.cjk import ALWAYS_CUED, cjk_words, is_cjk
from memsyncd.core.digest.languages import Cues, Lexicon, cues, lexicon, spoken
from memsyncd.core.digest.sentences import sample
from memsyncd.model import Turn

STOP = ""  # what a word becomes that is never part of a topic
CUE = "\x01"  # followed by the word: likewise, and it may settle something
FIRST_MEANING = "\x02"  # whatever sorts below says nothing of the matter

_LEFT = "([{<\"'`*_“”„‘’«»‹›¿¡!?,;:=|+-–—•>…⟦（「『【《、。"
_RIGHT = "([{)]}>\"'`*_“”„‘’«»‹›!?.,;:=|+-–—•<…⟧）」』】》、。！？，：；/"
_SHORTEST, _LONGEST = 2, 40  # characters; longer words are hashes, keys or addresses
_IDENTIFIER = re.compile(r"[\w@#./~$+&'’-]*[^\W\d_][\w@#./~$+&'’-]*")
_HASH = re.compile(r"(?=.*\d)[0-9a-f-]{12,}|v?\d+(?:[.:]\d+)*[a-z]{0,2}", re.IGNORECASE)
_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:에서|으로|까지|부터|에게|하고|이나|은|는|이|가|을|를|에|로|의|와|과|도|만)$"
)

_USER, _AGENT = 3, 1  # how much a word weighs by who said it
_SEGMENT, _SHORT_SEGMENT = 8, 4  # most and fewest turns of a session that count as one stretch of talk
_PAUSE = 8 * 60_000  # milliseconds without a word after which another stretch begins
_FIRST_WORD = 30  # characters that hold the first word of a text
_KEPT = 20_000  # words that a vocabulary remembers from day to day
_LANGUAGE_SAMPLE = 64  # texts that tell the languages of a day


class Vocabulary(dict[str, str]):
    """What each word, as it stands in a text, means here: itself in lower case, or a mark."""

    def __init__(self, words: Lexicon) -> None:
        super().__init__()
        self.lexicon = words
        self.cues = frozenset(CUE + word for word in words.triggers | words.imperatives) | {ALWAYS_CUED}

    def __missing__(self, token: str) -> str:
        word = bare(token)
        lower = word.lower()
        meaning = self._mark(lower, capital=word != lower) or self._meaning(lower)
        self[token] = meaning
        return meaning

    def words(self, text: str) -> set[str]:
        """What the words of a text mean, marks included.

        A plain look-up comes first: it is much the faster way, and after a few texts almost every word is known.
        """
        tokens = text.split()
        found = set(map(self.get, tokens))
        if None in found:
            return {self[token] for token in tokens}
        return cast("set[str]", found)

    def triggers(self, sentence: str) -> list[str]:
        """The words and phrases of a folded sentence that may settle something, sorted."""
        found = [cue[1:] for cue in self.cues & self.words(sentence)]
        return sorted(found + [phrase for phrase in self.lexicon.phrases if phrase in sentence])

    def _mark(self, lower: str, *, capital: bool) -> str | None:
        words = self.lexicon
        return CUE + lower if lower in words.triggers or (capital and lower in words.imperatives) else None

    def _meaning(self, lower: str) -> str:
        if lower in self.lexicon.stop or not _SHORTEST <= len(lower) <= _LONGEST:
            return STOP
        if lower.isalpha() and lower.isascii():
            return lower
        return self._unusual(lower)

    def _unusual(self, lower: str) -> str:
        """Words with other characters than letters: identifiers pass, numbers, hashes and addresses do not."""
        if "’" in lower or "'" in lower:
            lower = lower.replace("’", "'")
            if mark := self._mark(lower, capital=False):
                return mark
            lower = lower.removesuffix("'s").removesuffix("'")
        if lower.isalpha():
            known = lower in self.lexicon.stop
            return STOP if known else _PARTICLE.sub("", lower) if "가" <= lower[-1] <= "힣" else lower
        if "://" in lower or lower in self.lexicon.stop or lower.startswith("redacted-"):
            return STOP
        return lower if _IDENTIFIER.fullmatch(lower) and not _HASH.fullmatch(lower) else STOP


def bare(token: str) -> str:
    """A word without the punctuation around it; the dot or slash that opens a file name stays."""
    word = token.lstrip(_LEFT).rstrip(_RIGHT)
    return word.lstrip("./") if word[:2] in {"..", "./"} else word


class Index(Struct, frozen=True):
    """The talk of one day. Positions count the turns of kind ``talk`` in the order of the day."""

    turns: tuple[Turn, ...]
    texts: list[str]  # the sample of each turn's text
    sizes: list[int]  # how many different words of each text say something, all others counting as one
    weights: list[int]
    segments: list[tuple[str, int]]  # the stretch of talk that each turn belongs to
    sessions: dict[str, list[int]]  # the positions of each session's turns, in the order of their first turn
    postings: dict[str, list[int]]  # for each word the positions of the turns that use it; owner and agent only
    cued: set[int]  # positions of the texts that may hold a decision
    opened: set[int]  # positions of the owner's texts that open with a telling word
    vocabulary: Vocabulary
    cues: Cues
    codes: tuple[str, ...]  # of the languages that the day speaks


@lru_cache(maxsize=4)
def _vocabulary(codes: tuple[str, ...]) -> Vocabulary:
    """The vocabulary of these languages; it goes from day to day because days of one person share their words."""
    return Vocabulary(lexicon(codes))


def index(turns: Sequence[Turn]) -> Index:
    """Take the words of a day's talk apart."""
    talk = tuple(turn for turn in turns if turn.kind == "talk")
    texts = [sample(turn.text) for turn in talk]
    step = 1 << max(0, (len(talk) - 1) // _LANGUAGE_SAMPLE).bit_length()
    codes = spoken(texts[::step])
    vocabulary = _vocabulary(codes)
    if len(vocabulary) > _KEPT:
        vocabulary.clear()
    sessions: dict[str, list[int]] = {}
    for position, turn in enumerate(talk):
        sessions.setdefault(turn.session, []).append(position)
    sizes, postings, cued = _postings(talk, texts, vocabulary)
    return Index(
        turns=talk,
        texts=texts,
        sizes=sizes,
        weights=[_USER if turn.role == "user" else _AGENT for turn in talk],
        segments=_segments(talk, sessions),
        sessions=sessions,
        postings=postings,
        cued=cued,
        opened=set(_opened(talk, texts, vocabulary.lexicon)),
        vocabulary=vocabulary,
        cues=cues(codes),
        codes=codes,
    )


def _segments(talk: Sequence[Turn], sessions: Mapping[str, Sequence[int]]) -> list[tuple[str, int]]:
    """The stretch of talk of each turn: people pause between two matters."""
    segments = [("", 0)] * len(talk)
    for session, positions in sessions.items():
        number, size, before = 0, 0, 0
        for position in positions:
            at = talk[position].at
            if size >= _SEGMENT or (size >= _SHORT_SEGMENT and at - before > _PAUSE):
                number, size = number + 1, 0
            segments[position] = (session, number)
            size, before = size + 1, at
    return segments


def _postings(
    talk: Sequence[Turn], texts: Sequence[str], vocabulary: Vocabulary
) -> tuple[list[int], dict[str, list[int]], set[int]]:
    postings: dict[str, list[int]] = defaultdict(list)
    sizes: list[int] = []
    for position, text in enumerate(texts):
        words = cjk_words(text, vocabulary) if is_cjk(text) else vocabulary.words(text)
        sizes.append(len(words))
        if talk[position].owner:
            for word in words:
                postings[word].append(position)
    postings.pop(STOP, None)
    return sizes, postings, _cued(talk, texts, postings, vocabulary)


def _cued(
    talk: Sequence[Turn], texts: Sequence[str], postings: dict[str, list[int]], vocabulary: Vocabulary
) -> set[int]:
    """Positions of the texts with a trigger; the triggers are taken out of ``postings``."""
    words = vocabulary.lexicon
    firm: set[int] = set()
    own: set[int] = set()
    for cue in vocabulary.cues & postings.keys():
        (firm if cue[1:] in words.firm or cue == ALWAYS_CUED else own).update(postings.pop(cue))
    for phrase in words.phrases:
        holders = [position for position, text in enumerate(texts) if phrase in text]
        (firm if phrase in words.firm else own).update(holders)
    return firm | {position for position in own if talk[position].role == "user"}


def _opened(talk: Sequence[Turn], texts: Sequence[str], words: Lexicon) -> Iterator[int]:
    for position, turn in enumerate(talk):
        if turn.role == "user":
            first, *_ = *texts[position][:_FIRST_WORD].split(None, 1), ""
            if bare(first).lower() in words.openings:
                yield position
