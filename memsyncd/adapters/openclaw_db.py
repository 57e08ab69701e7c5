"""OpenClaw's database of one agent, where its transcripts are since 2026.8.1. It is only ever read.

The parts stand in modules of their own: the connection, the rows of transcripts, what is known of sessions, and
the archives. A session's id is any text; no path is ever made from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Self

from msgspec import Struct

from memsyncd.adapters.jsonl import Piece
from memsyncd.adapters.openclaw_db_archives import Archive, ArchiveLabel, Archives
from memsyncd.adapters.openclaw_db_connection import PATIENCE, ReadOnlyDatabase
from memsyncd.adapters.openclaw_db_rows import Head, Rows, TranscriptRows
from memsyncd.adapters.openclaw_db_sessions import SessionFacts
from memsyncd.errors import FileError
from memsyncd.model import Millis, Session

SCHEMAS: Final = range(19, 24)
"""Versions of the tables that are known, of OpenClaw 2026.8.1 to 2026.9.6; others are read by their columns."""


class DatabaseVersion(Struct, frozen=True, kw_only=True):
    """What a database says about itself."""

    schema: int  # the version of its tables
    app: str | None = None  # the version of OpenClaw that made it
    agent: str | None = None
    created: Millis | None = None


class AgentDatabase:
    """A context manager around the open database of one agent.

    ``patience``: seconds for which the lock of another program is waited for.

    Raises:
        FileError: it cannot be opened or read, or holds transcripts in tables that are not known; with what to do
            about it. Every method raises it too.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self._database = ReadOnlyDatabase(path, patience=patience)
        try:
            self._rows = TranscriptRows(self._database)
            self._sessions = SessionFacts(self._database)
            self._archives = Archives(self._database)
            self.version = self._version()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @property
    def holds_transcripts(self) -> bool:
        """Whether it has the table of transcripts; OpenClaw 2026.7.33 to 2026.7.35 keep other things in it."""
        return self._rows.present

    @property
    def problems(self) -> tuple[str, ...]:
        """What should be told about it although it can be read."""
        schema = self.version.schema
        if not self.holds_transcripts or schema in SCHEMAS:
            return ()
        age = "newer" if schema >= SCHEMAS.stop else "older"
        known = f"{SCHEMAS.start} to {SCHEMAS.stop - 1}"
        return (f"its tables are of version {schema}, {age} than those known ({known}); what is known is read",)

    @property
    def identity(self) -> str:
        """Tells this database from another under the same name, as after a restore."""
        return f"{self._database.inode}.{self.version.created or 0}"

    def heads(self) -> dict[str, Head]:
        """Session id → how far its transcript reaches, of every session with rows."""
        return self._rows.heads() if self.holds_transcripts else {}

    def events(self, session: str, head: Head, after: int = -1) -> Iterator[Rows]:
        """The transcript behind row ``after`` in batches; ends early when it is rewritten meanwhile."""
        return self._rows.after(session, head, after)

    def line(self, session: str, seq: int) -> bytes | None:
        """One row's line; None when there is no such row or it cannot be read."""
        return self._rows.line(session, seq)

    def sessions(self, excluded: Collection[str] = (), ids: Collection[str] | None = None) -> list[Session]:
        """What is known of every session, or of those in ``ids``; titles are not redacted.

        ``excluded`` says what the user keeps out of memory, as ``Source.excluded_sessions``.
        """
        return self._sessions.sessions(excluded, ids)

    def tombstones(self) -> frozenset[str]:
        """The sessions that the user has had OpenClaw forget."""
        return self._sessions.tombstones()

    def archives(self) -> list[Archive]:
        """The transcripts that were put away."""
        return self._archives.all()

    def label(self, archive: Archive) -> ArchiveLabel:
        """What is noted of the archive of a deleted or reset session."""
        return self._archives.label(archive)

    def pieces(self, archive: Archive, folder: Path) -> Iterator[Piece]:
        """The lines of an archive; ``folder`` is that of the session files."""
        return self._archives.pieces(archive, folder)

    def _version(self) -> DatabaseVersion:
        if self._rows.present and not self._rows.known:
            why = "its table of transcripts has other columns than those known"
            raise FileError("cannot read OpenClaw's database", where=self.path, why=why, hint="update memsyncd")
        ((schema,),) = self._database.rows("PRAGMA user_version")
        columns = self._database.columns("schema_meta")
        if not {"role", "app_version", "agent_id", "created_at"} <= columns:
            return DatabaseVersion(schema=schema)
        query = "SELECT app_version, agent_id, created_at FROM schema_meta WHERE role = 'agent'"
        app, agent, created = next(iter(self._database.rows(query)), (None, None, None))
        return DatabaseVersion(schema=schema, app=app, agent=agent, created=created)
