"""Reads one transcript of OpenClaw's database into the store: the rows of a session, or an archive.

It is read as a log is, through the same decoder and with a cursor of its own:

    path                            head                    offset           tail
    database/<session>              database, generation    last row read    hash of that row's line
    database/archive/<s>.<mark>     -                       -                -
    database/cold/<s>.<mark>        -                       -                -

Another database, a rewritten transcript, fewer rows than were read or another line in the last of them: then the
session is read from its start, and the store drops what it knows. An archive never changes under its mark. Session
ids are quoted, they can be any text.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from memsyncd.adapters.jsonl import Piece
from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.adapters.openclaw_db_rows import Head, Rows
from memsyncd.adapters.store.base import Batch
from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.openclaw_names import classify
from memsyncd.core.places import DATABASE
from memsyncd.errors import FileError
from memsyncd.model import Cursor, Session
from memsyncd.sync.reading import Context, Reading, Tally

_BEFORE_ALL = -1  # rows are counted from 0


def path_of_session(session: str) -> str:
    """The path of a session's cursor."""
    return f"{DATABASE}{quote(session, safe='')}"


def path_of_archive(archive: Archive) -> str:
    """The path of an archive's cursor."""
    return f"{DATABASE}{archive.kind}/{quote(archive.session, safe='')}.{quote(archive.mark, safe='')}"


def head_of(database: AgentDatabase, head: Head) -> str:
    """What has to be the same for a session to be read on."""
    return f"{database.identity} {head.generation}"


def read_session(
    context: Context, database: AgentDatabase, head: Head, cursor: Cursor | None
) -> tuple[Tally, bool]:
    """Reads what is new in a session's rows; also whether the whole source must be gone through once more.

    Rows that cannot be unpacked are passed over, counted as malformed and named in the tally's problem.
    """
    return _Rows(context, database, head, cursor).read()


class _Rows:
    def __init__(self, context: Context, database: AgentDatabase, head: Head, cursor: Cursor | None) -> None:
        self._context = context
        self._database = database
        self._session = context.session.id
        self._head = head
        self._before = cursor if cursor and self._goes_on(cursor) else None
        self._last_line = self._before.tail if self._before else ""
        self._damaged: list[tuple[int, str]] = []
        self._bytes = 0

    def read(self) -> tuple[Tally, bool]:
        if self._context.session.excluded:
            return _pass_over(self._context, self._mark(self._head.last))
        start = self._before.offset if self._before else _BEFORE_ALL
        artefact = Artefact("archived", self._session)  # every row is whole
        tally, again = Reading(self._context, artefact, self._before).run(
            self._pieces(start), start, self._mark, whole=False
        )
        tally.bytes = self._bytes
        tally.malformed += len(self._damaged)
        if self._damaged and tally.problem is None:
            tally.problem = self._problem()
        return tally, again

    def _goes_on(self, cursor: Cursor) -> bool:
        if cursor.head != head_of(self._database, self._head) or cursor.offset > self._head.last:
            return False
        if self._context.session.excluded or cursor.offset == _BEFORE_ALL:
            return True
        return cursor.tail == _hash(self._database.line(self._session, cursor.offset))

    def _pieces(self, start: int) -> Iterator[Piece]:
        for rows in self._database.events(self._session, self._head, start):
            self._note(rows)
            yield Piece(rows.lines, rows.last, rows.oversized)

    def _note(self, rows: Rows) -> None:
        self._damaged += rows.damaged
        self._bytes += sum(map(len, rows.lines))
        self._last_line = _hash(rows.lines[-1] if rows.ends_with_line else None)

    def _mark(self, last: int) -> Cursor:
        return _cursor(
            path_of_session(self._session),
            head=head_of(self._database, self._head),
            offset=last,
            tail=self._last_line,
            malformed=len(self._damaged),
        )

    def _problem(self) -> FileError:
        seq, why = self._damaged[0]
        more = f", and {len(self._damaged) - 1} more like it" if self._damaged[1:] else ""
        return FileError(
            "cannot read a row of OpenClaw's database",
            where=self._database.path,
            why=f"row {seq} of session {quote(self._session)}: {why}{more}",
            hint="all others were read; OpenClaw's doctor may be able to repair it",
        )


def read_archive(context: Context, database: AgentDatabase, archive: Archive, folder: Path) -> tuple[Tally, bool]:
    """Reads an archive as a whole; ``folder`` is that of the session files."""
    done = _cursor(path_of_archive(archive))
    if context.session.excluded:
        return _pass_over(context, done)
    artefact = _artefact(database, archive)
    pieces = database.pieces(archive, folder)
    tally, again = Reading(context, artefact, None).run(pieces, 0, lambda _: done, whole=True)
    if tally.problem and isinstance(tally.problem.__cause__, OSError | sqlite3.Error | None):
        # It could not be reached, unlike one that is damaged: that would be no better another time.
        context.store.apply(context.source, Batch(forget_cursors=[done.path]))
    return tally, again


def _artefact(database: AgentDatabase, archive: Archive) -> Artefact:
    """The archive as a file of the session folder: its name tells when a reset was."""
    found = classify(database.label(archive).name) if archive.kind == "archive" else None
    return msgspec.structs.replace(found or Artefact("archived", archive.session), session=archive.session)


def _pass_over(context: Context, cursor: Cursor) -> tuple[Tally, bool]:
    applied = context.store.apply(context.source, Batch(cursor=cursor))
    return Tally(), applied.reread


def _cursor(path: str, *, head: str = "", offset: int = 0, tail: str = "", malformed: int = 0) -> Cursor:
    return Cursor(
        path=path,
        dev=0,
        ino=0,
        size=0,
        mtime_ns=0,
        head_length=0,
        head=head,
        offset=offset,
        tail_length=0,
        tail=tail,
        malformed=malformed,
    )


def _hash(line: bytes | None) -> str:
    """Names a line that was read; empty for one that could not be."""
    return "" if line is None else hashlib.blake2b(line, digest_size=16).hexdigest()
