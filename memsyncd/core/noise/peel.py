"""Stripping: everything that OpenClaw put before and behind a person's words.

The wrappers come in any order and repetition, so each round tries all of them and the first that finds nothing
ends it. The middle of a message is never searched: there the same strings are what the person quotes.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.noise import markers
from memsyncd.core.noise.blocks import (
    CURRENT_TIME,
    HINT_STARTS,
    MEDIA,
    line_block,
    opens_channel_context,
    system_lines,
    tagged_block,
)
from memsyncd.core.noise.drops import STARTS
from memsyncd.core.noise.envelopes import NOTE, bracketed
from memsyncd.core.noise.span import Span
from memsyncd.core.noise.speakers import speaker_name
from memsyncd.core.noise.wrappers import wrapper

_CHANNEL_HEADERS: Final = (markers.UNTRUSTED, markers.CHANNEL_CONTEXT)
_LONGEST_LAST_LINE: Final = 600  # characters; a longer last line is the person's
_LONGEST_TIME_LINE: Final = 160
_MEDIA_AT_END: Final = re.compile(MEDIA.pattern + r"\Z")
_FROM: Final = re.compile(r"\[from: (?P<name>[^\]\n]*?)(?: ?\(?\+\d{5,}\)?)\]")

_LINE_STARTS: Final = (
    *markers.FENCED_HEADERS,
    *markers.TAG_TITLES,
    *HINT_STARTS,
    *STARTS,
    markers.RUNTIME_CONTEXT,
    "System",
)
_FIRST_FIVE: Final = frozenset(start[:5] for start in _LINE_STARTS)


def is_plain(text: str) -> bool:
    """Whether a text that is not empty and has no surrounding whitespace surely holds no machine text.

    One character is found many times faster than a word, so the bracket that every header has is sought first.
    """
    return (
        text[0] not in "[</"
        and text[-1] not in "]>"
        and text[:5] not in _FIRST_FIVE
        and not ("(" in text and "ntrusted" in text)
        and markers.CONTEXT_MARK not in text
        and "Current time: " not in text[-_LONGEST_TIME_LINE:]
    )


def peel(span: Span) -> None:
    """Shrink the span to the person's words."""
    _cut_channel_context(span)
    while True:
        peel_front(span)
        stop = span.stop
        _peel_end(span)
        if span.stop == stop:
            return
        # A shorter text may end in what was no header before.
        span.absent.difference_update(_CHANNEL_HEADERS)
        _cut_channel_context(span)


def peel_front(span: Span, until: str = "") -> None:
    """Move ``span.start`` to the first character that no wrapper explains, or to the wrapper ``until``."""
    while True:
        span.start = before = span.skip_space(span.start)
        if until and span.at(until):
            return
        if before < span.stop:
            span.start = _step(span)
        if span.start == before:
            return


def _step(span: Span) -> int:
    first = span.text[span.start]
    if first == "[":
        behind = wrapper(span)
        return bracketed(span) if behind == span.start else behind
    if first == "<":
        return tagged_block(span)
    if first == "S" and span.at("System"):
        return system_lines(span)
    return line_block(span)


def _peel_end(span: Span) -> None:
    """Move ``span.stop`` to the end of the person's words."""
    while True:
        while span.stop > span.start and span.text[span.stop - 1].isspace():
            span.stop -= 1
        before = span.stop
        if before > span.start:
            span.stop = _step_back(span)
        if span.stop == before:
            return


def _cut_channel_context(span: Span) -> None:
    """End the span before a channel's own text: whatever stands behind its header is not the sender's."""
    for header in _CHANNEL_HEADERS:
        position = span.find(header, span.start)
        while position >= 0:
            if span.starts_line(position) and opens_channel_context(span, position):
                span.stop = position
                break
            position = span.find(header, position + 1)


def _step_back(span: Span) -> int:
    text, stop = span.text, span.stop
    floor = max(span.start, stop - _LONGEST_LAST_LINE)
    begin = max(text.rfind("\n", floor, stop) + 1, span.start)
    if begin > floor or floor == span.start:
        line = text[begin:stop].strip()
        if NOTE.fullmatch(line) or CURRENT_TIME.fullmatch(line) or _names_sender(span, line):
            return begin
    media = _MEDIA_AT_END.search(text, max(floor, stop - 64), stop)
    return media.start() if media else _internal_start(span)


def _names_sender(span: Span, line: str) -> bool:
    """WhatsApp groups ended with ``[from: Name (+number)]`` in early 2026."""
    match = _FROM.fullmatch(line)
    if not match:
        return False
    span.in_group = True
    span.speaker = span.speaker or speaker_name(match["name"])
    return True


def _internal_start(span: Span) -> int:
    """Where a block of internal context begins that the text ends with; ``span.stop`` when it does not."""
    if not span.text.endswith(markers.INTERNAL_END, span.start, span.stop):
        return span.stop
    begin = span.text.rfind(markers.INTERNAL_BEGIN, span.start, span.stop)
    return begin if begin >= 0 and span.starts_line(begin) else span.stop
