"""The words in the SQLite store: going through them all, rewriting them, and what was replaced in them.

Redaction needs this: some rules are newer than a stored text, and a second detector looks later than the first.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from memsyncd.adapters.store.base import Rewrite, Text
from memsyncd.adapters.store.rows import marks
from memsyncd.core.days import QUARTER
from memsyncd.model import Millis, RowKind

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "turns": ("text", "sender"),
    "tools": ("command", "path", "error"),
    "events": ("text",),
    "sessions": ("title",),
}
"""Every column that holds words from a log."""

_BATCH = 1_000  # rows
_ROW_KINDS: Final[Mapping[str, RowKind]] = {"turns": "turn", "tools": "tool", "events": "event"}


def texts(db: sqlite3.Connection, *, unscanned: bool) -> Iterator[list[Text]]:
    """Every text in batches, by table and row."""
    for table, columns in _COLUMNS.items():
        if table == "sessions" and unscanned:
            continue
        where = "AND NOT scanned" if unscanned else ""
        last = 0
        query = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > ? {where} ORDER BY id LIMIT ?"
        while rows := db.execute(query, (last, _BATCH)).fetchall():
            last = rows[-1][0]
            yield [
                Text(table, row[0], column, text or "")
                for row in rows
                for column, text in zip(columns, row[1:], strict=True)
                if text or (unscanned and column == columns[0])
            ]


def rewrite(db: sqlite3.Connection, rewrites: Sequence[Rewrite]) -> int:
    """Puts other texts in the place of these in one transaction; how many still stood there."""
    changed = 0
    quarters: defaultdict[int, set[int]] = defaultdict(set)
    with db:
        for one in rewrites:
            old = one.old
            done = db.execute(
                f"UPDATE {old.table} SET {old.column} = ? WHERE id = ? AND {old.column} = ?",
                (one.text, old.row, old.text),
            ).rowcount
            if done:
                changed += 1
                for source, at in _places(db, old):
                    quarters[source].add(at // QUARTER)
                _note(db, one)
        _mark(db, quarters)
    if changed:
        # What was replaced must not stay behind in the log of changes until that happens to be written over.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return changed


def scanned(db: sqlite3.Connection, seen: Sequence[Text]) -> None:
    """Remembers that the rows of these texts have been seen."""
    with db:
        for table in {text.table for text in seen}:
            rows = {(text.row,) for text in seen if text.table == table}
            db.executemany(f"UPDATE {table} SET scanned = 1 WHERE id = ?", sorted(rows))


def receipts(db: sqlite3.Connection, sources: Sequence[int], start: Millis, end: Millis) -> dict[str, int]:
    """Rule → secrets replaced between two instants, sorted by rule."""
    rows = db.execute(
        f"SELECT rule, sum(count) FROM receipts WHERE source IN ({marks(sources)}) AND at >= ? AND at < ?"
        " GROUP BY rule ORDER BY rule",
        (*sources, start, end),
    )
    return {rule: int(count) for rule, count in rows}


def _places(db: sqlite3.Connection, text: Text) -> list[tuple[int, Millis]]:
    """Source and instant of every row that shows the text."""
    if text.table == "sessions":
        query = f"SELECT source, at / {QUARTER} * {QUARTER} FROM turns WHERE session = ? GROUP BY 1, 2"
    else:
        query = f"SELECT source, at FROM {text.table} WHERE id = ?"
    return db.execute(query, (text.row,)).fetchall()


def _note(db: sqlite3.Connection, one: Rewrite) -> None:
    """Adds to the receipt of the row; titles have none."""
    if one.old.table == "sessions":
        return
    row = "error" if one.old.column == "error" else _ROW_KINDS[one.old.table]
    for rule, count in one.rules.items():
        db.execute(
            "INSERT INTO receipts (source, row, key, rule, at, count)"
            f" SELECT source, ?, key, ?, at, ? FROM {one.old.table} WHERE id = ?"
            " ON CONFLICT DO UPDATE SET count = count + excluded.count",
            (row, rule, count, one.old.row),
        )


def _mark(db: sqlite3.Connection, quarters: Mapping[int, set[int]]) -> None:
    (revision,) = db.execute("SELECT coalesce(max(revision), 0) + 1 FROM quarters").fetchone()
    for source, touched in quarters.items():
        db.executemany(
            "UPDATE quarters SET revision = ? WHERE source = ? AND quarter = ?",
            [(revision, source, quarter) for quarter in touched],
        )
