"""``Engine.update``: files that changed are read, days that changed are written, nothing else is looked at."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from memsyncd.adapters.state import load_state
from memsyncd.sync.runs import RunReport
from tests.builders import Transcript
from tests.sync.rig import Rig

DAY = "2026-01-15T10:00:00Z"
NAME = "openclaw/main"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.home.live(Transcript("s1", DAY).user("please fix the build").assistant("done"))
    rig.home.live(Transcript("s2", "2026-01-14T10:00:00Z").user("buy oat milk").assistant("noted"))
    return rig


def update(rig: Rig, names: Collection[str] | None) -> RunReport:
    with rig.engine() as engine:
        return engine.update({NAME: names})


def test_only_the_files_that_are_named_are_read(rig: Rig) -> None:
    report = update(rig, {"s1.jsonl"})
    assert [source.read for source in report.sources] == [1]
    assert list(rig.memory()) == ["2026-01-15.md"]


def test_none_stands_for_every_file(rig: Rig) -> None:
    update(rig, None)
    assert list(rig.memory()) == ["2026-01-14.md", "2026-01-15.md"]


def test_only_days_that_changed_are_planned(rig: Rig) -> None:
    rig.catch_up()
    rig.home.live(Transcript("s3", DAY).user("one more thing").assistant("yes"))
    report = update(rig, {"s3.jsonl"})
    assert [(str(day.date), day.action) for day in report.days] == [("2026-01-15", "replace")]


def test_nothing_new_writes_nothing_not_even_the_state(rig: Rig) -> None:
    rig.catch_up()
    before = {path: path.stat().st_mtime_ns for path in rig.state_dir.rglob("*.json")}
    assert before
    report = update(rig, {"s1.jsonl", "no-such-file.jsonl", "notes.txt"})
    assert report.days == []
    assert {path: path.stat().st_mtime_ns for path in rig.state_dir.rglob("*.json")} == before


def test_the_bytes_are_those_of_a_catch_up(tmp_path: Path) -> None:
    rigs = [Rig(tmp_path / "one"), Rig(tmp_path / "two")]
    for rig in rigs:
        for number in range(6):
            day = f"2026-01-1{number}T10:00:00Z"
            rig.home.live(Transcript(f"s{number}", day).user(f"task {number} please").assistant("done"))
    for number in range(6):
        update(rigs[0], {f"s{number}.jsonl"})
    rigs[1].catch_up()
    assert rigs[0].memory() == rigs[1].memory()
    assert rigs[0].catch_up().days == [] or all(not day.written for day in rigs[0].catch_up().days)


def test_a_log_under_a_new_name_is_the_same_log(rig: Rig) -> None:
    rig.catch_up()
    old = rig.home.sessions / "s1.jsonl"
    new = old.with_name("s1.jsonl.deleted.2026-01-16T04-00-00.000Z")
    old.rename(new)
    report = update(rig, {old.name, new.name})
    assert [source.vanished for source in report.sources] == [0]
    assert report.days == []


def test_a_log_that_is_gone_is_told_and_its_day_stays(rig: Rig) -> None:
    rig.catch_up()
    before = rig.memory()
    (rig.home.sessions / "s1.jsonl").unlink()
    report = update(rig, {"s1.jsonl"})
    assert [source.vanished for source in report.sources] == [1]
    assert rig.memory() == before


def test_a_session_that_turns_out_to_stay_out_sends_us_through_all_files(rig: Rig) -> None:
    """A copy in a file that was not named may hold what only the excluded session's row was kept of."""
    shared = Transcript("s1", DAY).user("please fix the build").assistant("done")
    rig.home.live(shared)
    copy = Transcript("s9", DAY).user("please fix the build").assistant("done")
    rig.home.live(copy)
    rig.catch_up()
    rig.home.know("agent:main:cron:nightly", shared)
    update(rig, {"sessions.json"})
    assert "please fix the build" in rig.words()


def test_one_update_after_another_records_each(rig: Rig) -> None:
    with rig.engine() as engine:
        engine.update({NAME: {"s1.jsonl"}})
        engine.update({NAME: {"s2.jsonl"}})
    days = load_state(rig.state_dir / "state.json")[0].days(rig.home.memory)
    assert [record.block != "" for record in days.values()] == [True, True]


def test_a_stop_leaves_the_rest_for_another_time(rig: Rig) -> None:
    with rig.engine() as engine:
        report = engine.catch_up(stop=lambda: True)
    assert report.sources[0].stopped
    assert report.days == []
    rig.catch_up()
    assert list(rig.memory()) == ["2026-01-14.md", "2026-01-15.md"]
