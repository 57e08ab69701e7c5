"""What the user keeps out of memory: rules that name sessions, and which sessions match them.

Pure. A rule is a session's id or key, or ``channel:X`` or ``chatType:X`` as OpenClaw calls what a rule of its
``memoryPolicy.excludeSessions`` matches. What a source includes becomes rules of the same kind.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from memsyncd.core.formats.openclaw_names import without_topic
from memsyncd.core.noise.sessions import session_verdict
from memsyncd.model import Session

BY_USER: Final = "excluded by the user"
CHAT_TYPE: Final = "chat type"
CHOSEN: Final = frozenset({BY_USER, CHAT_TYPE})
"""Why a session stays out when the user wants it so; other reasons do not go when the user's mind changes."""

CHAT_TYPES: Final = ("direct", "group", "channel")
OTHERS: Final = "others"
"""Stands among what a source includes for people who are not the agent's owner."""

_OF_TYPE: Final = "chatType:"


def rules_of(include: Collection[str]) -> tuple[str, ...]:
    """The rules by which everything stays out that ``include`` lacks."""
    return tuple(f"{_OF_TYPE}{one}" for one in CHAT_TYPES if one not in include)


def verdict_of_user(session: Session, rules: Collection[str], *names: str | None) -> str | None:
    """Why the user keeps a session out, None when no rule is about it; ``names`` are more names of it."""
    if not rules:
        return None
    matching = {
        session.id,
        without_topic(session.id),
        session.key,
        f"channel:{session.channel}",
        f"{_OF_TYPE}{_chat_type(session)}",
        *names,
    }.intersection(rules)
    if not matching:
        return None
    return CHAT_TYPE if all(str(rule).startswith(_OF_TYPE) for rule in matching) else BY_USER


def judge(session: Session, rules: Collection[str]) -> str | None:
    """Why a session stays out by what is known of it, None to keep it."""
    return verdict_of_user(session, rules) or session_verdict(session.key)


def _chat_type(session: Session) -> str | None:
    """As OpenClaw states it, else as the key tells: ``agent:main:telegram:group:-100``. None: not known."""
    if session.chat_type or session.key is None:
        return session.chat_type
    rest = session.key.split(":", 2)[-1] if session.key.startswith("agent:") else session.key
    channel, *place = rest.split(":")[:3]
    told = next((part for part in place if part in CHAT_TYPES), "direct")
    return "direct" if channel == "explicit" else told
