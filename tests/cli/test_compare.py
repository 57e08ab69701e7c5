"""``memsyncd compare`` at work on a made-up home folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.lock import exclusive
from memsyncd.cli import main
from memsyncd.errors import PARTLY_FAILED, PROBLEMS_FOUND
from tests.builders import OpenClawHome, Transcript

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """Two messages on each of 14, 15 and 16 January."""
    made = OpenClawHome(tmp_path / "home")
    talk = Transcript(at="2026-01-14T12:00:00Z")
    for day in (14, 15, 16):
        talk.user(f"what is planned for the {day}th?", at=f"2026-01-{day}T12:00:00Z")
        talk.assistant("We build the pier, then the crane.")
    made.live(talk)
    return made


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    main(["compare", "--json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def statuses(capsys: Capture, *arguments: str) -> dict[str, str]:
    (folder,) = document(capsys, *arguments)["folders"]
    return {day["date"]: day["status"] for day in folder["days"]}


def block(messages: int) -> str:
    return f"<!-- memsyncd:begin -->\n*Auto-generated from {messages} session messages*\n<!-- memsyncd:end 00000000 -->\n"


def test_without_a_memory_folder_every_day_is_missing(home: OpenClawHome, capsys: Capture) -> None:
    home.memory.rmdir()
    assert statuses(capsys) == {"2026-01-14": "missing", "2026-01-15": "missing", "2026-01-16": "missing"}
    assert not home.memory.exists()


def test_after_a_catch_up_every_day_is_ok(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["catch-up", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["compare", "--fail-on-gaps"]) == 0
    assert "coverage 100 %, 3 of 3 days with messages; today" in capsys.readouterr().out


def test_each_kind_of_day_is_told_apart(home: OpenClawHome, capsys: Capture) -> None:
    home.note("2026-01-13.md", "a day without messages\n")
    home.note("2026-01-14.md", "too short\n")
    home.note("2026-01-15.md", block(1))
    home.note("2026-01-16-memsyncd.md", block(2))
    expected = {"2026-01-13": "file only", "2026-01-14": "sparse", "2026-01-15": "stale", "2026-01-16": "ok"}
    assert statuses(capsys) == expected
    found = document(capsys)
    assert found["coverage"] == 33.3
    (folder,) = found["folders"]
    assert (folder["ok"], folder["sparse"], folder["stale"], folder["file_only"]) == (1, 1, 1, 1)


def test_the_text_names_gaps_and_leaves_out_what_is_ok(home: OpenClawHome, capsys: Capture) -> None:
    home.note("2026-01-15.md", block(2))
    assert main(["compare", "--since", "2026-01-15"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "~/.openclaw/workspace/memory"
    assert out[1].split() == ["2026-01-16", "missing", "2", "messages", "there", "is", "no", "file"]
    assert out[2].startswith("  coverage 50 %, 1 of 2 days with messages, 1 missing; today (")


def test_a_hand_made_file_of_some_size_covers_its_day(home: OpenClawHome, capsys: Capture) -> None:
    home.note("2026-01-14.md", "we built the pier\n" * 100)
    assert statuses(capsys)["2026-01-14"] == "ok"


def test_the_limits_of_sparse_files_are_configurable(home: OpenClawHome, tmp_path: Path, capsys: Capture) -> None:
    home.note("2026-01-14.md", "short\n")
    config = tmp_path / "config.toml"
    config.write_text("[memory]\nsparse_bytes = 0\nsparse_bytes_per_message = 3\n")
    assert statuses(capsys, "--config", str(config))["2026-01-14"] == "ok"


def test_a_block_whose_damaged_markers_keep_it_from_growing_is_stale(home: OpenClawHome, capsys: Capture) -> None:
    home.note("2026-01-14.md", block(1).replace("memsyncd:end", "memsyncd:ent") + "notes\n" * 400)
    assert statuses(capsys)["2026-01-14"] == "stale"


def test_a_block_whose_count_somebody_took_out_is_known_from_the_state_file(
    home: OpenClawHome, capsys: Capture
) -> None:
    main(["catch-up", "--quiet"])
    path = home.memory / "2026-01-15.md"
    path.write_text(path.read_text().replace("*Auto-generated from 2 session messages*\n\n", ""))
    main(["backfill", "2026-01-15", "--quiet"])
    assert "Auto-generated" not in path.read_text()
    capsys.readouterr()
    assert statuses(capsys, "--since", "2026-01-15", "--until", "2026-01-15") == {"2026-01-15": "ok"}
    with home.path(Transcript()).open("ab") as log:
        late = Transcript(bare=True).user("one more thing", at="2026-01-15T18:00:00Z")
        log.write(late.data)
    assert statuses(capsys)["2026-01-15"] == "stale"


def test_a_symlink_is_a_gap(home: OpenClawHome, capsys: Capture) -> None:
    target = home.note("elsewhere.md", "x" * 5000)
    (home.memory / "2026-01-14.md").symlink_to(target)
    assert statuses(capsys)["2026-01-14"] == "unreadable"


def test_today_is_left_out_unless_it_is_asked_for(home: OpenClawHome, capsys: Capture) -> None:
    now = datetime.now(UTC)
    home.configure({"agents": {"defaults": {"workspace": str(home.workspace), "userTimezone": "UTC"}}})
    home.live(Transcript("70da7000-0000-4000-8000-000000000001", at=now).user("good morning").assistant("Hello."))
    if datetime.now(UTC).date() != now.date():
        pytest.skip("midnight passed")
    assert now.date().isoformat() not in statuses(capsys)
    assert statuses(capsys, "--include-today")[now.date().isoformat()] == "missing"
    assert statuses(capsys, "--include-today", "--until", "yesterday").keys() == statuses(capsys).keys()
    assert statuses(capsys, "--since", "today") == {}


def test_gaps_fail_only_when_asked_to(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["compare"]) == 0
    assert main(["compare", "--fail-on-gaps"]) == PROBLEMS_FOUND
    assert "memsyncd catch-up writes what is missing" in capsys.readouterr().err


def test_without_sources_nothing_is_covered(capsys: Capture) -> None:
    assert main(["compare"]) == 0
    assert capsys.readouterr().out == "no agent logs were found, so there is nothing to compare\n"
    assert main(["compare", "--fail-on-gaps"]) == PROBLEMS_FOUND
    capsys.readouterr()
    found = document(capsys)
    (note,) = found.pop("notes")
    assert "there is no such folder" in note
    assert found == {"coverage": None, "folders": [], "problems": []}


def test_without_messages_nothing_is_covered(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    home.note("2026-01-14.md", "notes\n" * 400)
    assert main(["compare", "--fail-on-gaps"]) == PROBLEMS_FOUND
    out = capsys.readouterr().out
    assert "no messages are known" in out
    assert "100" not in out
    assert document(capsys)["coverage"] is None


def test_a_span_without_messages_is_not_covered_either(home: OpenClawHome, capsys: Capture) -> None:
    assert document(capsys, "--since", "2027-01-01")["coverage"] is None


def test_quiet_leaves_the_result_and_drops_the_advice(home: OpenClawHome, capsys: Capture) -> None:
    main(["compare", "--quiet"])
    told = capsys.readouterr()
    assert "coverage 0 %" in told.out
    assert told.err == ""


def test_two_agents_with_folders_of_their_own_are_compared_apart(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    second = OpenClawHome(tmp_path / "second")
    second.live(Transcript(at="2026-01-20T12:00:00Z").user("are you there?").assistant("Yes."))
    config = tmp_path / "config.toml"
    tables = [
        f'[[sources]]\nname = "{name}"\nkind = "openclaw"\npath = "{one.sessions}"\nmemory_dir = "{one.memory}"\n'
        for name, one in (("one", home), ("two", second))
    ]
    config.write_text("\n".join(tables))
    second.note("2026-01-20.md", block(2))
    found = document(capsys, "--config", str(config))
    assert [folder["coverage"] for folder in found["folders"]] == [0.0, 100.0]
    assert found["coverage"] == 25.0


def test_when_the_logs_vanish_the_store_still_answers_and_the_exit_code_says_so(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[[sources]]\npath = "{home.sessions}"\nmemory_dir = "{home.memory}"\n')
    document(capsys, "--config", str(config))
    home.sessions.rename(tmp_path / "gone")
    assert main(["compare", "--json", "--config", str(config)]) == PARTLY_FAILED
    found = json.loads(capsys.readouterr().out)
    assert found["folders"][0]["missing"] == 3
    assert found["problems"][0]["where"] == str(home.sessions)


def test_while_another_memsyncd_is_at_work_its_store_is_used(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    document(capsys)
    home.note("2026-01-14.md", block(2))
    with exclusive(tmp_path / "home" / ".local" / "state" / "memsyncd" / "lock"):
        assert main(["compare"]) == 0
    told = capsys.readouterr()
    assert "coverage 33.3 %" in told.out
    assert "another memsyncd is at work" in told.err


def test_a_memory_folder_that_is_a_file_is_an_error_not_a_gap(home: OpenClawHome, capsys: Capture) -> None:
    home.memory.rmdir()
    home.memory.write_text("not a folder")
    assert main(["compare"]) == 1
    assert f"cannot list memory folder: {home.memory}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["compare", "validate", "stats", "transitions", "extract"])
def test_the_help_of_a_report_has_examples_and_the_shared_options(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"Examples:\n    memsyncd {command}" in out
    for option in ("--config", "--json", "--quiet", "--verbose", "--sessions-dir", "--memory-dir"):
        assert option in out


@pytest.mark.parametrize("day", ["2026-1-5", "20260105", "2026-02-30", "2026-13-01", "0000-01-01", "tomorrow", ""])
def test_what_is_no_day_is_a_usage_error_that_shows_the_form(day: str, capsys: Capture) -> None:
    assert main(["compare", "--since", day]) == 2
    told = capsys.readouterr().err
    assert "Invalid value for '--since'" in told
    assert "YYYY-MM-DD" in told or "calendar" in told


def test_another_spelling_of_a_day_is_guessed_at(capsys: Capture) -> None:
    main(["compare", "--until", "2026/1/5"])
    assert "did you mean 2026-01-05?" in capsys.readouterr().err


def test_an_empty_span_is_a_usage_error(capsys: Capture) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert main(["compare", "--since", tomorrow, "--until", "today"]) == 2
    assert "--since lies after --until" in capsys.readouterr().err
