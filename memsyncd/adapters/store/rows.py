"""Rows of the SQLite store as records, and the columns that they are made from. No queries run here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from memsyncd.model import Cursor, Event, Session, ToolCall, Turn, Usage

CURSOR: Final = msgspec.msgpack.Decoder(Cursor)

TURN_COLUMNS: Final = (
    "t.at, t.role, t.kind, t.text, s.sid, t.entry, m.provider, m.model, t.sender, t.owner,"
    " t.input, t.output, t.cache_read, t.cache_write, t.cost"
)
TOOL_COLUMNS: Final = (
    "t.at, s.sid, t.call, t.name, t.command, t.path, t.writes, t.done, t.failed, t.exit_code, t.error"
)
EVENT_COLUMNS: Final = "t.at, s.sid, t.kind, t.text, t.tokens"

Row = tuple[Any, ...]


def marks(values: Sequence[object]) -> str:
    """As many parameter marks as there are values, for an ``IN (…)``."""
    return ", ".join("?" * len(values))


def turn_of(row: Row) -> Turn:
    """A turn from ``TURN_COLUMNS``."""
    return Turn(
        at=row[0],
        role=row[1],
        kind=row[2],
        text=row[3],
        session=row[4],
        entry=row[5],
        provider=row[6],
        model=row[7],
        sender=row[8],
        owner=bool(row[9]),
        usage=None if row[10] is None else Usage(*row[10:15]),
    )


def tool_of(row: Row) -> ToolCall:
    """A tool call from ``TOOL_COLUMNS``."""
    return ToolCall(
        at=row[0],
        session=row[1],
        call=row[2],
        name=row[3],
        command=row[4],
        path=row[5],
        writes=bool(row[6]),
        done=bool(row[7]),
        failed=bool(row[8]),
        exit_code=row[9],
        error=row[10],
    )


def event_of(row: Row) -> Event:
    """An event from ``EVENT_COLUMNS``."""
    return Event(at=row[0], session=row[1], kind=row[2], text=row[3], tokens=row[4])


def session_of(row: Row) -> Session:
    """A session from its id, key, channel, chat type, title, start, parent and verdict."""
    return Session(
        id=row[0],
        key=row[1],
        channel=row[2],
        chat_type=row[3],
        title=row[4],
        started=row[5],
        parent=row[6],
        excluded=row[7],
    )


def among(column: str, values: Collection[str] | None) -> tuple[str, tuple[str, ...]]:
    """A further test of a WHERE, and its value: the column is one of ``values``, of any number."""
    if values is None:
        return "", ()
    return f" AND {column} IN (SELECT value FROM json_each(?))", (msgspec.json.encode(sorted(values)).decode(),)
