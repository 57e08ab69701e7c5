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
from msgspec import Struct

from memsyncd.adapters.jsonl import Piece
from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.adapters.openclaw_db_rows import Head
from memsyncd.adapters.places import DATABASE
from memsyncd.adapters.store.base import Batch
from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.openclaw_names import classify
from memsyncd.errors import FileError
from memsyncd.model import Cursor
from memsyncd.sync.reading import Context, Reading, Tally

_BEFORE_ALL = -1  # rows are counted from 0


class Outcome(Struct, frozen=True):
    """What reading one transcript came to."""

    tally: Tally
    again: bool = False  # the whole source must be gone through once more
    missed: bool = False  # a part of it was out of reach, and may not be another time


def path_of_session(session: str) -> str:
    """The path of a session's cursor."""
    return f"{DATABASE}{quote(session, safe='')}"


def path_of_archive(archive: Archive) -> str:
    """The path of an archive's cursor."""
    return f"{DATABASE}{archive.kind}/{quote(archive.session, safe='')}.{quote(archive.mark, safe='')}"


def head_of(database: AgentDatabase, head: Head) -> str:
    """What has to be the same for a session to be read on."""
    return f"{database.identity} {head.generation}"


def blank(path: str) -> Cursor:
    """A cursor of something that is no file."""
    return Cursor(
        path=path, dev=0, ino=0, size=0, mtime_ns=0, head_length=0, head="", offset=0, tail_length=0, tail=""
    )


def read_session(context: Context, database: AgentDatabase, head: Head, cursor: Cursor | None) -> Outcome:
    """Reads what is new in a session's rows.

    Rows that cannot be unpacked are passed over, counted as malformed and named in the tally's problem.
    """
    if context.session.excluded:
        cursor = blank(path_of_session(context.session.id))
        return _pass_over(context, msgspec.structs.replace(cursor, head=head_of(database, head), offset=head.last))
    return _Session(context, database, head, cursor).read()


class _Session:
    def __init__(self, context: Context, database: AgentDatabase, head: Head, cursor: Cursor | None) -> None:
        self._context = context
        self._database = database
        self._id = context.session.id
        self._head = head
        self._before = cursor if cursor and self._goes_on(cursor) else None
        self._final = self._before.tail if self._before else ""
        self._damaged: list[tuple[int, str]] = []
        self._bytes = 0

    def read(self) -> Outcome:
        start = self._before.offset if self._before else _BEFORE_ALL
        artefact = Artefact("archived", self._id)  # unlike the end of a live file, every row is whole
        reading = Reading(self._context, artefact, self._before)
        tally, again = reading.run(self._pieces(start), start, self._mark, whole=False)
        missed = tally.problem is not None
        tally.bytes = self._bytes
        tally.malformed += len(self._damaged)
        if self._damaged and not missed:
            tally.problem = self._problem()
        return Outcome(tally, again, missed)

    def _goes_on(self, cursor: Cursor) -> bool:
        same = cursor.head == head_of(self._database, self._head) and cursor.offset <= self._head.last
        return same and cursor.tail == _hash(self._database.line(self._id, cursor.offset))

    def _pieces(self, start: int) -> Iterator[Piece]:
        for rows in self._database.events(self._id, self._head, start):
            self._damaged += rows.damaged
            self._bytes += sum(map(len, rows.lines))
            self._final = _hash(rows.final)
            yield Piece(rows.lines, rows.last, rows.oversized)

    def _mark(self, last: int) -> Cursor:
        return msgspec.structs.replace(
            blank(path_of_session(self._id)),
            head=head_of(self._database, self._head),
            offset=last,
            tail=self._final,
            malformed=len(self._damaged),
        )

    def _problem(self) -> FileError:
        seq, why = self._damaged[0]
        more = f" ({len(self._damaged)} such rows)" if self._damaged[1:] else ""
        return FileError(
            "cannot read a row of OpenClaw's database",
            where=self._database.path,
            why=f"row {seq} of session {quote(self._id)}: {why}{more}",
            hint="all others were read; see what OpenClaw's doctor says of it",
        )


def read_archive(context: Context, database: AgentDatabase, archive: Archive, folder: Path) -> Outcome:
    """Reads an archive as a whole; ``folder`` is that of the session files."""
    done = blank(path_of_archive(archive))
    if context.session.excluded:
        return _pass_over(context, done)
    artefact = _artefact(database, archive)
    pieces = database.pieces(archive, folder)
    tally, again = Reading(context, artefact, None).run(pieces, 0, lambda _: done, whole=True)
    # What is damaged is as damaged another time; what could not be reached may be there again.
    missed = tally.problem is not None and isinstance(tally.problem.__cause__, OSError | sqlite3.Error | None)
    if missed:
        context.store.apply(context.source, Batch(forget_cursors=[done.path]))
    return Outcome(tally, again, missed)


def _artefact(database: AgentDatabase, archive: Archive) -> Artefact:
    """The archive as a file of the session folder: its name tells when a reset was."""
    found = classify(database.label(archive).name) if archive.kind == "archive" else None
    return msgspec.structs.replace(found or Artefact("archived", archive.session), session=archive.session)


def _pass_over(context: Context, cursor: Cursor) -> Outcome:
    """Notes that a session that stays out has been dealt with."""
    return Outcome(Tally(), context.store.apply(context.source, Batch(cursor=cursor)).reread)


def _hash(line: bytes | None) -> str:
    """Names a line that was read; empty for one that could not be."""
    return "" if line is None else hashlib.blake2b(line, digest_size=16).hexdigest()
