"""What the agent really said: the answer without its control words, or why it is none.

``NO_REPLY`` and ``HEARTBEAT_OK`` count when they are the answer, a line at its end, or stand at its edge. In the
middle of a text, or quoted, they are talked about and stay.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

_HEARTBEAT: Final = "HEARTBEAT_OK"
_LONGEST_ACKNOWLEDGEMENT: Final = 300  # characters beside the token: OpenClaw's default ``ackMaxChars``
_LONGEST_CONTROL_LINE: Final = 80
_EDGE: Final = 40

_SILENT: Final = re.compile(r"[\W_]*+(?:json[\W_]*+)?(?:action[\W_]*+)?NO_REPLY[\W_]*+", re.IGNORECASE)
_SKIP: Final = re.compile(r"[\W_]*+(?:ANNOUNCE_SKIP|REPLY_SKIP)[\W_]*+")
_EXACT: Final = re.compile(rf"(?:{_HEARTBEAT}|NO_REPLY|</?[A-Za-z]{{1,8}}>|&nbsp;|[\W_])+")
_LEADING: Final = re.compile(
    rf"(?:[^\w`\"'“‘«]*+(?:{_HEARTBEAT}(?![\w`\"'”’»])|`{_HEARTBEAT}`(?=[ \t]*(?:\n|\Z))))++"
    r"[*~]*[ \t]*(?:[-—–:.,;!]+(?=\s|\Z))?"
)
_QUOTES: Final = "`\"'“‘«"
_ENDS_SENTENCE: Final = (".", "!", "?", ":", ";", ")", "…", "-", "—", "–")

_PAIR: Final = re.compile(r"\[\[")
_DIRECTIVE: Final = re.compile(
    r"(?<!`)\[\[\s*(?:reply_to_current|reply_to\s*:[^\]\n]{0,200}+|audio_as_voice)\s*\]\][ \t]*", re.IGNORECASE
)
_MEDIA_LINE: Final = re.compile(r"[ \t]*(?:[-*][ \t]+)?`?MEDIA:[ \t]*`?[\"']?(?=[^\s./\\]*[./\\])")
_FENCE: Final = ("```", "~~~")


class Reply(Struct, frozen=True):
    """An answer, free of noise."""

    text: str  # without surrounding whitespace and control words; "" when dropped
    dropped: str | None = None  # "no-reply", "heartbeat", "skip" or "empty"
    acknowledges: bool = False  # HEARTBEAT_OK alone or at an edge, with at most 300 other characters
    exact: bool = False  # nothing but HEARTBEAT_OK and the markup around it


def clean_assistant(text: str) -> Reply:
    """Strip the control words of one answer and say what they meant."""
    answer = text.strip()
    # One bracket is found many times faster than two, and two by a pattern in half the time of a plain search.
    if "[" in answer and _PAIR.search(answer):
        answer = _DIRECTIVE.sub("", answer).strip()
    if "MEDIA:" in answer:
        answer = _without_media_lines(answer).strip()
    if not answer:
        return Reply("", "empty")
    return _judge(answer) if _has_control_word(answer) else Reply(answer)


def _has_control_word(answer: str) -> bool:
    """Whether an edge of the answer holds what may be a control word; in the middle it would be none."""
    ending = answer[-_EDGE:].upper()
    return "REPLY" in ending or "_SKIP" in ending or _HEARTBEAT in ending or _HEARTBEAT in answer[:_EDGE]


def _without_media_lines(text: str) -> str:
    """Drop the lines that name a file to send; in a code block they are an example."""
    kept, fenced = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith(_FENCE):
            fenced = not fenced
        if fenced or not _MEDIA_LINE.match(line):
            kept.append(line)
    return "\n".join(kept)


def _judge(answer: str) -> Reply:
    kept, heartbeat = _cut_end(answer)
    leading = _LEADING.match(kept) if _HEARTBEAT in kept else None
    if leading:
        kept, heartbeat = kept[leading.end() :].strip(), True
    if _is_wordless(kept, heartbeat=heartbeat):
        return Reply("", "heartbeat", acknowledges=True, exact=True) if heartbeat else Reply("", "no-reply")
    if len(kept) <= _LONGEST_CONTROL_LINE and _SKIP.fullmatch(kept):
        return Reply("", "skip")
    return Reply(kept, None, acknowledges=heartbeat and len(kept) <= _LONGEST_ACKNOWLEDGEMENT)


def _is_wordless(rest: str, *, heartbeat: bool) -> bool:
    """Whether nothing but control words and the markup around them is left."""
    if len(rest) > _LONGEST_CONTROL_LINE:
        return False
    return not rest or bool(_SILENT.fullmatch(rest)) or (heartbeat and bool(_EXACT.fullmatch(rest)))


def _cut_end(answer: str) -> tuple[str, bool]:
    """The answer without the control words that it ends with, and whether one was ``HEARTBEAT_OK``."""
    stop, heartbeat = len(answer), False
    while stop:
        if answer[stop - 1].isspace():
            stop -= 1
            continue
        begin, line = _last_line(answer, stop)
        if _HEARTBEAT in line and _EXACT.fullmatch(line):
            stop, heartbeat = begin, True
        elif _SILENT.fullmatch(line):
            stop = begin
        elif (inline := _inline_heartbeat(answer, stop)) is not None:
            stop, heartbeat = inline, True
        else:
            break
    return answer[:stop], heartbeat


def _last_line(answer: str, stop: int) -> tuple[int, str]:
    """Start and text of the line that ends at ``stop``; no text when it is too long for a control word."""
    floor = max(0, stop - _LONGEST_CONTROL_LINE)
    begin = answer.rfind("\n", floor, stop) + 1
    return begin, "" if floor and not begin else answer[begin:stop]


def _inline_heartbeat(answer: str, stop: int) -> int | None:
    """Where ``HEARTBEAT_OK`` begins that ends the last line, None when it is quoted or part of a sentence.

    With a full stop behind it, it is the last word of a sentence, unless a sentence ended just before it.
    """
    begin = answer.rfind(_HEARTBEAT, max(0, stop - len(_HEARTBEAT) - 8), stop)
    if begin < 0:
        return None
    behind = answer[begin + len(_HEARTBEAT) : stop].strip(" \t*_~")
    while begin and answer[begin - 1] in "*_~":
        begin -= 1
    if begin and (answer[begin - 1] in _QUOTES or answer[begin - 1].isalnum()):
        return None
    before = answer[max(0, begin - 64) : begin].rstrip()
    return begin if not behind or (set(behind) <= set(".!…") and before.endswith(_ENDS_SENTENCE)) else None
