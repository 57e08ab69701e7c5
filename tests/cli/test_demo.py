"""``memsyncd demo``: the whole way from made-up logs to memory files."""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.transcripts import Ran, run


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "here"


@pytest.fixture(scope="module")
def ran(place: Path) -> Ran:
    return run("demo", "--dir", str(place))


def test_it_writes_a_file_for_each_day_of_its_week(ran: Ran, place: Path) -> None:
    assert ran.code == 0
    names = [path.name for path in sorted((place / "workspace/memory").iterdir())]
    assert names == [f"2026-01-{day}.md" for day in range(12, 17)]


def test_it_shows_the_fullest_day_and_lists_the_files(ran: Ran, place: Path) -> None:
    assert ran.out in [path.read_text("utf-8") for path in (place / "workspace/memory").iterdir()]
    assert all(f"2026-01-{day}.md  " in ran.err for day in range(12, 17))


def test_the_note_that_a_person_wrote_stays(ran: Ran, place: Path) -> None:
    from memsyncd import demo  # noqa: PLC0415 — where the bundled files lie

    note = Path(demo.__file__).with_name("demo_logs") / "workspace/memory/2026-01-13.md"
    assert (place / "workspace/memory/2026-01-13.md").read_text("utf-8").startswith(note.read_text("utf-8"))


def test_the_command_that_it_ends_with_finds_nothing_to_do(ran: Ran, place: Path) -> None:
    """It runs in a shell as it stands, on the demo's own state and not on the person's."""
    before = {path: path.read_bytes() for path in (place / "workspace/memory").iterdir()}
    again = subprocess.run(shlex.split(ran.err.splitlines()[-1]), capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert "0 new messages · 0 days written, 5 up to date" in again.stderr
    assert {path: path.read_bytes() for path in (place / "workspace/memory").iterdir()} == before


def test_secrets_are_counted_and_in_no_file_that_it_wrote(ran: Ran, place: Path) -> None:
    assert "redacted" in ran.err
    with sqlite3.connect(place / "memsyncd/store.sqlite") as store:
        dump = "\n".join(store.iterdump())
    assert "[REDACTED-GITHUB-TOKEN]" in dump
    assert "ghp_" not in dump
    assert "sk_live_" not in dump


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ran = run("demo", "--dir", str(tmp_path))
    assert ran.code != 0
    assert f"the folder is not empty: {tmp_path}" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "mine.txt"]


def test_a_program_is_told_what_came_out(tmp_path: Path) -> None:
    found = json.loads(run("demo", "--dir", str(tmp_path / "new"), "--json").out)
    assert len(found["files"]) == len(found["days"]) == 5
    assert found["folder"] == str(tmp_path / "new")
