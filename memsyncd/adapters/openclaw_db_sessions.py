"""What OpenClaw's database says about sessions: keys, channels, names, and which of them stay out of memory.

No transcript is opened here. Columns that a version lacks count as empty, and empty means: keep the session.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.openclaw_db_connection import ReadOnlyDatabase
from memsyncd.adapters.session_index import EXTERNAL
from memsyncd.core.choice import verdict_of_user
from memsyncd.core.noise.sessions import session_verdict
from memsyncd.model import Session

FORGOTTEN: Final = "forgotten"

_TOMBSTONES: Final = "SELECT session_id FROM memory_session_tombstones"
_AMONG: Final = " WHERE w.session_id IN (SELECT value FROM json_each(?))"


class SessionFacts:
    """The tables ``session_windows``, one row a session, and ``session_nodes``, one row a key.

    Every method raises FileError when the database cannot be read.
    """

    def __init__(self, database: ReadOnlyDatabase) -> None:
        self._database = database
        self._query = _query(database.columns("session_windows"), database.columns("session_nodes"))
        self._tombstones = "session_id" in database.columns("memory_session_tombstones")

    def sessions(self, excluded: Collection[str] = (), ids: Collection[str] | None = None) -> list[Session]:
        """What is known of every session, or of those in ``ids``; titles are not redacted.

        ``excluded`` says what the user keeps out of memory, as ``Source.excluded_sessions``.
        """
        if not self._query:
            return []
        if ids is None:
            rows = self._database.rows(self._query)
        else:
            rows = self._database.rows(self._query + _AMONG, (msgspec.json.encode(sorted(ids)).decode(),))
        return [_session(_Row(*row), excluded) for row in rows]

    def tombstones(self) -> frozenset[str]:
        """The sessions that the user has had OpenClaw forget; their rows stay in the database."""
        rows = self._database.rows(_TOMBSTONES) if self._tombstones else []
        return frozenset(session for (session,) in rows)


def verdict(session: Session, excluded: Collection[str], key: str, created_via: str | None = None) -> str | None:
    """Why a session stays out of memory, None to keep it; ``key`` is what OpenClaw files it under."""
    return verdict_of_user(session, excluded, key) or session_verdict(key, created_via)


def telling(key: str) -> str | None:
    """The key, unless OpenClaw made it up at an import because none was known: then the content has to judge."""
    return None if key.split(":", 2)[-1].startswith("recovered:") else key


class _Row(NamedTuple):
    """The columns that are asked for, in this order: those of the session, then those of its key."""

    session_id: str
    session_key: str
    channel: str | None
    chat_type: str | None
    hook_external_content_source: str | None
    previous_session_id: str | None
    created_via: str | None
    label: str | None
    fork_source_session_id: str | None
    entry_json: str | None


_OF_KEY: Final = _Row._fields[6:]


def _query(windows: Collection[str], nodes: Collection[str]) -> str:
    """The query for a :class:`_Row` a session; empty when the tables do not allow it."""
    if not {"session_id", "session_key"} <= set(windows):
        return ""
    if not {"session_key", "current_session_id"} <= set(nodes):
        nodes = ()
    columns = [
        f"{alias}.{name}" if name in present else "NULL"
        for name in _Row._fields
        for alias, present in [("n", nodes) if name in _OF_KEY else ("w", windows)]
    ]
    join = " LEFT JOIN session_nodes n ON n.session_key = w.session_key" if nodes else ""
    return f"SELECT {', '.join(columns)} FROM session_windows w{join}"  # noqa: S608 — names that stand above


class _Origin(Struct, frozen=True):
    provider: Any = None
    chatType: Any = None  # noqa: N815 — as OpenClaw names it


class _Entry(Struct, frozen=True):
    """What ``sessions.json`` held of a session before OpenClaw 2026.8, the part that is shown."""

    sessionId: Any = None  # noqa: N815 — as OpenClaw names it
    channel: Any = None
    chatType: Any = None  # noqa: N815 — likewise
    lastChannel: Any = None  # noqa: N815 — likewise
    origin: _Origin | None = None


_ENTRY: Final = msgspec.json.Decoder(_Entry)


def _session(row: _Row, excluded: Collection[str]) -> Session:
    entry = _entry(row)
    origin = entry.origin or _Origin()
    # As the index of session files is read, so that an import changes nothing that is shown.
    channel = _first(entry.channel, row.channel, origin.provider, entry.lastChannel)
    chat_type = _first(entry.chatType, row.chat_type, origin.chatType)
    current = entry.sessionId == row.session_id
    session = Session(
        id=row.session_id,
        key=telling(row.session_key),
        channel=channel,
        chat_type=chat_type,
        title=_first(row.label) if current else None,
        parent=_first(row.previous_session_id, row.fork_source_session_id if current else None),
    )
    # What mail and web hooks feed in is nobody's word, and OpenClaw trusts what stands in memory.
    external = EXTERNAL if row.hook_external_content_source else None
    return replace(session, excluded=external or verdict(session, excluded, row.session_key, row.created_via))


def _entry(row: _Row) -> _Entry:
    """The node's entry if it is this session's; an empty one for earlier sessions of the key."""
    try:
        entry = _ENTRY.decode(row.entry_json or "{}")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Entry()
    return entry if entry.sessionId == row.session_id else _Entry()


def _first(*values: object) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)
