"""Machine text in square brackets: notes about the message, the time in front of it, and the channel's envelope.

OpenClaw up to 2026.3 stored ``[<Channel> <from> +<elapsed> <time>] text``, in groups with ``Name: `` before it.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.noise.drops import drop_reason
from memsyncd.core.noise.markers import CHANNELS
from memsyncd.core.noise.span import Span
from memsyncd.core.noise.speakers import speaker_name

_LONGEST: Final = 400  # characters of an envelope; the longest seen names a thread and has under 200
NOTE: Final = re.compile(r"\[(?:media attached|(?:[a-z]+ )?message[ _]id:)[^\]\n]*\]")
# A group's name may itself hold brackets. Possessive, so that a text of brackets alone costs one pass.
_BRACKET: Final = re.compile(r"\[(?P<content>(?:[^\[\]\n]++|\[[^\[\]\n]*+\])++)\]")
_CHANNEL: Final = re.compile("(?:" + "|".join(map(re.escape, CHANNELS)) + ") ")
_WEEKDAY_TIME: Final = re.compile(r"[A-Za-z]{3} \d{4}-\d\d-\d\d \d\d:\d\d")
_ZONE: Final = r"(?:Z| ?(?:[A-Z]{2,5}(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d|\(?[A-Z]\w+(?:/[\w+-]+)+\)?))?"
_TIME_AT_END: Final = re.compile(
    r"(?P<before>.*\s)?\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?P<seconds>:\d\d(?:[.,]\d+)?)?" + _ZONE
)
_GROUP: Final = re.compile(r"(?i:\bgroup\b|\bguild\b|\bchannel\b|\btopic:)|[ ]#|\bid:-\d|@g\.us\b")
_SPEAKER: Final = re.compile(r"[ \t]*(?P<name>[^\s:\[][^:\n]{0,63}?)(?: id:[\w-]+)?:(?:[ \t]|(?=\n)|\Z)")


def bracketed(span: Span) -> int:
    """Where the text goes on behind a note or an envelope; ``span.start`` when there is none."""
    note = NOTE.match(span.text, span.start, span.stop)
    if note:
        return note.end()
    bracket = _BRACKET.match(span.text, span.start, min(span.stop, span.start + _LONGEST))
    if not bracket or drop_reason(span.text, span.start, span.stop) or not _is_envelope(bracket["content"]):
        return span.start
    if not _GROUP.search(bracket["content"]):
        return bracket.end()
    span.in_group = True
    return _behind_speaker(span, bracket.end())


def _is_envelope(content: str) -> bool:
    if _CHANNEL.match(content) or _WEEKDAY_TIME.match(content):
        return True
    time = _TIME_AT_END.fullmatch(content)
    # A bare time with seconds is what loggers write, never OpenClaw: a log line that a person pasted.
    return time is not None and (time["before"] is not None or time["seconds"] is None)


def _behind_speaker(span: Span, position: int) -> int:
    match = _SPEAKER.match(span.text, position, span.stop)
    if not match:
        return position
    span.speaker = span.speaker or speaker_name(match["name"])
    return match.end()
