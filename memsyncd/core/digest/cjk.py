"""Words of Chinese and Japanese text, which has no blanks between them.

No dictionary: Chinese runs are cut at function words and every stretch of two to six characters of what remains
is a candidate, so that the day's own repetition tells the words; Japanese words are runs of kanji and katakana.
Korean has blanks and is read like other scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from memsyncd.core.digest.languages import KANA, languages
from memsyncd.core.digest.plain import PLACEHOLDER

CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
ALWAYS_CUED = "\x01"  # such text is searched for decisions without looking at its words first

_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{2,}")
_JAPANESE_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆ヵヶァ-ヴー]{2,}")
_LINKED = re.compile(
    r"(?=((?<![々\u3400-\u9fffァ-ヴー])[\u3400-\u9fff々ァ-ヴー]{2,5}の[\u3400-\u9fff々ァ-ヴー]{2,5}(?![\u3400-\u9fff々ァ-ヴー])))"
)
_ONE_SCRIPT = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆ヵヶ]{2,}|[ァ-ヴー]{2,}")
_OTHER = re.compile(
    r"[A-Za-z@#~/][A-Za-z0-9_.+#@/-]*|[^\W\d_\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff][^\W_\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]*"
)
_LONGEST = 6  # characters of a Chinese candidate
_LONGEST_JAPANESE = 11


def is_cjk(text: str) -> bool:
    """Whether a text has Chinese or Japanese characters."""
    return not text.isascii() and CJK.search(text) is not None


def cjk_words(text: str, vocabulary: Mapping[str, str]) -> set[str]:
    """The words of a text in Chinese or Japanese; ``vocabulary`` knows the words of other scripts."""
    if "[REDACTED-" in text:
        text = PLACEHOLDER.sub(" ", text)
    words = {vocabulary[word] for word in _OTHER.findall(text)}
    words.add(ALWAYS_CUED)
    if KANA.search(text):
        words.update(_japanese(text))
    else:
        words.update(_chinese(text))
    return words


def _japanese(text: str) -> set[str]:
    stop = languages()["ja"].words["stop"]
    runs = set(_JAPANESE_RUN.findall(text))
    linked = {phrase for phrase in _LINKED.findall(text) if stop.isdisjoint(phrase.split("の"))}
    parts = {part for run in runs for part in _ONE_SCRIPT.findall(run)}
    return {word for word in runs | parts | linked if len(word) <= _LONGEST_JAPANESE and word not in stop}


def _chinese(text: str) -> set[str]:
    words: set[str] = set()
    for run in _HAN_RUN.findall(text):
        for piece in _function_words().split(run):
            size = len(piece)
            words.update(
                piece[start : start + length]
                for length in range(2, min(size, _LONGEST) + 1)
                for start in range(size - length + 1)
            )
    return words


@cache
def _function_words() -> re.Pattern[str]:
    stop = sorted(languages()["zh"].words["stop"], key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, stop)))
