"""What a soak does, drawn from a seed: which step at which second. Pure; carrying it out is ``run``'s work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from msgspec import Struct

LOG_STEPS: Final = {
    "append": 40,
    "append half a line": 4,
    "begin": 10,
    "rewrite": 5,
    "reset": 5,
    "archive": 3,
    "compact": 3,
    "index": 3,
    "truncate": 4,
    "delete": 4,
}
"""What happens to the logs, and how often."""

EDIT: Final = "edit"
_EDITS = 9

TROUBLES: Final = (
    "restart",
    "kill",
    "stop and continue",
    "reload",
    "wrong configuration",
    "catch up now",
    "logs vanish",
    "full disk",
    "kill on a full disk",
    "read-only disk",
    "clock ahead",
    "clock back",
)
"""What happens to the daemon and its surroundings. Each has a beginning and an end."""

_A_SECOND = 8  # small steps
_SLOT = (2.0, 6.0)  # seconds for a trouble and the calm after it
_LASTS = 0.6  # of the slot


class Step(Struct, frozen=True):
    """One thing to do."""

    at: float  # seconds after the beginning
    what: str
    seed: int  # of everything that is drawn while it is done
    end: bool = False  # of a trouble


def plan(seed: int, seconds: float, troubles: Sequence[str] = TROUBLES) -> list[Step]:
    """The steps in the order of time; every trouble comes once before one comes again."""
    rng = Random(seed)
    steps = [*_small(rng, seconds), *_troubles(rng, seconds, troubles)]
    return sorted(steps, key=lambda step: step.at)


def _small(rng: Random, seconds: float) -> Iterator[Step]:
    chances = {**LOG_STEPS, EDIT: _EDITS}
    for what in rng.choices(list(chances), list(chances.values()), k=int(seconds * _A_SECOND)):
        yield Step(rng.uniform(0, seconds), what, rng.getrandbits(32))


def _troubles(rng: Random, seconds: float, troubles: Sequence[str]) -> Iterator[Step]:
    slot = min(max(seconds / len(troubles), _SLOT[0]), _SLOT[1])
    for number in range(int(seconds / slot)):
        if number % len(troubles) == 0:
            order = rng.sample(troubles, len(troubles))
        what, draw = order[number % len(troubles)], rng.getrandbits(32)
        yield Step(number * slot, what, draw)
        yield Step((number + _LASTS) * slot, what, draw, end=True)
