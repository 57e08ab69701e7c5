"""Machine text on lines of its own in front of a person's words, one function a kind.

Each takes the span and returns where the text goes on: ``span.start`` when it found nothing of its kind. A block
that never closes loses only its header line, because what follows may be the person's.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.noise import markers
from memsyncd.core.noise.span import Span
from memsyncd.core.noise.speakers import note_speaker

_LONGEST_LINE: Final = 1_000  # characters; a longer line is no header and no hint
_MARKED_LABEL: Final = f": {markers.CONTEXT_MARK}"
_SYSTEM_LINE: Final = re.compile(
    r"System(?: \(untrusted\))?: ?"
    r"(?P<stamp>\[(?:(?=[^\]\n]{0,60}\d:\d\d)[^\]\n]{0,80}+|unknown-time)\])?"
    r"(?P<event>[^\n]*)(?:\n|\Z)"
)
CURRENT_TIME: Final = re.compile(
    r"Current time: (?=.*\b\d{4}\b)[^?!]*\d:\d\d[^?!]*|Reference UTC: \d{4}-\d\d-\d\d \d\d:\d\d UTC"
)
HINT_STARTS: Final = (*markers.HINTS, markers.IMAGE_HINT, "Current time: ", "Reference UTC: ")
MEDIA: Final = re.compile(r"<media:[a-z_]{1,20}>(?: \(\d{1,4} [a-z]{1,20}\))?")


def system_lines(span: Span) -> int:
    """Leading ``System:`` lines: a run of them in which one at least carries a time.

    OpenClaw repeats the prefix on every line of an event, without the time. A person's own ``System: …`` has none.
    """
    position, stamped = span.start, False
    while line := _SYSTEM_LINE.match(span.text, position, span.stop):
        stamped = stamped or line["stamp"] is not None
        position = line.end()
        if line["stamp"] and _awaits_output(line["event"]):
            position = _behind_output(span, position)
    return position if stamped else span.start


def _awaits_output(event: str) -> bool:
    return event.startswith(" Exec finished (") and event.rstrip().endswith(")")


def _behind_output(span: Span, position: int) -> int:
    """Behind the output of a command, which early 2026 wrote as one line without the prefix.

    Only when a blank line or a further event follows: those always stand before a person's words.
    """
    if span.text.startswith(("\n", "System"), position, span.stop):
        return position
    behind = span.line_end(position) + 1
    return behind if span.text.startswith(("\n", "System"), behind, span.stop) else position


def line_block(span: Span) -> int:
    """A hint, or a header line with the block below it."""
    whole = span.line(span.start, _LONGEST_LINE)
    if whole is None:
        return span.start
    line, end = whole.rstrip(), span.start + len(whole)
    if line.startswith(HINT_STARTS):
        return end if _is_hint(line) else span.start
    return _header(span, line, end) if line.endswith((":", markers.CONTEXT_MARK)) else span.start


def _is_hint(line: str) -> bool:
    if line.startswith(markers.IMAGE_HINT):
        return "MEDIA:" in line or "message tool" in line
    return line.startswith(markers.HINTS) or CURRENT_TIME.fullmatch(line) is not None


def _header(span: Span, line: str, end: int) -> int:
    """Behind the block of the header ``line``, which ends at ``end``."""
    if opens_channel_context(span, span.start):
        return span.stop
    if line == markers.RUNTIME_CONTEXT:
        return span.paragraph_end(end)
    if line in markers.TAG_TITLES and _recalled(span, end):
        return end
    if line.endswith(_MARKED_LABEL) or markers.PLAIN_HEADER.fullmatch(line):
        return _context(span, line, end, plain=True)
    if line in markers.FENCED_HEADERS or line.endswith(markers.CONTEXT_MARK):
        return _context(span, line, end, plain=False)
    return span.start


def opens_channel_context(span: Span, position: int) -> bool:
    """Whether the line at ``position`` is the header of the channel's own text, which ends the message."""
    line = span.line(position, _LONGEST_LINE) or ""
    if line.rstrip() == markers.UNTRUSTED:
        return span.text.startswith(markers.UNTRUSTED_STARTS, span.skip_space(position + len(line)), span.stop)
    return line.rstrip() == markers.CHANNEL_CONTEXT


def _context(span: Span, header: str, end: int, *, plain: bool) -> int:
    """Behind the block below a header that ends at ``end``: fenced JSON or, if ``plain``, lines to a blank one."""
    fence = span.fence(end)
    if fence is None:
        return span.paragraph_end(end) if plain else span.start
    content, content_end, behind = fence
    if behind < 0:
        return end
    note_speaker(span, header, span.text[content:content_end])
    return behind


def _recalled(span: Span, position: int) -> bool:
    return span.text.startswith(markers.ACTIVE_MEMORY, span.skip_space(position), span.stop)


def tagged_block(span: Span) -> int:
    """A block between an opening and a closing tag, or the stand-in for a file that was sent."""
    for opening, closing in markers.TAGS:
        if span.at(opening):
            inside = span.start + len(opening)
            closed = span.find(closing, inside)
            return inside if closed < 0 else closed + len(closing)
    media = MEDIA.match(span.text, span.start, span.stop)
    return media.end() if media else span.start
