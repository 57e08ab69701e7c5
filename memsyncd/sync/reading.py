"""Reads one transcript from its cursor to its end into the store, a batch at a time.

Memory stays flat however long the transcript is, and each batch carries the cursor that belongs to its rows: a
crash at any point repeats nothing and loses nothing. The lines come from a log file here, from OpenClaw's database
in :mod:`memsyncd.sync.database`.
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
from memsyncd.core.formats.base import Artefact, Decoded, Format
from memsyncd.errors import FileError
from memsyncd.model import Cursor, Event, Ignored, Malformed, Redaction, Session

_PIECES_PER_BATCH = 4  # about 4 MiB of log: memory stays flat, transactions stay rare
_CARRY = msgspec.msgpack.Decoder(Carry)

Redact = Callable[[str], Redaction]
"""Takes the secrets out of a text."""


def never() -> bool:
    """Goes on to the end."""
    return False


def afresh(_log: Log) -> bytes:
    """Begins a log without knowing anything of others."""
    return b""


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
    format: Format
    session: Session  # what is known of it so far
    others: bool = True  # as Source.others
    begin: Callable[[Log], bytes] = afresh  # the state of a reader that begins a log at its start


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


COUNTS = tuple(name for name in Tally.__struct_fields__ if name != "problem")
"""The fields of a tally that add up over logs."""

Mark = Callable[[int], Cursor]
"""Makes the cursor of a transcript that has been read up to an offset; carry and counts are filled in here.

Lines that could not even be handed over count as malformed in the cursor that it makes.
"""


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
        packed = log.artefact.compressed
        if cursor is not None and (packed or not grew_only(cursor, file, now)):
            cursor = None
        start = cursor.offset if cursor else 0

        def mark(offset: int) -> Cursor:
            position = file.tell()
            made = cursor_at(file, log.name, now, now.size if packed else offset)
            file.seek(position)
            return made

        state = b"" if cursor or context.session.excluded else context.begin(log)
        reading = Reading(context, log.artefact, cursor, state)
        tally, again = reading.run(pieces_of(log, file, start), start, mark, whole=packed)
    if cursor is None and tally.malformed and not (reading.understood or tally.problem):
        hint = "is it another program's, or one document over many lines? what was read of it earlier stays"
        tally.problem = FileError("no line of this log can be read", where=log.path, hint=hint)
    return tally, again


def pieces_of(log: Log, file: IO[bytes], start: int = 0) -> Iterable[Piece]:
    """The lines of an open log from byte ``start`` on; of a packed one always all. Raises FileError on the way."""
    if log.artefact.compressed:
        return read_compressed(file, log.path)
    file.seek(start)
    return read_pieces(file, start)


class Reading:
    """Brings the lines of one transcript into the store.

    ``before`` is where the last reading ended; without one, ``state`` is what the format's reader begins in.
    ``understood`` tells whether a line could be read at all.
    """

    def __init__(self, context: Context, artefact: Artefact, before: Cursor | None, state: bytes = b"") -> None:
        self._context = context
        self._artefact = artefact
        self._before = before
        carry = _CARRY.decode(before.carry) if before and before.carry else Carry(reader=state)
        self._reader = context.format.reader(carry.reader)
        self._conversation = Conversation(
            context.session,
            carry,
            keys=context.keys,
            redact=context.redact,
            noise=context.format.noise,
            others=context.others,
        )
        self._tally = Tally()
        self._again = False
        self.understood = False

    def run(self, pieces: Iterable[Piece], start: int, mark: Mark, *, whole: bool) -> tuple[Tally, bool]:
        """Reads the pieces, which begin at ``start``; ``whole``: no cursor before the last of them.

        A FileError among the pieces is a problem in the tally: what stands before it has been read.
        """
        end = start
        try:
            for count, piece in enumerate(pieces, 1):
                if not self._take(piece):
                    break
                end = piece.end
                if count % _PIECES_PER_BATCH == 0:
                    self._commit(None if whole else mark(end))
        except FileError as problem:
            self._tally.problem = problem
        self._note_reset()
        self._commit(mark(end))
        self._tally.bytes = end - start
        return self._tally, self._again

    def _take(self, piece: Piece) -> bool:
        """Feeds the lines of a piece; False when it is the unfinished last line of a file still being written."""
        tally, decode = self._tally, self._reader.decode
        unfinished = piece.open and self._artefact.kind == "live"
        if unfinished and piece.oversized:
            return False
        for line in piece.lines:
            if not line or line.isspace():
                continue
            decoded = decode(line)
            if unfinished and isinstance(decoded, Malformed):
                return False
            self._feed(decoded)
        tally.lines += len(piece.lines)
        tally.oversized += piece.oversized
        return True

    def _feed(self, decoded: Decoded) -> None:
        if isinstance(decoded, Malformed):
            self._tally.malformed += 1
            return
        self.understood = True
        if isinstance(decoded, Ignored):
            self._tally.unknown += not decoded.known
        elif isinstance(decoded, tuple):
            for entry in decoded:
                self._feed(entry)
        else:
            self._conversation.feed(decoded)

    def _note_reset(self) -> None:
        """The name of a reset archive tells when the conversation was reset."""
        artefact = self._artefact
        carry = self._conversation.carry
        if artefact.kind != "reset" or artefact.at is None or carry.excluded or carry.at is None:
            return
        key = self._context.keys.event("reset", f"{artefact.session}\0{artefact.at}")
        event = Event(at=artefact.at, session=artefact.session, kind="reset")
        self._conversation.facts.events.append((key, event))

    def _commit(self, cursor: Cursor | None) -> None:
        """Writes the facts found so far, with the cursor when it is known how far they reach."""
        facts = self._conversation.take()
        if cursor is not None:
            cursor = self._complete(cursor, facts)
        applied = self._context.store.apply(self._context.source, Batch(facts=[facts], cursor=cursor))
        tally = self._tally
        tally.added += applied.added
        tally.messages += applied.messages
        tally.known += applied.known
        tally.muted += applied.muted
        tally.redactions += facts.redactions
        tally.malformed += facts.undated
        self._again = self._again or applied.reread

    def _complete(self, cursor: Cursor, facts: Facts) -> Cursor:
        before, tally = self._before, self._tally
        self._conversation.carry.reader = self._reader.state()
        return msgspec.structs.replace(
            cursor,
            carry=msgspec.msgpack.encode(self._conversation.carry),
            lines=tally.lines + (before.lines if before else 0),
            malformed=cursor.malformed + tally.malformed + facts.undated + (before.malformed if before else 0),
            oversized=tally.oversized + (before.oversized if before else 0),
            unknown=tally.unknown + (before.unknown if before else 0),
        )
