"""The lives of the daemon, one after the other, and what was seen of each."""

from __future__ import annotations

import signal
import statistics
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.daemon.process import NOT_JSON, NotReady, Process

_AT_LEAST = 8  # samples at each end of a life that are compared
_READY = 60.0  # seconds
IN_TIME = 5.0  # seconds in which a daemon that is asked to ends


class Lives:
    """Starts, stops and kills the daemon; there is one at a time, or none."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._process: Process | None = None
        self._samples: list[tuple[int, int]] = []  # descriptors, threads beside those that watch a folder
        self.special = False  # whether this one has an environment of its own
        self.started = 0
        self.refused: list[str] = []  # why a start did not succeed
        self.bad_ends: list[str] = []  # of those that were asked to end
        self.slowest_end = 0.0
        self.growth = (0, 0)  # descriptors, threads: the most that a life had more at its end
        self.children: set[str] = set()
        self.events: Counter[str] = Counter()
        self.unexpected: list[str] = []  # reasons of work that ended in an error nobody foresaw
        self.paused: set[str] = set()  # folders into which nothing is written now

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.alive

    def start(self, more: Mapping[str, str] | None = None) -> None:
        """Starts one with ``more`` in its environment, and waits until it is ready."""
        self.launch(more)
        self.expect_ready()

    def launch(self, more: Mapping[str, str] | None = None) -> None:
        """Starts one, and does not wait."""
        self._process = Process({**self._environment, **(more or {})}, self._log)
        self._samples = []
        self.special = bool(more)
        self.started += 1

    def expect_ready(self) -> None:
        """Waits until the daemon is ready; one that never is gives way to another, as under a service manager."""
        for _ in range(2):
            if self._process is None:
                self.launch()
            if self._is_ready():
                return
            self.kill()

    def stop(self) -> None:
        """Asks it to end."""
        if self._process is None:
            return
        self._end_of_life()
        code, seconds = self._process.stop()
        self._read()
        self._process = None
        self.slowest_end = max(self.slowest_end, seconds)
        if code != 0 or seconds > IN_TIME:
            self.bad_ends.append(f"exit code {code} after {seconds:.1f} s")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._read()
            self._process = None

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.alive:
            self._process.send(number)

    def sample(self) -> None:
        """Counts what a daemon could leak."""
        if self._process is not None and self._process.alive:
            # A folder that was away when it began is watched at the end: one thread more, and no leak.
            threads = self._process.threads() - self._process.watches()
            self._samples.append((self._process.descriptors(), threads))
            self.children.update(self._process.children())
            self._read()

    def _is_ready(self) -> bool:
        assert self._process is not None
        self._samples = []  # what is counted while it starts is no measure
        try:
            self._process.ready(_READY)
        except NotReady as problem:
            self.refused.append(str(problem))
            return False
        return True

    def _end_of_life(self) -> None:
        """Compares what it held at the end with what it held at the beginning."""
        if len(self._samples) < 2 * _AT_LEAST:
            return
        part = max(_AT_LEAST, len(self._samples) // 4)
        first, last = zip(*self._samples[:part], strict=True), zip(*self._samples[-part:], strict=True)
        # Descriptors come and go while it works: what is leaked is there in most samples.
        more = [round(statistics.median(b) - statistics.median(a)) for a, b in zip(first, last, strict=True)]
        self.growth = (max(self.growth[0], more[0]), max(self.growth[1], more[1]))

    def _read(self) -> None:
        if self._process is None:
            return
        for event in self._process.events():
            self.events[event["event"]] += 1
            self._note_pause(event)
            if reason := _unexpected(event):
                self.unexpected.append(f"{event['event']}: {reason}")

    def _note_pause(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "daemon.started":
                self.paused.clear()
            case "publish.paused":
                self.paused.add(event["folder"])
            case "publish.resumed":
                self.paused.discard(event["folder"])


def _unexpected(event: Mapping[str, Any]) -> str | None:
    """Why a line tells of an error that nobody foresaw; None when it does not."""
    if event["event"] == "thread.crashed":
        # libfaketime makes time.sleep fail, and with it watchdog's thread: a trouble more, and a welcome one.
        faked = "time.sleep(" in event["exception"] and "Invalid argument" in event["exception"]
        return None if faked else str(event["exception"])
    return str(event["reason"]) if event["event"] in ("job.failed", NOT_JSON) else None
