"""``memsyncd stats`` at work on a made-up home folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import main
from memsyncd.errors import PARTLY_FAILED
from tests.builders import OpenClawHome, Transcript, tokens

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """Two days, two models, one tool call, one broken line; the second day ends after midnight UTC."""
    made = OpenClawHome(tmp_path / "home")
    talk = Transcript(at="2026-01-14T12:00:00Z").user("let's plan the harbour")
    talk.assistant("The pier first.", usage=tokens(100, 20, read=1000, write=50, cost=0.25))
    talk.tool("exec", {"command": "ls"}, "plan.txt")
    talk.user("and the crane?", at="2026-01-16T22:59:00Z")
    talk.assistant("Later.", provider="openai", model="gpt-6", usage=tokens(7, 3))
    path = made.live(talk)
    with path.open("ab") as log:
        log.write(b'{"type": broken\n')
    return made


def document(capsys: Capture) -> dict[str, Any]:
    main(["stats", "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_counts_messages_days_and_sources(home: OpenClawHome, capsys: Capture) -> None:
    (folder,) = document(capsys)["folders"]
    assert (folder["messages"], folder["days"]) == (4, 2)
    assert (folder["first_day"], folder["last_day"]) == ("2026-01-14", "2026-01-16")
    assert folder["calendar"] == {"2026-01-14": 2, "2026-01-16": 2}
    (source,) = folder["sources"]
    assert (source["source"], source["sessions"], source["files"]) == ("openclaw/main", 1, 1)
    assert (source["messages"], source["turns"], source["tools"], source["malformed"]) == (4, 5, 1, 1)
    assert source["first"] == "2026-01-14T13:00:00.000+01:00"
    assert source["last"] == "2026-01-16T23:59:30.000+01:00"


def test_json_adds_up_tokens_and_cost_by_model(home: OpenClawHome, capsys: Capture) -> None:
    models = {f"{one['provider']}/{one['model']}": one for one in document(capsys)["folders"][0]["models"]}
    assert models.keys() == {"anthropic/claude-sonnet-4-5", "openai/gpt-6"}
    sonnet = models["anthropic/claude-sonnet-4-5"]
    assert (sonnet["answers"], sonnet["input"], sonnet["output"]) == (2, 110, 25)
    assert (sonnet["cache_read"], sonnet["cache_write"], sonnet["cost"]) == (1000, 50, 0.25)


def test_the_text_shows_the_same_numbers_and_a_calendar(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["stats"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[:2] == [
        "~/.openclaw/workspace/memory",
        "4 messages on 2 days, 2026-01-14 to 2026-01-16, by the time of Europe/Berlin",
    ]
    assert any(line.split()[:3] == ["openclaw/main", "1", "1"] for line in lines)
    assert any(line.split() == ["openai/gpt-6", "1", "7", "3", "0", "0", "0.00"] for line in lines)
    assert "2026-01               !·!" in lines
    assert "1 line passed over: unreadable" in told.err


def test_a_written_day_is_shaded_instead_of_marked(home: OpenClawHome, capsys: Capture) -> None:
    main(["catch-up", "--quiet"])
    capsys.readouterr()
    main(["stats"])
    assert "2026-01               █·█" in capsys.readouterr().out.splitlines()
    assert document(capsys)["folders"][0]["gaps"] == []


def test_gaps_are_data_too(home: OpenClawHome, capsys: Capture) -> None:
    assert document(capsys)["folders"][0]["gaps"] == ["2026-01-14", "2026-01-16"]


def test_without_messages_it_says_so(tmp_path: Path, capsys: Capture) -> None:
    OpenClawHome(tmp_path / "home")
    assert main(["stats"]) == 0
    assert "no messages are known" in capsys.readouterr().out
    (folder,) = document(capsys)["folders"]
    assert (folder["messages"], folder["first_day"], folder["calendar"]) == (0, None, {})


def test_without_sources_it_fails_and_says_what_to_do(capsys: Capture) -> None:
    assert main(["stats"]) == 1
    assert "give --sessions-dir and --memory-dir" in capsys.readouterr().err


def test_a_folder_that_cannot_be_read_shows_in_the_exit_code(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[[sources]]\npath = "{tmp_path / "nowhere"}"\nmemory_dir = "{home.memory}"\n')
    assert main(["stats", "--json", "--config", str(config)]) == PARTLY_FAILED
    assert json.loads(capsys.readouterr().out)["problems"]


def test_two_sources_of_one_folder_are_told_apart(home: OpenClawHome, tmp_path: Path, capsys: Capture) -> None:
    second = OpenClawHome(tmp_path / "second", agent="helper")
    second.live(
        Transcript(at="2026-01-15T12:00:00Z").user("are you there?").assistant("Yes.", model="claude-haiku")
    )
    config = tmp_path / "config.toml"
    tables = [
        f'[[sources]]\nname = "{name}"\nkind = "openclaw"\npath = "{one.sessions}"\nmemory_dir = "{home.memory}"\n'
        for name, one in (("one", home), ("two", second))
    ]
    config.write_text("\n".join(tables))
    main(["stats", "--config", str(config)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["anthropic/claude-haiku", "1", "10", "5", "0", "0", "0.00", "two"] in lines
    assert [line[0] for line in lines if line and line[0] in ("one", "two")] == ["one", "two"]
    assert any(line[:5] == ["6", "messages", "on", "3", "days,"] for line in lines)


def test_sessions_that_stay_out_of_memory_are_counted_as_left_out(home: OpenClawHome, capsys: Capture) -> None:
    cron = Transcript("c0000000-0000-4000-8000-000000000009", at="2026-01-20T12:00:00Z")
    home.live(cron.user("[cron:1 nightly] tidy up").assistant("Done."), key="cron:nightly:run:1")
    (source,) = document(capsys)["folders"][0]["sources"]
    assert (source["sessions"], source["excluded"], source["messages"]) == (2, 1, 4)


def test_a_terminal_without_unicode_gets_an_ascii_calendar(home: OpenClawHome) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run([sys.executable, "-m", "memsyncd", "stats"], env=env, capture_output=True, check=True)
    assert b"2026-01               !.!\n" in run.stdout
    assert run.stdout.isascii()
