"""Text of a conversation made fit to stand inside one line of a memory file.

What people and tools wrote is not trusted: it must not end the line, open a heading, a fence or a comment, nor
look like a marker of memsyncd or of OpenClaw. Nothing here redacts; secrets are gone before.
"""

from __future__ import annotations

import re

PLACEHOLDER = re.compile(r"\[REDACTED-[A-Z0-9]+(?:-[A-Z0-9]+)*(?::[0-9a-f]{6})?\]")

_SPACE = re.compile(r"\s+")
# Control characters, soft hyphen, zero-width and direction marks, invisible tags. The two joiners (U+200C, U+200D)
# stay: Persian, Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FENCE = re.compile("`{3,}")
_BLOCK_START = re.compile(r"^(?:[#>|=~+*_-]+(?:\s+|$)|[-=]{2,})+")
# OpenClaw's promotion rejects a line that starts like a transcript.
_SPEAKER = re.compile(r"^(user|assistant|conversation summary)\s*[:\uff1a]\s*", re.IGNORECASE)
_ANGLES = re.compile("<{3,}|>{3,}")

_MARGIN_MARKS = frozenset("#>|=~+*_-")


def plain(text: str) -> str:
    """``text`` as one printable line without markers, fences or a block's opening characters.

    ``<!--`` and ``-->`` become ``&lt;!--`` and ``--&gt;``, so that the words stay readable; runs of three or
    more backticks or angle brackets shrink to one; ``User:`` and its like at the start become ``User -``.
    """
    if not text.isprintable():
        text = _LONE_SURROGATE.sub("\ufffd", _INVISIBLE.sub("", _SPACE.sub(" ", text)))
        text = _SPACE.sub(" ", text)
    text = text.strip()
    if "<" in text or ">" in text:
        text = _without_markers(text)
    if "```" in text:
        text = _FENCE.sub("'", text)
    if "⟦" in text or "⟧" in text:
        text = text.replace("⟦", "[").replace("⟧", "]")
    if text[:1] in _MARGIN_MARKS:
        text = _BLOCK_START.sub("", text)
    if text[:1] in "uUaAcC":
        text = _SPEAKER.sub(r"\1 - ", text)
    return text


def _without_markers(text: str) -> str:
    if "<<<" in text or ">>>" in text:
        text = _ANGLES.sub(lambda run: run[0][0], text)
    return text.replace("<!--", "&lt;!--").replace("-->", "--&gt;")


def code(text: str) -> str:
    """``text`` as a code span; backticks in it become apostrophes."""
    return f"`{plain(text).replace('`', chr(39)) or ' '}`"
