"""Reads one transcript from its cursor to its end into the store, a batch at a time.

Memory stays flat however long the file is, and each batch carries the cursor that belongs to its rows: a crash at
any point repeats nothing and loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from memsyncd.adapters.jsonl import (
    FileStat,
    Piece,
    cursor_at,
    grew_only,
    open_log,
    read_compressed,
    read_pieces,
)
from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.formats.openclaw import decode
from memsyncd.core.formats.openclaw_names import Artefact
from memsyncd.errors import FileError
from memsyncd.model import Cursor, Event, Ignored, Malformed, Redaction, Session

_PIECES_PER_BATCH = 4  # about 4 MiB of log: memory stays flat, transactions stay rare
_CARRY = msgspec.msgpack.Decoder(Carry)

Redact = Callable[[str], Redaction]
"""Takes the secrets out of a text."""


def never() -> bool:
    """Goes on to the end."""
    return False


class Log(Struct, frozen=True, kw_only=True):
    """A transcript that is there now."""

    name: str
    path: Path
    artefact: Artefact
    stat: FileStat


class Context(Struct, frozen=True, kw_only=True):
    """What reading a log needs beside the log."""

    store: Store
    source: int
    keys: Keys
    redact: Redact
    session: Session  # what is known of it so far


class Tally(Struct, kw_only=True):
    """What reading one log came to."""

    bytes: int = 0
    lines: int = 0
    added: int = 0
    messages: int = 0
    known: int = 0
    muted: int = 0
    redactions: int = 0
    malformed: int = 0
    oversized: int = 0
    unknown: int = 0
    problem: FileError | None = None


def read_log(context: Context, log: Log, cursor: Cursor | None) -> tuple[Tally, bool]:
    """Reads what is new in a log; also whether the whole source must be gone through once more.

    A log that cannot be opened or unpacked is a problem in the tally. Raises StoreError.
    """
    try:
        file, now = open_log(log.path)
    except FileError as problem:
        # Renamed or deleted since the folder was listed; under its new name it is found.
        gone = isinstance(problem.__cause__, FileNotFoundError)
        return Tally(problem=None if gone else problem), False
    with file:
        if cursor is not None and (log.artefact.compressed or not grew_only(cursor, file, now)):
            cursor = None
        return _Reading(context, log, file, now, cursor).run()


class _Reading:
    def __init__(self, context: Context, log: Log, file: IO[bytes], now: FileStat, cursor: Cursor | None) -> None:
        self._context = context
        self._log = log
        self._file = file
        self._now = now
        self._before = cursor
        carry = _CARRY.decode(cursor.carry) if cursor and cursor.carry else Carry()
        self._conversation = Conversation(context.session, carry, keys=context.keys, redact=context.redact)
        self._tally = Tally()
        self._again = False

    def run(self) -> tuple[Tally, bool]:
        start = self._before.offset if self._before else 0
        end = start
        try:
            for count, piece in enumerate(self._pieces(start), 1):
                if not self._take(piece):
                    break
                end = piece.end
                if count % _PIECES_PER_BATCH == 0:
                    self._commit(None if self._log.artefact.compressed else end)
        except FileError as problem:
            self._tally.problem = problem
        self._note_reset()
        self._commit(self._now.size if self._log.artefact.compressed else end)
        self._tally.bytes = end - start
        return self._tally, self._again

    def _pieces(self, start: int) -> Iterable[Piece]:
        if self._log.artefact.compressed:
            return read_compressed(self._file, self._log.path)
        self._file.seek(start)
        return read_pieces(self._file, start)

    def _take(self, piece: Piece) -> bool:
        """Feeds the lines of a piece; False when it is the unfinished last line of a file still being written."""
        conversation, tally = self._conversation, self._tally
        unfinished = piece.open and self._log.artefact.kind == "live"
        if unfinished and piece.oversized:
            return False
        for line in piece.lines:
            if not line or line.isspace():
                continue
            entry = decode(line)
            if isinstance(entry, Malformed):
                if unfinished:
                    return False
                tally.malformed += 1
            elif isinstance(entry, Ignored):
                tally.unknown += not entry.known
            else:
                conversation.feed(entry)
        tally.lines += len(piece.lines)
        tally.oversized += piece.oversized
        return True

    def _note_reset(self) -> None:
        """The name of a reset archive tells when the conversation was reset."""
        artefact = self._log.artefact
        carry = self._conversation.carry
        if artefact.kind != "reset" or artefact.at is None or carry.excluded or carry.at is None:
            return
        key = self._context.keys.event("reset", f"{artefact.session}\0{artefact.at}")
        event = Event(at=artefact.at, session=artefact.session, kind="reset")
        self._conversation.facts.events.append((key, event))

    def _commit(self, offset: int | None) -> None:
        """Writes the facts found so far, with the cursor when ``offset`` says how far the file has been read."""
        facts = self._conversation.take()
        cursor = None if offset is None else self._cursor(facts, offset)
        applied = self._context.store.apply(self._context.source, Batch(facts=[facts], cursor=cursor))
        tally = self._tally
        tally.added += applied.added
        tally.messages += applied.messages
        tally.known += applied.known
        tally.muted += applied.muted
        tally.redactions += facts.redactions
        tally.malformed += facts.undated
        self._again = self._again or applied.reread

    def _cursor(self, facts: Facts, offset: int) -> Cursor:
        position = self._file.tell()
        cursor = cursor_at(self._file, self._log.name, self._now, offset)
        self._file.seek(position)
        before, tally = self._before, self._tally
        return msgspec.structs.replace(
            cursor,
            carry=msgspec.msgpack.encode(self._conversation.carry),
            lines=tally.lines + (before.lines if before else 0),
            malformed=tally.malformed + facts.undated + (before.malformed if before else 0),
            oversized=tally.oversized + (before.oversized if before else 0),
            unknown=tally.unknown + (before.unknown if before else 0),
        )
