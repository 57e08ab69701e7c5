"""What a person really said in a message of the user's role: the words without wrappers, or why there are none.

Whether a turn goes because of its answer is decided elsewhere.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from memsyncd.core.noise import markers
from memsyncd.core.noise.commands import behind_command
from memsyncd.core.noise.drops import drop_reason
from memsyncd.core.noise.peel import is_plain, peel, peel_front
from memsyncd.core.noise.span import Span
from memsyncd.core.noise.wrappers import queued_parts

_MACHINE_ORIGINS: Final = {"inter_session": "inter-session", "internal_system": "runtime"}
_GENERATED: Final = (
    ("[cron:", "cron"),
    ("[Subagent Context]", "subagent"),
    ("[Subagent Task]", "subagent"),
)


class Cleaned(Struct, frozen=True):
    """A person's words, free of noise."""

    text: str  # without surrounding whitespace, inside byte for byte as written; "" when dropped
    dropped: str | None = None  # why nothing is left, e.g. "heartbeat", "command", "media", "context", "empty"
    sender: str | None = None  # name of the author, only when the wrappers say that it was in a group


def clean_user(text: str, *, origin: str | None = None) -> Cleaned:
    """Strip, unwrap and judge one message; ``origin`` is the log's ``provenance.kind``.

    ``System:`` lines and metadata in front of real words go and the words stay, a message of nothing else is
    dropped. Cleaning what was cleaned changes nothing.
    """
    if origin in _MACHINE_ORIGINS:
        return Cleaned("", _MACHINE_ORIGINS[origin])
    stripped = text.strip()
    if not stripped:
        return Cleaned("", "empty")
    if is_plain(stripped):
        return Cleaned(stripped)
    queue = _queue(stripped) if markers.QUEUED in stripped else ""
    return _join([_clean(part) for part in queued_parts(queue)]) if queue else _clean(stripped)


def first_user_verdict(text: str) -> str | None:
    """Why the session that this first user message opens is generated: "cron", "subagent" or None.

    For archives of which the session key is not known.
    """
    if "[cron:" not in text and "[Subagent " not in text:
        return None
    span = Span(text)
    peel_front(span)
    return next((reason for start, reason in _GENERATED if span.at(start)), None)


def _queue(text: str) -> str:
    """The list of queued messages that the text is, "" when it only mentions one."""
    span = Span(text)
    peel_front(span, until=markers.QUEUED)
    return span.rest() if span.at(markers.QUEUED) else ""


def _clean(text: str) -> Cleaned:
    span = Span(text)
    while True:
        peel(span)
        if span.start >= span.stop:
            return Cleaned("", _nothing_left(text))
        reason = drop_reason(span.text, span.start, span.stop)
        words = _words_behind_instructions(span) if reason == "start" else behind_command(span)
        if words is None:
            return _kept(span) if reason is None else Cleaned("", reason)
        if words == span.stop:
            return Cleaned("", reason or "command")
        span.start = words


def _words_behind_instructions(span: Span) -> int | None:
    note = span.find(markers.RESET_NOTE, span.start)
    return None if note < 0 else span.skip_space(note + len(markers.RESET_NOTE))


def _kept(span: Span) -> Cleaned:
    return Cleaned(span.rest(), None, span.speaker if span.in_group else None)


def _nothing_left(text: str) -> str:
    """Why a message is empty of words: a person who sent only a file did act, the others are machine text."""
    if "<media:" in text or "[media attached" in text:
        return "media"
    if markers.BOOTSTRAP in text:
        return "start"
    if text.startswith("System"):
        return "event"
    return "context" if text.strip() else "empty"


def _join(parts: list[Cleaned]) -> Cleaned:
    """Queued messages as one: their words in order, the sender only when it is the same throughout."""
    kept = [part for part in parts if part.dropped is None]
    if not kept:
        return Cleaned(
            "", next((part.dropped for part in parts if part.dropped not in ("empty", "context")), "context")
        )
    senders = {part.sender for part in kept}
    return Cleaned("\n\n".join(part.text for part in kept), None, senders.pop() if len(senders) == 1 else None)
