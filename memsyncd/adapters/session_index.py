"""Reads ``sessions.json``, OpenClaw's index of current sessions, for their keys and channels.

Only metadata comes from here. Files are never enumerated from the index: it lists the current sessions only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from memsyncd.core.noise import session_verdict
from memsyncd.model import Session

INDEX = "sessions.json"
_BY_USER = "excluded by the user"
_LARGEST = 64 << 20  # bytes; indexes of 13 MB have been reported


def read_session_index(folder: Path, excluded: tuple[str, ...] = ()) -> tuple[list[Session], str | None]:
    """The sessions that the index of ``folder`` names, and what was wrong with it, if anything.

    ``excluded`` says what the user keeps out of memory, as ``Source.excluded_sessions``. A missing index is
    normal; an unreadable one is a problem to report, because sessions are then judged by their content alone.
    """
    path = folder / INDEX
    try:
        if path.stat().st_size > _LARGEST:
            return [], "it is larger than 64 MiB"
        index = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return [], None
    except OSError as error:
        return [], error.strerror or str(error)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [], "it is not valid JSON"
    if not isinstance(index, dict):
        return [], "it is not a JSON object"
    found = (_session(key, entry, excluded) for key, entry in index.items() if _names_session(entry))
    return _one_each(found), None


def _one_each(sessions: Iterable[Session]) -> list[Session]:
    """One entry for each session; of several keys a person's wins, and over both what the user excludes."""
    known: dict[str, Session] = {}
    for session in sessions:
        other = known.get(session.id)
        if other is None or _weight(session) > _weight(other):
            known[session.id] = session
    return list(known.values())


def _weight(session: Session) -> int:
    return 2 if session.excluded == _BY_USER else int(session.excluded is None)


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
    named = {key, session, _text(entry, "sessionId"), f"channel:{channel}", f"chatType:{chat_type}"}
    verdict = _BY_USER if named.intersection(excluded) else session_verdict(key)
    return Session(id=session, key=key, channel=channel, chat_type=chat_type, excluded=verdict)


def _text(entry: dict[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) and value else None
