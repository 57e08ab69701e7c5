"""Which days a command means: the selectors of ``backfill`` and ``plan`` as a set of dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from msgspec import Struct

from memsyncd.cli.dates import DATE, Span, day_in, today_in
from memsyncd.cli.options import Invocation
from memsyncd.errors import UsageError
from memsyncd.sync.publish import Publisher

Function = TypeVar("Function", bound=Callable[..., Any])


class Selection(Struct, frozen=True, kw_only=True):
    """The selectors as given."""

    dates: tuple[date, ...] = ()
    today: bool = False
    since: date | None = None
    until: date | None = None
    every: bool = False
    incremental: bool = False

    @property
    def empty(self) -> bool:
        """Whether no selector was given."""
        return not (self.dates or self.today or self.since or self.until or self.every or self.incremental)


def day_selectors(function: Function) -> Function:
    """Adds ``DATE``, ``--date``, ``--today``, ``--since``, ``--until``, ``--all`` and ``--incremental``."""
    for option in (
        click.option("--incremental", is_flag=True, help="Only days whose logs changed since they were written."),
        click.option("--all", "every", is_flag=True, help="Every day that the logs know."),
        click.option("--until", type=DATE, metavar="D", help="Days up to this one."),
        click.option("--since", type=DATE, metavar="D", help="Days from this one on."),
        click.option("--today", is_flag=True, help="Today, in the configured time zone."),
        click.option("--date", "named", type=DATE, multiple=True, metavar="D", help="This day; may be repeated."),
        click.argument("dates", type=DATE, nargs=-1, metavar="[DATE]..."),
    ):
        function = option(function)
    return function


def selection_of(
    dates: Sequence[date],
    named: Sequence[date],
    *,
    today: bool,
    since: date | None,
    until: date | None,
    every: bool,
    incremental: bool,
) -> Selection:
    """The selectors as one record.

    Raises:
        UsageError: the span is empty, or ``--all`` was given together with another selector.
    """
    if since and until and since > until:
        raise UsageError("--since lies after --until", why=f"{since} is later than {until}")
    named_too = {"DATE": dates or named, "--today": today, "--since": since, "--until": until}
    others = [name for name, given in {**named_too, "--incremental": incremental}.items() if given]
    if every and others:
        raise UsageError("--all stands alone", why=f"it was given together with {', '.join(others)}")
    return Selection(
        dates=(*dates, *named), today=today, since=since, until=until, every=every, incremental=incremental
    )


def chosen(selection: Selection, known: Iterable[date], zone: str) -> Collection[date] | None:
    """The days that a selection means among ``known``; None means all of them.

    A day that is named is chosen whether or not anything is known of it, so that the answer can say so.
    """
    now = datetime.now(UTC)
    days = {day_in(day, zone, now) for day in selection.dates}
    if selection.today:
        days.add(today_in(zone, now))
    if selection.since or selection.until:
        first, last = Span(since=selection.since, until=selection.until).within(zone, now)
        days |= {day for day in known if first <= day <= last}
    elif not days:
        return None
    return days


def tell_unknown(
    call: Invocation, selection: Selection, publishers: Iterable[Publisher], found: Collection[date]
) -> None:
    """Says so when days that were asked for are none of those of which anything is known, ``found``."""
    now = datetime.now(UTC)
    zones = {publisher.target.zone for publisher in publishers}
    named = {day_in(day, zone, now) for zone in zones for day in selection.dates}
    for day in sorted(named.difference(found)):
        call.out.warn(f"{day}: the logs hold no messages of this day")
    if not (found or named or selection.empty):
        call.out.warn("the logs hold no messages of these days")
