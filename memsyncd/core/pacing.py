"""How long to wait between two sweeps, which look at every file whatever events told.

Pure: what the last sweep cost and found is passed in. A sweep that finds what no event told makes the next ones
come sooner, sweeps that find nothing make them rarer, and one that is dear makes them rarer still.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

_SOONEST: Final = 30.0  # seconds between two sweeps, unless the configuration asks for less
_RAREST: Final = 600.0  # likewise, unless it asks for more
_TRUSTED: Final = 3  # sweeps in a row that found nothing, before events are believed more
_SHARE: Final = 0.0005  # of a core that sweeps may use, in the long run
_BLINDEST: Final = 3600.0  # seconds between two sweeps, whatever one costs


class Sweep(Struct, frozen=True, kw_only=True):
    """What a sweep came to."""

    cost: float  # seconds of a core
    missed: int  # changes that no event had told


class Rhythm(Struct, frozen=True, kw_only=True):
    """When the next sweep is due; ``base`` is what the configuration asks for."""

    base: float  # seconds
    wanted: float  # seconds, whatever a sweep costs
    cost: float = 0.0  # of the last sweep, in seconds of a core
    clean: int = 0  # sweeps in a row that found nothing

    @classmethod
    def of(cls, base: float) -> Rhythm:
        """The rhythm of a daemon that has not swept yet."""
        return cls(base=base, wanted=base)

    @property
    def seconds(self) -> float:
        """Seconds to the next sweep."""
        return max(self.wanted, min(self.cost / _SHARE, _BLINDEST))

    def after(self, sweep: Sweep, *, heard: bool) -> Rhythm:
        """The rhythm after a sweep. ``heard``: events are expected from every folder, and none is polled.

        Where folders are polled it is the base: what polling has not seen yet was not missed, and what it has
        seen says nothing of events.
        """
        if not heard:
            return Rhythm(base=self.base, wanted=self.base, cost=sweep.cost)
        clean = 0 if sweep.missed else self.clean + 1
        return Rhythm(base=self.base, wanted=self._wanted(sweep, clean), cost=sweep.cost, clean=clean)

    def _wanted(self, sweep: Sweep, clean: int) -> float:
        if sweep.missed:
            return max(self.wanted / 2, min(self.base, max(self.base / 5, _SOONEST)))
        if clean < _TRUSTED:
            return self.wanted
        return min(self.wanted * 2, max(self.base, min(self.base * 2, _RAREST)))
