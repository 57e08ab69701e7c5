"""The tables of the SQLite store, as numbered migrations.

A migration is never changed once released; a new one is added at the end. ``PRAGMA user_version`` holds the number
of the last one applied.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from memsyncd.errors import StoreError

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

    CREATE TABLE sources (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        path TEXT NOT NULL,          -- resolved folder
        name TEXT NOT NULL,
        agent TEXT NOT NULL,
        UNIQUE (kind, path)
    );

    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL REFERENCES sources,
        sid TEXT NOT NULL,
        key TEXT, channel TEXT, chat_type TEXT, title TEXT,
        started INTEGER,             -- milliseconds
        parent TEXT,
        excluded TEXT,               -- why the session stays out of memory
        UNIQUE (source, sid)
    );

    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        UNIQUE (provider, model)
    );

    CREATE TABLE turns (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL,
        key INTEGER NOT NULL,        -- core.facts.Keys.turn
        at INTEGER NOT NULL,         -- milliseconds
        role TEXT NOT NULL,
        kind TEXT NOT NULL,
        session INTEGER NOT NULL REFERENCES sessions,
        entry TEXT NOT NULL,
        text TEXT NOT NULL,          -- redacted
        model INTEGER REFERENCES models,
        sender TEXT,
        owner INTEGER NOT NULL DEFAULT 1,
        input INTEGER, output INTEGER, cache_read INTEGER, cache_write INTEGER, cost REAL,
        UNIQUE (source, key)
    );
    CREATE INDEX turns_by_time ON turns (source, at);
    CREATE INDEX turns_by_session ON turns (session, at);

    CREATE TABLE tools (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL,
        key INTEGER NOT NULL,        -- core.facts.Keys.tool
        at INTEGER NOT NULL,
        session INTEGER NOT NULL REFERENCES sessions,
        call TEXT NOT NULL,
        name TEXT NOT NULL,
        command TEXT,
        path TEXT,
        writes INTEGER NOT NULL,
        done INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        exit_code INTEGER,
        error TEXT,
        muted INTEGER NOT NULL DEFAULT 0,
        UNIQUE (source, key)
    );
    CREATE INDEX tools_by_time ON tools (source, at);

    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL,
        key INTEGER NOT NULL,        -- core.facts.Keys.event
        at INTEGER NOT NULL,
        session INTEGER NOT NULL REFERENCES sessions,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        tokens INTEGER,
        UNIQUE (source, key)
    );
    CREATE INDEX events_by_time ON events (source, at);

    CREATE TABLE cursors (
        source INTEGER NOT NULL,
        path TEXT NOT NULL,
        cursor BLOB NOT NULL,        -- model.Cursor as MessagePack
        PRIMARY KEY (source, path)
    ) WITHOUT ROWID;

    CREATE TABLE quarters (
        source INTEGER NOT NULL,
        quarter INTEGER NOT NULL,    -- milliseconds / 900000
        revision INTEGER NOT NULL,
        messages INTEGER NOT NULL DEFAULT 0,
        removed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (source, quarter)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE receipts (          -- secrets replaced in a row's texts
        source INTEGER NOT NULL,
        row TEXT NOT NULL,           -- model.RowKind
        key INTEGER NOT NULL,        -- of the row
        rule TEXT NOT NULL,
        at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (source, row, key, rule)
    ) WITHOUT ROWID;
    CREATE INDEX receipts_by_time ON receipts (source, at);

    -- Whether the second detector has seen the row's texts.
    ALTER TABLE turns ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE tools ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE events ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX turns_to_scan ON turns (id) WHERE NOT scanned;
    CREATE INDEX tools_to_scan ON tools (id) WHERE NOT scanned;
    CREATE INDEX events_to_scan ON events (id) WHERE NOT scanned;

    CREATE INDEX quarters_by_revision ON quarters (revision);
    """,
)


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Brings the tables up to date.

    Raises:
        StoreError: they are of a newer version than this program knows.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        why = f"it has version {version}, this memsyncd knows versions up to {len(MIGRATIONS)}"
        raise StoreError("the store is newer than this program", where=path, why=why, hint="update memsyncd")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
