"""Days on the command line: ``YYYY-MM-DD``, ``today`` and ``yesterday``, and spans of days. Looks at no logs."""

from __future__ import annotations

import os
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click
from msgspec import Struct

from memsyncd.adapters.zone import system_zone
from memsyncd.errors import UsageError
from memsyncd.model import Millis

Function = TypeVar("Function", bound=Callable[..., Any])

_WORDS: Final = {"today": 0, "yesterday": 1}
_FORM: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_LOOSE: Final = re.compile(r"(\d{4})[-/._ ]?(\d{1,2})[-/._ ]?(\d{1,2})", re.ASCII)
_MONTHS: Final = 12


class SpokenDate(date):
    """``today`` or ``yesterday``: the day by the machine's zone, until ``day_in`` is told which zone is meant."""

    days_ago: int


class DateType(click.ParamType):  # type: ignore[type-arg] # click 8.2 has no generic one
    """Turns ``YYYY-MM-DD``, ``today`` or ``yesterday`` into a date."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that ``value`` names; a usage error says what would be one."""
        if isinstance(value, date):
            return value
        text = str(value).strip()
        if text.lower() in _WORDS:
            return _spoken(_WORDS[text.lower()])
        if not _FORM.fullmatch(text):
            why = f"{text!r} is not a day: use YYYY-MM-DD, today or yesterday{_guess(text)}"
            raise click.BadParameter(why, ctx, param)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise click.BadParameter(f"{text} is not in the calendar{_of_month(text)}", ctx, param) from None


DATE = DateType()


class Span(Struct, frozen=True, kw_only=True):
    """The days from ``since`` to ``until``, both included; None leaves that end open."""

    since: date | None = None
    until: date | None = None

    def within(self, zone: str, now: datetime) -> tuple[date, date]:
        """First and last day, ``today`` and ``yesterday`` taken in ``zone`` at the instant ``now``."""
        return day_in(self.since or date.min, zone, now), day_in(self.until or date.max, zone, now)


def span_of(day: date | None = None, since: date | None = None, until: date | None = None) -> Span:
    """The span that ``--date``, ``--since`` and ``--until`` name together.

    Raises:
        UsageError: it is empty, or ``--date`` was given together with one of the others.
    """
    if day is not None and (since or until):
        raise UsageError("--date stands alone", why="it was given together with --since or --until")
    if since and until and since > until:
        raise UsageError("--since lies after --until", why=f"{since} is later than {until}")
    return Span(since=day or since, until=day or until)


def since_and_until(function: Function) -> Function:
    """Adds ``--since`` and ``--until``."""
    for option in (
        click.option("--until", type=DATE, metavar="D", help="Days up to this one."),
        click.option("--since", type=DATE, metavar="D", help="Days from this one on."),
    ):
        function = option(function)
    return function


def day_in(day: date, zone: str, now: datetime) -> date:
    """The day that is meant in ``zone``: a spoken one is counted back from ``now``, an aware datetime."""
    return today_in(zone, now) - timedelta(days=day.days_ago) if isinstance(day, SpokenDate) else day


def today_in(zone: str, now: datetime) -> date:
    """The day that it is in ``zone`` at the instant ``now``, an aware datetime."""
    return now.astimezone(ZoneInfo(zone)).date()


def local_iso(at: Millis, zone: ZoneInfo) -> str:
    """An instant as ISO-8601 with milliseconds and the offset of ``zone``."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).isoformat(timespec="milliseconds")


def _spoken(days_ago: int) -> SpokenDate:
    here = today_in(system_zone(os.environ).name, datetime.now(UTC))
    day = SpokenDate.fromordinal(here.toordinal() - days_ago)
    day.days_ago = days_ago
    return day


def _of_month(text: str) -> str:
    year, month = int(text[:4]), int(text[5:7])
    if not 1 <= month <= _MONTHS:
        return f": there is no month {text[5:7]}"
    return f": {text[:7]} has {monthrange(year, month)[1]} days" if year else ": there is no year 0"


def _guess(text: str) -> str:
    """Asks whether a date in another spelling was meant; empty when none can be made out."""
    found = _LOOSE.fullmatch(text)
    try:
        return f"; did you mean {date(*map(int, found.groups()))}?" if found else ""
    except ValueError:
        return ""
