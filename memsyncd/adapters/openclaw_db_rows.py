"""Transcripts as rows of OpenClaw's database: how far each reaches, and its lines behind a given row.

A line is the same JSON as in session files. OpenClaw 2026.9 stores long ones only packed: whoever reads nothing
but the text column silently loses the long messages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from memsyncd.adapters.jsonl import LONGEST_LINE
from memsyncd.adapters.openclaw_db_connection import ReadOnlyDatabase

if TYPE_CHECKING:
    from zstandard import ZstdDecompressor

_BATCH_BYTES: Final = 1 << 20
_BATCH_ROWS: Final = 2_000
_LARGEST_UNPACKED: Final = 4 << 20  # OpenClaw packs no line that is longer

# From the last row of a session the key's index leads straight to the last row of the session before it: one step
# a session, however many rows there are. Number and session id travel as one text, because a step has one result;
# the id is cut out of its bytes, since texts end at a NUL for SQLite's functions.
_ID: Final = "CAST(substr(CAST(head AS BLOB), instr(head, ' ') + 1) AS TEXT)"
_HEADS: Final = (
    "WITH RECURSIVE heads(head) AS ("
    " SELECT * FROM (SELECT seq || ' ' || session_id FROM transcript_events"
    " ORDER BY session_id DESC, seq DESC LIMIT 1)"
    " UNION ALL SELECT (SELECT seq || ' ' || session_id FROM transcript_events"
    " WHERE session_id < :id ORDER BY session_id DESC, seq DESC LIMIT 1)"
    " FROM heads WHERE head IS NOT NULL)"
    " SELECT :id, CAST(head AS INTEGER) FROM heads WHERE head IS NOT NULL"
).replace(":id", _ID)
_GENERATIONS: Final = "SELECT session_id, generation FROM transcript_rewrite_watermarks"
_GENERATION: Final = "SELECT generation FROM transcript_rewrite_watermarks WHERE session_id = ?"
_ROWS: Final = (
    "SELECT seq, CAST(event_json AS BLOB), event_zstd, event_utf8_bytes FROM transcript_events"
    " WHERE session_id = ? AND seq > ? ORDER BY seq"
)
_ROWS_BEFORE_2026_9: Final = _ROWS.replace("event_zstd, event_utf8_bytes", "NULL, NULL")

_Row = tuple[int, bytes | None, bytes | None, int | None]  # number, text, packed text, its length unpacked


class Head(Struct, frozen=True):
    """How far a session's transcript reaches."""

    generation: str  # changes when the transcript is rewritten; empty when the database knows none
    last: int  # number of its last row


class Rows(Struct, kw_only=True):
    """Lines of one session, in order."""

    lines: list[bytes] = field(default_factory=list)
    last: int  # number of the last row
    final: bytes | None = None  # the line of the last row; None when it could not be read
    oversized: int = 0  # rows longer than any line that is read
    damaged: list[tuple[int, str]] = field(default_factory=list)  # number of a row that could not be read, and why


class TranscriptRows:
    """The rows of ``transcript_events``. Every method raises FileError when the database cannot be read."""

    def __init__(self, database: ReadOnlyDatabase) -> None:
        self._database = database
        self._unpack = _Unpacker()
        columns = database.columns("transcript_events")
        self.present = bool(columns)
        self.known = {"session_id", "seq", "event_json"} <= columns
        self._query = _ROWS if {"event_zstd", "event_utf8_bytes"} <= columns else _ROWS_BEFORE_2026_9
        self._watermarks = {"session_id", "generation"} <= database.columns("transcript_rewrite_watermarks")

    def heads(self) -> dict[str, Head]:
        """Session id → how far its transcript reaches, of every session with rows."""
        generations = dict(self._database.rows(_GENERATIONS)) if self._watermarks else {}
        return {session: Head(generations.get(session, ""), last) for session, last in self._database.rows(_HEADS)}

    def after(self, session: str, head: Head, seq: int) -> Iterator[Rows]:
        """The lines behind row ``seq``, about a megabyte at a time, each batch in a read transaction of its own.

        Ends early when the transcript is rewritten meanwhile and is no longer of ``head.generation``.
        """
        while batch := self._database.read(self._batch(session, head, seq)):
            yield self._decode(batch)
            seq = batch[-1][0]

    def line(self, session: str, seq: int) -> bytes | None:
        """One line; None when there is no such row or it cannot be read."""
        row = self._database.read(lambda db: db.execute(self._query, (session, seq - 1)).fetchone())
        lines = self._decode([row]).lines if row and row[0] == seq else []
        return lines[0] if lines else None

    def _batch(self, session: str, head: Head, seq: int) -> Callable[[sqlite3.Connection], list[_Row]]:
        def question(db: sqlite3.Connection) -> list[_Row]:
            if self._watermarks:
                generation = db.execute(_GENERATION, (session,)).fetchone()
                if (generation[0] if generation else "") != head.generation:
                    return []
            rows: list[_Row] = []
            try:
                _fill(rows, db.execute(self._query, (session, seq)))
            except sqlite3.DatabaseError:
                if not rows:  # what stands before the damage is read, the next batch then begins with it
                    raise
            return rows

        return question

    def _decode(self, batch: list[_Row]) -> Rows:
        rows = Rows(last=batch[-1][0])
        for seq, text, packed, size in batch:
            rows.final = None
            try:
                line = self._unpack(packed, size) if text is None else text
            except _Damaged as damaged:
                rows.damaged.append((seq, str(damaged)))
                continue
            if len(line) > LONGEST_LINE:
                rows.oversized += 1
            else:
                rows.lines.append(line)
                rows.final = line
        return rows


def _fill(rows: list[_Row], found: Iterable[_Row]) -> None:
    size = 0
    for row in found:
        rows.append(row)
        size += max(len(row[1] or b""), row[3] or 0)
        if size >= _BATCH_BYTES or len(rows) >= _BATCH_ROWS:
            return


class _Damaged(Exception):
    """A row that cannot be read; its text says why and never quotes the row."""


class _Unpacker:
    """Unpacks single rows, and none into more than the longest that OpenClaw packs."""

    def __init__(self) -> None:
        self._decompressor: ZstdDecompressor | None = None

    def __call__(self, packed: bytes | None, size: int | None) -> bytes:
        from zstandard import ZstdDecompressor, ZstdError, frame_content_size  # noqa: PLC0415 — takes 15 ms

        if packed is None or size is None:
            raise _Damaged("it holds no text")
        if not 0 < size <= _LARGEST_UNPACKED:
            raise _Damaged("it states an impossible length")
        decompressor = self._decompressor = self._decompressor or ZstdDecompressor()
        try:
            # The library makes room for whatever length the frame itself states; -1: it states none.
            stated = frame_content_size(packed)
            line = decompressor.decompress(packed, max_output_size=size) if stated in (size, -1) else b""
        except ZstdError:
            raise _Damaged("it cannot be unpacked") from None
        if len(line) != size:
            raise _Damaged("it is not as long as stated")
        return line
