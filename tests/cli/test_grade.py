"""``memsyncd grade`` at work on a made-up home folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import main
from tests.builders import OpenClawHome, Transcript

Capture = pytest.CaptureFixture[str]

DAYS = 9


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """Two messages on each of nine days from 11 January on."""
    made = OpenClawHome(tmp_path / "home")
    talk = Transcript(at="2026-01-11T12:00:00Z")
    for day in range(11, 11 + DAYS):
        talk.user(f"what does the harbour master say about crane {day}?", at=f"2026-01-{day}T12:00:00Z")
        talk.assistant("He wants the crane inspected first.")
    made.live(talk)
    return made


@pytest.fixture
def written(home: OpenClawHome, capsys: Capture) -> OpenClawHome:
    """The same, with their memory files."""
    assert main(["catch-up", "--quiet"]) == 0
    capsys.readouterr()
    return home


def graded(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    assert main(["grade", "--json", *arguments]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["days"]
    return found


@pytest.mark.usefixtures("written")
def test_without_a_date_the_last_seven_days_with_a_file_are_graded(capsys: Capture) -> None:
    assert [day["date"] for day in graded(capsys)] == [f"2026-01-{day}" for day in range(13, 20)]


@pytest.mark.usefixtures("written")
def test_named_days_are_graded_by_date_and_once(capsys: Capture) -> None:
    found = graded(capsys, "2026-01-15", "2026-01-12", "2026-01-15")
    assert [day["date"] for day in found] == ["2026-01-12", "2026-01-15"]


def test_a_day_tells_what_is_found_and_how_large_its_file_is(written: OpenClawHome, capsys: Capture) -> None:
    (day,) = graded(capsys, "2026-01-15")
    assert (day["messages"], day["messages_found"], day["found"]) == (1, 1, 1.0)
    assert day["quarters"] == []
    assert day["brief"] == 1.0
    assert day["bytes"] == (written.memory / day["file"]).stat().st_size


def test_a_file_about_something_else_finds_nothing(written: OpenClawHome, capsys: Capture) -> None:
    (day,) = graded(capsys, "2026-01-15")
    (written.memory / day["file"]).write_text("# 2026-01-15\n\n- my violin lesson\n")
    (day,) = graded(capsys, "2026-01-15")
    assert (day["messages_found"], day["found"], day["brief"]) == (0, 0.0, None)


@pytest.mark.usefixtures("home")
def test_a_day_without_a_file_has_no_figures(capsys: Capture) -> None:
    (day,) = graded(capsys, "2026-01-15")
    assert (day["file"], day["found"], day["bytes"]) == (None, None, None)
    assert main(["grade", "2026-01-15"]) == 0
    assert "no ~/" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_without_any_file_there_is_nothing_to_grade(capsys: Capture) -> None:
    assert graded(capsys) == []
    assert main(["grade"]) == 0
    assert capsys.readouterr().out == "there is no memory file to grade\n"


@pytest.mark.usefixtures("written")
def test_people_read_a_table(capsys: Capture) -> None:
    assert main(["grade", "2026-01-15"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["day", "found", "messages", "quarters", "brief", "size", "file"]
    assert row.startswith("2026-01-15   100%    1 of 1  too few    100%")


@pytest.mark.usefixtures("written")
def test_a_day_that_is_none_is_refused(capsys: Capture) -> None:
    assert main(["grade", "15.1.2026"]) == 2
    assert "is not a day" in capsys.readouterr().err
