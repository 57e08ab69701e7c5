"""Transcripts that OpenClaw has put away: those of deleted and reset sessions, and cold ones.

Deleted and reset sessions are one blob in the database, lines as in session files. Cold ones, idle for long, are a
packed file beside the session files or, in a restored backup, a blob; their lines are wrapped in records of rows,
each saying what table it is of. Both are read as lines in flat memory.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Literal, cast

import msgspec
from msgspec import Struct

from memsyncd.adapters.jsonl import Piece, open_log, read_compressed, read_pieces
from memsyncd.adapters.openclaw_db_connection import ReadOnlyDatabase
from memsyncd.core.formats.openclaw_names import classify_cold
from memsyncd.errors import FileError

_BITE: Final = 4 << 20  # bytes of a blob that one read transaction takes
_PACKED: Final = b"\x28\xb5\x2f\xfd"  # how zstandard frames begin
_ARCHIVES, _COLD = "session_transcript_archives", "session_transcript_cold_archives"
_FIND: Final = {
    "archive": (
        _ARCHIVES,
        "SELECT rowid FROM session_transcript_archives WHERE session_id = ? AND generation = ?",
    ),
    "cold": (
        _COLD,
        "SELECT rowid FROM session_transcript_cold_archives WHERE session_id = ? AND archive_name = ?",
    ),
}


class Archive(Struct, frozen=True, kw_only=True):
    """A transcript that was put away."""

    session: str
    kind: Literal["archive", "cold"]
    mark: str  # tells it from others of the session; whatever is put away under one is never changed
    file: str = ""  # cold: name of the file; empty when the database holds the transcript


class ArchiveLabel(Struct, frozen=True, kw_only=True):
    """What the database notes of a deleted or reset session."""

    key: str
    name: str  # that of the file to which OpenClaw exports it


class Archives:
    """The two tables of archives. Every method raises FileError when the database cannot be read."""

    def __init__(self, database: ReadOnlyDatabase) -> None:
        self._database = database
        self._archives = {"session_id", "generation", "archive_blob"} <= database.columns(_ARCHIVES)
        self._cold = {"session_id", "archive_name", "storage"} <= database.columns(_COLD)

    def all(self) -> list[Archive]:
        """Every archive. No blob is touched, not even to get at what is stored behind it."""
        query = "SELECT session_id, generation FROM session_transcript_archives ORDER BY 1, 2"
        rows = self._database.rows(query) if self._archives else []
        archives = [Archive(session=session, kind="archive", mark=generation) for session, generation in rows]
        query = "SELECT session_id, archive_name, storage FROM session_transcript_cold_archives ORDER BY 1"
        for session, name, storage in self._database.rows(query) if self._cold else []:
            file = name if storage == "file" else ""
            archives.append(Archive(session=session, kind="cold", mark=name, file=file))
        return archives

    def label(self, archive: Archive) -> ArchiveLabel:
        """What is noted of the archive of a deleted or reset session; empty when it is gone meanwhile."""
        query = (
            "SELECT session_key, archive_name FROM session_transcript_archives"
            " WHERE session_id = ? AND generation = ?"
        )
        rows = self._database.rows(query, (archive.session, archive.mark))
        return ArchiveLabel(key=rows[0][0], name=rows[0][1]) if rows else ArchiveLabel(key="", name="")

    def pieces(self, archive: Archive, folder: Path) -> Iterator[Piece]:
        """The lines of an archive; ``folder`` is that of the session files.

        Raises:
            FileError: it is gone, may not be read, or is damaged; the pieces before the damage have been yielded.
        """
        with self._open(archive, folder) as file:
            path = folder / "cold" / archive.file if archive.file else self._database.path
            packed = cast("io.BufferedReader", file).peek(4)[:4] == _PACKED
            for piece in read_compressed(file, path) if packed else read_pieces(file, 0):
                yield piece if archive.kind == "archive" else _transcript(piece)

    def _open(self, archive: Archive, folder: Path) -> IO[bytes]:
        if archive.file:
            if classify_cold(archive.file) is None:  # nothing that the database says leads out of the folder
                why = "the database gives it an impossible name"
                raise FileError("cannot read cold transcript", where=folder / "cold", why=why)
            return open_log(folder / "cold" / archive.file)[0]
        return io.BufferedReader(_Blob(self._database, archive), _BITE)


class _Blob(io.RawIOBase):
    """The blob of an archive, a bite in each read transaction."""

    def __init__(self, database: ReadOnlyDatabase, archive: Archive) -> None:
        self._database = database
        self._archive = archive
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        bite = self._database.read(lambda db: self._bite(db, len(buffer)))
        buffer[: len(bite)] = bite
        self._at += len(bite)
        return len(bite)

    def _bite(self, db: sqlite3.Connection, size: int) -> bytes:
        archive = self._archive
        # By the archive's own name each time: the number of its row can go over to another one.
        table, query = _FIND[archive.kind]
        row = db.execute(query, (archive.session, archive.mark)).fetchone()
        if row is None:
            why = "an archived transcript was removed while it was read"
            raise FileError("cannot read OpenClaw's database", where=self._database.path, why=why)
        with db.blobopen(table, "archive_blob", row[0], readonly=True) as blob:
            blob.seek(self._at)
            return blob.read(size)


class _EventRow(Struct, frozen=True):
    event_json: str | None = None


class _Record(Struct, frozen=True):
    """A line of a cold archive: a row, and the kind of table that it is of."""

    kind: str | None = None
    row: _EventRow | None = None


_RECORD: Final = msgspec.json.Decoder(_Record)


def _transcript(piece: Piece) -> Piece:
    lines = [line for record in piece.lines if (line := _line(record)) is not None]
    return msgspec.structs.replace(piece, lines=lines)


def _line(record: bytes) -> bytes | None:
    """The transcript's line in a record of a cold archive; None when it is of something else.

    Source: files that OpenClaw 2026.9.6 has written. What is no such record is taken for the line itself.
    """
    try:
        found = _RECORD.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return record
    if found.kind is None:
        return record
    line = found.row.event_json if found.kind == "event" and found.row else None
    return None if line is None else line.encode()
