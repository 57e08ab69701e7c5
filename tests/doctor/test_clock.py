"""Clock and time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from memsyncd.adapters.zone import SystemZone
from memsyncd.doctor.check import Check
from memsyncd.doctor.checks.clock import clock
from tests.doctor.builders import ago, configured, facts, logs, machine, memory, odd, only, source, state


def told(**changes: Any) -> str:
    return next(iter(clock(facts(**changes)))).finding


# --- the clock ---


def test_the_clock_is_told_and_who_sets_it() -> None:
    assert told() == "2026-12-01 12:00 UTC, set by a time server"
    assert told(synchronised=None) == "2026-12-01 12:00 UTC"


def test_a_clock_from_before_this_program_is_a_problem() -> None:
    check = only(clock(facts(now=datetime(1970, 1, 1, 0, 5, tzinfo=UTC), logs=())))
    assert (check.verdict, "1970-01-01" in check.finding) == ("problem", True)


@pytest.mark.parametrize(
    ("platform", "words"), [("linux", "timedatectl"), ("darwin", "Date & Time"), ("x", "set it")]
)
def test_each_system_sets_its_clock_in_its_own_way(platform: str, words: str) -> None:
    early = facts(now=datetime(2000, 1, 1, tzinfo=UTC), logs=(), machine=machine(platform=platform))
    assert words in (only(clock(early)).advice or "")


def test_a_clock_that_nobody_sets_is_noted() -> None:
    check = only(clock(facts(synchronised=False)))
    assert (check.verdict, check.advice) == ("note", "sudo timedatectl set-ntp true")


@pytest.mark.parametrize(("minutes", "verdict"), [(9, None), (11, "problem"), (1_500, "problem")])
def test_a_log_from_the_future_is_a_problem_beyond_some_minutes(minutes: int, verdict: str | None) -> None:
    found = odd(clock(facts(logs=(logs(newest=ago(minutes=-minutes)),))))
    assert [check.verdict for check in found] == ([verdict] if verdict else [])
    assert all("openclaw/main has something from" in check.finding for check in found)


def test_a_turn_from_the_future_in_the_store_is_a_problem() -> None:
    store = replace(state().store, newest={"openclaw/work": int(ago(days=-3).timestamp() * 1000)})
    check = only(clock(facts(state=state(store=store))))
    assert "openclaw/work has something from 3 days later" in check.finding


# --- zones ---


def zones(zone: str, *sources: Any, config: str = "", here: str = "Europe/Berlin") -> list[Check]:
    found = facts(
        memory=(memory(*sources, zone=zone),),
        settings=configured(timezone=config),
        zone=SystemZone(here),
    )
    return list(clock(found))[1:]


def test_one_zone_for_all_is_fine_and_says_where_it_comes_from() -> None:
    (of_agent,) = zones("Europe/Berlin", source())
    (of_config,) = zones("Europe/Berlin", source(), config="Europe/Berlin")
    (of_machine,) = zones("Europe/Berlin", source(timezone=None))
    assert [check.verdict for check in (of_agent, of_config, of_machine)] == ["ok"] * 3
    assert "userTimezone" in of_agent.finding
    assert "configuration" in of_config.finding
    assert "machine's" in of_machine.finding


def test_a_configuration_against_the_agents_own_zone_is_noted_with_both_ways_out() -> None:
    check = only(zones("America/New_York", source(), config="America/New_York"))
    assert check.verdict == "note"
    assert (
        "America/New_York (the configuration), an agent's those of Europe/Berlin (userTimezone)" in check.finding
    )
    assert check.advice == (
        'agents.defaults.userTimezone = "America/New_York" in openclaw.json; or '
        'timezone = "Europe/Berlin" in the configuration of memsyncd'
    )


def test_without_a_word_of_its_own_the_agent_keeps_its_machines_days() -> None:
    check = only(zones("Europe/Berlin", source(timezone=None), config="Europe/Berlin", here="UTC"))
    assert "the agent's those of UTC (its machine)" in check.finding


def test_agents_of_two_zones_that_share_a_folder_are_noted() -> None:
    pair = (source(), source(name="openclaw/work", timezone="Asia/Tokyo"))
    check = only(zones("Europe/Berlin", *pair))
    assert "another agent's userTimezone" in check.finding


@pytest.mark.parametrize(("one", "other"), [("Europe/Berlin", "Europe/Paris"), ("UTC", "Etc/UTC")])
def test_names_of_the_same_hours_do_not_differ(one: str, other: str) -> None:
    assert odd(zones(one, source(timezone=other), config=one)) == []


def test_zones_that_agree_in_winter_only_differ() -> None:
    assert only(zones("Africa/Lagos", source(), config="Africa/Lagos")).verdict == "note"


def test_a_machine_in_utc_that_nobody_told_otherwise_is_noted_until_somebody_does() -> None:
    check = only(zones("UTC", source(timezone=None), here="UTC"))
    assert (check.verdict, "Area/City" in (check.advice or "")) == ("note", True)
    assert odd(zones("UTC", source(timezone=None), config="UTC", here="UTC")) == []


def test_a_machine_that_names_no_zone_is_noted_once() -> None:
    nameless = facts(zone=SystemZone("UTC", "the system names no time zone"))
    found = replace(nameless, memory=(memory(source(timezone=None), zone="UTC"),))
    assert only(clock(found)).finding == "the system names no time zone"
