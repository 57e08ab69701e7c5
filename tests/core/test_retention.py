"""Which versions of a memory file are worth keeping, and which of those kept may go."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.markers import parse
from memsyncd.core.merge import merge
from memsyncd.core.retention import Kind, Retention, Version, expired, holds_words, newest_first

DAY = 24 * 60 * 60 * 1000
NOW = 500 * DAY
HEADING = "# 2026-01-15 (Thursday)"
GENERATED = "*Auto-generated from 2 session messages*\n\n## Topics Covered\n- boats\n"
OURS = merge(None, GENERATED, base=None, heading=HEADING).data


def version(number: int, kind: Kind = "edited", *, age: float = 0, file: str = "2026-01-15.md") -> Version:
    """A version that was saved ``age`` days ago."""
    at = NOW - int(age * DAY)
    return Version(file=file, number=number, at=at, kind=kind, digest=f"{number:016}", key=f"{file}.{number}")


def gone(versions: list[Version], *, keep: int = 20, days: int = 365) -> list[int]:
    return sorted(version.number for version in expired(versions, Retention(versions=keep, days=days), NOW))


# --- what holds words ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OURS, False),
        (OURS.replace(b"\n", b"\r\n"), False),
        (OURS + b"\n \n", False),
        (OURS.removeprefix(HEADING.encode()), False),
        (OURS + b"mine\n", True),
        (b"mine\n" + OURS, True),
        (OURS.replace(b"2026", b"my 2026", 1), True),
        (OURS.replace(b"- boats", b"- boots"), True),
        (OURS.replace(b"- boats\n", b""), True),
        (OURS.rpartition(b"<!--")[0], True),
        (b"the agent's own\n", True),
        (GENERATED.encode() + b"*Review and edit this draft*\n", True),
    ],
)
def test_a_file_holds_words_unless_it_is_our_heading_and_our_untouched_block(data: bytes, words: bool) -> None:
    assert holds_words(parse(data), HEADING) is words


# --- golden cases ---


def test_within_number_and_age_all_stay() -> None:
    assert gone([version(number, age=300) for number in range(1, 21)]) == []


def test_the_oldest_above_the_number_go() -> None:
    assert gone([version(number) for number in (3, 1, 2, 5, 4)], keep=3) == [1, 2]


def test_those_past_their_days_go_and_one_on_the_edge_stays() -> None:
    assert gone([version(1, age=31), version(2, age=30), version(3, age=1)], days=30) == [1]


@pytest.mark.parametrize("kind", ["generated", "undone", "leftover"])
def test_the_newest_edited_version_stays_however_old_it_is(kind: Kind) -> None:
    versions = [version(1, age=900), version(2, age=800), version(3, kind, age=700), version(4, kind, age=1)]
    assert gone(versions) == [1, 3]
    assert gone(versions, keep=1) == [1, 3, 4]
    assert gone(versions, keep=0, days=0) == [1, 3, 4]


def test_without_an_edited_version_all_may_go() -> None:
    assert gone([version(1, "generated", age=9), version(2, "undone", age=8)], days=7) == [1, 2]


def test_each_file_is_counted_by_itself() -> None:
    sidecar = "2026-01-15-memsyncd.md"
    versions = [version(number, file=file) for number in (1, 2) for file in ("2026-01-15.md", sidecar)]
    left = [one for one in versions if one not in expired(versions, Retention(versions=1, days=9), NOW)]
    assert {(one.file, one.number) for one in left} == {("2026-01-15.md", 2), (sidecar, 2)}


def test_a_clock_that_was_set_back_does_not_make_new_versions_old() -> None:
    versions = [version(1, age=-700), version(2, age=-699), version(3, age=5)]
    assert gone(versions, keep=1) == [1, 2]


def test_versions_are_ordered_by_file_then_number_the_latest_day_first() -> None:
    versions = [version(2), version(10), version(1, file="2026-01-16.md"), version(9)]
    ordered = [(one.file, one.number) for one in newest_first(versions)]
    assert ordered == [("2026-01-16.md", 1), ("2026-01-15.md", 10), ("2026-01-15.md", 9), ("2026-01-15.md", 2)]


def test_a_version_bears_the_day_of_its_file() -> None:
    assert version(1, file="2026-01-15-memsyncd.md").day == date(2026, 1, 15)


# --- rules ---

kinds = st.sampled_from(["edited", "generated", "undone", "leftover"])
files = st.sampled_from(["2026-01-15.md", "2026-01-15-memsyncd.md", "2026-01-16.md"])
shelves = st.lists(
    st.builds(
        version,
        st.integers(1, 60),
        kinds,
        age=st.floats(-3, 900, allow_nan=False, allow_infinity=False),
        file=files,
    ),
    max_size=60,
    unique_by=lambda one: (one.file, one.number),
)
policies = st.builds(Retention, versions=st.integers(0, 12), days=st.integers(0, 400))


@given(shelves, policies)
def test_what_stays_is_few_and_young_or_the_newest_edited(versions: list[Version], policy: Retention) -> None:
    out = expired(versions, policy, NOW)
    stay = [one for one in versions if one not in out]
    assert len(out) + len(stay) == len(versions)
    for file in {one.file for one in versions}:
        edited = [one for one in versions if one.file == file and one.kind == "edited"]
        newest = max(edited, key=lambda one: one.number, default=None)
        kept = [one for one in stay if one.file == file]
        assert newest is None or newest in kept
        assert len(kept) <= max(policy.versions, newest is not None)
        assert all(one is newest or NOW - one.at <= policy.days * DAY for one in kept)


@given(shelves, policies)
def test_nothing_goes_while_something_older_of_the_file_stays(versions: list[Version], policy: Retention) -> None:
    young = [one for one in versions if NOW - one.at <= policy.days * DAY]
    out = expired(young, policy, NOW)
    for one in out:
        older = [other for other in young if other.file == one.file and other.number < one.number]
        assert all(other in out or other.kind == "edited" for other in older)


@given(shelves, policies)
def test_what_stayed_once_stays_when_nothing_changes(versions: list[Version], policy: Retention) -> None:
    out = expired(versions, policy, NOW)
    assert expired([one for one in versions if one not in out], policy, NOW) == []
