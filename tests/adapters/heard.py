"""What a watcher told, and ways to wait for it that end as soon as it is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 20.0  # seconds; only a failing test waits that long


class Heard:
    """Takes what is told."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.paths: list[Path] = []

    def __call__(self, path: Path) -> None:
        with self._told:
            self.paths.append(path)
            self._told.notify_all()

    def wait_for(self, *paths: Path) -> None:
        """Returns when all of ``paths`` have been told."""
        with self._told:
            assert self._told.wait_for(lambda: set(paths) <= set(self.paths), PATIENCE), (paths, self.paths)

    def forget(self) -> None:
        with self._told:
            self.paths.clear()


def until(true: Callable[[], object]) -> None:
    """Returns when ``true`` says so, for what tells nobody that it happened."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        pause.wait(0.005)


def unsaid(event: str, /, **fields: object) -> None:
    """A log that nobody reads."""
