"""Model transitions: two consecutive answers by different models.

Only answers are evidence. OpenClaw also logs a model change at the start of every file and a model snapshot
with every attempt, and most of those are no switch that anybody made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from memsyncd.model import Transition, Turn

Model: TypeAlias = tuple[str, str]  # (provider, model)

_NOT_A_MODEL = frozenset({"openclaw", "clawdbot"})  # the provider of lines that the gateway itself wrote


def answering_model(turn: Turn) -> Model | None:
    """The model that gave this answer; None when the turn is no answer of a model."""
    if turn.role != "assistant" or turn.kind == "noise" or not turn.provider or not turn.model:
        return None
    return None if turn.provider in _NOT_A_MODEL else (turn.provider, turn.model)


def transitions(turns: Sequence[Turn], earlier_models: Mapping[str, Model]) -> list[Transition]:
    """The model transitions of a day, in the order of its turns.

    ``turns`` are in the order of time; ``earlier_models`` names the model that a session last used before them.
    Answers are compared inside their own session, so that sessions which take turns do not seem to switch at
    every step. The first answer of a session without an earlier model is compared with the latest answer of any
    other session; such a transition is marked ``across``.
    """
    found: list[Transition] = []
    last = dict(earlier_models)
    latest: Model | None = None
    for turn in turns:
        after = answering_model(turn)
        if after is None:
            continue
        known = turn.session in last
        before = last[turn.session] if known else latest
        if before is not None and before != after:
            found.append(
                Transition(at=turn.at, session=turn.session, before=before, after=after, across=not known)
            )
        last[turn.session] = latest = after
    return found
