r"""The run of identifier characters with which many gitleaks rules begin: ``[\w.-]{0,50}?(?:keyword)…``.

A search with it takes five times as long, and it never changes the secret. This module takes it off, and tells
afterwards where a match would have begun.
"""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from memsyncd.core.redact.gitleaks_syntax import tokens

_PREAMBLE = re.compile(r"(\[(?:\\[.-]|[.-])*\\w(?:\\[.-]|[.-])*\])\{0,(\d+)\}\?")
_LEADING_FLAGS = re.compile(r"(?:\(\?[ims]+\))?")
_FLAG_GROUP = re.compile(r"\(\?[ims]+:")
_ASSERTION_FIRST = re.compile(r"(?:\((?:\?(?:[ims-]*:|P?<\w+>))?)*(?:\\[bBAz]|\^|\$)")


class Preamble(Struct, frozen=True):
    """What may stand before a match, as few as possible: characters of a class, ASCII all, up to a limit."""

    chars: str  # the class, e.g. ``[\w.-]``
    limit: int

    def beginning(self, raw: bytes, floor: int, begin: int) -> int:
        """Where the run begins that ends at ``begin``; not before ``floor``."""
        found = _run(self).search(raw, max(floor, begin - self.limit), begin)
        return found.start() if found else begin


@cache
def _run(preamble: Preamble) -> re.Pattern[bytes]:
    return re.compile(rf"{preamble.chars}{{0,{preamble.limit}}}\Z".encode())


def without_preamble(source: str) -> tuple[str, Preamble | None]:
    r"""The pattern without a lazy run such as ``[\w.-]{0,50}?`` at its start.

    The groups behind it stay the same: of all matches the leftmost one counts, and every tail of a run is a
    run. Only the match itself begins later. Not so where another alternative could begin within the run, or
    where the rest begins by looking at what stands before it: then the pattern comes back as it is.
    """
    flags = _LEADING_FLAGS.match(source)
    head = flags[0] if flags else ""
    outer = _PREAMBLE.match(source, len(head))
    if outer is None:
        return source, None
    limit = int(outer[2])
    rest = source[outer.end() :]
    group = _FLAG_GROUP.match(rest)
    inner = _PREAMBLE.match(rest, group.end()) if group else None
    if group and inner and inner[1] == outer[1] and _is_sequence(rest[inner.end() :]):
        limit += int(inner[2])
        rest = group[0] + rest[inner.end() :]
    if not _is_sequence(rest) or _ASSERTION_FIRST.match(rest):
        return source, None
    return head + rest, Preamble(outer[1], limit)


_QUANTIFIERS = ("*", "+", "?", "{")


def _is_sequence(source: str) -> bool:
    """Whether ``source``, up to the end of the group it stands in, offers no choice and comes once."""
    depth = 0
    parts = tokens(source)
    for part in parts:
        if part.startswith("(") and not part.endswith(")"):
            depth += 1
        elif part == ")":
            depth -= 1
        elif part == "|" and depth == 0:
            return False
        if depth < 0:
            return next(parts, "") not in _QUANTIFIERS
    return True
