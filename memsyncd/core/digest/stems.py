"""What two texts have in common, in any inflection and script; not a stemmer that knows a language.

A word is known by its first letters, Chinese and Japanese by pairs of characters, a number by itself.
"""

from __future__ import annotations

import re

from memsyncd.core.digest.cjk import is_cjk
from memsyncd.core.digest.languages import folded
from memsyncd.core.digest.words import FIRST_MEANING, Vocabulary, bare

_LETTERS = 5  # of a word that tell it from others; its end is inflection
_SYLLABLES = 2  # likewise in Korean
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]+|[ァ-ヴー]{2,}|[a-z][a-z0-9_.+-]*[a-z0-9]")
_PAIR = 2


class Stemmer(dict[str, str]):
    """The stem of each word as it stands in a text; empty for words that say nothing of the matter."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._known: dict[str, frozenset[str]] = {}

    def __missing__(self, token: str) -> str:
        stem = self[token] = self._stem(token)
        return stem

    def of(self, text: str) -> frozenset[str]:
        """The telling words of a text, its numbers and days, cut down to what survives inflection."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._found(text)
        return found

    def _stem(self, token: str) -> str:
        word = self._vocabulary[token]
        if word >= FIRST_MEANING:
            return word[: _SYLLABLES if "가" <= word[0] <= "힣" else _LETTERS]
        plain = bare(token).lower()
        return plain if plain in self._vocabulary.lexicon.dates else ""

    def _found(self, text: str) -> frozenset[str]:
        words = self._pairs(text) if is_cjk(text) else set(map(self.__getitem__, text.split()))
        words.discard("")
        if _DIGIT.search(text):
            words.update(number.replace(",", ".") for number in _NUMBER.findall(text))
        return frozenset(words)

    def _pairs(self, text: str) -> set[str]:
        found: set[str] = set()
        for run in _RUN.findall(folded(text)):
            if run.isascii():
                found.add(run[:_LETTERS])
            else:
                found.update(run[place : place + _PAIR] for place in range(max(1, len(run) - 1)))
        return found - self._vocabulary.lexicon.stop


def shared(first: frozenset[str], second: frozenset[str]) -> float:
    """How much of the shorter one the two have in common, 0 to 1."""
    return len(first & second) / (min(len(first), len(second)) or 1)
