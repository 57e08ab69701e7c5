"""Ingest: brings what is new in a source's session files into the store, exactly once.

    list files ─▶ unchanged? skip ─▶ grown? read on : read again ─▶ decode ─▶ conversation ─▶ store
                                                                         rows and cursor in one batch

A file that cannot be read is a value in the report; the others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from msgspec import Struct, field

from memsyncd.adapters.jsonl import stat_file, unchanged
from memsyncd.adapters.session_index import INDEX, read_session_index
from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.facts import Keys
from memsyncd.core.formats.openclaw_names import classify, reason_not_read
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import Cursor, Session, Source
from memsyncd.sync.reading import Context, Log, Redact, Tally, never, read_log

_ROUNDS = 3
"""How often a source is gone through at most: a session found out late sends us round again (Applied.reread)."""

_COUNTS = tuple(name for name in Tally.__struct_fields__ if name != "problem")

Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been dealt with."""


class SourceReport(Struct, kw_only=True):
    """What one ingest of one source did."""

    source: str
    folder: str
    files: int = 0  # transcripts in the folder
    read: int = 0  # of them, those with something new
    bytes: int = 0  # read
    lines: int = 0
    added: int = 0  # turns that were not known before
    messages: int = 0  # of them, those that count as messages
    known: int = 0  # turns that another file had brought already
    muted: int = 0  # turns taken back as noise
    redactions: int = 0  # secrets replaced
    malformed: int = 0  # lines that could not be read
    oversized: int = 0  # lines longer than the limit
    unknown: int = 0  # lines of a type that the format's table does not name
    vanished: int = 0  # files read earlier that are gone; what they held stays in the store
    not_read: dict[str, int] = field(default_factory=dict)  # why a file is none of ours → how many
    problems: list[MemsyncdError] = field(default_factory=list)
    stopped: bool = False  # some files were left for another time


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def ingest(
    store: Store,
    source: Source,
    redact: Redact,
    progress: Progress = silent,
    *,
    only: Collection[str] | None = None,
    stop: Callable[[], bool] = never,
) -> SourceReport:
    """Reads what is new in the session files of ``source`` into the store.

    ``only`` names files of the folder that changed: no other is looked at, which is what a large folder needs.
    ``stop`` is asked between two files whether to leave the rest for another time.

    A folder that is not there gives a report without files and with a problem; files that cannot be read are
    problems too. Raises StoreError when the store cannot take the rows: nothing is then lost, because cursors move
    only together with their rows.
    """
    return _Ingest(store, source, redact, only, stop).run(progress)


class _Ingest:
    def __init__(
        self, store: Store, source: Source, redact: Redact, only: Collection[str] | None, stop: Callable[[], bool]
    ) -> None:
        self._only = only
        self._stop = stop
        self._store = store
        self._source = source
        self._redact = redact
        self._number = store.register(source)
        self._keys = Keys(store.secret)
        self.report = SourceReport(source=source.name, folder=str(source.path))

    def run(self, progress: Progress) -> SourceReport:
        names = self._names()
        if names is not None:
            self._learn_sessions()
            for _ in range(_ROUNDS):
                if not self._read_all(self._logs(names), progress):
                    break
                if self._only is not None:  # every file of the source has to be gone through
                    self._only = None
                    names = self._names() or []
        return self.report

    def _names(self) -> list[str] | None:
        if self._only is not None and self._source.path.is_dir():
            return sorted(self._only)
        try:
            return sorted(path.name for path in self._source.path.iterdir())
        except OSError as error:
            why = error.strerror or str(error)
            hint = "what was read earlier stays in memory; if the logs moved, correct the source's path"
            problem = FileError("cannot list the session folder", where=self._source.path, why=why, hint=hint)
            self.report.problems.append(problem)
            return None

    def _learn_sessions(self) -> None:
        if self._only is not None and self._nothing_new():
            return
        index, problem = read_session_index(self._source.path, self._source.excluded_sessions)
        if problem:
            where = self._source.path / "sessions.json"
            hint = "sessions are judged by their content until it can be read"
            self.report.problems.append(
                FileError("cannot use the session index", where=where, why=problem, hint=hint)
            )
        known = self._store.sessions(self._number)
        news = [session for session in index if _tells_more(session, known.get(session.id))]
        if news:
            self._store.know_sessions(self._number, news)

    def _nothing_new(self) -> bool:
        """Whether the index is unchanged and every log that changed is one that was read before."""
        known = self._store.cursors(self._number, self._only)
        logs = [name for name in self._only or () if classify(name)]
        return INDEX not in (self._only or ()) and all(name in known for name in logs)

    def _logs(self, names: Iterable[str]) -> list[Log]:
        logs = []
        skipped: Counter[str] = Counter()
        for name in names:
            artefact = classify(name)
            path = self._source.path / name
            now = stat_file(path) if artefact else None
            if artefact and now:
                logs.append(Log(name=name, path=path, artefact=artefact, stat=now))
            else:
                skipped[reason_not_read(name)] += 1
        self.report.not_read = dict(skipped)
        self.report.files = len(logs)
        return logs

    def _read_all(self, logs: list[Log], progress: Progress) -> bool:
        """Reads every log that needs it; True when all must be gone through once more."""
        cursors = self._store.cursors(self._number, self._only)
        ids = None if self._only is None else {log.artefact.session for log in logs}
        sessions = self._store.sessions(self._number, ids)
        gone = cursors.keys() - {log.name for log in logs}
        adopted: set[str] = set()
        total = sum(log.stat.size for log in logs)
        again, done = False, 0
        for log in logs:
            if self._stop():
                self.report.stopped = True
                return False
            cursor = cursors.get(log.name) or _renamed((cursors[name] for name in gone), log)
            if cursor is not None and cursor.path != log.name:
                adopted.add(cursor.path)
            if cursor is None or cursor.path != log.name or not unchanged(cursor, log.stat):
                again = self._read(log, cursor, sessions) or again
            done += log.stat.size
            progress(done, total)
        self.report.vanished += len(gone - adopted)
        if gone:
            self._store.apply(self._number, Batch(forget_cursors=sorted(gone)))
        return again

    def _read(self, log: Log, cursor: Cursor | None, sessions: Mapping[str, Session]) -> bool:
        context = Context(
            store=self._store,
            source=self._number,
            keys=self._keys,
            redact=self._redact,
            session=sessions.get(log.artefact.session) or Session(id=log.artefact.session),
        )
        tally, again = read_log(context, log, cursor)
        report = self.report
        report.read += 1
        for name in _COUNTS:
            setattr(report, name, getattr(report, name) + getattr(tally, name))
        if tally.problem:
            report.problems.append(tally.problem)
        return again


def _tells_more(session: Session, known: Session | None) -> bool:
    """Whether the index says something of a session that the store does not hold."""
    if known is None:
        return True
    told = (session.key, session.channel, session.chat_type, session.excluded)
    held = (known.key, known.channel, known.chat_type, known.excluded)
    return any(new is not None and new != old for new, old in zip(told, held, strict=True))


def _renamed(gone: Iterable[Cursor], log: Log) -> Cursor | None:
    """The cursor of a vanished file that ``log`` looks like under a new name; reading it checks the content."""
    for cursor in gone:
        same = (cursor.dev, cursor.ino) == (log.stat.dev, log.stat.ino)
        former = classify(cursor.path)
        if same and former and former.session == log.artefact.session:
            return cursor
    return None
