"""How much was said, what it cost, and where contexts were compacted."""

from __future__ import annotations

from msgspec import Struct

from memsyncd.model import Day, Event, Usage


class Traffic(Struct, frozen=True, kw_only=True):
    """The counts of a day."""

    user: int  # messages
    assistant: int  # messages
    work: int  # steps of the agent without words
    usage: Usage  # of every answer, machine traffic included
    compactions: tuple[Event, ...]


def traffic_of(day: Day) -> Traffic:
    """Add up a day's messages, tokens and cost."""
    usages = [turn.usage for turn in day.turns if turn.usage is not None]
    user = sum(turn.kind == "talk" and turn.role == "user" for turn in day.turns)
    return Traffic(
        user=user,
        assistant=day.messages - user,
        work=sum(turn.kind == "work" for turn in day.turns),
        usage=Usage(
            input=sum(usage.input for usage in usages),
            output=sum(usage.output for usage in usages),
            cache_read=sum(usage.cache_read for usage in usages),
            cache_write=sum(usage.cache_write for usage in usages),
            cost=sum(usage.cost for usage in usages),
        ),
        compactions=tuple(event for event in day.events if event.kind == "compaction"),
    )
