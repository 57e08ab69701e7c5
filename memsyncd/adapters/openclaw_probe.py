"""A look at OpenClaw's databases: which tables they have and which versions wrote them. No content is read.

Nothing is left behind: a WAL database that nobody has open is opened as immutable, because an ordinary read-only
connection would create its ``-wal`` and ``-shm`` files.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

Era: TypeAlias = Literal["session files", "database"]
"""Where an agent keeps its transcripts: OpenClaw 2026.8.1 moved them from files into its database."""

_VERSION = re.compile(r"(\d{4})\.(\d+)\.(\d+)")


class Database(Struct, frozen=True):
    """What a look at a database showed."""

    exists: bool = False
    readable: bool = True
    transcripts: bool = False  # it has the table that holds transcripts since OpenClaw 2026.7.2
    versions: tuple[str, ...] = ()  # of the programs that wrote it
    schema: int = 0  # version of its tables


def probe(path: Path) -> Database:
    """Look at the database file ``path``; one that cannot be opened is reported as such, never an error."""
    if not path.is_file():
        return Database()
    live = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro" + ("" if live else "&immutable=1")
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as database:
            tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
            return Database(
                exists=True,
                transcripts="transcript_events" in tables,
                versions=_versions(database),
                schema=int(database.execute("pragma user_version").fetchone()[0]),
            )
    except sqlite3.Error:
        return Database(exists=True, readable=False)


def era_of(database: Path | None) -> Era:
    """Return where the agent whose database is, or would be, ``database`` keeps its transcripts today."""
    return "database" if database and probe(database).transcripts else "session files"


def version_key(version: str) -> tuple[int, int, int]:
    """Return the order of an OpenClaw version such as ``2026.7.2-beta.1``; (0, 0, 0) when it is none."""
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def _versions(database: sqlite3.Connection) -> tuple[str, ...]:
    with suppress(sqlite3.Error):  # older databases lack the table or the column
        rows = database.execute("select app_version from schema_meta where app_version is not null")
        return tuple(str(version) for (version,) in rows)
    return ()
