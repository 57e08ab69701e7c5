"""A text and the part of it that is still unexplained, with the few searches that stripping needs.

Stripping moves ``start`` and ``stop`` and never copies, so a megabyte of wrappers costs one pass. It knows nothing
of OpenClaw.
"""

from __future__ import annotations

import re
from typing import Final

_INK: Final = re.compile(r"\S")
_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")
_FENCE_START: Final = re.compile(r"[ \t\r]*\n[ \t]*```json[ \t\r]*(?=\n)")
# What stands behind a closing fence on its line is not part of the block.
_FENCE_STOP: Final = re.compile(r"\n[ \t]*```(?![\w`])")


class Span:
    """``text[start:stop]``, and what stripping has learnt about its sender.

    ``in_group`` and ``speaker`` are set by the wrappers that name them. ``absent`` remembers what a search did not
    find: the span only ever shrinks, so it need not be sought again.
    """

    __slots__ = ("absent", "in_group", "speaker", "start", "stop", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.start = 0
        self.stop = len(text)
        self.in_group = False
        self.speaker: str | None = None
        self.absent: set[str] = set()

    def rest(self) -> str:
        """The unexplained part without surrounding whitespace."""
        return self.text[self.start : self.stop].strip()

    def at(self, literal: str) -> bool:
        """Whether the span starts with ``literal``."""
        return self.text.startswith(literal, self.start, self.stop)

    def skip_space(self, position: int) -> int:
        """Where the next character that is not whitespace stands; ``stop`` when there is none."""
        match = _INK.search(self.text, position, self.stop)
        return match.start() if match else self.stop

    def line_end(self, position: int) -> int:
        """Where the line that holds ``position`` ends, before its newline."""
        newline = self.text.find("\n", position, self.stop)
        return self.stop if newline < 0 else newline

    def line(self, position: int, longest: int) -> str | None:
        """The line that starts at ``position``; None when it has more than ``longest`` characters."""
        limit = min(self.stop, position + longest + 1)
        newline = self.text.find("\n", position, limit)
        if newline < 0 and limit < self.stop:
            return None
        return self.text[position : limit if newline < 0 else newline]

    def paragraph_end(self, position: int) -> int:
        """Just behind the next blank line; ``stop`` when there is none."""
        match = _BLANK_LINE.search(self.text, position, self.stop)
        return match.end() if match else self.stop

    def find(self, literal: str, position: int) -> int:
        """Where ``literal`` next stands, -1 when it does not."""
        if literal in self.absent:
            return -1
        found = self.text.find(literal, position, self.stop)
        if found < 0:
            self.absent.add(literal)
        return found

    def starts_line(self, position: int) -> bool:
        """Whether ``position`` is the first character of a line or of the span."""
        return position == self.start or self.text[position - 1] == "\n"

    def fence(self, position: int) -> tuple[int, int, int] | None:
        """The fence of JSON on the line after ``position``: (content start, content end, behind the fence).

        None when there is no such fence; the last number is -1 when it never closes.
        """
        opened = _FENCE_START.match(self.text, position, self.stop)
        if not opened:
            return None
        closed = None if "```" in self.absent else _FENCE_STOP.search(self.text, opened.end(), self.stop)
        if not closed:
            self.absent.add("```")
            return opened.end(), self.stop, -1
        return opened.end(), closed.start(), closed.end()
