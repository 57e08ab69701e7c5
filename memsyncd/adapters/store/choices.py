"""What a change of the user's mind does to the SQLite store. Runs within the transaction of the writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from memsyncd.adapters.store.rows import among, marks
from memsyncd.core.choice import CHOSEN
from memsyncd.core.days import QUARTER


def readmit(db: sqlite3.Connection, source: int, sessions: Iterable[str]) -> bool:
    """Lets sessions in again that stayed out; whether there were any such."""
    test, values = among("sid", list(sessions))
    query = f"UPDATE sessions SET excluded = NULL WHERE source = ? AND excluded IS NOT NULL{test}"
    return db.execute(query, (source, *values)).rowcount > 0


def change_reason(db: sqlite3.Connection, session: int, reason: str) -> None:
    """Gives a session that stays out by the user's choice another reason."""
    query = f"UPDATE sessions SET excluded = ? WHERE id = ? AND excluded IN ({marks([*CHOSEN])})"
    db.execute(query, (reason, session, *CHOSEN))


def remove_others(db: sqlite3.Connection, source: int) -> list[tuple[int, int]]:
    """Removes the turns of senders who are not the agent's owner; quarter of an hour → messages among them."""
    of_others = "FROM turns WHERE source = ?1 AND NOT owner"
    rows = db.execute(f"SELECT at / ?2, total(kind = 'talk') {of_others} GROUP BY 1", (source, QUARTER))
    counts = [(quarter, int(messages)) for quarter, messages in rows]
    named = f"source = ?1 AND row = 'turn' AND key IN (SELECT key {of_others})"
    db.execute(f"DELETE FROM receipts WHERE {named}", (source,))
    db.execute(f"DELETE {of_others}", (source,))
    return counts
