"""When what changed is due: after a quiet time, at the latest after a ceiling.

Pure: instants are seconds of a clock that only goes forward, and are passed in. Nothing is lost: what is taken out
for work and changes meanwhile is marked anew.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from msgspec import Struct

Key = TypeVar("Key", bound=Hashable)


class Pace(Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds."""

    quiet: float  # after the last change
    ceiling: float  # after the first change that was not dealt with, at the latest


class Settling(Generic[Key]):
    """What changed and is not dealt with yet. Not for several threads at once."""

    def __init__(self) -> None:
        self._marks: dict[Key, tuple[float, float, Pace]] = {}
        self._failures: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._marks)

    def __contains__(self, key: Key) -> bool:
        return key in self._marks

    def mark(self, key: Key, now: float, pace: Pace) -> None:
        """Notes a change of ``key``; the newest pace counts. One that waits after a failure goes on waiting."""
        if key in self._marks and key in self._failures:
            return
        first = self._marks[key][0] if key in self._marks else now
        self._marks[key] = (first, now, pace)

    def due_at(self) -> float | None:
        """The instant at which something is due; None when nothing waits."""
        return min(map(_due, self._marks.values()), default=None)

    def take(self, now: float) -> list[Key]:
        """Takes out what is due, the longest waiting first."""
        due = [key for key, mark in self._marks.items() if _due(mark) <= now]
        due.sort(key=lambda key: self._marks[key][0])
        for key in due:
            del self._marks[key]
        return due

    def take_all(self) -> list[Key]:
        """Takes out everything, due or not."""
        return self.take(float("inf"))

    def failed(self, key: Key, now: float, *, delay: float, longest: float) -> float:
        """Puts back what could not be dealt with; each time in a row it waits twice as long. Returns the wait."""
        times = self._failures.get(key, 0)
        self._failures[key] = times + 1
        wait = min(longest, delay * 2.0**times)
        self._marks[key] = (now, now, Pace(quiet=wait, ceiling=wait))
        return wait

    def done(self, key: Key) -> None:
        """Forgets earlier failures of ``key``."""
        self._failures.pop(key, None)


def _due(mark: tuple[float, float, Pace]) -> float:
    first, last, pace = mark
    return min(last + pace.quiet, first + pace.ceiling)
