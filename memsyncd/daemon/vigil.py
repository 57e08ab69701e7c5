"""What a heartbeat looks at: whether a clock was set or the machine slept, and whether work moves on."""

from __future__ import annotations

from typing import Final

from memsyncd.daemon.outside import Clock

_JUMP: Final = 5.0
"""Seconds by which wall clock and monotonic clock may drift apart between two looks before it is a jump."""

_STUCK: Final = 600.0
"""Seconds without progress after which work counts as stuck."""


class Drift:
    """How far the wall clock is from the one that only goes forward."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen = self._now()

    def jump(self) -> float:
        """Seconds by which the wall clock jumped since the last look; 0 when it did not."""
        now = self._now()
        moved, self._seen = now - self._seen, now
        return moved if abs(moved) > _JUMP else 0.0

    def _now(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()


class Progress:
    """Whether work moves on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._moved = (clock.monotonic(), 0)  # when it last did, and how far it was then

    def goes_on(self, *, busy: bool, ticks: int) -> bool:
        """Whether there is no work, or it has moved on lately; ``ticks`` grow as it does."""
        now, (since, before) = self._clock.monotonic(), self._moved
        if not busy or ticks != before:
            self._moved = (now, ticks)
            return True
        return now - since < _STUCK
