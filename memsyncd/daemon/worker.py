"""The daemon's one working thread: it owns the engine, and does what is due.

Its methods are jobs: each takes what waits out of the backlog before it works, so that a change meanwhile is
marked anew, and puts back what failed. Nothing here waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, field

from memsyncd.adapters import sweep
from memsyncd.config import Config
from memsyncd.daemon.backlog import EVERYTHING, Backlog, Changed
from memsyncd.errors import MemsyncdError
from memsyncd.model import Source
from memsyncd.sync.engine import Emit, Engine
from memsyncd.sync.runs import RunReport

_EVENT_TIME_NS = 2_000_000_000
"""A change that no event told after this long was missed."""


class Running(Struct, frozen=True, kw_only=True):
    """An opened engine, and what the configuration says of it."""

    engine: Engine
    config: Config
    sources: tuple[Source, ...]
    zone: str  # IANA name, for alarms


class Tally(Struct, kw_only=True):
    """What the worker has done so far."""

    written: int = 0
    caught: int = 0  # changes that only a sweep saw
    last_work: str | None = None
    failures: dict[str, str] = field(default_factory=dict)  # what failed last → why


class Worker:
    """Does the work. ``reopen`` opens an engine as the configuration says now, ``find`` finds only its sources.

    ``missed`` hears, after each sweep, how many changes in a folder only the sweep saw.
    """

    def __init__(
        self,
        reopen: Callable[[], Running],
        find: Callable[[], tuple[Source, ...]],
        backlog: Backlog,
        *,
        stop: Callable[[], bool],
        missed: Callable[[Path, int], None],
        emit: Emit,
        now: Callable[[], str],
    ) -> None:
        self.tally = Tally()
        self.ticks = 0  # grows as work moves on
        self.busy = False
        self._reopen = reopen
        self._find = find
        self._backlog = backlog
        self._asked_to_stop = stop
        self._missed = missed
        self._emit = emit
        self._now = now
        self._running: Running | None = None
        self._looks: dict[str, sweep.Look | None] = {}

    # --- jobs ---

    def open(self) -> Running:
        """Opens the engine, in this thread.

        Raises:
            MemsyncdError: configuration, store or state cannot be used.
        """
        opened = self._reopen()
        self.close()
        self._running = opened
        self._looks = {source.name: sweep.look(source.path) for source in opened.sources}
        return opened

    def close(self) -> None:
        """Closes the engine, in this thread."""
        if self._running is not None:
            self._running.engine.__exit__(None, None, None)
            self._running = None

    def drain(self) -> None:
        """Reads and writes what is due."""
        self.busy = True
        try:
            changed = self._backlog.take()
            if changed and self._running is not None:
                self._do(changed, self._running.engine)
        finally:
            self.busy = False

    def reconcile(self) -> None:
        """Looks at every file's stat, and marks what no event told."""
        if self._running is None:
            return
        limit = time.time_ns() - _EVENT_TIME_NS
        for source in self._running.sources:
            before, after = self._looks.get(source.name), sweep.look(source.path)
            self._looks[source.name] = after
            heard = self._backlog.heard(source.name)
            if before is None or after is None:
                if before is not after:  # the folder came or went
                    self._backlog.mark(source.name, None)
                continue
            unheard = sweep.changed(before, after) - heard
            late = sweep.settled(unheard, after, before_ns=limit)
            self._missed(source.path, len(late))
            if late:
                self.tally.caught += len(late)
                self._emit("watch.missed", status="ok", source=source.name, files=len(late))
            if unheard:
                self._backlog.mark(source.name, unheard)

    def others_now(self) -> bool:
        """Whether the sources are others than when the engine was opened: an agent was installed, or moved."""
        try:
            return self._running is not None and self._find() != self._running.sources
        except MemsyncdError:  # the configuration is being edited; a reload says what is wrong with it
            return False

    def nightly(self) -> None:
        """Goes through everything once; what is old in the history goes."""
        self._backlog.mark(EVERYTHING, None, now=True)
        self.drain()

    # --- one piece of work ---

    def _do(self, changed: Changed, engine: Engine) -> None:
        try:
            everything = EVERYTHING in changed
            report = engine.catch_up(stop=self._stop) if everything else engine.update(changed, self._stop)
        except MemsyncdError as error:
            self._note_failures(list(changed), {error.what: str(error)})
        else:
            self._tell(list(changed), report)

    def _tell(self, sources: Sequence[str], report: RunReport) -> None:
        self.tally.written += sum(day.written for day in report.days)
        self.tally.last_work = self._now()
        broken = {day.date.isoformat(): str(day.error) for day in report.days if day.error}
        broken |= {error.what: str(error) for error in report.problems}
        if self._looks_blocked(report):
            broken |= {one.source: str(one.problems[0]) for one in report.sources if one.problems}
        if broken:
            self._note_failures(sources, broken)
        else:
            self._backlog.done(sources)
            if EVERYTHING in sources:  # a part that went well says nothing of what failed before
                self.tally.failures.clear()

    def _looks_blocked(self, report: RunReport) -> bool:
        """Whether logs are there that could not be read; a folder that is gone is no failure of ours."""
        return any(one.problems and Path(one.folder).is_dir() for one in report.sources)

    def _note_failures(self, sources: Sequence[str], why: dict[str, str]) -> None:
        """Everything is tried again later: which days a failure concerned is not known any more then."""
        self.tally.failures = why if EVERYTHING in sources else self.tally.failures | why
        for what, reason in why.items():
            self._emit("work.failed", status="failed", what=what, reason=reason)
        self._backlog.done(source for source in sources if source != EVERYTHING)
        self._backlog.failed([EVERYTHING])

    def _stop(self) -> bool:
        self.ticks += 1
        return self._asked_to_stop()
