"""What belongs to the sessions of a slice of the SQLite store. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from memsyncd.adapters.store.rows import marks, session_of
from memsyncd.model import Millis, Session


def named(
    db: sqlite3.Connection, sources: Sequence[int], ids: Sequence[str]
) -> tuple[dict[str, Session], dict[str, str]]:
    """The sessions with these ids, and the name of each one's source."""
    rows = db.execute(
        "SELECT sid, key, channel, chat_type, title, started, parent, excluded, o.name FROM sessions s"
        f" JOIN sources o ON o.id = s.source WHERE s.source IN ({marks(sources)})"
        " AND sid IN (SELECT value FROM json_each(?))",
        (*sources, msgspec.json.encode(ids).decode()),
    ).fetchall()
    return {row[0]: session_of(row) for row in rows}, {row[0]: row[8] for row in rows}


def earlier_models(
    db: sqlite3.Connection, sources: Sequence[int], ids: Sequence[str], start: Millis
) -> dict[str, tuple[str, str]]:
    """Session → (provider, model) that it last used before ``start``."""
    rows = db.execute(
        "SELECT s.sid, m.provider, m.model FROM sessions s JOIN turns t ON t.id ="
        " (SELECT id FROM turns WHERE session = s.id AND at < ? AND model IS NOT NULL AND kind != 'noise'"
        "  ORDER BY at DESC LIMIT 1) JOIN models m ON m.id = t.model"
        f" WHERE s.source IN ({marks(sources)}) AND s.sid IN (SELECT value FROM json_each(?))",
        (start, *sources, msgspec.json.encode(ids).decode()),
    )
    return {sid: (provider, model) for sid, provider, model in rows}
