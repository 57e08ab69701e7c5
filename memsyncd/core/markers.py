"""Finds the block of memsyncd in a memory file and says in what state it is.

Pure: bytes in, parts out, and the parts joined are the same bytes again. It does not merge and repairs nothing:
a file whose markers are not as we write them is called damaged, with the lines that hold them.

A marker counts when it stands alone on its line, from the first column. Indented or in a code fence it is a
quotation: outside a block of ours it does no harm; inside one, or in a file without one, nobody can tell which is
meant, and the file counts as damaged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct

BEGIN: Final = b"<!-- memsyncd:begin -->"

Verdict: TypeAlias = Literal["absent", "intact", "edited", "damaged", "legacy"]
"""intact: the block is as it was generated. edited: somebody changed it. legacy: the block of this program's
predecessor, which wrote no markers."""

COUNT: Final = re.compile(rb"^\*Auto-generated from ([0-9]{1,9}) session messages?\*[ \t]*\r*$", re.MULTILINE)
FOOTER: Final = b"*Review and edit this draft"

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_EXACT: Final = re.compile(rb"<!-- memsyncd:(?:begin|end(?: (?P<sum>[0-9a-f]{8}))?) -->")
_LINE: Final = re.compile(
    rb"^(?:\A\xef\xbb\xbf)?(?:"
    rb"(?P<marker>[ \t]*<!--[ \t]*memsyncd:[ \t]*(?P<side>begin|end)\b(?:(?!-->)[^\n])*-->)[ \t]*"
    rb"|(?P<header>\*Auto-generated from [0-9]{1,9} session messages?\*)[ \t]*"
    rb"|(?P<footer>\*Review and edit this draft)[^\r\n]*"
    rb"|(?P<indent>[ ]*)(?P<item>(?:(?:[-*+]|[0-9]{1,9}[.)])[ ]{1,4})*)(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)"
    rb")\r*$",
    re.MULTILINE,
)


class Parsed(Struct, frozen=True, kw_only=True):
    """A memory file taken apart; ``unparse`` puts it together again, byte for byte.

    When absent or damaged, everything is in ``before``. Of a legacy file, ``body`` is the predecessor's block from
    its header line to its footer line, and there are no markers.
    """

    verdict: Verdict
    before: bytes
    begin: bytes = b""  # line of the begin marker, with its newline
    body: bytes = b""
    end: bytes = b""  # line of the end marker, with its newline if it has one
    after: bytes = b""
    recorded: str | None = None  # sum in the end marker; None when there is none
    newline: bytes = b"\n"  # what most lines of the file end with: b"\n" or b"\r\n"
    lines: tuple[int, ...] = ()  # lines that hold a marker, counted from 1
    reason: str = ""  # what is damaged, in words

    def unparse(self) -> bytes:
        """The whole file."""
        return b"".join((self.before, self.begin, self.body, self.end, self.after))

    @property
    def ours(self) -> bool:
        """Whether the file holds a block of ours."""
        return self.verdict in {"intact", "edited"}

    @property
    def messages(self) -> int | None:
        """The N of ``*Auto-generated from N session messages*`` in our block; None when it states none."""
        found = COUNT.search(self.body) if self.ours else None
        return int(found[1]) if found else None


class _Mark(NamedTuple):
    """A line that holds a marker."""

    start: int  # of the marker
    end: int  # just after the line and its newline
    side: str
    sum: str | None
    exact: bool  # spelt as we write it
    fence: int | None  # offset of the code fence it stands in
    indented: bool

    @property
    def quoted(self) -> bool:
        return self.indented or self.fence is not None


class _Fence(NamedTuple):
    """A code fence that is open."""

    start: int
    end: int  # of the last line known to be in it
    run: bytes
    column: int  # where the content of the list item begins that holds the fence; 0 without a list


def end_marker(total: str) -> bytes:
    """The end marker that records a short sum."""
    return b"<!-- memsyncd:end %s -->" % total.encode()


def canonical(block: str) -> bytes:
    r"""Generated text as bytes: each line ends in ``\n``, also the last; what UTF-8 cannot hold becomes ``?``."""
    data = block.encode("utf-8", "replace")
    return _unix(data if not data or data.endswith(b"\n") else data + b"\n")


def short_sum(block: str) -> str:
    """Eight hex digits that name a generated block; the newline style makes no difference."""
    return _sum(canonical(block))


def parse(data: bytes) -> Parsed:
    """Takes a memory file apart. Any bytes will do: it never raises."""
    if data.startswith(_UTF16):
        return Parsed(verdict="damaged", before=data, reason="the file is UTF-16 text, not UTF-8")
    newline = b"\r\n" if data.count(b"\r\n") * 2 > data.count(b"\n") else b"\n"
    if b"memsyncd:" not in data and FOOTER not in data:
        return Parsed(verdict="absent", before=data, newline=newline)
    told = list(_scan(data))
    if marks := [_mark(data, found, fence) for found, fence in told if found["marker"]]:
        return _around_markers(data, marks, newline)
    plain = iter([found for found, fence in told if fence is None])
    header = next((found for found in plain if found["header"]), None)
    footer = next((found for found in plain if found["footer"]), None)
    if header and footer:
        return _around_legacy(data, header, footer, newline)
    return Parsed(verdict="absent", before=data, newline=newline)


def _around_markers(data: bytes, marks: list[_Mark], newline: bytes) -> Parsed:
    lines = tuple(_line_number(data, mark.start) for mark in marks)
    if reason := _damage(data, marks):
        return Parsed(verdict="damaged", before=data, newline=newline, lines=lines, reason=reason)
    begin, end = (mark for mark in marks if not mark.quoted)
    body = data[begin.end : end.start]
    return Parsed(
        verdict="intact" if end.sum == _sum(_unix(body)) else "edited",
        before=data[: begin.start],
        begin=data[begin.start : begin.end],
        body=body,
        end=data[end.start : end.end],
        after=data[end.end :],
        recorded=end.sum,
        newline=newline,
        lines=lines,
    )


def _around_legacy(data: bytes, header: re.Match[bytes], footer: re.Match[bytes], newline: bytes) -> Parsed:
    start, end = header.start("header"), _line_end(data, footer.end())
    return Parsed(verdict="legacy", before=data[:start], body=data[start:end], after=data[end:], newline=newline)


def _damage(data: bytes, marks: list[_Mark]) -> str:
    """What is wrong with the markers; empty when exactly one pair of them counts."""
    if any(not mark.exact and not mark.quoted for mark in marks):
        return "a marker is misspelt"
    sides = [mark.side for mark in marks if not mark.quoted]
    if sides == ["begin", "end"]:
        first, last = (mark.start for mark in marks if not mark.quoted)
        return _quotation(data, [mark for mark in marks if first < mark.start < last])
    if len(sides) > len(set(sides)):
        return "the markers are doubled"
    if len(sides) > 1:
        return "the end marker stands above the begin marker"
    if quotation := _quotation(data, marks):
        return quotation
    return f"the {'end' if sides == ['begin'] else 'begin'} marker is missing"


def _quotation(data: bytes, marks: list[_Mark]) -> str:
    """Names the first quoted marker among these, and what quotes it; empty when there is none."""
    for mark in marks:
        if mark.fence is not None:
            return f"the {mark.side} marker stands in a code fence opened in line {_line_number(data, mark.fence)}"
        if mark.indented:
            return f"the {mark.side} marker is indented"
    return ""


def _mark(data: bytes, found: re.Match[bytes], fence: _Fence | None) -> _Mark:
    text = found["marker"].lstrip(b" \t")
    exact = _EXACT.fullmatch(text)
    return _Mark(
        start=found.end("marker") - len(text),
        end=_line_end(data, found.end()),
        side=found["side"].decode(),
        sum=exact["sum"].decode() if exact and exact["sum"] else None,
        exact=exact is not None,
        fence=fence.start if fence else None,
        indented=len(text) < len(found["marker"]),
    )


def _scan(data: bytes) -> Iterator[tuple[re.Match[bytes], _Fence | None]]:
    """The lines of interest that are not fences themselves, each with the code fence it stands in.

    As in CommonMark, a fence that is never closed reaches to the end of the file.
    """
    fence: _Fence | None = None
    for found in _LINE.finditer(data):
        if fence and fence.column:
            fence = None if _item_ends(data, fence, found.end()) else fence._replace(end=found.end())
        if found["fence"] is None:
            yield found, fence
        elif fence is None:
            fence = _opened(found)
        elif _closes(found, fence):
            fence = None


def _opened(found: re.Match[bytes]) -> _Fence | None:
    """The fence that a line opens; None when CommonMark sees indented code or inline code in it."""
    indent, item, run = found["indent"], found["item"], found["fence"]
    if len(indent) > 3 or (run.startswith(b"`") and b"`" in found["info"]):  # noqa: PLR2004
        return None
    return _Fence(found.start(), found.end(), run, len(indent) + len(item) if item else 0)


def _closes(found: re.Match[bytes], fence: _Fence) -> bool:
    plain = not found["item"] and not found["info"].strip() and len(found["indent"]) <= fence.column + 3
    return plain and found["fence"].startswith(fence.run)


def _item_ends(data: bytes, fence: _Fence, until: int) -> bool:
    """Whether a line further left ends the list item, and with it the fence."""
    further_left = re.compile(rb"^(?! {%d}|\t)[ \t]*\S" % fence.column, re.MULTILINE)
    return further_left.search(data, fence.end + 1, until) is not None


def _unix(data: bytes) -> bytes:
    return re.sub(rb"(?<!\r)\r+\n", b"\n", data) if b"\r" in data else data


def _sum(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=4).hexdigest()


def _line_end(data: bytes, position: int) -> int:
    """Just after the newline of the line at ``position``, or the end of the data."""
    return data.find(b"\n", position) + 1 or len(data)


def _line_number(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
