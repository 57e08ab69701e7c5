"""The daemon's one working thread: it owns the engine, and does what is due.

Its methods are jobs: each takes what waits out of the backlog before it works, so that a change meanwhile is
marked anew, and puts back what failed. Nothing here waits.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters import sweep
from memsyncd.adapters.places import is_told_of, places_of
from memsyncd.config import Config
from memsyncd.core.pacing import Sweep
from memsyncd.daemon.backlog import EVERYTHING, Backlog, Changed
from memsyncd.daemon.pauses import Pauses, sources_of
from memsyncd.daemon.tally import Tally
from memsyncd.errors import MemsyncdError
from memsyncd.model import Source
from memsyncd.sync.engine import Emit, Engine, every_day
from memsyncd.sync.runs import RunReport

_EVENT_TIME_NS = 2_000_000_000
"""A change that no event told after this long was missed."""


class Running(Struct, frozen=True, kw_only=True):
    """An opened engine, and what the configuration says of it."""

    engine: Engine
    config: Config
    sources: tuple[Source, ...]
    zone: str  # IANA name, for alarms


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
        self.pauses = Pauses(backlog, emit)
        self.ticks = 0  # grows as work moves on
        self.busy = False
        self.tired = False  # it has worked since it last rested
        self._reopen = reopen
        self._find = find
        self._backlog = backlog
        self._asked_to_stop = stop
        self._missed = missed
        self._emit = emit
        self._now = now
        self._running: Running | None = None
        self._seen: dict[str, list[tuple[Path, sweep.Memory]]] = {}  # source → its folders as they were seen last

    # --- jobs ---

    def open(self) -> Running:
        """Opens the engine, in this thread.

        Raises:
            MemsyncdError: configuration, store or state cannot be used.
        """
        opened = self._reopen()
        self.close()
        self._running = opened
        self._seen = {source.name: list(_memories(source)) for source in opened.sources}
        self.pauses.watch(target.folder for target in opened.engine.targets)
        self._show_pauses()
        return opened

    def begin(self) -> Running | None:
        """Opens the engine for the first time; None while the folder for it takes no file, which is paused then.

        Raises:
            MemsyncdError: as for ``open``, for another reason.
        """
        self.pauses.begin(self._backlog.take())
        try:
            return None if self.pauses.blocked else self.open()
        except MemsyncdError as error:
            if not self.pauses.covers(error):
                raise
            return None
        finally:
            self._show_pauses()

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
                self._remember(changed)
                self.tired = True
                self._do(changed, self._running.engine)
        finally:
            self.busy = False

    def rest(self) -> None:
        """Gives back what work left in memory; not after each piece, because the next one would need it again."""
        if self.tired and self._running is not None:
            self.tired = False
            self._running.engine.rest()
            gc.collect()

    def everything(self) -> None:
        """Has everything gone through at once, whatever failed before. For any thread."""
        self._backlog.done([EVERYTHING])
        self._backlog.mark(EVERYTHING, None, now=True)
        self.pauses.hurry()

    def reconcile(self) -> Sweep:
        """Looks at every file's stat, and marks as missed what changed since it was read and does not wait."""
        began, missed = time.thread_time(), 0
        limit = time.time_ns() - _EVENT_TIME_NS
        for source in self._running.sources if self._running else ():
            for folder, seen in self._seen[source.name]:
                news = seen.look()
                waiting = self._backlog.waiting(source.name)
                if news is None:
                    self._backlog.mark(source.name, None)
                elif waiting is not None:
                    unheard = news.besides(waiting)
                    missed += self._tell_missed(source, folder, unheard.before(limit))
                    if unheard:
                        self._backlog.mark(source.name, None if unheard.gone else unheard.changed)
        return Sweep(cost=max(0.0, time.thread_time() - began), missed=missed)

    def _tell_missed(self, source: Source, folder: Path, files: int) -> int:
        self._missed(folder, files)
        if files:
            self.tally.caught += files
            self._emit("watch.missed", status="ok", source=source.name, files=files)
        return files

    def others_now(self) -> bool:
        """Whether the sources are others than when the engine was opened: an agent was installed, or moved."""
        try:
            return self._running is not None and self._find() != self._running.sources
        except MemsyncdError:  # the configuration is being edited; a reload says what is wrong with it
            return False

    def nightly(self) -> None:
        """Goes through everything once; what is old in the history goes."""
        self.everything()
        self.drain()

    # --- one piece of work ---

    def _remember(self, due: Changed) -> None:
        """What is due is no news to the next sweep: it is read now, or all is read when that fails."""
        for source, folders in self._seen.items():
            names = None if EVERYTHING in due else due.get(source, ())
            for _, seen in folders:
                if names is None:
                    seen.look()
                else:
                    seen.note(names)

    def _do(self, due: Changed, engine: Engine) -> None:
        changed = {source: due[source] for source in sources_of(due)}
        self.pauses.begin(due)
        well = False
        try:
            if (changed or self.pauses.tried) and not self.pauses.blocked:
                well = self._run(changed, engine)
        finally:
            self.pauses.end(well=well)
            self._show_pauses()

    def _run(self, changed: Changed, engine: Engine) -> bool:
        """Reads and writes; whether nothing was left out, be it that parts of it failed."""
        # An update does not know what a paused folder has missed, nor that it may not be written.
        everything = EVERYTHING in changed or bool(self.pauses)
        try:
            report = self._catch_up(engine) if everything else engine.update(changed, self._stop)
        except MemsyncdError as error:
            self._note(changed, self.tally.failures, self._not_paused([(error.what, error)]))
            return False
        self.tally.written += sum(day.written for day in report.days)
        self.tally.avoided += sum(day.spared for day in report.days)
        self.tally.last_work = self._now()
        errors = [(day.date.isoformat(), day.error) for day in report.days if day.error]
        errors += [(error.what, error) for error in report.problems]
        # A part that went well says nothing of what failed before.
        before = self.tally.paused if everything else self.tally.failures
        self._note(changed, before, self._not_paused(errors) | self._unread(report))
        return not self._asked_to_stop()

    def _catch_up(self, engine: Engine) -> RunReport:
        return engine.catch_up(self.pauses.wanted if self.pauses.resting else every_day, stop=self._stop)

    def _not_paused(self, errors: Iterable[tuple[str, MemsyncdError]]) -> dict[str, str]:
        """What failed for a reason of its own; a folder that takes no file is paused instead."""
        told: dict[str, str] = {}
        for what, error in errors:
            if not self.pauses.covers(error):  # the same day may have failed in several folders
                told[what] = f"{told[what]}; {error}" if what in told else str(error)
        return told

    def _unread(self, report: RunReport) -> dict[str, str]:
        """Logs that are there and could not be read; a folder that is gone is no failure of ours."""
        blocked = any(one.problems and Path(one.folder).is_dir() for one in report.sources)
        return {one.source: str(one.problems[0]) for one in report.sources if one.problems} if blocked else {}

    def _note(self, changed: Changed, before: dict[str, str], failures: dict[str, str]) -> None:
        """Everything is tried again later: which days a failure concerned is not known any more then."""
        for what, why in failures.items():
            self._emit("work.failed", status="failed", what=what, reason=why)
        self.tally.failures = before | failures
        if failures:
            self._backlog.done(source for source in changed if source != EVERYTHING)
            self._backlog.failed([EVERYTHING])
        else:
            self._backlog.done(changed)

    def _show_pauses(self) -> None:
        paused = self.pauses.told()
        others = {what: why for what, why in self.tally.failures.items() if what not in self.tally.paused}
        self.tally.failures, self.tally.paused = others | paused, paused

    def _stop(self) -> bool:
        self.ticks += 1
        return self._asked_to_stop()


def _memories(source: Source) -> Iterator[tuple[Path, sweep.Memory]]:
    for place in places_of(source):
        told = partial(is_told_of, source)
        yield place.folder, sweep.Memory(place.folder, place.depth, place.prefix, told)
