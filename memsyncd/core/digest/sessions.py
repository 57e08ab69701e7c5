"""The facts of each session of a day: when it ran, with which models, and how much was said."""

from __future__ import annotations

from msgspec import Struct

from memsyncd.core.transitions import answering_model
from memsyncd.model import Day, Millis


class SessionFacts(Struct):
    """One session while its day is counted."""

    session: str
    start: Millis
    end: Millis
    messages: int = 0
    calls: int = 0
    machine_only: bool = True  # nothing but machine traffic
    models: dict[tuple[str, str], None] = {}  # in the order of their first answer


def session_facts(day: Day) -> list[SessionFacts]:
    """Every session that the day names, by start; machine traffic counts only where there is nothing else."""
    found: dict[str, SessionFacts] = {}
    for turn in day.turns:
        if turn.kind != "noise":
            facts = _seen(found, turn.session, turn.at)
            facts.messages += turn.kind == "talk"
            if (model := answering_model(turn)) and model not in facts.models:
                facts.models[model] = None
    for tool in day.tools:
        _seen(found, tool.session, tool.at).calls += 1
    for event in day.events:
        _seen(found, event.session, event.at)
    return sorted([*found.values(), *_machine_only(day, found)], key=lambda facts: (facts.start, facts.session))


def _seen(found: dict[str, SessionFacts], session: str, at: Millis) -> SessionFacts:
    facts = found.get(session)
    if facts is None:
        facts = found[session] = SessionFacts(session=session, start=at, end=at, machine_only=False)
    elif at > facts.end:
        facts.end = at
    elif at < facts.start:
        facts.start = at
    return facts


def _machine_only(day: Day, found: dict[str, SessionFacts]) -> list[SessionFacts]:
    rest: dict[str, SessionFacts] = {}
    for turn in day.turns:
        if turn.kind == "noise" and turn.session not in found:
            _seen(rest, turn.session, turn.at).machine_only = True
    return list(rest.values())
