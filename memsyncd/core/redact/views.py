"""Other readings of a text in which a secret can stand: split tokens joined, base64 decoded.

Pure functions over UTF-8 bytes. They find no secrets; they tell what to search and where it came from.
"""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from msgspec import Struct

from memsyncd.core.redact.patterns import compile_pattern

_MARGIN = r"(?:[ \t>|#*]|//)*"  # what stands before a line of a quotation, a list, a comment, a block of code
_PIECE = "[0-9A-Za-z_/+.-]"
_SEAM = compile_pattern(
    "((?:\u200b|\u200c|\u200d|\u200e|\u200f|\u2060|\ufeff|\u00ad|&shy;|&ZeroWidthSpace;|&#8203;)+"  # invisible
    r"|\*\*|~~"  # Markdown in the middle of a token
    r"|(?:</?(?:wbr|b|i|em|strong|span|mark|font)(?:[ ][^<>\n]{0,60})?/?>)+"  # HTML there
    r"|\x1b\[[0-9;]{0,10}m"  # a terminal's colour
    rf"|[\\^]\r?\n{_MARGIN})"  # a shell's line continuation
    r"|(\\)[_-]"  # Markdown's escape
    # A hard wrap, a string that goes on in another one: behind a long run, before a run that has a digit and
    # ends the line or stands in quotes. A hyphen at the end of a line may be the wrap's own.
    rf"|{_PIECE}{{10}}(-?(?:<br[ ]?/?>)?\r?\n{_MARGIN}"
    rf"|[\"'`][ \t]*[+.&\\]?[ \t]*(?:\r?\n{_MARGIN}[+.&]?[ \t]*)?[fr]?[\"'`])"
    rf"[A-Za-z_/+.-]*[0-9]{_PIECE}*(?:[\s\"'`<),;\\]|$)"
)
"""What can stand inside a token without belonging to it, in one of the groups."""


class Joined(Struct, frozen=True):
    """A text without its seams."""

    raw: bytes
    joints: tuple[int, ...]  # offsets in ``raw`` where a piece begins; the first is 0
    origins: tuple[int, ...]  # where each of these pieces begins in the original

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original, from the first to the last byte of a span in ``raw``."""
        return self._origin(start), self._origin(end - 1) + 1

    def crosses_seam(self, start: int, end: int) -> bool:
        """Whether something was removed inside the span."""
        return bisect_right(self.joints, start) != bisect_right(self.joints, end - 1)

    def _origin(self, offset: int) -> int:
        piece = bisect_right(self.joints, offset) - 1
        return self.origins[piece] + offset - self.joints[piece]


def joined(raw: bytes, starts: AbstractSet[int] = frozenset()) -> Joined | None:
    """``raw`` without what can split a token; None when it holds nothing of the kind.

    Nothing is split where a token of its own starts, at one of ``starts``: that is a list of tokens.
    """
    pieces: list[bytes] = []
    joints: list[int] = []
    origins: list[int] = []
    length = position = searched = 0
    while found := _SEAM.search(raw, searched):
        start, searched = max(map(found.span, (1, 2, 3)))
        if searched in starts:
            continue
        pieces.append(raw[position:start])
        joints.append(length)
        origins.append(position)
        length += start - position
        position = searched
    if not pieces:
        return None
    return Joined(b"".join((*pieces, raw[position:])), (*joints, length), (*origins, position))


# Base64 on one line, or on several: all but the last of them long.
_RUN = re.compile(
    rb"[0-9A-Za-z+/_-]{40,}(?:\r?\n[ \t>]*[0-9A-Za-z+/_-]{40,})*(?P<last>\r?\n[ \t>]*[0-9A-Za-z+/_-]{2,39})?={0,2}"
    rb"|[0-9A-Za-z+/_-]{12,}={0,2}"
)
_BREAK = re.compile(rb"[\s>]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def decoded_runs(raw: bytes, quanta: Iterable[int]) -> Iterator[tuple[int, int, bytes]]:
    """What the base64 runs around ``quanta`` say: start and end of each run, and its readable content.

    ``quanta`` are ascending offsets of groups of four characters; they tell how a run is aligned.
    """
    ahead = iter(quanta)
    quantum = next(ahead, None)
    for run in _RUN.finditer(raw):
        while quantum is not None and quantum < run.start():
            quantum = next(ahead, None)
        if quantum is None:
            return
        if quantum < run.end():
            yield from _read(raw, run, quantum)


def _read(raw: bytes, run: re.Match[bytes], quantum: int) -> Iterator[tuple[int, int, bytes]]:
    """The run as one of base64; without its last line where that turns out to be a word of the text."""
    start = run.start()
    unaligned = len(_BREAK.sub(b"", raw[start:quantum])) % 4
    for end in (run.end(), run.start("last")):
        inner = _decoded(_BREAK.sub(b"", raw[start:end])[unaligned:]) if quantum < end else None
        if inner is not None:
            yield start, end, inner
            return


def _decoded(run: bytes) -> bytes | None:
    """The readable text that a run of base64 encodes, as UTF-8, or None."""
    body = run.rstrip(b"=").translate(_URL_SAFE)
    body = body[: len(body) - (len(body) % 4 == 1)]
    inner = b64decode(body + b"=" * (-len(body) % 4))
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        return None
    readable = sum(char.isprintable() or char.isspace() for char in text)
    return inner if readable == len(text) else None
