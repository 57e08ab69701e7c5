"""Whether a line says what a label asks for: all its key words, in any inflection that begins like them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

_MARKUP = re.compile(r"[*_`]+")
_FRAME = re.compile(
    r"^\s*[-*]\s*(?:\*\*)?(?:\d\d:\d\d(?:[–-]\d\d:\d\d)?)?"
)  # the list mark and the time of a line
_EASTERN = "\u2e80"  # from here on scripts have no blanks between words, or particles behind them
_LETTER = rf"[^\W_{_EASTERN}-\U0003ffff]"
_WHOLE = 2  # letters up to which a key word stands for a whole word


def folded(text: str) -> str:
    """A text as labels are compared with it: without case, accents of Latin letters, markup and line ends."""
    plain = unicodedata.normalize("NFKC", _MARKUP.sub("", html.unescape(text))).casefold()
    return " ".join("".join(map(_base, plain)).replace("’", "'").split())


def content(line: str) -> str:
    """A line of the file, folded, without the time at its beginning, which no key word may be found in."""
    return folded(_FRAME.sub("", line))


def says(words: Sequence[str], text: str) -> bool:
    """Whether a folded text holds every key word; ``a|b`` is either of two."""
    return all(any(_pattern(word).search(text) for word in either.split("|")) for either in words)


def shows(wordings: Iterable[str], phrase: str) -> bool:
    """Whether a folded phrase holds all words of one of the wordings of a topic."""
    return any(says(wording.split(), phrase) for wording in wordings)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    plain = folded(word)
    spaced = plain[0].isalpha() and plain[0] < _EASTERN
    start = r"(?<!\d)" if plain[0].isdigit() else rf"(?<!{_LETTER})" if spaced else ""
    end = r"(?!\d)" if plain[-1].isdigit() else rf"(?!{_LETTER})" if spaced and len(plain) <= _WHOLE else ""
    return re.compile(start + re.escape(plain) + end)


def _base(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0] if "\u00c0" <= char <= "\u024f" else char
