"""Ingest: brings what is new in a source's session files into the store, exactly once.

    list files ─▶ unchanged? skip ─▶ grown? read on : read again ─▶ decode ─▶ conversation ─▶ store
                                                                         rows and cursor in one batch

A file that cannot be read is a value in the report; the others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct, field

from memsyncd.adapters.jsonl import unchanged
from memsyncd.adapters.places import DATABASE
from memsyncd.adapters.session_index import INDEX
from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.facts import Keys
from memsyncd.core.formats.registry import FORMATS
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import Cursor, Session, Source
from memsyncd.sync.beginnings import Beginnings
from memsyncd.sync.choice import judge_anew
from memsyncd.sync.database import ingest_database
from memsyncd.sync.file_sessions import FileLearning
from memsyncd.sync.listing import Listing, logs_among, names_of, parts, renamed
from memsyncd.sync.reading import COUNTS, Context, Log, Redact, never, read_log

_ROUNDS = 3
"""How often a source is gone through at most: a session found out late sends us round again (Applied.reread)."""

Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been dealt with."""


class SourceReport(Struct, kw_only=True):
    """What one ingest of one source did."""

    source: str
    folder: str
    files: int = 0  # transcripts in its folders and its database
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
    siblings: Collection[Source] = (),
) -> SourceReport:
    """Reads what is new in the session files of ``source`` into the store.

    ``only`` names files of the folder that changed: no other is looked at, which is what a large folder needs.
    ``stop`` is asked between two files whether to leave the rest for another time. ``siblings`` are the sources
    of this store: a log that was made from one of another does not bring its words again.

    A folder that is not there gives a report without files and with a problem; files that cannot be read are
    problems too. Raises StoreError when the store cannot take the rows: nothing is then lost, because cursors move
    only together with their rows.
    """
    return _Ingest(store, source, redact, only, stop, siblings).run(progress)


class _Ingest:
    def __init__(
        self,
        store: Store,
        source: Source,
        redact: Redact,
        only: Collection[str] | None,
        stop: Callable[[], bool],
        siblings: Collection[Source],
    ) -> None:
        self._only = only
        self._stop = stop
        self._store = store
        self._source = source
        self._redact = redact
        self._number = store.register(source)
        self._keys = Keys(store.secret)
        self._format = FORMATS[source.kind]
        self._learning = FileLearning(store, self._number, source, redact)
        self._begin = Beginnings(store, source, siblings)
        self.report = SourceReport(source=source.name, folder=str(source.path))

    def run(self, progress: Progress) -> SourceReport:
        if judge_anew(self._store, self._number, self._source):
            self._only = None
        names = self._names()
        if names is not None:
            if (self._only is None or not self._nothing_new()) and self._learning.learn_index():
                names = self._all_names(names)
            for _ in range(_ROUNDS):
                again = self._database(progress)
                if not (self._go_through(names, progress) or again):
                    break
                names = self._all_names(names)
            if self._only is None or self.report.read:
                self._learning.learn_titles()
        self.report.problems += [*self._learning.problems, *self._begin.problems]
        return self.report

    def _all_names(self, names: list[str]) -> list[str]:
        """The names of all files, when one of them sends us through the whole source."""
        if self._only is None:
            return names
        self._only = None
        return self._names() or []

    def _database(self, progress: Progress) -> bool:
        """Reads the database; it knows more of the sessions than their files do, so it comes first."""
        path = self._source.database
        if path is None or (self._only is not None and not any(name.startswith(DATABASE) for name in self._only)):
            return False
        if not path.is_file() and not self._store.cursors(self._number, [DATABASE]):
            return False  # an OpenClaw that keeps its transcripts in files
        return ingest_database(
            self._store,
            self._number,
            self._source,
            self._keys,
            self._redact,
            self.report,
            stop=self._stop,
            progress=progress,
        )

    def _names(self) -> list[str] | None:
        try:
            if self._only is None or not self._source.path.is_dir():
                return names_of(self._source)
            return sorted(name for name in self._only if not name.startswith(DATABASE))
        except OSError as error:
            why = error.strerror or str(error)
            hint = "what was read earlier stays in memory; if the logs moved, correct the source's path"
            problem = FileError("cannot list the session folder", where=self._source.path, why=why, hint=hint)
            self.report.problems.append(problem)
            return None

    def _nothing_new(self) -> bool:
        """Whether the index is unchanged and every log that changed is one that was read before."""
        logs = [name for name in self._only or () if self._format.classify(name)]
        known = (self._store.cursors(self._number, part).keys() >= set(part) for part in parts(logs))
        return INDEX not in (self._only or ()) and all(known)

    def _go_through(self, names: Sequence[str], progress: Progress) -> bool:
        """Reads every log that needs it; True when all must be gone through once more."""
        there = self._look(names)
        gone = self._gone(names, there)
        adopted: set[str] = set()
        again = self._read_all(there, gone, adopted, progress)
        if self.report.stopped:
            return False
        self.report.vanished += len(gone.keys() - adopted)
        if gone:
            self._store.apply(self._number, Batch(forget_cursors=sorted(gone)))
        return again

    def _look(self, names: Sequence[str]) -> Listing:
        there = Listing()
        skipped: Counter[str] = Counter()
        for part in parts(names):
            logs = {log.name: log for log in logs_among(part, self._source)}
            skipped.update(self._format.reason_not_read(name) for name in part if name not in logs)
            cursors = self._store.cursors(self._number, logs)
            for name, log in logs.items():
                there.note(log, news=name not in cursors or not unchanged(cursors[name], log.stat))
        self.report.not_read = dict(skipped)
        self.report.files = len(there.logs)
        return there

    def _gone(self, names: Sequence[str], there: Listing) -> dict[str, Cursor]:
        """The cursors of files that were read and are not there any more."""
        if self._only is None:
            gone = self._store.vanished(self._number, there.logs)
            in_database = sum(path.startswith(DATABASE) and path != DATABASE for path in gone)
            self.report.files = len(there.logs) + in_database
        else:
            gone = self._store.cursors(self._number, set(names).difference(there.logs))
        return {path: cursor for path, cursor in gone.items() if not path.startswith(DATABASE)}

    def _read_all(self, there: Listing, gone: Mapping[str, Cursor], adopted: set[str], progress: Progress) -> bool:
        again, done = False, there.bytes - there.unread
        for part in parts(there.news):
            logs = logs_among(part, self._source)
            cursors = self._store.cursors(self._number, part)
            sessions = self._learning.sessions({log.artefact.session for log in logs})
            for log in logs:
                if self._stop():
                    self.report.stopped = True
                    return again
                # A session found out late has taken all cursors back, these too.
                cursor = None if again else cursors.get(log.name) or renamed(gone.values(), log, self._format)
                if cursor is not None and cursor.path != log.name:
                    adopted.add(cursor.path)
                again = self._read(log, cursor, sessions) or again
                done += log.stat.size
                progress(done, there.bytes)
        return again

    def _read(self, log: Log, cursor: Cursor | None, sessions: Mapping[str, Session]) -> bool:
        context = Context(
            store=self._store,
            source=self._number,
            keys=self._keys,
            redact=self._redact,
            format=self._format,
            session=sessions[log.artefact.session],
            others=self._source.others,
            begin=self._begin,
        )
        tally, again = read_log(context, log, cursor)
        report = self.report
        report.read += 1
        for name in COUNTS:
            setattr(report, name, getattr(report, name) + getattr(tally, name))
        if tally.problem:
            report.problems.append(tally.problem)
        return again
