"""Which days the selectors of ``memsyncd backfill`` and ``memsyncd plan`` mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from memsyncd.cli.dates import DATE
from memsyncd.cli.selectors import Selection, chosen
from tests.builders import Transcript
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run

FAR_APART = ("Pacific/Kiritimati", "Pacific/Pago_Pago")  # 25 hours: never the same day
KNOWN = [date(2026, 1, day) for day in (13, 14, 15, 16)]


def days(*numbers: int) -> set[date]:
    return {date(2026, 1, number) for number in numbers}


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (Selection(), None),
        (Selection(every=True), None),
        (Selection(incremental=True), None),
        (Selection(dates=(KNOWN[1],)), days(14)),
        (Selection(dates=(date(2026, 1, 1),)), days(1)),
        (Selection(since=KNOWN[2]), days(15, 16)),
        (Selection(until=KNOWN[1]), days(13, 14)),
        (Selection(since=KNOWN[1], until=KNOWN[2]), days(14, 15)),
        (Selection(since=date(2027, 1, 1)), set()),
        (Selection(dates=(date(2026, 1, 1),), since=KNOWN[3]), days(1, 16)),
        (Selection(since=KNOWN[3], incremental=True), days(16)),
    ],
)
def test_a_selection_means_these_days(selection: Selection, meant: set[date] | None) -> None:
    assert chosen(selection, KNOWN, "UTC") == meant


@pytest.mark.parametrize("zone", FAR_APART)
@pytest.mark.parametrize("how", ["--today", "today", "since"])
def test_today_is_the_day_of_the_folders_zone(zone: str, how: str) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    spoken = DATE.convert("today", None, None)
    selection = {
        "--today": Selection(today=True),
        "today": Selection(dates=(spoken,)),
        "since": Selection(since=spoken),
    }
    known = [today + timedelta(days=number) for number in (-2, -1, 0)]
    assert chosen(selection[how], known, zone) == {today}


@pytest.mark.parametrize("zone", FAR_APART)
def test_a_spoken_day_finds_its_file_in_any_zone(stage: Stage, zone: str) -> None:
    now = datetime.now(UTC)
    stage.openclaw.live(Transcript("0c0c0000-0000-4000-8000-00000000000c", now).user("Just now."))
    (stage.root / "c.toml").write_text(f'timezone = "{zone}"\n')
    config = ("--config", str(stage.root / "c.toml"))
    ran = run("backfill", "today", *config)
    assert (ran.code, "warning" in ran.err) == (0, False)
    (path,) = stage.memory.iterdir()
    assert path.name == f"{now.astimezone(ZoneInfo(zone)).date()}.md"
    assert run("show", "today", *config).out == path.read_text("utf-8")


@pytest.mark.parametrize("other", [["2026-01-14"], ["--today"], ["--since", "2026-01-14"], ["--incremental"]])
def test_all_stands_alone(stage: Stage, other: list[str]) -> None:
    scenarios.two_days(stage)
    ran = run("backfill", "--all", *other)
    assert ran.code == 2
    assert ran.err.startswith("error: --all stands alone: it was given together with ")
    assert not any(stage.memory.iterdir())


def test_a_day_that_failed_leaves_the_others_written(stage: Stage) -> None:
    scenarios.two_days(stage)
    (stage.memory / "2026-01-14.md").mkdir()
    ran = run("backfill", "--all")
    assert ran.code == 3
    assert "error: " in ran.err
    assert "1 day written" in ran.err
    assert (stage.memory / "2026-01-15.md").is_file()
