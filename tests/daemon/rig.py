"""A daemon on a made-up OpenClaw folder: real watcher, real scheduler, real store, a quick pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

from memsyncd.adapters.notify import Notify
from memsyncd.adapters.watcher import Watcher
from memsyncd.config import Config, ScheduleConfig, WatchConfig
from memsyncd.daemon.loop import Daemon, pace_of
from memsyncd.daemon.worker import Running
from memsyncd.model import Source
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Target
from tests.hidden import hide
from tests.sync.rig import Rig

PATIENCE = 30.0  # seconds that a test waits at most for what happens at once
QUICK = WatchConfig(quiet_seconds=0.05, ceiling_seconds=0.5, reconcile_seconds=0)


class Clock:
    """The machine's clocks; the wall clock can be set, and the other one too, so that what waits goes on waiting."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.behind = 0.0  # seconds

    def monotonic(self) -> float:
        return monotonic() - self.behind

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
        self.find: Callable[[], tuple[Source, ...]] = lambda: self.sources
        self.wrap: Callable[[Engine], Engine] = lambda engine: engine
        self.targets = [
            Target(folder=self.home.memory, sources=(self.source,), zone=self.zone, naming=self.naming)
        ]

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(source for target in self.targets for source in target.sources)

    def emit(self, event: str, /, **fields: Any) -> None:
        self.told.put((event, fields))

    def reopen(self) -> Running:
        if self.refuse is not None:
            raise self.refuse
        engine = Engine(self.state_dir, self.targets, hide, now=self.clock.now, emit=self.emit)
        return Running(engine=self.wrap(engine), config=self.config, sources=self.sources, zone=self.zone)

    def daemon(self) -> Daemon:
        return Daemon(
            self.reopen,
            lambda: self.find(),  # noqa: PLW0108 — a test may put another one there
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
        with self.thread_of(daemon) as failures:
            assert daemon.ready.wait(PATIENCE), failures
            yield daemon

    @contextmanager
    def thread_of(self, daemon: Daemon) -> Iterator[list[BaseException]]:
        """A daemon that begins; it is stopped at the end. Gives what it ended with."""
        daemon.wake = lambda: self.pokes.put(None)
        failures: list[BaseException] = []
        thread = Thread(target=self._run, args=(daemon, failures))
        thread.start()
        try:
            yield failures
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

    def heard_so_far(self) -> list[str]:
        """The names of all events that nobody has asked for yet."""
        return [self.told.get()[0] for _ in range(self.told.qsize())]

    def ask(self, daemon: Daemon, what: str) -> None:
        """Asks the daemon as a signal does: ``catch_up`` or ``reload``."""
        setattr(daemon.wants, what, True)
        self.pokes.put(None)
