"""The store in one SQLite file: opening, migrating and reading. Writing stands in ``writer``.

The file is private (0600), in WAL mode, and carries its own version; a newer one is refused, a damaged one is
reported and left as it is.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from memsyncd.adapters.store import slices, statistics, texts
from memsyncd.adapters.store.base import (
    Applied,
    Batch,
    ModelUse,
    Quarter,
    Rewrite,
    Slice,
    SourceTotals,
    StoreSize,
    Text,
    TurnFilter,
)
from memsyncd.adapters.store.rows import (
    CURSOR,
    EVENT_COLUMNS,
    TOOL_COLUMNS,
    TURN_COLUMNS,
    among,
    event_of,
    marks,
    session_of,
    tool_of,
    turn_of,
)
from memsyncd.adapters.store.schema import migrate
from memsyncd.adapters.store.writer import Writer
from memsyncd.core.days import QUARTER
from memsyncd.errors import StoreError
from memsyncd.model import Cursor, Millis, Session, Source, Turn

_BUSY_SECONDS = 30.0
_KEEP_ASIDE = "move the file aside and run catch-up: everything the logs still hold is read again"


class SqliteStore:
    """The store as a SQLite file; see ``base.Store`` for what its methods promise."""

    def __init__(self, path: Path) -> None:
        """Opens the store, makes it when there is none, and brings its tables up to date.

        Raises:
            StoreError: the file is damaged, not a store, newer than this program, or cannot be opened.
        """
        self.path = path
        try:
            self._db = _connect(path)
            migrate(self._db, path)
            self._secret = _secret(self._db)
            self._writer = Writer(self._db)
        except sqlite3.Error as error:
            raise StoreError("cannot open the store", where=path, why=str(error), hint=_KEEP_ASIDE) from error

    @property
    def secret(self) -> bytes:
        """32 random bytes, made with the store."""
        return self._secret

    def register(self, source: Source) -> int:
        """The number of a source, known by kind and resolved folder."""
        key = (source.kind, str(source.path.resolve()))
        with self._told(), self._db:
            self._db.execute(
                "INSERT INTO sources (kind, path, name, agent) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, path) DO UPDATE SET name = excluded.name, agent = excluded.agent"
                " WHERE (name, agent) != (excluded.name, excluded.agent)",
                (*key, source.name, source.agent),
            )
        row = self._db.execute("SELECT id FROM sources WHERE kind = ? AND path = ?", key).fetchone()
        return int(row[0])

    def cursors(self, source: int, paths: Collection[str] | None = None) -> dict[str, Cursor]:
        """Path → cursor of every file read so far, or of those in ``paths``."""
        test, values = among("path", paths)
        rows = self._db.execute(f"SELECT path, cursor FROM cursors WHERE source = ?{test}", (source, *values))
        return {path: CURSOR.decode(blob) for path, blob in rows}

    def vanished(self, source: int, present: Collection[str]) -> dict[str, Cursor]:
        """Path → cursor of every file read so far that is not among ``present``."""
        rows = self._db.execute("SELECT path, cursor FROM cursors WHERE source = ?", (source,))
        there = set(present)
        return {path: CURSOR.decode(blob) for path, blob in rows if path not in there}

    def sessions(self, source: int, ids: Collection[str] | None = None) -> dict[str, Session]:
        """Id → what is known of each session, or of those in ``ids``."""
        test, values = among("sid", ids)
        rows = self._db.execute(
            "SELECT sid, key, channel, chat_type, title, started, parent, excluded FROM sessions"
            f" WHERE source = ?{test}",
            (source, *values),
        )
        return {row[0]: session_of(row) for row in rows}

    def apply(self, source: int, batch: Batch) -> Applied:
        """Writes a batch in one transaction.

        Raises:
            StoreError: the disk is full, the file is locked or damaged; nothing of the batch was written.
        """
        with self._told():
            return self._writer.apply(source, batch)

    def know_sessions(self, source: int, sessions: Sequence[Session]) -> Applied:
        """Adds what is known about sessions; one that is excluded now loses its rows."""
        with self._told():
            return self._writer.know_sessions(source, sessions)

    def quarters(
        self, sources: Sequence[int], spans: Sequence[tuple[Millis, Millis]] | None = None
    ) -> list[Quarter]:
        """The quarters with anything in them, in order of time; ``spans`` limits them."""
        query = (
            "SELECT quarter * ?, revision, messages, removed FROM quarters"
            f" WHERE source IN ({marks(sources)})%s ORDER BY quarter"
        )
        if spans is None:
            return [Quarter(*row) for row in self._db.execute(query % "", (QUARTER, *sources))]
        query %= " AND quarter >= ? AND quarter < ?"
        limits = [(start // QUARTER, -(-end // QUARTER)) for start, end in spans]
        return [Quarter(*row) for span in limits for row in self._db.execute(query, (QUARTER, *sources, *span))]

    def revision(self) -> int:
        """The revision of the newest change, 0 in an empty store."""
        return int(self._db.execute("SELECT coalesce(max(revision), 0) FROM quarters").fetchone()[0])

    def changed_since(self, sources: Sequence[int], revision: int) -> list[Millis]:
        """The starts of quarters with a newer revision, in order of time."""
        rows = self._db.execute(
            f"SELECT DISTINCT quarter * ? FROM quarters WHERE source IN ({marks(sources)}) AND revision > ?"
            " ORDER BY quarter",
            (QUARTER, *sources, revision),
        )
        return [row[0] for row in rows]

    def slice(self, sources: Sequence[int], start: Millis, end: Millis) -> Slice:
        """Everything from ``start``, included, to ``end``, excluded."""
        span = (*sources, start, end)
        where = f"WHERE t.source IN ({marks(sources)}) AND t.at >= ? AND t.at < ?"
        # The order rests on the rows' own content, so that no order of reading shows in a memory file.
        turns = self._db.execute(
            f"SELECT {TURN_COLUMNS} FROM turns t JOIN sessions s ON s.id = t.session"
            f" LEFT JOIN models m ON m.id = t.model {where} ORDER BY t.at, t.role DESC, t.text, t.entry",
            span,
        )
        tools = self._db.execute(
            f"SELECT {TOOL_COLUMNS} FROM tools t JOIN sessions s ON s.id = t.session {where} AND NOT t.muted"
            " ORDER BY t.at, t.name, t.command, t.path, t.call",
            span,
        )
        events = self._db.execute(
            f"SELECT {EVENT_COLUMNS} FROM events t JOIN sessions s ON s.id = t.session {where}"
            " ORDER BY t.at, t.kind, t.text",
            span,
        )
        found = (
            tuple(turn_of(row) for row in turns),
            tuple(tool_of(row) for row in tools),
            tuple(event_of(row) for row in events),
        )
        named = sorted({item.session for part in found for item in part})
        sessions, owners = slices.named(self._db, sources, named)
        return Slice(
            turns=found[0],
            tools=found[1],
            events=found[2],
            sessions=sessions,
            sources=owners,
            earlier_models=slices.earlier_models(self._db, sources, named, start),
        )

    def turns(self, sources: Sequence[int], wanted: TurnFilter) -> Iterator[Turn]:
        """The turns that a filter leaves, in order of time."""
        tests = [f"t.source IN ({marks(sources)})", f"t.kind IN ({marks(wanted.kinds)})"]
        values: list[object] = [*sources, *wanted.kinds]
        for test, value in (
            ("t.at >= ?", wanted.start),
            ("t.at < ?", wanted.end),
            ("t.role = ?", wanted.role or None),
            ("instr(lower(m.provider || '/' || m.model), lower(?))", wanted.model or None),
        ):
            if value is not None:
                tests.append(test)
                values.append(value)
        rows = self._db.execute(
            f"SELECT {TURN_COLUMNS} FROM turns t JOIN sessions s ON s.id = t.session"
            f" LEFT JOIN models m ON m.id = t.model WHERE {' AND '.join(tests)}"
            " ORDER BY t.at, t.role DESC, t.text, t.entry",
            values,
        )
        # SQLite folds the case of ASCII only, so the words are compared here.
        query = wanted.query.casefold()
        return (turn for turn in map(turn_of, rows) if not query or query in turn.text.casefold())

    def model_use(self, sources: Sequence[int]) -> list[ModelUse]:
        """Usage per source and model, the most used first."""
        return statistics.model_use(self._db, sources)

    def texts(self, *, unscanned: bool = False) -> Iterator[list[Text]]:
        """Every text of the store in batches; ``unscanned``: of rows that the second detector has not seen."""
        return texts.texts(self._db, unscanned=unscanned)

    def rewrite(self, rewrites: Sequence[Rewrite]) -> int:
        """Puts other texts in the place of these.

        Raises:
            StoreError: the disk is full, the file is locked or damaged; nothing was written.
        """
        with self._told():
            return texts.rewrite(self._db, rewrites)

    def scanned(self, seen: Sequence[Text]) -> None:
        """Remembers that the second detector has seen the rows of these texts."""
        with self._told():
            texts.scanned(self._db, seen)

    def receipts(self, sources: Sequence[int], start: Millis, end: Millis) -> dict[str, int]:
        """Rule → secrets replaced between two instants."""
        return texts.receipts(self._db, sources, start, end)

    def note(self, name: str) -> str | None:
        """What was noted under a name."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (f"note.{name}",)).fetchone()
        return row and str(row[0])

    def set_note(self, name: str, value: str) -> None:
        """Notes something about the store as a whole."""
        with self._told(), self._db:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"note.{name}", value))

    def totals(self, sources: Sequence[int]) -> list[SourceTotals]:
        """What each source amounts to."""
        return [statistics.totals(self._db, source) for source in sources]

    def newest(self, source: int, before: Millis | None = None, *, any_kind: bool = False) -> Millis | None:
        """The instant of the newest message before an instant; ``any_kind``: of whatever turn."""
        return statistics.newest(self._db, source, before, any_kind=any_kind)

    def nth_message(self, sources: Sequence[int], start: Millis, end: Millis, number: int) -> Millis | None:
        """The instant of the so-many-th message between two instants, counted from 1."""
        return statistics.nth_message(self._db, sources, start, end, number)

    def size(self) -> StoreSize:
        """What the store amounts to as a whole; its write-ahead log counts."""
        return statistics.size(self._db, self.path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what SQLite says of a failed write into words."""
        try:
            yield
        except sqlite3.Error as error:
            hint = "free some disk space, or see who else has the file open; then run catch-up again"
            raise StoreError("cannot write to the store", where=self.path, why=str(error), hint=hint) from error

    def rest(self) -> None:
        """Gives back the memory of its page cache."""
        self._db.execute("PRAGMA shrink_memory")

    def close(self) -> None:
        """Closes the store; closing twice is fine."""
        self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made before SQLite opens it, so that it is never readable to others, not even for a moment.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    # One thread at a time, not one for ever: the daemon works in one thread and closes in another.
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    db.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1000; PRAGMA secure_delete = ON;"
    )
    return db


def _secret(db: sqlite3.Connection) -> bytes:
    with db:
        db.execute("INSERT OR IGNORE INTO meta VALUES ('secret', ?)", (secrets.token_bytes(32),))
    return bytes(db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()[0])
