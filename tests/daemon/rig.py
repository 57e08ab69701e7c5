"""A daemon on a made-up OpenClaw folder: real watcher, real scheduler, real store, a quick pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from memsyncd.adapters.notify import Notify
from memsyncd.adapters.watcher import Watcher
from memsyncd.config import Config, ScheduleConfig, WatchConfig
from memsyncd.daemon.loop import Daemon, pace_of
from memsyncd.daemon.worker import Running
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Target
from tests.hidden import hide
from tests.sync.rig import Rig

PATIENCE = 30.0  # seconds that a test waits at most for what happens at once
QUICK = WatchConfig(quiet_seconds=0.05, ceiling_seconds=0.5, reconcile_seconds=0)


class Clock:
    """The machine's clocks; the wall clock can be set."""

    def __init__(self) -> None:
        from time import monotonic  # noqa: PLC0415

        self.monotonic = monotonic
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Life(Rig):
    """A rig whose engine a daemon holds."""

    def __init__(self, root: Path, watch: WatchConfig = QUICK, **source: Any) -> None:
        super().__init__(root, **source)
        self.config = Config(watch=watch, schedule=ScheduleConfig(nightly=None))
        self.clock = Clock()
        self.told: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.refuse: Exception | None = None  # what the next opening raises
        self.pokes: Queue[None] = Queue()
        self.notify = Notify({})
        self.wrap: Callable[[Engine], Engine] = lambda engine: engine

    def emit(self, event: str, /, **fields: Any) -> None:
        self.told.put((event, fields))

    def reopen(self) -> Running:
        if self.refuse is not None:
            raise self.refuse
        target = Target(folder=self.home.memory, sources=(self.source,), zone=self.zone, naming=self.naming)
        engine = Engine(self.state_dir, [target], hide, now=self.clock.now, emit=self.emit)
        return Running(engine=self.wrap(engine), config=self.config, sources=(self.source,), zone=self.zone)

    def daemon(self) -> Daemon:
        return Daemon(
            self.reopen,
            lambda: (self.source,),
            lambda notice: Watcher(notice, canary=self.state_dir / "canary", emit=self.emit, poll_seconds=0.1),
            clock=self.clock,
            notify=self.notify,
            emit=self.emit,
            tell=lambda daemon: None,
            pace=pace_of(self.config.watch),
        )

    @contextmanager
    def running(self) -> Iterator[Daemon]:
        """A daemon that has caught up; it is stopped at the end."""
        daemon = self.daemon()
        daemon.wake = lambda: self.pokes.put(None)
        failures: list[BaseException] = []
        thread = Thread(target=self._run, args=(daemon, failures))
        thread.start()
        try:
            assert daemon.ready.wait(PATIENCE), failures
            yield daemon
        finally:
            daemon.wants.stop = True
            self.pokes.put(None)
            thread.join(PATIENCE)
            assert not thread.is_alive()
        assert failures == []

    def _run(self, daemon: Daemon, failures: list[BaseException]) -> None:
        try:
            daemon.run(self._wait)
        except BaseException as error:  # noqa: BLE001 — told to the test's own thread
            failures.append(error)

    def _wait(self, seconds: float) -> None:
        try:
            self.pokes.get(timeout=seconds)
        except Empty:
            return

    def heard(self, event: str, **fields: Any) -> dict[str, Any]:
        """The next event of this name that has these fields; others are passed over."""
        while True:
            name, told = self.told.get(timeout=PATIENCE)
            if name == event and fields.items() <= told.items():
                return told
