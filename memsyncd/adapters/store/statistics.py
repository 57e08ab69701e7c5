"""What the SQLite store amounts to: token use by model, totals by source, how far it reaches. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from memsyncd.adapters.store.base import ModelUse, SourceTotals, StoreSize
from memsyncd.adapters.store.rows import CURSOR, Row, marks
from memsyncd.model import Millis


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


def newest(
    db: sqlite3.Connection, source: int, before: Millis | None = None, *, any_kind: bool = False
) -> Millis | None:
    """The instant of the newest message, or turn, of a source before an instant."""
    tests = "source = ?" + " AND at < ?" * (before is not None) + " AND kind = 'talk'" * (not any_kind)
    values = (source,) if before is None else (source, before)
    return _instant(db.execute(f"SELECT at FROM turns WHERE {tests} ORDER BY at DESC LIMIT 1", values))


def nth_message(
    db: sqlite3.Connection, sources: Sequence[int], start: Millis, end: Millis, number: int
) -> Millis | None:
    """The instant of the so-many-th message between two instants."""
    return _instant(
        db.execute(
            f"SELECT at FROM turns WHERE source IN ({marks(sources)}) AND at >= ? AND at < ? AND kind = 'talk'"
            " ORDER BY at LIMIT 1 OFFSET ?",
            (*sources, start, end, number - 1),
        )
    )


def size(db: sqlite3.Connection, path: Path) -> StoreSize:
    """What the store in the file ``path`` amounts to."""
    turns, tools, events, sessions = db.execute(
        "SELECT (SELECT count(*) FROM turns), (SELECT count(*) FROM tools), (SELECT count(*) FROM events),"
        " (SELECT count(*) FROM sessions)"
    ).fetchone()
    log = path.with_name(f"{path.name}-wal")
    taken = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    return StoreSize(bytes=taken, turns=turns, tools=tools, events=events, sessions=sessions)


def _instant(rows: sqlite3.Cursor) -> Millis | None:
    row = rows.fetchone()
    return None if row is None else int(row[0])


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
