"""Calendar days as pairs of instants in an IANA zone, and the quarter hours that the store counts in.

Pure. A day begins at the first instant whose local date it bears and ends where the next one begins: 23, 24 or 25
hours, none for a date that a zone skipped. The days of a zone never overlap and leave no gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from memsyncd.model import Millis

QUARTER: Millis = 15 * 60 * 1000
"""All zones have used offsets of whole quarter hours since 1972, so that no quarter belongs to two days."""

_ONE = timedelta(days=1)
_LAST = date.max - _ONE


def day_start(day: date, zone: ZoneInfo) -> Millis:
    """The first instant of ``day`` in ``zone``."""
    # fold=0 reads a midnight that occurs twice as the first, and one that is skipped as the moment of the jump.
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return round(midnight.astimezone(UTC).timestamp()) * 1000


def day_bounds(day: date, zone: ZoneInfo) -> tuple[Millis, Millis]:
    """The instants of ``day``: from the first, included, to the second, excluded."""
    return day_start(day, zone), day_start(min(day, _LAST) + _ONE, zone)


def date_of(at: Millis, zone: ZoneInfo) -> date:
    """The day that an instant falls on."""
    day = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
    # Where clocks went back across midnight the local date steps back for a while; the bounds decide.
    while at < day_start(day, zone):
        day -= _ONE
    while at >= day_start(day + _ONE, zone):
        day += _ONE
    return day


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def by_day(instants: Iterable[Millis], zone: ZoneInfo) -> list[date]:
    """The day of each instant, in the given order; cheap for many instants of few days."""
    ordered = list(instants)
    if not ordered:
        return []
    days = list(days_between(date_of(min(ordered), zone), date_of(max(ordered), zone)))
    starts = [day_start(day, zone) for day in days]
    return [days[bisect_right(starts, at) - 1] for at in ordered]


def time_of_day(at: Millis, zone: ZoneInfo) -> str:
    """The local time of an instant as ``HH:MM``."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).strftime("%H:%M")
