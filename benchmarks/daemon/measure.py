"""What is measured of a running daemon, each in a way that the daemon cannot notice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.daemon.place import Place
from benchmarks.daemon.process import Process
from tests.builders import Transcript

_LOOK = 0.001  # seconds between two looks at a file
_PATIENCE = 60.0
_QUIET_AFTER = 5.0  # seconds without a write after which a burst is over; more than the quiet time


class Idle(Struct, frozen=True):
    """What doing nothing costs."""

    core: float  # per cent of one
    wakeups: float  # a second
    megabytes: float


def idle(process: Process, seconds: float) -> Idle:
    """Watches a daemon that has nothing to do."""
    cpu, wakeups, began = process.cpu(), process.wakeups(), time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - began
    core = 100 * (process.cpu() - cpu) / passed
    return Idle(core, (process.wakeups() - wakeups) / passed, process.megabytes())


def delays(place: Place, times: int) -> list[float]:
    """Seconds from an append to the day's new file on the disk, for so many appends, one after the other."""
    found = []
    for talk in place.rng.choices(place.talks, k=times):
        path = place.memory(talk)
        before = _identity(path)
        began = time.perf_counter()
        place.say(talk)
        _until(partial(_changed, path, before), f"{path.name} was not written")
        found.append(time.perf_counter() - began)
        time.sleep(0.05)  # for what the daemon does after a file
    return found


def everywhere(place: Place, process: Process, appends: int, a_second: float) -> int:
    """Appends to all sessions in turn, until each day was published; returns how many days that were."""
    list(process.events())
    published: set[str] = set()

    def all_there() -> bool:
        published.update(event["day"] for event in process.events() if event["event"] == "day.published")
        return len(published) == len(days)

    order = [place.talks[number % len(place.talks)] for number in range(appends)]
    days = {place.memory(talk).stem for talk in order}
    Random(1).shuffle(order)
    _spread(order, appends / a_second, place.say)
    _until(all_there, "not every day was published")
    return len(published)


def burst(place: Place, process: Process, appends: int, seconds: float) -> tuple[int, float]:
    """Appends without a pause; how often the file written most often was written, and how long it really took."""
    list(process.events())
    order = place.rng.choices(place.talks, k=appends)
    last = {place.memory(talk).stem for talk in place.talks}
    began = time.monotonic()
    _spread(order, seconds, place.say)
    quiet, writes = time.monotonic(), Counter[str]()
    took = quiet - began
    while time.monotonic() - quiet < _QUIET_AFTER:
        for event in process.events():
            if event["event"] == "day.published":
                writes[event["day"]] += 1
                quiet = time.monotonic()
        time.sleep(0.1)
    if set(writes) != last:
        raise SystemExit(f"only {sorted(writes)} of {sorted(last)} were written")
    return max(writes.values()), took


def _spread(order: list[Transcript], seconds: float, say: Callable[[Transcript], None]) -> None:
    began = time.monotonic()
    for number, talk in enumerate(order):
        say(talk)
        if (ahead := began + seconds * number / len(order) - time.monotonic()) > 0:
            time.sleep(ahead)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _changed(path: Path, before: tuple[int, int]) -> bool:
    return _identity(path) != before


def _until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SystemExit(otherwise)
        time.sleep(_LOOK)
