"""The daemon: hints from the watcher, truth from sweeps, work when it is due, and an end within seconds.

    watcher ──notice──▶ backlog ──due──▶ alarm ──▶ worker: ingest, publish
    sweep ─────────────────▲
    main thread: signals, a heartbeat every 30 s, the service manager

The main thread does no work and never waits for the disk longer than a heartbeat takes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock
from zoneinfo import ZoneInfo

from memsyncd.adapters.alarms import Alarms
from memsyncd.adapters.notify import Notify
from memsyncd.config import WatchConfig
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog
from memsyncd.daemon.outside import Clock, Wants, Watch
from memsyncd.daemon.worker import Running, Worker
from memsyncd.errors import MemsyncdError
from memsyncd.model import Source
from memsyncd.sync.engine import Emit

HEARTBEAT = 30.0
_JUMP = 5.0
"""Seconds by which wall clock and monotonic clock may drift apart between two heartbeats before it is a jump."""

_STUCK = 600.0
"""Seconds without progress after which work counts as stuck."""


class Daemon:
    """Runs until it is asked to stop; ``wants`` is how it is asked, and ``wake`` makes it look at once."""

    def __init__(
        self,
        reopen: Callable[[], Running],
        find: Callable[[], tuple[Source, ...]],
        watch: Callable[[Callable[[Path], None]], Watch],
        *,
        clock: Clock,
        notify: Notify,
        emit: Emit,
        tell: Callable[[Daemon], None],
        pace: Pace,
    ) -> None:
        self.wants = Wants()
        self.wake: Callable[[], None] = lambda: None  # ends the main thread's wait
        self.ready = Event()
        self.failed: MemsyncdError | None = None  # why it could not even begin
        self.config_problem: str | None = None
        self.jumps = 0
        self.running: Running | None = None
        self._clock = clock
        self._notify = notify
        self._emit = emit
        self._tell = tell
        self.backlog = Backlog(pace, clock.monotonic)
        self.alarms = Alarms(self._lost)
        self.watch = watch(self._notice)
        self.worker = Worker(
            reopen,
            find,
            self.backlog,
            stop=lambda: self.wants.stop,
            missed=self.watch.missed,
            emit=emit,
            now=lambda: clock.now().isoformat(timespec="seconds"),
        )
        self._arming = Lock()
        self._armed: float | None = None  # the instant for which the alarm is set
        self._drift = self._drift_now()
        self._moved = (clock.monotonic(), 0)  # when work last moved on, and how far it was then

    # --- the main thread ---

    def run(self, wait: Callable[[float], None]) -> None:
        """Works until it is asked to stop. ``wait`` returns after so many seconds, or when something happened.

        Raises:
            MemsyncdError: it could not begin: configuration, store or state cannot be used.
        """
        self.alarms.start()
        self.alarms.after("begin", 0, self._begin)
        try:
            while not self.wants.stop:
                wait(HEARTBEAT)
                self._look_after_wants()
                if self.ready.is_set():
                    self.heartbeat()
                else:
                    self._notify.longer(3 * HEARTBEAT)  # the first look at years of logs
        finally:
            self._end()
        if self.failed is not None:
            raise self.failed

    def heartbeat(self) -> None:
        """Looks whether all is well, and tells the service manager so."""
        self._notice_jump()
        if reasons := self.watch.check(self._clock.monotonic()):
            self._emit("watch.rebuilt", status="ok", reason="; ".join(reasons))
            self.alarms.after("reconcile-now", 0, self._reconcile)
        if self._moves():
            self._notify.alive()
        self._tell(self)

    def _look_after_wants(self) -> None:
        wants = self.wants
        if wants.stop:
            return
        if wants.reload:
            wants.reload = False
            self._notify.reloading(self._clock.monotonic())
            self.alarms.after("reload", 0, self._reload)
        if wants.catch_up:
            wants.catch_up = False
            self.backlog.mark(EVERYTHING, None, now=True)
            self._arm()

    def _end(self) -> None:
        self.wants.stop = True
        self._notify.stopping()
        self.watch.close()
        self.alarms.close()
        self.worker.close()

    def _notice_jump(self) -> None:
        drift = self._drift_now()
        if abs(drift - self._drift) > _JUMP:
            self.jumps += 1
            self._emit("clock.jumped", status="ok", seconds=round(drift - self._drift, 1))
            self._set_alarms()
            self._armed = None  # the alarm was set by the clock that jumped
            self._arm()
            self.alarms.wake()
            self.alarms.after("reconcile-now", 0, self._reconcile)
        self._drift = drift

    def _drift_now(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _moves(self) -> bool:
        """Whether the worker is idle, or its work has moved on lately."""
        now, (since, ticks) = self._clock.monotonic(), self._moved
        if not self.worker.busy or self.worker.ticks != ticks:
            self._moved = (now, self.worker.ticks)
            return True
        return now - since < _STUCK

    # --- any thread ---

    def _notice(self, path: Path) -> None:
        self.backlog.notice(path)
        self._arm()

    def _arm(self) -> None:
        """Sets the alarm for what is due next; what is due stays in the backlog, whatever becomes of the alarm.

        One that is set for earlier stays: when it rings and nothing is due yet, it is set anew.
        """
        # Worker and watcher come at once, and the later alarm must not take the earlier one's place.
        with self._arming:
            due = self.backlog.due_in()
            if due is None or not self.ready.is_set() or self.wants.stop or self.worker.busy:
                return
            now = self._clock.monotonic()
            if self._armed is None or now + due < self._armed or self._armed < now - _JUMP:
                self._armed = now + due
                self.alarms.after("drain", due, self._drain)

    # --- the worker's thread ---

    def _begin(self) -> None:
        try:
            self._take_up(self.worker.open())
        except MemsyncdError as error:
            self.failed = error
            self.wants.stop = True
            self.wake()
            return
        self.backlog.mark(EVERYTHING, None, now=True)
        self.worker.drain()
        self.ready.set()
        self._tell(self)  # status is right from the moment on that we say so
        self._notify.ready(self.summary())
        self._set_alarms()
        self._arm()
        self.wake()

    def _take_up(self, running: Running) -> None:
        """Watches what the configuration names now."""
        self.running = running
        pace = pace_of(running.config.watch)
        self.backlog.watch({source.path.resolve(): source.name for source in running.sources}, pace)
        self.watch.watch([source.path for source in running.sources])

    def _reload(self) -> None:
        try:
            running = self.worker.open()
        except MemsyncdError as error:
            self.config_problem = str(error)
            self._emit("config.refused", status="failed", reason=str(error))
        else:
            self.config_problem = None
            self._take_up(running)
            self._set_alarms()
            self._emit("config.reloaded", status="ok", sources=len(running.sources))
            self.backlog.mark(EVERYTHING, None, now=True)
        self._tell(self)
        self._notify.ready(self.summary())
        self._arm()
        self.wake()

    def _set_alarms(self) -> None:
        running = self.running
        if running is None:
            return
        self.alarms.cancel("reconcile")
        if running.config.watch.reconcile_seconds:
            self.alarms.every("reconcile", running.config.watch.reconcile_seconds, self._reconcile)
        self.alarms.cancel("nightly")
        if running.config.schedule.nightly:
            hour, minute = map(int, running.config.schedule.nightly.split(":"))
            self.alarms.daily("nightly", hour, minute, ZoneInfo(running.zone), self._nightly)

    def _drain(self) -> None:
        self._armed = None
        self.worker.drain()
        self._notify.status(self.summary())
        self._arm()
        self.wake()

    def _reconcile(self) -> None:
        if self.worker.others_now():
            self._reload()
        self.worker.reconcile()
        self._arm()
        self.wake()

    def _nightly(self) -> None:
        self.worker.nightly()
        self._arm()

    def _lost(self, name: str, why: BaseException | None) -> None:
        """A job did not run, or raised: what it was to do is in the backlog still."""
        if why is not None:
            self._emit("job.failed", status="failed", job=name, reason=f"{type(why).__name__}: {why}")
            self.worker.tally.failures[name] = f"{type(why).__name__}: {why}"
            self.backlog.failed([EVERYTHING])
            if name == "begin":  # whoever watches over us starts us again
                self.failed = MemsyncdError("the daemon could not begin", why=f"{type(why).__name__}: {why}")
                self.wants.stop = True
                self.wake()
        self._armed = None
        self._arm()

    def summary(self) -> str:
        """One line on how it goes."""
        tally = self.worker.tally
        told = [
            _count(len(self.running.sources) if self.running else 0, "source", "sources"),
            _count(tally.written, "file written", "files written"),
            f"{len(self.backlog)} waiting",
        ]
        return ", ".join(told + [f"{len(tally.failures)} failing"] * bool(tally.failures))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def pace_of(config: WatchConfig) -> Pace:
    """The pace that a configuration asks for."""
    return Pace(quiet=config.quiet_seconds, ceiling=config.ceiling_seconds)
