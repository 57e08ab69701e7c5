"""The ledger: what a run adds to the state file beside its days: its time, its failures, its writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from memsyncd.adapters.state import Failure, SecondLook, State
from memsyncd.errors import MemsyncdError
from memsyncd.sync.publish import DayReport
from memsyncd.sync.runs import RunReport

Clean = Callable[[str], str]
"""Takes the secrets out of a text."""

_UNUSED = frozenset({"absent", "off"})


def enter(state: State, report: RunReport, look: SecondLook, *, now: str, whole: bool, clean: Clean) -> None:
    """Adds a run that ended at the instant ``now``; ``look`` says how the second detector fared.

    ``whole``: it went through all logs and all days. Only such a run, without any failure, ends earlier errors.
    """
    days = report.days
    good = [day.date for day in days if day.action not in ("failed", "refused", "keep") and day.messages]
    state.last_run = now
    state.last_successful_date = max([*good, *filter(None, [state.last_successful_date])], default=None)
    _enter_look(state, look, now)
    _enter_writes(state, days, now)
    _enter_failed_days(state, days, now, clean)
    if report.failures:
        enter_error(state, report.failures[0], now=now, clean=clean)
    elif whole and state.last_error:
        state.last_error.over = True


def enter_error(state: State, error: MemsyncdError, *, now: str, clean: Clean) -> None:
    """Adds an error as the last one."""
    failure = _failure(error, now=now, clean=clean)
    last = state.last_error
    if last and not last.over and (last.what, last.where, last.why) == (failure.what, failure.where, failure.why):
        failure.since = last.since
    state.last_error = failure


def _enter_look(state: State, look: SecondLook, now: str) -> None:
    # A run in which the second detector was not needed says nothing of how it fares.
    if look.status != "ready" or not state.second_detector or state.second_detector.status in _UNUSED:
        if look.status in ("ok", "failed"):
            look.at = now
        state.second_detector = look


def _enter_writes(state: State, days: Iterable[DayReport], now: str) -> None:
    writes = state.writes
    writes.since = writes.since or now
    for day in days:
        writes.made += day.written
        writes.avoided += day.spared


def _enter_failed_days(state: State, days: Iterable[DayReport], now: str, clean: Clean) -> None:
    failed: dict[str, dict[date, Failure]] = {}
    for day in days:
        if (here := failed.get(day.folder)) is None:
            here = failed[day.folder] = state.failures(Path(day.folder))
        if day.error is None:
            here.pop(day.date, None)
        else:
            first = here[day.date].since if day.date in here else now
            here[day.date] = _failure(day.error, now=now, clean=clean, since=first)


def _failure(error: MemsyncdError, *, now: str, clean: Clean, since: str = "") -> Failure:
    what, where, why, hint = (clean(part) for part in (error.what, error.where, error.why, error.hint))
    return Failure(what=what, where=where, why=why, hint=hint, since=since or now, at=now)
