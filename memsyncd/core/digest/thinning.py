"""Which of many lines to keep when there is room for some: spread over the whole, and stable when one is added.

Lines play a knockout in the order of time: neighbours meet, the one that says more goes on. A line's rank is
the round in which it lost, so dropping the lowest ranks thins a conversation evenly, and a line added at the
end disturbs only its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

_BITS = 20  # of a place that count; a day has fewer lines


def rounds(scores: Sequence[float]) -> list[int]:
    """For each line the round in which it loses to a neighbour; the first line never loses.

    Of two equal lines the earlier one goes on. The winner's round is one above the last.
    """
    lost = [0] * len(scores)
    players = list(range(len(scores)))
    level = 0
    while len(players) > 1:
        level += 1
        players = _round(players, scores, lost, level)
    if scores:
        lost[players[0]] = lost[0] = level + 1
    return lost


def spread(place: int) -> int:
    """A number for a place such that the smallest numbers, and the largest, lie evenly spread over all places."""
    return int(f"{place:0{_BITS}b}"[::-1], 2)


def _round(players: Sequence[int], scores: Sequence[float], lost: list[int], level: int) -> list[int]:
    winners = []
    for first, second in zip(players[::2], players[1::2], strict=False):
        winner, loser = (first, second) if scores[first] >= scores[second] else (second, first)
        lost[loser] = level
        winners.append(winner)
    return winners + ([players[-1]] if len(players) % 2 else [])
