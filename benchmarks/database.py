"""OpenClaw's database, timed in this process: the first read of many rows, and the check that nothing changed.

The measure of a read is a bare ``SELECT`` with ``json.loads`` over the same rows, packed ones unpacked.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import zstandard

from benchmarks.session import Session
from benchmarks.words import Words
from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.core.facts import Keys
from memsyncd.core.formats.openclaw import decode
from memsyncd.core.redact import Redactor
from memsyncd.model import Redaction, Source
from memsyncd.sync.database import ingest_database
from memsyncd.sync.ingest import SourceReport

EVENTS, SESSIONS = 50_000, 10_000
RUNS = 5
FIRST = 1_736_935_200_000
PACKED = 1024  # bytes from which OpenClaw 2026.9 packs a line that saves room thereby

_TABLES = """
CREATE TABLE session_windows (session_id TEXT NOT NULL PRIMARY KEY, session_key TEXT NOT NULL, channel TEXT,
  chat_type TEXT, hook_external_content_source TEXT, previous_session_id TEXT) STRICT;
CREATE TABLE transcript_rewrite_watermarks (session_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL) STRICT;
CREATE TABLE transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT,
  event_zstd BLOB, event_utf8_bytes INTEGER, PRIMARY KEY (session_id, seq)) STRICT;
"""


def figures(root: Path) -> Iterator[tuple[str, str, str]]:
    """What was measured, the figure, and its bar, one after the other; ``root`` is a scratch folder."""
    path = long_sessions(root / "rows" / "openclaw-agent.sqlite", EVENTS)
    bare = median(lambda: bare_read(path))
    rows = median(lambda: adapter_read(path))
    yield f"bare SELECT and json.loads of {EVENTS:,} rows", f"{bare:.3f} s", "the measure"
    yield "  the same rows read and decoded", f"{rows:.3f} s = {rows / bare:.1f} x", "<= 3 x"
    for what, redact in (("without redaction", Redaction), ("whole", Redactor())):
        seconds = first_ingest(path, root, redact)
        yield f"  ingest into a new store, {what}", f"{seconds:.2f} s = {seconds / bare:.1f} x", ""
    many = many_sessions(root / "many" / "openclaw-agent.sqlite", SESSIONS)
    with AgentDatabase(many) as database:
        heads = median(lambda: timed(database.heads))
    yield f"heads of {SESSIONS:,} sessions", f"{heads * 1000:.1f} ms", ""
    unchanged, touched = later_ingests(many, root)
    yield f"no-change check of {SESSIONS:,} sessions", f"{unchanged * 1000:.2f} ms", "<= 20 ms"
    yield "  the same when a file was touched", f"{touched * 1000:.0f} ms", ""


def long_sessions(path: Path, events: int) -> Path:
    """A database with that many rows, in sessions of some 500."""
    words = Words(Random(1))
    made = 0
    with closing(_database(path)) as db, db:
        while made < events:
            session = Session(words, FIRST + made * 1000, ("anthropic", "claude-sonnet-4-5", "anthropic-messages"))
            while len(session.lines) < min(500, events - made):
                session.turn()
            made += _put(db, session, session.lines[: events - made])
    return path


def many_sessions(path: Path, sessions: int) -> Path:
    """A database with that many sessions, each of 20 rows."""
    words = Words(Random(1))
    model = Session(words, FIRST, ("anthropic", "claude-sonnet-4-5", "anthropic-messages"))
    while len(model.lines) < 20:
        model.turn()
    with closing(_database(path)) as db, db:
        for _ in range(sessions):
            session = Session(words, FIRST, model.model)
            _put(db, session, model.lines[:20])
    return path


def bare_read(path: Path) -> float:
    """Seconds for the least that any reader has to do."""
    return timed(lambda: _bare(path))


def _bare(path: Path) -> None:
    unpack = zstandard.ZstdDecompressor().decompress
    with closing(sqlite3.connect(path)) as db:
        for text, packed in db.execute(
            "SELECT event_json, event_zstd FROM transcript_events ORDER BY session_id, seq"
        ):
            json.loads(unpack(packed) if text is None else text)


def adapter_read(path: Path) -> float:
    """Seconds to read every row through the adapter and decode it."""
    return timed(lambda: _adapter(path))


def _adapter(path: Path) -> None:
    with AgentDatabase(path) as database:
        for session, head in database.heads().items():
            for rows in database.events(session, head):
                for line in rows.lines:
                    decode(line)


def first_ingest(path: Path, root: Path, redact: Callable[[str], Redaction]) -> float:
    """Seconds to bring every row into a new store."""
    with _store(root / "first-store.sqlite") as store:
        return timed(lambda: _ingest(store, path, redact))


def later_ingests(path: Path, root: Path) -> tuple[float, float]:
    """Seconds to see that nothing changed: by the look of the files, and by the last row of each session."""
    os.utime(path, (1_700_000_000, 1_700_000_000))
    with _store(root / "later-store.sqlite") as store:
        _ingest(store, path, Redaction)
        unchanged = median(lambda: timed(lambda: _ingest(store, path, Redaction)))

        def touched() -> float:
            os.utime(path)
            return timed(lambda: _ingest(store, path, Redaction))

        return unchanged, median(touched)


class _store:  # noqa: N801 — a context manager
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> SqliteStore:
        self.path.unlink(missing_ok=True)
        self.store = SqliteStore(self.path)
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def _ingest(store: SqliteStore, path: Path, redact: Callable[[str], Redaction]) -> None:
    place = path.parent
    source = Source(name="bench", kind="openclaw", agent="main", path=place, memory_dir=place, database=path)
    report = SourceReport(source=source.name, folder=str(place))
    ingest_database(store, store.register(source), source, Keys(store.secret), redact, report)
    assert not report.problems, report.problems


def _database(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True)
    db = sqlite3.connect(path)
    db.executescript(f"PRAGMA synchronous = off; {_TABLES} PRAGMA user_version = 23;")
    return db


def _put(db: sqlite3.Connection, session: Session, lines: list[bytes]) -> int:
    db.execute(
        "INSERT INTO session_windows (session_id, session_key) VALUES (?, 'agent:main:main')", (session.id,)
    )
    db.execute("INSERT INTO transcript_rewrite_watermarks VALUES (?, ?)", (session.id, session.id))
    pack = zstandard.ZstdCompressor().compress
    rows = (
        (session.id, seq, line.decode(), None, len(line)) if len(line) < PACKED
        else (session.id, seq, None, pack(line), len(line))
        for seq, line in enumerate(text.rstrip(b"\n") for text in lines)
    )  # fmt: skip
    db.executemany("INSERT INTO transcript_events VALUES (?, ?, ?, ?, ?)", rows)
    return len(lines)


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(measure: Callable[[], float]) -> float:
    """The median of several runs."""
    return statistics.median(measure() for _ in range(RUNS))
