from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memsyncd.core.days import QUARTER, by_day, date_of, day_bounds, day_start, days_between, time_of_day

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Beirut",
)
HOUR = 3_600_000

zones = st.sampled_from(ZONES).map(ZoneInfo)
dates = st.dates(date(2000, 1, 1), date(2060, 1, 1))
instants = st.integers(min_value=946_684_800_000, max_value=2_840_140_800_000)


def at(text: str, zone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-01-15", 24)],
    ids=["spring", "autumn", "plain"],
)
def test_a_day_has_the_hours_that_the_clock_shows(day: str, hours: int) -> None:
    start, end = day_bounds(date.fromisoformat(day), ZoneInfo("Europe/Berlin"))
    assert end - start == hours * HOUR


def test_a_skipped_date_has_no_hours() -> None:
    """Samoa went from 29 to 31 December 2011."""
    start, end = day_bounds(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
    assert start == end


def test_a_skipped_midnight_starts_the_day_at_the_jump() -> None:
    """Beirut's clocks go from 00:00 to 01:00."""
    start = day_start(date(2026, 3, 29), ZoneInfo("Asia/Beirut"))
    assert time_of_day(start, ZoneInfo("Asia/Beirut")) == "01:00"
    assert date_of(start - 1, ZoneInfo("Asia/Beirut")) == date(2026, 3, 28)


def test_a_midnight_that_comes_twice_starts_the_day_once() -> None:
    """Havana's clocks go from 01:00 back to 00:00."""
    zone = ZoneInfo("America/Havana")
    start, end = day_bounds(date(2026, 11, 1), zone)
    assert end - start == 25 * HOUR
    assert date_of(start - 1, zone) == date(2026, 10, 31)


def test_a_millisecond_parts_two_days() -> None:
    zone = ZoneInfo("Europe/Berlin")
    midnight = at("2026-01-16T00:00:00", "Europe/Berlin")
    assert [date_of(midnight + d, zone).day for d in (-1, 0)] == [15, 16]


@given(dates, zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    start, end = day_bounds(day, zone)
    assert start <= end == day_start(day + timedelta(days=1), zone)


@given(instants, zones)
@example(at("2026-10-25T02:30:00", "Europe/Berlin"), ZoneInfo("Europe/Berlin"))
def test_an_instant_lies_within_the_bounds_of_its_day(instant: int, zone: ZoneInfo) -> None:
    start, end = day_bounds(date_of(instant, zone), zone)
    assert start <= instant < end


@given(st.lists(instants, max_size=20), zones)
def test_many_instants_get_the_days_that_each_would_get_alone(many: list[int], zone: ZoneInfo) -> None:
    near = [1_768_435_200_000 + instant % (5 * 24 * HOUR) for instant in many]
    assert by_day(near, zone) == [date_of(instant, zone) for instant in near]


@given(dates, zones)
def test_days_start_on_a_quarter_of_an_hour(day: date, zone: ZoneInfo) -> None:
    """The store counts in quarters; a quarter that belonged to two days would be counted for both."""
    assert day_start(day, zone) % QUARTER == 0


def test_a_span_of_days_includes_both_ends() -> None:
    assert list(days_between(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(days_between(date(2026, 3, 1), date(2026, 2, 27))) == []


def test_the_time_of_day_is_that_of_the_zone() -> None:
    noon = round(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1000)
    assert [time_of_day(noon, ZoneInfo(zone)) for zone in ("UTC", "Europe/Berlin")] == ["12:00", "14:00"]
