"""Finds, in a text, the phrases that show whether something is open or done.

The phrases are data (``data/open.toml``); one pass of an automaton finds all of them. What they amount to is
decided elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation
from msgspec import Struct

from memsyncd.core.digest.cjk import is_cjk
from memsyncd.core.digest.languages import HANGUL, folded
from memsyncd.core.resources import read_data


class Phrase(Struct, frozen=True):
    """One phrase of one kind, and whether it has to begin and to end where a word does."""

    text: str
    kind: str
    begins: bool
    ends: bool


class OpenCues(Struct, frozen=True):
    """The phrases of several languages together."""

    automaton: AhoCorasick
    phrases: Sequence[Phrase]

    def kinds(self, text: str) -> frozenset[str]:
        """The kinds of phrases that stand in a text."""
        text = folded(text)
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode()  # the automaton takes no lone surrogates
        hits = self.automaton.find_matches_as_indexes(text, overlapping=True)
        return frozenset([self.phrases[hit[0]].kind for hit in hits if self._stands(text, hit)])

    def _stands(self, text: str, hit: tuple[int, int, int]) -> bool:
        number, start, end = hit
        phrase = self.phrases[number]
        return not (
            (phrase.begins and start and text[start - 1].isalnum())
            or (phrase.ends and end < len(text) and text[end].isalnum())
        )


@lru_cache(maxsize=8)
def open_cues(codes: tuple[str, ...]) -> OpenCues:
    """The phrases of these languages; English when none of them has any."""
    known = _tables()
    phrases = [
        _phrase(text, kind)
        for code in [code for code in codes if code in known] or ["en"]
        for kind, table in known[code].items()
        for text in dict.fromkeys(" ".join(table.split()).strip(" ,").split(", "))
    ]
    texts = [phrase.text for phrase in phrases]
    return OpenCues(AhoCorasick(texts, implementation=Implementation.NoncontiguousNFA), phrases)


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(read_data(__package__, "open.toml").decode())


def _phrase(text: str, kind: str) -> Phrase:
    spaced = not (is_cjk(text) or HANGUL.search(text))
    prefix = text.endswith("*")
    return Phrase(text.removesuffix("*"), kind, begins=spaced, ends=spaced and not prefix)
