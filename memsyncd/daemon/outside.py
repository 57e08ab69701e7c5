"""What the daemon needs of the world around it, and what that asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from memsyncd.adapters.watcher import WatchState


class Clock(Protocol):
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward, and stands while the machine sleeps."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""


class Watch(Protocol):
    """Tells of changes below folders; ``adapters.watcher`` has the real one."""

    def watch(self, roots: Iterable[Path], trees: Iterable[Path] = ()) -> None:
        """Watches these folders from now on, the trees with all below them."""

    def check(self, now: float) -> list[str]:
        """Puts right what is wrong with watching; why changes may have been missed, if so."""

    def missed(self, root: Path, count: int) -> None:
        """A sweep saw changes below a folder that were not told."""

    def state(self) -> WatchState:
        """How watching goes."""

    def close(self) -> None:
        """Ends watching."""


class Wants(Struct):
    """What signals and the worker ask of the main thread."""

    stop: bool = False
    reload: bool = False
    catch_up: bool = False
    restart: bool = False  # the sources are others now
