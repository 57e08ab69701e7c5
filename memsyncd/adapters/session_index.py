"""Reads ``sessions.json``, OpenClaw's index of current sessions, for their keys, channels and labels.

Only metadata comes from here. Files are never enumerated from the index: it lists the current sessions only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from memsyncd.adapters.beside import read_beside
from memsyncd.core.choice import CHOSEN, verdict_of_user
from memsyncd.core.noise import session_verdict
from memsyncd.model import Session

INDEX = "sessions.json"
EXTERNAL = "external content"
"""Why a session stays out into which a hook has fed mail or what the web sent: that is nobody's word."""

_WHATEVER_THE_KEY = CHOSEN | {EXTERNAL}


def read_session_index(folder: Path, excluded: tuple[str, ...] = ()) -> tuple[list[Session], str | None]:
    """The sessions that the index of ``folder`` names, and what was wrong with it, if anything.

    ``excluded`` says what the user keeps out of memory, as ``Source.excluded_sessions``. A missing index is
    normal; an unreadable one is a problem to report, because sessions are then judged by their content alone.
    """
    data, why = read_beside(folder / INDEX)
    if data is None:
        return [], why or None
    try:
        index = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [], "it is not valid JSON"
    if not isinstance(index, dict):
        return [], "it is not a JSON object"
    found = (_session(key, entry, excluded) for key, entry in index.items() if _names_session(entry))
    return _one_each(found), None


def _one_each(sessions: Iterable[Session]) -> list[Session]:
    """One entry for each session; of several keys a person's wins, and over both what stays out by any key."""
    known: dict[str, Session] = {}
    for session in sessions:
        other = known.get(session.id)
        if other is None or _weight(session) > _weight(other):
            known[session.id] = session
    return list(known.values())


def _weight(session: Session) -> int:
    return 2 if session.excluded in _WHATEVER_THE_KEY else int(session.excluded is None)


def _names_session(entry: object) -> bool:
    return isinstance(entry, dict) and bool(_text(entry, "sessionId") or _text(entry, "sessionFile"))


def _session(key: str, entry: dict[str, Any], excluded: tuple[str, ...]) -> Session:
    # The transcript's name identifies the session: topics of one session have names of their own.
    file = (_text(entry, "sessionFile") or "").replace("\\", "/").rsplit("/", 1)[-1]
    session = file.removesuffix(".jsonl") or _text(entry, "sessionId") or ""
    origin = entry.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    channel = _text(entry, "channel") or _text(origin, "provider") or _text(entry, "lastChannel")
    chat_type = _text(entry, "chatType") or _text(origin, "chatType")
    title = _text(entry, "label")
    found = Session(id=session, key=key, channel=channel, chat_type=chat_type, title=title)
    verdict = verdict_of_user(found, excluded, _text(entry, "sessionId")) or session_verdict(key)
    external = EXTERNAL if _text(entry, "hookExternalContentSource") else None
    return replace(found, excluded=external or verdict)


def _text(entry: dict[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) and value else None
