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

from memsyncd.adapters.notify import Notify
from memsyncd.adapters.places import places_of
from memsyncd.config import WatchConfig
from memsyncd.core.pacing import Rhythm
from memsyncd.core.settle import Pace
from memsyncd.daemon.backlog import EVERYTHING, Backlog, Watched
from memsyncd.daemon.outside import Clock, Wants, Watch
from memsyncd.daemon.timetable import Timetable
from memsyncd.daemon.vigil import Drift, Progress
from memsyncd.daemon.worker import Running, Worker
from memsyncd.errors import MemsyncdError
from memsyncd.model import Source
from memsyncd.sync.engine import Emit

HEARTBEAT = 30.0
_LATE = 5.0  # seconds after which an alarm that has not rung is set anew
_AFTER = 0.002  # seconds; alarms go by another clock than what is due, and must not ring before it


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
        self.rhythm: Rhythm | None = None  # of sweeps; None: there are none
        self.running: Running | None = None
        self._clock = clock
        self._notify = notify
        self._emit = emit
        self._tell = tell
        self.backlog = Backlog(pace, clock.monotonic)
        self.alarms = Timetable(self._lost)
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
        self._drift = Drift(clock)
        self._progress = Progress(clock)

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
                    self._wait_for_beginning()
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
        if self.worker.pauses.look():
            self._arm()
        if self.worker.tired and not self.worker.busy:
            self.alarms.after("rest", 0, self.worker.rest)
        if self._progress.goes_on(busy=self.worker.busy, ticks=self.worker.ticks):
            self._notify.alive()
        self._tell(self)

    def _wait_for_beginning(self) -> None:
        self._notify.longer(3 * HEARTBEAT)  # the first look at years of logs
        if self.worker.pauses.look():
            self.alarms.after("begin", 0, self._begin)

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
            self.worker.everything()
            self._arm()

    def _end(self) -> None:
        self.wants.stop = True
        self._notify.stopping()
        self.watch.close()
        self.alarms.end()
        self.worker.close()

    def _notice_jump(self) -> None:
        if seconds := self._drift.jump():
            self.jumps += 1
            self._emit("clock.jumped", status="ok", seconds=round(seconds, 1))
            self._set_alarms()
            self._armed = None  # the alarm was set by the clock that jumped
            self._arm()
            self.alarms.wake()
            self.alarms.after("reconcile-now", 0, self._reconcile)

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
            if self._armed is None or now + due < self._armed or self._armed < now - _LATE:
                self._armed = now + due
                self.alarms.after("drain", due + _AFTER, self._drain)

    # --- the worker's thread ---

    def _begin(self) -> None:
        if self.ready.is_set():
            return
        try:
            running = self.worker.begin()
        except MemsyncdError as error:
            self.failed = error
            self.wants.stop = True
            self.wake()
            return
        if running is None:
            self._begin_later()
            return
        self._take_up(running)
        self.worker.everything()
        self.worker.drain()
        self.ready.set()
        self._tell(self)  # status is right from the moment on that we say so
        self._notify.ready(self.summary())
        self._set_alarms()
        self._arm()
        self.wake()

    def _begin_later(self) -> None:
        # A service manager gives us up after a few restarts, and nobody would be there when the disk has room.
        self._tell(self)
        self._notify.status(self.summary())
        self.alarms.after("begin", self.backlog.due_in() or 0.0, self._begin)

    def _take_up(self, running: Running) -> None:
        """Watches what the configuration names now."""
        self.running = running
        seconds = running.config.watch.reconcile_seconds
        if self.rhythm is None or self.rhythm.base != seconds:
            self.rhythm = Rhythm.of(seconds) if seconds else None
        pace = pace_of(running.config.watch)
        places = [(source, place) for source in running.sources for place in places_of(source)]
        self.backlog.watch([Watched.of(source, place) for source, place in places], pace)
        self.watch.watch(
            [place.folder for _, place in places if not place.depth],
            [place.folder for _, place in places if place.depth],
        )

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
            self.worker.everything()
        self._tell(self)
        self._notify.ready(self.summary())
        self._arm()
        self.wake()

    def _set_alarms(self) -> None:
        self._set_sweep()
        self.alarms.cancel("nightly")
        if self.running is not None and (at := self.running.config.schedule.nightly):
            self.alarms.daily("nightly", at, ZoneInfo(self.running.zone), self._nightly)

    def _set_sweep(self) -> None:
        if self.rhythm is None:
            self.alarms.cancel("reconcile")
        else:
            self.alarms.after("reconcile", self.rhythm.seconds, self._reconcile)

    def _drain(self) -> None:
        self._armed = None
        # A job that sets its own alarm for now would be told that it runs already.
        while self.backlog.due_in() == 0 and not self.wants.stop:
            self.worker.drain()
        self._notify.status(self.summary())
        self._arm()
        self.wake()

    def _reconcile(self) -> None:
        try:
            if self.worker.others_now():
                self._reload()
            swept = self.worker.reconcile()
            if self.rhythm is not None:
                self.rhythm = self.rhythm.after(swept, heard=self.watch.state().mode == "events")
        finally:
            self._set_sweep()
        self._arm()
        self.wake()

    def _nightly(self) -> None:
        self.worker.nightly()
        self._arm()

    def _lost(self, name: str, why: BaseException | None) -> None:
        """A job raised, or did not run because it ran already: what it was to do is not forgotten."""
        if why is not None:
            self._crashed(name, f"{type(why).__name__}: {why}")
        elif name != "drain":
            self.alarms.again(name)
        self._armed = None
        self._arm()

    def _crashed(self, name: str, why: str) -> None:
        self._emit("job.failed", status="failed", job=name, reason=why)
        tally = self.worker.tally
        tally.failures = tally.failures | {name: why}
        self.backlog.failed([EVERYTHING])
        if name == "begin":  # whoever watches over us starts us again
            self.failed = MemsyncdError("the daemon could not begin", why=why)
            self.wants.stop = True
            self.wake()

    def summary(self) -> str:
        """One line on how it goes."""
        sources = len(self.running.sources) if self.running else 0
        return self.worker.tally.summary(sources=sources, waiting=len(self.backlog))


def pace_of(config: WatchConfig) -> Pace:
    """The pace that a configuration asks for."""
    return Pace(quiet=config.quiet_seconds, ceiling=config.ceiling_seconds)
