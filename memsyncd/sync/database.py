"""Ingest of OpenClaw's database: brings what is new in its rows and archives into the store, exactly once.

    unchanged files? skip ─▶ heads ─▶ sessions, forgotten ones ─▶ rows behind each cursor ─▶ archives ─▶ remember

How a session's cursor is kept stands in :mod:`memsyncd.sync.database_reading`. One more, ``database/``, holds the
state of the database's files from before they were read. It is written only when all was read, and as long as it
fits the database is not even opened.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.adapters.openclaw_db_connection import DatabaseStat, settled, stat_database
from memsyncd.adapters.openclaw_db_rows import Head
from memsyncd.adapters.places import DATABASE
from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.facts import Keys
from memsyncd.core.formats.registry import FORMATS
from memsyncd.errors import FileError
from memsyncd.model import Cursor, Session, Source
from memsyncd.sync.database_reading import (
    Outcome,
    blank,
    head_of,
    path_of_archive,
    path_of_session,
    read_archive,
    read_session,
)
from memsyncd.sync.database_sessions import Learning
from memsyncd.sync.listing import parts
from memsyncd.sync.reading import COUNTS, Context, Redact, never

if TYPE_CHECKING:
    from memsyncd.sync.ingest import SourceReport

Progress = Callable[[int, int], None]
"""Told how many rows of how many have been dealt with."""


def ingest_database(
    store: Store,
    number: int,
    source: Source,
    keys: Keys,
    redact: Redact,
    report: SourceReport,
    *,
    stop: Callable[[], bool] = never,
    progress: Progress = lambda _done, _total: None,
) -> bool:
    """Reads what is new in the database of ``source``, number ``number`` in the store, and adds it to ``report``.

    True when the whole source, its files too, must be gone through once more. ``stop`` is asked between two
    transcripts whether to leave the rest for another time.

    A database that cannot be opened is a problem in the report, and so are parts of it that cannot be read; the
    rest is read. Raises StoreError when the store cannot take the rows.
    """
    if source.database is None:
        return False
    now = stat_database(source.database)
    state = None if now is None else _state(now, source)
    known = store.cursors(number, [DATABASE]).get(DATABASE)
    if known is not None and known == state:
        return False
    try:
        with AgentDatabase(source.database) as database:
            run = _Ingest(database, store, number, source, keys, redact, report, stop)
            again = run.run(progress, every_session=known is None or known.head != _exclusions(source))
    except FileError as problem:
        report.problems.append(problem)
        return False
    if run.complete and not again and now is not None and settled(now):
        store.apply(number, Batch(cursor=state))
    return again


def _state(now: DatabaseStat, source: Source) -> Cursor:
    wal = f"{now.wal.ino} {now.wal.size} {now.wal.mtime_ns}" if now.wal else ""
    main = now.main
    return msgspec.structs.replace(
        blank(DATABASE),
        dev=main.dev,
        ino=main.ino,
        size=main.size,
        mtime_ns=main.mtime_ns,
        head=_exclusions(source),
        tail=wal,
    )


def _exclusions(source: Source) -> str:
    """Names what the user keeps out of memory: when that changes, every session is judged anew."""
    return hashlib.blake2b("\0".join(source.excluded_sessions).encode(), digest_size=8).hexdigest()


class _Ingest:
    def __init__(
        self,
        database: AgentDatabase,
        store: Store,
        number: int,
        source: Source,
        keys: Keys,
        redact: Redact,
        report: SourceReport,
        stop: Callable[[], bool],
    ) -> None:
        self._database = database
        self._store = store
        self._number = number
        self._source = source
        self._keys = keys
        self._redact = redact
        self._report = report
        self._stop = stop
        self._problems: list[FileError] = []
        self.complete = True

    def run(self, progress: Progress, *, every_session: bool) -> bool:
        """Reads everything that is new; True when all must be gone through once more."""
        heads = self._database.heads()
        paths = {path_of_session(session): session for session in heads}
        archives = {path_of_archive(archive): archive for archive in self._database.archives()}
        news, put_away = self._changed(paths, heads), self._unread(archives)
        learning = Learning(self._database, self._store, self._number, self._source, self._redact)
        again = learning.learn(None, archives.values()) if every_session else learning.learn(news, put_away)
        if again:  # a session that stays out has taken all cursors back
            news, put_away = list(heads), list(archives.values())
        try:
            again = self._read_sessions(news, heads, progress, again=again)
            again = self._read_archives(put_away, again=again)
        finally:
            self._tell_problems()
        if self.complete:
            self._forget({DATABASE, *paths, *archives})
        return again

    # --- what is new ---

    def _changed(self, paths: Mapping[str, str], heads: Mapping[str, Head]) -> list[str]:
        """The sessions with rows that were not read."""
        changed = []
        for part in parts(list(paths)):
            cursors = self._store.cursors(self._number, part)
            for path in part:
                cursor, head = cursors.get(path), heads[paths[path]]
                if cursor is None or (cursor.head, cursor.offset) != (head_of(self._database, head), head.last):
                    changed.append(paths[path])
        return changed

    def _unread(self, archives: Mapping[str, Archive]) -> list[Archive]:
        known = self._store.cursors(self._number, archives.keys()) if archives else {}
        return [archive for path, archive in archives.items() if path not in known]

    def _forget(self, there: Collection[str]) -> None:
        """Drops the cursors of what is gone; what was read of it stays in the store."""
        gone = [path for path in self._store.vanished(self._number, there) if path.startswith(DATABASE)]
        if gone:
            self._store.apply(self._number, Batch(forget_cursors=sorted(gone)))

    # --- transcripts ---

    def _read_sessions(
        self, news: list[str], heads: Mapping[str, Head], progress: Progress, *, again: bool
    ) -> bool:
        done, total = 0, sum(heads[session].last + 1 for session in news)
        for part in parts(news):
            cursors = self._store.cursors(self._number, list(map(path_of_session, part)))
            sessions = self._store.sessions(self._number, part)
            for session in part:
                if self._stops():
                    return again
                cursor = None if again else cursors.get(path_of_session(session))
                context = self._context(session, sessions)
                again = self._count(read_session(context, self._database, heads[session], cursor)) or again
                done += heads[session].last + 1
                progress(done, total)
        return again

    def _read_archives(self, put_away: list[Archive], *, again: bool) -> bool:
        sessions = self._store.sessions(self._number, {archive.session for archive in put_away})
        for archive in put_away:
            if self._stops():
                return again
            context = self._context(archive.session, sessions)
            again = self._count(read_archive(context, self._database, archive, self._source.path)) or again
        return again

    def _context(self, session: str, known: Mapping[str, Session]) -> Context:
        return Context(
            store=self._store,
            source=self._number,
            keys=self._keys,
            redact=self._redact,
            format=FORMATS[self._source.kind],
            session=known.get(session) or Session(id=session),
            others=self._source.others,
        )

    def _stops(self) -> bool:
        if not self._stop():
            return False
        self._report.stopped, self.complete = True, False
        return True

    # --- the report ---

    def _count(self, outcome: Outcome) -> bool:
        """Adds an outcome to the report; raises its problem when no other transcript would fare better."""
        tally, report = outcome.tally, self._report
        report.read += 1
        for name in COUNTS:
            setattr(report, name, getattr(report, name) + getattr(tally, name))
        if tally.problem and outcome.missed:
            self.complete = False
            if not _of_one_place(tally.problem):
                raise tally.problem
        if tally.problem:
            self._problems.append(tally.problem)
        return outcome.again

    def _tell_problems(self) -> None:
        """One problem of each kind, however many transcripts it costs."""
        for kind in {problem.what: None for problem in self._problems}:
            first, *more = [problem for problem in self._problems if problem.what == kind]
            why = f"{len(more) + 1} transcripts: {first.why}" if more else first.why
            self._report.problems.append(FileError(kind, where=first.where, why=why, hint=first.hint))


def _of_one_place(problem: FileError) -> bool:
    """Whether it concerns a file of its own or a damaged page, and not the database as a whole."""
    cause = problem.__cause__
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return not isinstance(cause, sqlite3.Error) or code == sqlite3.SQLITE_CORRUPT
