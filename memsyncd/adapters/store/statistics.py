"""What the SQLite store amounts to: token use by model, and totals by source. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from memsyncd.adapters.store.base import ModelUse, SourceTotals
from memsyncd.adapters.store.rows import CURSOR, Row, marks


def model_use(db: sqlite3.Connection, sources: Sequence[int]) -> list[ModelUse]:
    """Usage per source and model, the most used first."""
    rows = db.execute(
        "SELECT s.name, m.provider, m.model, count(*), total(input), total(output), total(cache_read),"
        " total(cache_write), total(cost) FROM turns t JOIN sources s ON s.id = t.source"
        " JOIN models m ON m.id = t.model"
        f" WHERE t.source IN ({marks(sources)}) AND t.role = 'assistant'"
        " GROUP BY s.name, t.model ORDER BY count(*) DESC, m.provider, m.model",
        tuple(sources),
    )
    return [_use(row) for row in rows]


def totals(db: sqlite3.Connection, source: int) -> SourceTotals:
    """What one source amounts to."""

    def one(sql: str) -> Row:
        row: Row = db.execute(sql, (source,)).fetchone()
        return row

    sessions, excluded = one("SELECT count(*), count(excluded) FROM sessions WHERE source = ?")
    turns, messages, first, last = one(
        "SELECT count(*), total(kind = 'talk'), min(at), max(at) FROM turns WHERE source = ?"
    )
    rows = db.execute("SELECT cursor FROM cursors WHERE source = ?", (source,))
    cursors = [CURSOR.decode(blob) for (blob,) in rows]
    return SourceTotals(
        source=one("SELECT name FROM sources WHERE id = ?")[0],
        sessions=sessions,
        excluded=excluded,
        messages=int(messages),
        turns=turns,
        tools=one("SELECT count(*) FROM tools WHERE source = ? AND NOT muted")[0],
        first=first,
        last=last,
        files=len(cursors),
        malformed=sum(cursor.malformed for cursor in cursors),
        oversized=sum(cursor.oversized for cursor in cursors),
        unknown=sum(cursor.unknown for cursor in cursors),
    )


def _use(row: Row) -> ModelUse:
    return ModelUse(
        source=row[0],
        provider=row[1],
        model=row[2],
        answers=row[3],
        input=int(row[4]),
        output=int(row[5]),
        cache_read=int(row[6]),
        cache_write=int(row[7]),
        cost=row[8],
    )
