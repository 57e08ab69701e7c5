"""Comparing days with messages with the files on disk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.compare import GAPS, STATUSES, DayFile, SparseRule, compare_days, coverage

RULE = SparseRule(size=1024, per_message=5)
DAY = date(2026, 1, 15)


def status(messages: int, *files: DayFile) -> str:
    (day,) = compare_days({DAY: messages}, {DAY: files} if files else {}, RULE).days
    return day.status


def foreign(size: int, name: str = "2026-01-15.md") -> DayFile:
    return DayFile(name=name, size=size)


def ours(stated: int, size: int = 400, name: str = "2026-01-15.md") -> DayFile:
    return DayFile(name=name, size=size, stated=stated)


def test_a_day_with_messages_and_no_file_is_missing() -> None:
    assert status(1) == "missing"


@pytest.mark.parametrize(("size", "expected"), [(0, "sparse"), (1023, "sparse"), (1024, "ok")])
def test_a_file_that_is_not_ours_is_sparse_below_1024_bytes(size: int, expected: str) -> None:
    assert status(3, foreign(size)) == expected


@pytest.mark.parametrize(("size", "expected"), [(4999, "sparse"), (5000, "ok")])
def test_a_busy_day_needs_five_bytes_a_message(size: int, expected: str) -> None:
    assert status(1000, foreign(size)) == expected


def test_our_block_made_from_all_messages_is_never_sparse() -> None:
    assert status(1000, ours(1000, size=60)) == "ok"


def test_our_block_made_from_fewer_messages_is_stale_whatever_its_size() -> None:
    assert status(43, ours(42, size=9000)) == "stale"


def test_our_block_made_from_more_messages_than_the_logs_still_hold_is_ok() -> None:
    assert status(12, ours(42)) == "ok"


def test_our_sidecar_counts_beside_a_large_foreign_daily_file() -> None:
    assert status(20, foreign(8000), ours(20, name="2026-01-15-memsyncd.md")) == "ok"
    assert status(20, foreign(8000), ours(19, name="2026-01-15-memsyncd.md")) == "stale"


def test_the_larger_of_two_foreign_files_counts() -> None:
    assert status(3, foreign(10), foreign(4000, "2026-01-15-memsyncd.md")) == "ok"


def test_a_file_that_cannot_be_read_is_a_gap() -> None:
    assert status(3, DayFile(name="2026-01-15.md", size=0, problem="it is a symlink")) == "unreadable"
    assert "unreadable" in GAPS


def test_a_readable_file_counts_beside_one_that_cannot_be_read() -> None:
    assert status(3, DayFile(name="2026-01-15-memsyncd.md", size=0, problem="denied"), foreign(2000)) == "ok"


def test_a_file_without_messages_is_no_gap_and_does_not_count_for_coverage() -> None:
    broken = DayFile(name="2026-01-16.md", size=0, problem="denied")
    found = compare_days({}, {DAY: [foreign(10)], DAY + timedelta(days=1): [broken]}, RULE)
    assert found.count("file only") == 2
    assert (found.gaps, found.with_messages, found.coverage) == (0, 0, None)


def test_a_day_whose_messages_were_all_noise_is_not_listed() -> None:
    assert compare_days({DAY: 0}, {}, RULE).days == ()


def test_the_verdict_names_the_file_its_size_and_both_counts() -> None:
    (day,) = compare_days({DAY: 43}, {DAY: [ours(42)]}, RULE).days
    assert (day.file, day.size, day.messages, day.stated) == ("2026-01-15.md", 400, 43, 42)
    assert day.reason == "the block was made from 42 of 43 messages"


def test_both_limits_come_from_the_rule() -> None:
    rule = SparseRule(size=0, per_message=0)
    assert compare_days({DAY: 500}, {DAY: [foreign(0)]}, rule).count("ok") == 1


@pytest.mark.parametrize(
    ("covered", "days", "expected"),
    [(0, 0, None), (0, 3, 0.0), (1, 3, 33.3), (2, 3, 66.6), (9999, 10_000, 99.9), (3, 3, 100.0)],
)
def test_coverage_is_rounded_down_and_none_without_days(covered: int, days: int, expected: float | None) -> None:
    assert coverage(covered, days) == expected


days = st.integers(0, 40).map(lambda offset: DAY + timedelta(days=offset))
files = st.builds(
    DayFile,
    name=st.just("x.md"),
    size=st.integers(0, 20_000),
    stated=st.none() | st.integers(0, 300),
    problem=st.sampled_from(["", "denied"]),
)


@given(st.dictionaries(days, st.integers(0, 300)), st.dictionaries(days, st.lists(files, min_size=1, max_size=2)))
def test_every_day_has_one_verdict_and_the_counts_add_up(
    messages: dict[date, int], present: dict[date, list[DayFile]]
) -> None:
    found = compare_days(messages, present, RULE)
    listed = [day.date for day in found.days]
    assert listed == sorted({day for day, number in messages.items() if number} | present.keys())
    assert sum(found.count(one) for one in STATUSES) == len(listed)
    covered = [day for day in found.days if day.messages and day.status == "ok"]
    assert (found.coverage == 100.0) == (bool(covered) and len(covered) == found.with_messages and not found.gaps)
