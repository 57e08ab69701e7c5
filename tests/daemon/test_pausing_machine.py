"""Whatever becomes of the disks, and in whatever order: nothing is forgotten, and each pause is told once."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from memsyncd.config import Config
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog
from memsyncd.daemon.pauses import Pauses
from memsyncd.daemon.worker import Running, Worker
from memsyncd.errors import FileError
from memsyncd.sync.engine import every_day
from memsyncd.sync.publish import DayReport
from memsyncd.sync.runs import RunReport

OWN, NOTES, DIARY = Path("/"), Path("/notes"), Path("/diary")
MEMORY = {"main": NOTES, "work": DIARY}
DAY = date(2026, 1, 15)

sources = st.sampled_from(sorted(MEMORY))
folders = st.sampled_from([OWN, NOTES, DIARY])
reasons = st.sampled_from([errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM])


class World:
    """What agents have said, what is stored of it and written, and the disks; the engine that works there."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()
        self.stored: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self.broken: dict[Path, int] = {}
        self.closed = False  # the one file of the main source's day
        self.crashes = False  # the next run ends in an error nobody foresaw
        self.failed_writes: Counter[Path] = Counter()
        self.targets = [SimpleNamespace(folder=folder, source=name) for name, folder in MEMORY.items()]

    def refusal(self, folder: Path, size: int = 0) -> FileError | None:
        if folder not in self.broken:
            return None
        number = self.broken[folder]
        error = FileError("cannot write", where=folder / "file", why=os.strerror(number))
        error.__cause__ = OSError(number, os.strerror(number))
        return error

    # --- the engine ---

    def __exit__(self, *_: object) -> None:
        """Nothing is to be closed."""

    def rest(self) -> None:
        """There is nothing to give back."""

    def catch_up(self, wanted: Callable[[Any], object], *, stop: Callable[[], bool]) -> RunReport:
        self._crash()
        self._store(self.said)
        chosen = [target for target in self.targets if wanted(SimpleNamespace(target=target)) is None]
        # By this the engine knows that a run is whole.
        assert (wanted is every_day) == (chosen == self.targets)
        return self._publish(chosen)

    def update(self, changed: Mapping[str, Collection[str] | None], stop: Callable[[], bool]) -> RunReport:
        self._crash()
        before = self.stored.copy()
        self._store(changed)
        return self._publish([t for t in self.targets if self.stored[t.source] > before[t.source]])

    def _crash(self) -> None:
        if self.crashes:
            self.crashes = False
            raise RuntimeError("nobody foresaw it")

    def _store(self, names: Collection[str]) -> None:
        for name in names:
            if self.stored[name] < self.said[name]:
                if error := self.refusal(OWN):
                    raise error
                self.stored[name] = self.said[name]

    def _publish(self, targets: list[Any]) -> RunReport:
        behind = [target for target in targets if self.written[target.source] < self.stored[target.source]]
        return RunReport(days=[self._write(target) for target in behind])

    def _write(self, target: Any) -> DayReport:
        error = self.refusal(target.folder)
        if error:
            self.failed_writes[target.folder] += 1
        elif target.folder == NOTES and self.closed:
            error = FileError("cannot write", where=NOTES / "2026-01-15.md", why="Permission denied")
            error.__cause__ = OSError(errno.EACCES, "Permission denied")
        else:
            self.written[target.source] = self.stored[target.source]
        action = "failed" if error else "replace"
        folder = str(target.folder)
        return DayReport(date=DAY, folder=folder, file="f", action=action, reason="", messages=1, error=error)


class Disks(RuleBasedStateMachine):
    """A worker in such a world, with a clock that is turned by hand."""

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.world = World()
        self.told: list[tuple[str, str]] = []
        self.backlog = Backlog(Pace(quiet=20, ceiling=300), lambda: self.now)
        self.worker = Worker(
            self.opened,
            lambda: (),
            self.backlog,
            stop=lambda: False,
            missed=lambda folder, count: None,
            emit=self.emit,
            now=str,
        )
        self.worker.pauses = Pauses(
            self.backlog,
            self.emit,
            try_to_write=self.world.refusal,
            looks_writable=lambda folder: self.world.broken.get(folder) in (None, errno.EDQUOT),
        )
        self.worker.open()

    def opened(self) -> Running:
        engine: Any = self.world
        return Running(engine=engine, config=Config(), sources=(), zone="UTC")

    def emit(self, event: str, /, **fields: object) -> None:
        if event.startswith("publish."):
            self.told.append((str(fields["folder"]), event))

    @rule(source=sources)
    def say(self, source: str) -> None:
        self.world.said[source] += 1
        self.backlog.mark(source, {"a.jsonl"})

    @rule(folder=folders, number=reasons)
    def break_(self, folder: Path, number: int) -> None:
        self.world.broken[folder] = number

    @precondition(lambda self: self.world.broken)
    @rule(data=st.data())
    def mend(self, data: st.DataObject) -> None:
        del self.world.broken[data.draw(st.sampled_from(sorted(self.world.broken)))]

    @rule(closed=st.booleans())
    def close_a_file(self, closed: bool) -> None:
        self.world.closed = closed

    @rule()
    def crash_next_time(self) -> None:
        self.world.crashes = True

    @rule()
    def ask_for_everything(self) -> None:
        self.worker.everything()

    @rule()
    def heartbeat(self) -> None:
        self.worker.pauses.look()

    @rule()
    def reload(self) -> None:
        self.worker.open()

    @rule(seconds=st.sampled_from([0.0, 5.0, 20.0, 300.0]))
    def work(self, seconds: float) -> None:
        self.now += seconds
        try:
            self.worker.drain()
        except RuntimeError:
            self.backlog.failed([EVERYTHING])  # as the daemon does

    # --- what always holds ---

    @invariant()
    def what_is_not_written_waits(self) -> None:
        assert self.world.written == self.world.said or self.backlog.due_in() is not None

    @invariant()
    def each_pause_is_told_once_and_its_end_too(self) -> None:
        for folder in {folder for folder, _ in self.told}:
            events = [event for name, event in self.told if name == folder]
            paused, resumed = "publish.paused", "publish.resumed"
            assert events == ([paused, resumed] * len(events))[: len(events)]
            assert (events[-1] == paused) == (folder in self.worker.tally.paused)

    @invariant()
    def a_pause_is_among_the_failures(self) -> None:
        assert self.worker.tally.paused.items() <= self.worker.tally.failures.items()

    @invariant()
    def nothing_is_tried_with_a_day_where_nothing_can_be_written(self) -> None:
        pauses = Counter(Path(folder) for folder, event in self.told if event == "publish.paused")
        assert all(number <= pauses[folder] for folder, number in self.world.failed_writes.items())

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.broken.clear()
        self.world.closed = self.world.crashes = False
        for _ in range(3):  # the first try tells that there is room, and has the others tried
            self.work(600)
        assert self.world.written == self.world.said
        assert (self.worker.tally.failures, self.worker.tally.paused) == ({}, {})
        assert len(self.backlog) == 0


TestDisks = Disks.TestCase
TestDisks.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
