"""Wrappers that put other people's messages, or instructions, before the message that counts.

Like the blocks, each function returns where the text goes on. Where the end of a wrapper cannot be told for sure,
too much stays rather than too little.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.noise import markers
from memsyncd.core.noise.span import Span

_OPENINGS: Final = ("[Chat ", "[Current ", "[Thread ", "[Queue", markers.BOOTSTRAP)
_OVERFLOW: Final = re.compile(r"\[Queue overflow\] Dropped \d+ messages? due to cap\.(?:\s*\nSummary:(?=\n|\Z))?")
_QUEUE_ITEM: Final = re.compile(r"(?:\A|\n)---[ \t]*\nQueued #\d+(?: \(from [^\n]*\))?[ \t]*(?=\n|\Z)")
# Whole, and at the start of a paragraph: a person may quote the beginning of any of these.
_CONTEXT: Final = re.compile(
    r"(?<=\n\n)(?:System(?: \(untrusted\))?: \[[^\]\n]{0,60}\d:\d\d|"
    r"(?:Conversation info|Sender)(?: \(untrusted metadata\):|: ⟦openclaw:ctx⟧)\n```json\n|"
    r"\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d|"
    + "|".join(map(re.escape, (markers.CHAT, markers.CURRENT, *markers.THREADS)))
    + ")"
)
_ENVELOPE_LINE: Final = re.compile(
    "^\\[(?:" + "|".join(map(re.escape, markers.CHANNELS)) + r") [^\]\n]{0,300}\d\d:\d\d[^\]\n]{0,30}\]",
    re.MULTILINE,
)


def wrapper(span: Span) -> int:
    """Where the text goes on behind the opening of a wrapper; ``span.start`` when there is none."""
    if not span.text.startswith(_OPENINGS, span.start, span.stop):
        return span.start
    if span.at(markers.CHAT):
        return _chat(span)
    for thread in markers.THREADS:
        if span.at(thread):
            return _thread(span, span.start + len(thread))
    if span.at(markers.BOOTSTRAP):
        # While a workspace is being set up, this paragraph stands before every message.
        return span.paragraph_end(span.start)
    for title in (markers.CURRENT, markers.QUEUED):
        if span.at(title):
            return span.start + len(title)
    overflow = _OVERFLOW.match(span.text, span.start, span.stop)
    return overflow.end() if overflow else span.start


def _chat(span: Span) -> int:
    opened = span.start + len(markers.CHAT)
    current = span.find("\n" + markers.CURRENT, opened)
    return opened if current < 0 else current + 1 + len(markers.CURRENT)


def _thread(span: Span, position: int) -> int:
    """Behind the messages of a thread: the next metadata or wrapper, else the last envelope, else a blank line.

    The messages of the thread may hold blank lines, but no metadata, and only they have envelopes when the message
    itself has none.
    """
    if _CONTEXT.pattern not in span.absent:
        context = _CONTEXT.search(span.text, position, span.stop)
        if context:
            return context.start()
        span.absent.add(_CONTEXT.pattern)
    envelope = _last_envelope(span, position)
    return span.paragraph_end(position) if envelope <= position + 1 else envelope


def _last_envelope(span: Span, position: int) -> int:
    if _ENVELOPE_LINE.pattern in span.absent:
        return -1
    last = -1
    for match in _ENVELOPE_LINE.finditer(span.text, position, span.stop):
        last = match.start()
    if last < 0:
        span.absent.add(_ENVELOPE_LINE.pattern)
    return last


def queued_parts(text: str) -> list[str]:
    """The messages that waited while the agent was busy, the title first; one part when it is no such list."""
    return _QUEUE_ITEM.split(text)
