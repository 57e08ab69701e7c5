"""Decides for each day whether its memory file is written, skipped or kept, and says why.

Pure: what the store knows, what was published and what is on disk come in, plans come out. A day never shrinks
because its logs are gone, and a file is written only when its input changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from memsyncd.core.days import by_day
from memsyncd.model import Action, DayPlan, Millis, PublishedDay


class DayFacts(Struct, frozen=True, kw_only=True):
    """What the store knows of a day, in numbers."""

    date: date
    messages: int
    removed: int  # messages that were counted once and have been taken back as noise
    revision: int  # of the batch that changed the day last


class DiskDay(Struct, frozen=True, kw_only=True):
    """What stands on disk for a day."""

    name: str  # the file that bears the day's block, or will
    exists: bool
    ours: bool  # it holds a block of ours
    messages: int | None = None  # the N that the block states
    damaged: bool = False  # its markers cannot be trusted; only trying to write says what is wrong with them


def facts_of_days(quarters: Iterable[tuple[Millis, int, int, int]], zone: ZoneInfo) -> dict[date, DayFacts]:
    """Adds up quarters of an hour (start, revision, messages, removed) to days of ``zone``, in order of date."""
    rows = sorted(quarters)
    found: dict[date, DayFacts] = {}
    for day, (_, revision, messages, removed) in zip(by_day((row[0] for row in rows), zone), rows, strict=True):
        old = found.get(day) or DayFacts(date=day, messages=0, removed=0, revision=0)
        found[day] = DayFacts(
            date=day,
            messages=old.messages + messages,
            removed=old.removed + removed,
            revision=max(old.revision, revision),
        )
    return found


def fingerprint(facts: DayFacts, *, zone: str, digest: str) -> str:
    """Names everything a block is made from: rows, zone and the version of the digest; 16 hex digits."""
    text = f"{facts.revision}\0{facts.messages}\0{zone}\0{digest}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def plan_days(
    facts: Mapping[date, DayFacts],
    recorded: Mapping[date, PublishedDay],
    disk: Mapping[date, DiskDay],
    *,
    zone: str,
    digest: str,
    wanted: Container[date] | None = None,
    again: bool = False,
) -> list[DayPlan]:
    """One plan for each day that is known or recorded, in order of date.

    ``wanted`` limits the days, None means all; ``disk`` has an entry for each of them. ``again`` renders days
    anew that are up to date; it does not let a day shrink (deleting the block from the file does).
    """
    plans = []
    for day in sorted(facts.keys() | recorded.keys()):
        if wanted is not None and day not in wanted:
            continue
        known = facts.get(day) or DayFacts(date=day, messages=0, removed=0, revision=0)
        mark = fingerprint(known, zone=zone, digest=digest)
        action, reason = _decide(known, recorded.get(day), disk[day], mark, again=again)
        plans.append(DayPlan(date=day, action=action, reason=reason, messages=known.messages, fingerprint=mark))
    return plans


def _decide(
    known: DayFacts, recorded: PublishedDay | None, disk: DiskDay, mark: str, *, again: bool
) -> tuple[Action, str]:
    if known.messages == 0 and known.removed == 0:
        # The store was lost and upstream has pruned the logs: the file is all that is left of the day.
        return ("keep", "its logs are gone") if recorded or disk.ours else ("skip", "no messages")
    if known.messages == 0 and not disk.ours:
        return "skip", "no messages"
    if not disk.exists:
        return "write", "the file is missing" if recorded else "new"
    if disk.damaged:
        return "write", "its markers are damaged"
    if not disk.ours:
        return "write", "the block is missing" if recorded else "new"
    stated = disk.messages or 0
    if known.messages + known.removed < stated:
        return "keep", f"the logs hold only {known.messages} of the {stated} messages in the file"
    if again:
        return "write", "asked for"
    if recorded is None:
        return "write", "not recorded"
    if recorded.fingerprint != mark:
        return "write", _what_changed(known, recorded)
    return "skip", "up to date"


def _what_changed(known: DayFacts, recorded: PublishedDay) -> str:
    more = known.messages - recorded.messages
    if more > 0:
        return f"{more} new message{'s' if more > 1 else ''}"
    return "changed" if more == 0 else f"{-more} fewer: noise taken back"
