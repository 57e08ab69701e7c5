"""Carries a plan out, waits for quiet, and hands over what there is to look at."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.soak import compare
from benchmarks.soak.clock import FakeClock
from benchmarks.soak.edits import Person
from benchmarks.soak.lives import Lives
from benchmarks.soak.logs import DAY_FILES
from benchmarks.soak.place import RECONCILE, Place
from benchmarks.soak.plan import EDIT, LOG_STEPS, Step, plan
from benchmarks.soak.troubles import Troubles

PATIENCE = 90.0  # seconds: a heartbeat, a sweep, and a wait after a failure
_QUIET = 2 * RECONCILE + 2  # seconds in which nothing may be written any more

Looks = dict[Path, tuple[int, int]]


class Soak:
    """One soak: ``run`` it, then look at what it holds."""

    def __init__(self, place: Place, seed: int, seconds: float) -> None:
        self.place = place
        self.lives = Lives(place.environment, place.log)
        self.person = Person()
        self.done: Counter[str] = Counter()  # step → how often
        self.settled = 0.0  # seconds from the last step to the last change of a memory file
        self.shrunk: list[str] = []  # days that stated more messages once
        self._troubles = Troubles(place, self.lives, FakeClock(place.root / "clock"))
        self.left_out = self._troubles.left_out
        self._steps = plan(seed, seconds, self._troubles.can)
        self._stated: dict[str, int] = {}

    def run(self) -> None:
        """Does every step, be it late, and ends when nothing happens any more."""
        try:
            self.lives.start()
            began = time.monotonic()
            for step in self._steps:
                _sleep_until(began + step.at)
                self._do(step)
            self._settle()
            self.lives.stop()
        finally:
            self.lives.kill()

    def unlike(self, fresh: Path) -> list[str]:
        """What is not as in ``fresh``, which a catch-up made of the same logs: days, and messages that miss."""
        keeps, loses = self.place.keeps, self.place.loses
        days = compare.differing(self.place.memory(keeps), fresh / f"memory-{keeps.name}")
        there = compare.known(fresh / "state", loses.name).keys()
        missing = sorted(there - compare.known(self.place.state, loses.name).keys())
        return [*days, *(f"Note {number}" for number in missing)]

    # --- steps ---

    def _do(self, step: Step) -> None:
        rng = Random(step.seed)
        if step.what in LOG_STEPS:
            agent = rng.choice([agent for agent in self.place.agents if not agent.away])
            self.done[agent.do(step.what, rng)] += 1
        elif step.what == EDIT:
            self._edit(rng)
        elif step.end:
            self._troubles.end(step.what, rng)
        else:
            self.done[step.what] += 1
            self._troubles.begin(step.what, rng)
        self.lives.sample()

    def _edit(self, rng: Random) -> None:
        self._note_stated()
        path = self.place.memory(rng.choice(self.place.agents)) / rng.choice(DAY_FILES)
        if self.place.disk.takes(path):
            self.done[EDIT] += self.person.edit(path, rng)

    def _note_stated(self) -> None:
        """A day that says that it is made from fewer messages than before has shrunk."""
        for name, number in compare.stated(self.place.memory(self.place.loses)).items():
            if number < self._stated.get(name, 0):
                self.shrunk.append(f"{name}: {number} after {self._stated[name]}")
            self._stated[name] = number

    # --- the end ---

    def _settle(self) -> None:
        """Waits until the daemon has brought everything up to date by itself, and writes nothing any more."""
        for agent in self.place.agents:
            agent.finish()
        began = time.monotonic()
        fresh = self.place.fresh("at-quiet")
        while time.monotonic() - began < PATIENCE and self.unlike(fresh):
            self._wait()
        self.settled = time.monotonic() - began
        files, since = self._files(), time.monotonic()
        while time.monotonic() - since < _QUIET and time.monotonic() - began < PATIENCE + _QUIET:
            self._wait()
            if (now := self._files()) != files:
                files, since = now, time.monotonic()
                self.settled = since - began
        self._note_stated()

    def _wait(self) -> None:
        time.sleep(0.5)
        self.lives.sample()

    def _files(self) -> Looks:
        paths = [path for agent in self.place.agents for path in self.place.memory(agent).iterdir()]
        return {path: (found.st_ino, found.st_mtime_ns) for path in paths if (found := path.stat())}


def _sleep_until(instant: float) -> None:
    if (ahead := instant - time.monotonic()) > 0:
        time.sleep(ahead)
