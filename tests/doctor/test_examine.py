"""All checks together."""

from __future__ import annotations

from itertools import groupby

from msgspec.structs import replace

from memsyncd.config import LogConfig, RedactionConfig, WatchConfig
from memsyncd.doctor.examine import examine
from memsyncd.doctor.facts import Record, Service, Trouble
from tests.doctor.builders import (
    STATE,
    configured,
    facts,
    folder,
    logs,
    machine,
    memory,
    missing,
    odd,
    service,
    state,
    unwell,
)

WELL = facts()
TROUBLED = [
    facts(lost=Trouble("why", "hint"), logs=(), memory=()),
    facts(logs=(), notes=("seen",)),
    facts(state=state(folder=missing(STATE, makeable=False), probe=None)),
    facts(state=state(record=Record(exists=True, damage="not JSON")), service=Service()),
    facts(machine=machine(linear=False, through_sudo=True, encoding="ascii", names="ascii", files=64)),
    facts(settings=configured(watch=WatchConfig(poll="always"), redaction=RedactionConfig(second_detector="off"))),
    facts(logs=(logs(files=0, newest=None),), memory=(memory(writable=False),)),
    facts(service=unwell(active="failed", last_exit="exit code 1")),
    facts(service=service(by_hand=True, interpreter="/elsewhere/python", advice=("one; two",))),
]


def test_where_all_is_well_no_check_says_otherwise() -> None:
    assert odd(examine(WELL)) == []


def test_the_areas_stand_in_their_order_each_in_one_place() -> None:
    areas = [area for area, _ in groupby(examine(WELL), key=lambda check: check.area)]
    assert areas == ["Program", "Configuration", "State", "Logs", "Memory", "Watching", "Time", "Service"]


def test_a_problem_comes_with_advice_and_what_is_fine_with_none() -> None:
    checks = [check for found in (WELL, *TROUBLED) for check in examine(found)]
    assert {check.verdict for check in checks} == {"ok", "note", "problem"}
    for check in checks:
        assert check.finding
        assert (check.verdict == "problem") <= bool(check.advice), check
        assert (check.verdict == "ok") <= (check.advice is None), check


def test_every_finding_is_one_line() -> None:
    for found in (WELL, *TROUBLED):
        for check in examine(found):
            assert "\n" not in check.finding + check.name + (check.advice or "")


def test_looking_again_gives_the_same() -> None:
    assert examine(WELL) == examine(facts())


def test_a_log_file_that_cannot_be_written_is_a_problem_of_the_configuration() -> None:
    log = folder(STATE / "log", kind="file", writable=False)
    settings = replace(configured(log=LogConfig(file=log.path)), log=log)
    (check,) = odd(examine(facts(settings=settings)))
    assert (check.area, check.verdict) == ("Configuration", "problem")
    assert str(log.path) in check.finding
