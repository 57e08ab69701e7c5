"""What the running daemon tells others: ``daemon.json`` for ``memsyncd status``, figures for Prometheus."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from memsyncd import __version__
from memsyncd.adapters.daemon_file import DAEMON_FILE, DaemonState, remove_daemon_state, write_daemon_state
from memsyncd.adapters.metrics_file import MetricsFile, in_words
from memsyncd.adapters.places import is_needed, places_of
from memsyncd.cli.output import safe
from memsyncd.cli.session import Setup
from memsyncd.core.metrics import Figures, exposition
from memsyncd.daemon.loop import Daemon
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.sync.engine import Emit
from memsyncd.sync.figures import daemon_figures, figures_of
from memsyncd.sync.health import health_of

_PAUSE = 29.0  # seconds between two writes of the metrics file, at least; a heartbeat comes every 30


class Teller:
    """Tells how the daemon is: ``daemon.json`` when that changes, the metrics file as :class:`_Exporter` says."""

    def __init__(self, setup: Setup) -> None:
        self._path = setup.state_dir / DAEMON_FILE
        self._emit = setup.emit
        self._exporter = _Exporter(setup.emit)
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._told: DaemonState | None = None
        self._events = 0

    def counting(self, notice: Callable[[Path], None]) -> Callable[[Path], None]:
        """``notice``, which several threads call, with its calls counted."""
        numbers = count(1)

        def counted(path: Path) -> None:
            self._events = next(numbers)
            notice(path)

        return counted

    def begin(self) -> None:
        """Tells that somebody is there; the first look at years of logs takes its time."""
        self._tell(DaemonState(pid=os.getpid(), version=__version__, started=self._started, mode="starting"))

    def __call__(self, daemon: Daemon) -> None:
        """Tells how the daemon is."""
        state = self._state(daemon)
        self._tell(state)
        self._exporter.export(daemon, state)

    def end(self) -> None:
        """Tells that nobody is there any more."""
        remove_daemon_state(self._path)
        self._exporter.end()

    def _tell(self, state: DaemonState) -> None:
        if state == self._told:
            return
        try:
            write_daemon_state(self._path, state)
            self._told = state
        except FileError as problem:
            self._told = None  # what stands there is old: told again as soon as it can be
            self._emit("status.unwritten", status="failed", reason=str(problem))

    def _state(self, daemon: Daemon) -> DaemonState:
        tally = daemon.worker.tally
        watch = daemon.watch.state()
        return DaemonState(
            pid=os.getpid(),
            version=__version__,
            started=self._started,
            mode=watch.mode,
            watched=watch.folders,
            missing=tuple(folder for folder in watch.missing if folder in _needed(daemon)),
            problems=tuple(map(safe, watch.problems)),
            waiting=len(daemon.backlog),
            events=self._events,
            caught=tally.caught,
            overflows=watch.overflows,
            rebuilt=watch.rebuilt,
            jumps=daemon.jumps,
            written=tally.written,
            avoided=tally.avoided,
            last_work=tally.last_work,
            failures={what: safe(why) for what, why in tally.failures.items()},
            paused={folder: safe(why) for folder, why in tally.paused.items()},
            config_problem=safe(daemon.config_problem) if daemon.config_problem else None,
            metrics_problem=self._exporter.problem,
        )


def _needed(daemon: Daemon) -> frozenset[str]:
    """The folders that are odd not to be there: an agent need not have all that it could have."""
    sources = daemon.running.sources if daemon.running else ()
    return frozenset(
        str(place.folder) for source in sources for place in places_of(source) if is_needed(source, place)
    )


class _Exporter:
    """Writes the metrics file, if one is configured, with each heartbeat: its age shows whether the daemon lives.

    What costs a look at store and folders is measured in the worker's thread, which owns the store, and only after
    it has worked.
    """

    def __init__(self, emit: Emit) -> None:
        self.problem: str | None = None
        self._emit = emit
        self._file: MetricsFile | None = None
        self._figures: Figures | None = None
        self._exported = float("-inf")
        self._measured = -1  # how far the worker was then
        self._measuring = False

    def export(self, daemon: Daemon, state: DaemonState) -> None:
        """Writes the file, when it is time."""
        now = time.monotonic()
        if daemon.running is None or now - self._exported < _PAUSE:
            return
        self._open(daemon.running.config.log.metrics_file)
        if self._file is None:
            return
        self._exported = now
        if self._measuring or self._measured == daemon.worker.ticks:
            self._write(state)
        else:
            self._measuring = True
            daemon.alarms.after("measure", 0, partial(self._measure, daemon, state))

    def end(self) -> None:
        """Leaves the last figures, without a daemon."""
        if self._file is not None:
            self._write(None)

    def _open(self, path: Path | None) -> None:
        if path is None:
            self._file = self.problem = None
        elif self._file is None or self._file.path != path:
            self._file = MetricsFile(path)

    def _measure(self, daemon: Daemon, state: DaemonState) -> None:
        before = self.problem
        try:
            self._measured = daemon.worker.ticks
            if daemon.running is not None:
                self._figures = figures_of(health_of(daemon.running.engine, (), state, daemon.running.config))
                self._write(state)
            if self.problem != before:
                daemon.wake()  # status is to know now, not with the next heartbeat
        except MemsyncdError as problem:
            self._emit("metrics.unmeasured", status="failed", reason=str(problem))
        finally:
            self._measuring = False

    def _write(self, state: DaemonState | None) -> None:
        if self._figures is None or self._file is None:
            return
        daemon = daemon_figures(state) if state else None
        try:
            self._file.write(exposition(self._figures, version=__version__, now=time.time(), daemon=daemon))
            self.problem = None
        except FileError as problem:
            self.problem = safe(in_words(problem))
            self._emit("metrics.unwritten", status="failed", reason=self.problem)
