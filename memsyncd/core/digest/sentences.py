"""Texts cut at sentence and word ends, without a language model and without losing a placeholder.

Only a bounded part of a text is ever looked at: its first and its last 2,000 characters (``sample``).
"""

from __future__ import annotations

import re
import unicodedata

from memsyncd.core.digest.plain import PLACEHOLDER
from memsyncd.core.resources import read_data

_SAMPLE = 2_000  # characters at each end of a long text

_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^(?:[#>*•·–+-]+\s+|\d{1,2}[.)]\s+|\[[ xX]\]\s+|\|\s*)+")
_TABLE_RULE = re.compile(r"^[\s|:=*_-]+$")
_BULLET_MARKS = frozenset("#>*•·–+-|[0123456789")
_ABBREVIATIONS = frozenset(read_data(__package__, "abbreviations.txt").decode().split())
_LONGEST_ABBREVIATION = 6
_UNSPACED_ENDS = "。！？"
_WIDE_ENDS = _UNSPACED_ENDS + "؟।۔"
_WIDE_END = re.compile(f"([{_WIDE_ENDS}]+[」』”’）)]*)")
_QUESTION_ENDS = ("?", "？", "؟")
_CLOSERS = "\"'”’»)]*_`」』）"


def sample(text: str) -> str:
    """The part of a text that is looked at: all of it up to 4,000 characters, else 2,000 at each end."""
    if len(text) <= 2 * _SAMPLE:
        return text
    head, tail = text[:_SAMPLE], text[-_SAMPLE:]
    return f"{head.rpartition(' ')[0] or head}\n{tail.partition(' ')[2] or tail}"


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, without code blocks and Markdown decoration.

    A line break always ends a sentence; so do ``.``, ``!`` and ``?`` before a blank, unless the word is a known
    abbreviation, a single letter or a number, or the next word begins in lower case.
    """
    if "```" in text or "~~~" in text:
        text = _FENCED.sub("\n", text)
    if "\n" not in text:
        return _split(text)
    found: list[str] = []
    for line in text.split("\n"):
        if line:
            found += _split(line)
    return found


def joined(before: str, after: str) -> str:
    """Two sentences as one text, with a blank between them where their script has blanks."""
    return f"{before}{after}" if before.endswith(tuple(_UNSPACED_ENDS)) else f"{before} {after}"


def is_question(sentence: str) -> bool:
    """Whether the sentence ends, or in Spanish begins, as a question."""
    return sentence.rstrip(_CLOSERS).endswith(_QUESTION_ENDS) or sentence.startswith("¿")


def _split(line: str) -> list[str]:
    line = _undecorated(line)
    if not line:
        return []
    marked = line.replace(". ", ".\x1e").replace("? ", "?\x1e").replace("! ", "!\x1e")
    if not line.isascii():
        marked = _WIDE_END.sub("\\1\x1e", marked).replace("… ", "…\x1e")
    if "\x1e" not in marked:
        return [line]
    return _rejoined([part for piece in marked.split("\x1e") if (part := piece.strip())])


def _undecorated(line: str) -> str:
    line = line.strip()
    if line[:1] in _BULLET_MARKS:
        if _TABLE_RULE.match(line):
            return ""
        line = _BULLET.sub("", line)
        if line.endswith("|"):
            line = line.strip("| ").replace(" | ", ", ")
    if "**" in line:
        line = line.replace("**", "")
    return line


def _rejoined(parts: list[str]) -> list[str]:
    """Pieces that a full stop inside a sentence tore apart, put together again."""
    found = parts[:1]
    for part in parts[1:]:
        if _goes_on(found[-1], part):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found


def _goes_on(before: str, after: str) -> bool:
    if not before.endswith("."):
        return False
    if after[0].islower():
        return True
    word = before[before.rfind(" ") + 1 :]
    if len(word) > _LONGEST_ABBREVIATION:
        return False
    return word.lower() in _ABBREVIATIONS or (len(word) == 2 and word[0].isalpha()) or word[:-1].isdigit()  # noqa: PLR2004


def room(text: str, limit: int) -> int:
    """How many characters of ``text`` to show where ``limit`` Latin ones fit.

    A character outside ASCII takes two to four bytes of the file and, in Chinese or Japanese, says more; so the
    room shrinks with the bytes, to no less than half.
    """
    if text.isascii():
        return limit
    share = len(text) / len(text.encode("utf-8", "replace"))
    return min(limit, max(limit // 2, int(limit * share * 1.5)))


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters, cut at the end of a word and closed with ``…``.

    A word longer than half of the room is cut inside, but never inside a placeholder or a visible character
    that takes several code points.
    """
    if len(text) <= limit:
        return text
    cut = max(limit - 1, 1)
    space = text.rfind(" ", cut // 2, cut + 1)
    cut = space if space > 0 else _between_characters(text, cut)
    if "[REDACTED-" in text:
        cut = _before_placeholder(text, cut)
    return text[:cut].rstrip(" ,;:–—-(“„«") + "…"


def _before_placeholder(text: str, cut: int) -> int:
    for found in PLACEHOLDER.finditer(text):
        if found.start() < cut < found.end():
            return found.start()
    return cut


def _between_characters(text: str, cut: int) -> int:
    """The last place up to ``cut`` that does not part a base character from what modifies it."""
    while cut > 1 and (_modifies(text[cut]) or text[cut - 1] == "\u200d" or _flag(text, cut)):
        cut -= 1
    return cut


def _modifies(character: str) -> bool:
    return (
        character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or (character > "\u02ff" and unicodedata.category(character)[0] == "M")
    )


def _flag(text: str, cut: int) -> bool:
    first, last = "\U0001f1e6", "\U0001f1ff"
    return first <= text[cut] <= last and first <= text[cut - 1] <= last
