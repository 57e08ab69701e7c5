from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from memsyncd.core.days import day_start
from memsyncd.core.plan import DayFacts, DiskDay, facts_of_days, fingerprint, plan_days
from memsyncd.model import DayPlan, PublishedDay

DAY = date(2026, 1, 15)
HOUR = 3_600_000


def known(messages: int = 5, *, removed: int = 0, revision: int = 1) -> DayFacts:
    return DayFacts(date=DAY, messages=messages, removed=removed, revision=revision)


def mark(facts: DayFacts, **more: str) -> str:
    return fingerprint(facts, **{"zone": "UTC", "digest": "1", **more})


def recorded(facts: DayFacts, messages: int = 5) -> PublishedDay:
    return PublishedDay(file="f.md", fingerprint=mark(facts), block="b", messages=messages)


def disk(*, exists: bool = True, ours: bool = True, messages: int | None = 5) -> DiskDay:
    return DiskDay(name="f.md", exists=exists, ours=ours, messages=messages if ours else None)


def decide(facts: DayFacts | None, record: PublishedDay | None, found: DiskDay, **more: Any) -> DayPlan:
    options: dict[str, Any] = {"zone": "UTC", "digest": "1", **more}
    (plan,) = plan_days({DAY: facts} if facts else {}, {DAY: record} if record else {}, {DAY: found}, **options)
    return plan


ABSENT = disk(exists=False, ours=False)
FOREIGN = disk(ours=False)
DAMAGED = DiskDay(name="f.md", exists=True, ours=True, damaged=True)


@pytest.mark.parametrize(
    ("facts", "record", "found", "action", "reason"),
    [
        (known(), None, ABSENT, "write", "new"),
        (known(), None, FOREIGN, "write", "new"),
        (known(), None, disk(), "write", "not recorded"),
        (known(), recorded(known()), disk(), "skip", "up to date"),
        (known(), recorded(known()), ABSENT, "write", "the file is missing"),
        (known(), recorded(known()), FOREIGN, "write", "the block is missing"),
        (known(7, revision=2), recorded(known()), disk(), "write", "2 new messages"),
        (known(6, revision=2), recorded(known()), disk(), "write", "1 new message"),
        (known(5, revision=2), recorded(known()), disk(), "write", "changed"),
        (known(4, removed=1, revision=2), recorded(known()), disk(), "write", "1 fewer: noise taken back"),
        (known(), recorded(known()), DAMAGED, "write", "its markers are damaged"),
        (known(0), None, ABSENT, "skip", "no messages"),
        (known(0, removed=2), None, ABSENT, "skip", "no messages"),
        (known(0, removed=5, revision=2), recorded(known()), disk(), "write", "5 fewer: noise taken back"),
    ],
)
def test_each_case_has_its_action_and_reason(
    facts: DayFacts, record: PublishedDay | None, found: DiskDay, action: str, reason: str
) -> None:
    plan = decide(facts, record, found)
    assert (plan.action, plan.reason) == (action, reason)


def test_a_day_never_shrinks_because_its_logs_are_gone() -> None:
    plan = decide(known(3, revision=9), recorded(known()), disk())
    assert (plan.action, plan.reason) == ("keep", "the logs hold only 3 of the 5 messages in the file")


def test_a_day_does_not_shrink_either_when_the_record_is_lost_too() -> None:
    assert decide(known(3), None, disk(messages=5)).action == "keep"


def test_asking_again_does_not_let_a_day_shrink() -> None:
    assert decide(known(3), recorded(known()), disk(), again=True).action == "keep"


@pytest.mark.parametrize("facts", [None, known(0)])
def test_a_day_of_which_nothing_is_known_any_more_is_kept(facts: DayFacts | None) -> None:
    plan = decide(facts, recorded(known()), disk())
    assert (plan.action, plan.reason) == ("keep", "its logs are gone")


def test_a_deleted_file_is_written_again_from_what_is_left() -> None:
    assert decide(known(3), recorded(known()), ABSENT).action == "write"


@pytest.mark.parametrize("change", [{"zone": "Europe/Berlin"}, {"digest": "2"}])
def test_another_zone_or_digest_version_renders_every_day_anew(change: dict[str, str]) -> None:
    plan = decide(known(), recorded(known()), disk(), **change)
    assert (plan.action, plan.reason) == ("write", "changed")


def test_asking_again_renders_what_is_up_to_date() -> None:
    plan = decide(known(), recorded(known()), disk(), again=True)
    assert (plan.action, plan.reason) == ("write", "asked for")


def test_only_the_wanted_days_are_planned() -> None:
    assert plan_days({DAY: known()}, {}, {}, zone="UTC", digest="1", wanted=frozenset()) == []


def test_quarters_add_up_to_the_days_of_the_zone() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = day_start(DAY, zone)
    quarters = [(start - HOUR // 4, 3, 1, 0), (start, 7, 2, 1), (start + 24 * HOUR - HOUR // 4, 5, 4, 0)]
    got = facts_of_days(quarters, zone)
    assert got == {
        date(2026, 1, 14): DayFacts(date=date(2026, 1, 14), messages=1, removed=0, revision=3),
        DAY: DayFacts(date=DAY, messages=6, removed=1, revision=7),
    }
    assert sum(day.messages for day in facts_of_days(quarters, ZoneInfo("UTC")).values()) == 7
