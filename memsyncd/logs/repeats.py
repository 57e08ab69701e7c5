"""Tells news from repetition. Pure: instants are seconds of a clock that only goes forward, and are passed in."""

from __future__ import annotations

from collections.abc import Hashable

_MOST = 256  # keys remembered: memory stays small whatever goes wrong


class Repeats:
    """Lets the same thing through once in ``every`` seconds. Not for several threads at once."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._told: dict[Hashable, tuple[float, int]] = {}
        """When each was let through, and how often it was held back since; in the order of these times."""

    def news(self, key: Hashable, now: float) -> int | None:
        """How often ``key`` was held back since it was last let through; None: it is held back now."""
        since, held = self._told.get(key, (now - self._every, 0))
        if now - since < self._every:
            self._told[key] = (since, held + 1)
            return None
        self._told.pop(key, None)
        if len(self._told) >= _MOST:
            del self._told[next(iter(self._told))]
        self._told[key] = (now, 0)
        return held
