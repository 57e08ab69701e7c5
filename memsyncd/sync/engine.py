"""The engine: store, state and lock opened together, and the use cases that the commands call.

    catch up  =  ingest every source  ─▶  publish every folder  ─▶  write the state file, last

It knows no terminal and reads no configuration file: clock, folders and sources are arguments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from memsyncd.adapters.bases import Bases
from memsyncd.adapters.files import sweep
from memsyncd.adapters.history import History
from memsyncd.adapters.keeper import Keeper
from memsyncd.adapters.state import load_state, save_state
from memsyncd.adapters.store.base import Store
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.config import HistoryConfig
from memsyncd.core.redact import Redactor
from memsyncd.core.retention import Retention
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import DayPlan, Source
from memsyncd.sync.ingest import SourceReport, ingest
from memsyncd.sync.ledger import enter, enter_error
from memsyncd.sync.publish import DayReport, Publisher, Target
from memsyncd.sync.reading import never
from memsyncd.sync.redaction import Second, last_look, look_again, look_twice
from memsyncd.sync.runs import Progress, Quiet, RunReport

STATE_FILE = "state.json"
STORE_FILE = "store.sqlite"
LOCK_FILE = "lock"
BASES = "bases"
HISTORY = "history"
DETECTOR_CACHE = "kingfisher"


class Emit(Protocol):
    """Takes one event per unit of work: a dotted name and its fields."""

    def __call__(self, event: str, /, **fields: object) -> None:
        """Writes the event to the log."""


def unheard(event: str, /, **fields: object) -> None:
    """Takes an event that nobody reads."""


def every_day(_: Publisher) -> None:
    """Chooses all days."""


class Engine:
    """Store and state of one state folder, for the targets given; leaving its context closes the store."""

    def __init__(
        self,
        state_dir: Path,
        targets: Sequence[Target],
        redactor: Redactor,
        *,
        second: Second | None = None,
        store_path: Path | None = None,
        now: Callable[[], datetime],
        emit: Emit = unheard,
        progress: Progress | None = None,
        history: HistoryConfig | None = None,
    ) -> None:
        """Opens both. ``history`` says how much of what is replaced is kept.

        ``second`` is the second detector of secrets, which looks where text leaves for a file.

        Raises:
            StoreError: the store cannot be used.
            FileError: the state file cannot be read.
        """
        self.targets = tuple(targets)
        self.state_dir = state_dir
        self._state_path = state_dir / STATE_FILE
        self._redactor = redactor
        self._second = second or Second(None, "off")
        self.now = now
        self._emit = emit
        self._progress = progress or Quiet()
        self.store: Store = SqliteStore(store_path or state_dir / STORE_FILE)
        self.state, note = load_state(self._state_path)
        self.notes = [note] if note else []
        self.found_later: Counter[str] = Counter()  # rule → secrets found in texts that were in the store already
        kept = history or HistoryConfig()
        self._retention = Retention(versions=kept.versions, days=kept.days)
        self._history = History(state_dir / HISTORY, keep_all=kept.keep_all)
        self.publishers = [self._publisher(target, state_dir / BASES) for target in self.targets]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._second.end()
        self.store.close()

    def _publisher(self, target: Target, bases: Path) -> Publisher:
        own = Bases(bases, target.folder)
        keeper = Keeper(history=self._history, folder=target.folder, bases=own, now=self.now)
        look = partial(last_look, redactor=self._redactor, second=self._second)
        return Publisher(self.store, target, bases, self.state.days(target.folder), look, keeper)

    def ingest(self, stop: Callable[[], bool] = never) -> list[SourceReport]:
        """Reads what is new in every source, after newer rules have seen what is in the store."""
        self.found_later += look_again(self.store, self._redactor, stop)
        return [self._ingest(source, stop=stop) for source in self.sources()]

    def sources(self) -> Iterator[Source]:
        """Every source of every target."""
        return (source for target in self.targets for source in target.sources)

    def catch_up(
        self,
        wanted: Callable[[Publisher], Collection[date] | None] = every_day,
        *,
        again: bool = False,
        force: bool = False,
        stop: Callable[[], bool] = never,
    ) -> RunReport:
        """Ingests, publishes, and writes the state file last.

        ``wanted`` chooses the days of a folder, ``again`` renders unchanged ones anew too, ``force`` takes over
        a predecessor's blocks; ``stop`` is asked between files and between days whether to leave the rest.

        Raises:
            StoreError: the store cannot take the rows; nothing was published.
        """
        began = perf_counter()
        report = RunReport(notes=list(self.notes))
        with self._keeping_errors():
            self._recover(report)
            report.sources.extend(self.ingest(stop))
            self._look_twice(report, stop)
            work = [(publisher, publisher.plan(wanted(publisher), again=again)) for publisher in self.publishers]
            whole = False
            try:
                report.days.extend(self._publish(work, force=force, stop=stop))
                self._prune(report)
                whole = wanted is every_day and not stop()
            finally:
                self._save(report, whole=whole)
        report.seconds = round(perf_counter() - began, 3)
        return report

    def update(self, changed: Mapping[str, Collection[str] | None], stop: Callable[[], bool] = never) -> RunReport:
        """Ingests files that changed, and publishes the days that this changes: what a daemon does all the time.

        ``changed`` gives the names of files for each source, by its name; None stands for all of them.

        Raises:
            StoreError: the store cannot take the rows; nothing was published.
        """
        began = perf_counter()
        report = RunReport()
        with self._keeping_errors():
            before = self.store.revision()
            for source in self.sources():
                if source.name in changed:
                    report.sources.append(self._ingest(source, only=changed[source.name], stop=stop))
            self._look_twice(report, stop)
            days = [(publisher, publisher.changed_since(before)) for publisher in self.publishers]
            work = [(publisher, publisher.plan(wanted)) for publisher, wanted in days if wanted]
            try:
                report.days.extend(self._publish(work, force=False, stop=stop))
            finally:
                if work or report.failures:
                    self._save(report, whole=False)
                self._second.end()
        report.seconds = round(perf_counter() - began, 3)
        return report

    def rest(self) -> None:
        """Gives back what only makes it faster, for a time when nothing is to be done."""
        self.store.rest()
        self._redactor.rest()

    def _look_twice(self, report: RunReport, stop: Callable[[], bool]) -> None:
        """Shows what is new to the second detector."""
        self.found_later += look_twice(self.store, self._redactor, self._second, stop)
        report.found_later = dict(sorted(self.found_later.items()))
        self.found_later.clear()

    def _recover(self, report: RunReport) -> None:
        """Undoes what an interrupted run left behind."""
        sweep(self._state_path.parent)
        for publisher in self.publishers:
            try:
                back = publisher.folder.recover()
            except FileError as problem:
                report.problems.append(problem)
                continue
            report.notes.extend(f"{path}: lines that an interrupted write had displaced are back" for path in back)

    def _ingest(
        self, source: Source, *, only: Collection[str] | None = None, stop: Callable[[], bool] = never
    ) -> SourceReport:
        began = perf_counter()
        progress = partial(self._progress.reading, source.name)
        siblings = tuple(self.sources())
        report = ingest(self.store, source, self._redactor, progress, only=only, stop=stop, siblings=siblings)
        self._emit(
            "source.ingested",
            status="failed" if report.problems else "ok",
            source=source.name,
            files=report.files,
            read=report.read,
            lines=report.lines,
            added=report.added,
            redactions=report.redactions,
            malformed=report.malformed,
            oversized=report.oversized,
            vanished=report.vanished,
            seconds=round(perf_counter() - began, 3),
        )
        return report

    def _publish(
        self, work: Sequence[tuple[Publisher, list[DayPlan]]], *, force: bool, stop: Callable[[], bool]
    ) -> Iterator[DayReport]:
        total = sum(plan.action == "write" for _, plans in work for plan in plans)
        done = 0
        for publisher, plans in work:
            for report in publisher.publish(plans, force=force, stop=stop):
                if report.action not in ("skip", "keep"):
                    done += 1
                    self._progress.writing(done, total)
                    self._tell(report)
                yield report

    def _tell(self, day: DayReport) -> None:
        self._emit(
            "day.published" if day.error is None else "day.failed",
            status=day.action,
            day=day.date.isoformat(),
            file=day.file,
            messages=day.messages,
            residual=day.residual,
            reason=day.reason,
            seconds=day.seconds,
        )

    def _prune(self, report: RunReport) -> None:
        """Shortens the history; a run that tried to replace nothing need not look at it."""
        if any(day.action not in ("skip", "keep") for day in report.days):
            try:
                self._history.prune(self.now(), self._retention)
            except FileError as problem:
                report.problems.append(problem)

    def _save(self, report: RunReport, *, whole: bool) -> None:
        enter(self.state, report, self._second.end(), now=self._instant(), whole=whole, clean=self._clean)
        save_state(self._state_path, self.state)

    @contextmanager
    def _keeping_errors(self) -> Iterator[None]:
        """Notes an error that ends a run: ``status`` tells it later, when nobody remembers what was printed."""
        try:
            yield
        except MemsyncdError as error:
            enter_error(self.state, error, now=self._instant(), clean=self._clean)
            with suppress(FileError):  # the disk may be full; the error itself goes on
                save_state(self._state_path, self.state)
            raise

    def _instant(self) -> str:
        return self.now().isoformat(timespec="seconds")

    def _clean(self, text: str) -> str:
        return self._redactor(text).text
