"""How long the digest of a crowded day takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from msgspec.structs import replace

from memsyncd.core.render import render_block
from memsyncd.model import Day
from tests.gold.gold import Gold

TURNS = 1_000
ROUNDS = 7


def milliseconds(days: Sequence[Gold]) -> float:
    """Median processor time of digest and rendering for a day of a thousand turns in English."""
    day = crowded([gold for gold in days if gold.language == "en"])
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        render_block(day)
        taken.append(1_000 * (time.process_time() - began))
    return statistics.median(taken)


def crowded(days: Sequence[Gold]) -> Day:
    """The talk of many gold days put on the first one's date, a turn every minute."""
    talk = [turn for gold in days for turn in gold.day.turns if turn.kind == "talk"][:TURNS]
    first = days[0].day
    start = min(turn.at for turn in first.turns)
    return Day(
        date=first.date,
        zone=first.zone,
        turns=tuple(replace(turn, at=start + 60_000 * place) for place, turn in enumerate(talk)),
        tools=(),
        events=(),
        sessions={name: session for gold in days for name, session in gold.day.sessions.items()},
    )
