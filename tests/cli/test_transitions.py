"""``memsyncd transitions`` at work on a made-up home folder."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import main
from tests.builders import OpenClawHome, Transcript

Capture = pytest.CaptureFixture[str]

FIRST = "8b476afa-0000-4000-8000-000000000001"
SECOND = "c0ffee00-0000-4000-8000-000000000002"


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """Sonnet, then gpt-6 in one session; the next day a new session begins with gpt-6 and goes on with sonnet."""
    made = OpenClawHome(tmp_path / "home")
    one = Transcript(FIRST, at="2026-01-15T12:00:00Z")
    one.user("plan the harbour").assistant("The pier first.")
    one.user("are you sure?", at="2026-01-15T13:00:00Z")
    one.assistant("The pier first.", provider="openclaw", model="delivery-mirror")
    one.assistant("Quite sure.", provider="openai", model="gpt-6")
    made.live(one)
    two = Transcript(SECOND, at="2026-01-16T08:00:00Z")
    two.user("good morning").assistant("Hello.", provider="openai", model="gpt-6")
    two.user("and now?", at="2026-01-16T09:00:00Z").assistant("Now the crane.")
    made.live(two)
    return made


def document(capsys: Capture, *arguments: str) -> dict[str, Any]:
    main(["transitions", "--json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_text_has_a_line_for_each_change_in_local_time(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["transitions"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-01-15 14:01  anthropic/claude-sonnet-4-5 → openai/gpt-6  session 8b476afa",
        "2026-01-16 10:00  openai/gpt-6 → anthropic/claude-sonnet-4-5  session c0ffee00",
    ]


def test_json_gives_both_models_the_session_and_the_instant(home: OpenClawHome, capsys: Capture) -> None:
    found = document(capsys, "--date", "2026-01-15")
    assert found == {
        "transitions": [
            {
                "date": "2026-01-15",
                "at": "2026-01-15T14:01:00.000+01:00",
                "session": FIRST,
                "from": {"provider": "anthropic", "model": "claude-sonnet-4-5"},
                "to": {"provider": "openai", "model": "gpt-6"},
                "across": False,
                "folder": str(home.memory),
            }
        ],
        "days": 1,
    }


def test_a_session_that_begins_with_another_model_is_a_change_across_sessions(
    home: OpenClawHome, capsys: Capture
) -> None:
    third = Transcript("feed0000-0000-4000-8000-000000000003", at="2026-01-15T15:00:00Z")
    home.live(third.user("who are you?").assistant("Opus.", model="claude-opus-4-5"))
    found = document(capsys, "--date", "2026-01-15")["transitions"]
    assert [(one["to"]["model"], one["across"]) for one in found] == [("gpt-6", False), ("claude-opus-4-5", True)]
    main(["transitions", "--date", "2026-01-15"])
    assert capsys.readouterr().out.splitlines()[1].endswith("session feed0000, its first answer")


@pytest.mark.parametrize(
    ("arguments", "days"),
    [
        (["--since", "2026-01-16"], ["2026-01-16"]),
        (["--until", "2026-01-15"], ["2026-01-15"]),
        (["--since", "2026-01-01", "--until", "2026-01-31"], ["2026-01-15", "2026-01-16"]),
        (["--date", "2026-01-20"], []),
    ],
)
def test_days_limit_what_is_listed(
    home: OpenClawHome, capsys: Capture, arguments: list[str], days: list[str]
) -> None:
    assert [one["date"] for one in document(capsys, *arguments)["transitions"]] == days


def test_without_any_it_says_so_and_prints_nothing(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["transitions", "--date", "2026-01-20"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "no model transitions on 0 days with messages\n")
    main(["transitions", "--date", "2026-01-20", "--quiet"])
    assert capsys.readouterr().err == ""


def test_sessions_that_take_turns_do_not_seem_to_switch(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    one, two = Transcript(FIRST), Transcript(SECOND)
    for minute in range(0, 50, 10):
        one.user("and?", at=f"2026-01-15T12:{minute:02}:00Z").assistant("So.")
        two.user("then?", at=f"2026-01-15T12:{minute + 5:02}:00Z").assistant(
            "Thus.", provider="openai", model="gpt-6"
        )
    home.live(one)
    home.live(two)
    assert [one["across"] for one in document(capsys)["transitions"]] == [True]


def test_a_change_over_midnight_is_found_on_the_second_day(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    talk = Transcript(FIRST).user("good evening").assistant("Hello.")
    talk.user("good morning", at="2026-01-17T08:00:00Z").assistant("Hello.", provider="openai", model="gpt-6")
    home.live(talk)
    assert [one["date"] for one in document(capsys, "--since", "2026-01-17")["transitions"]] == ["2026-01-17"]


def test_the_changes_of_several_folders_are_grouped(home: OpenClawHome, tmp_path: Path, capsys: Capture) -> None:
    second = OpenClawHome(tmp_path / "second")
    talk = Transcript(SECOND).user("hello").assistant("Hi.").user("again")
    second.live(talk.assistant("Hi.", provider="openai", model="gpt-6"))
    config = tmp_path / "config.toml"
    tables = [
        f'[[sources]]\nname = "{name}"\nkind = "openclaw"\npath = "{one.sessions}"\nmemory_dir = "{one.memory}"\n'
        for name, one in (("one", home), ("two", second))
    ]
    config.write_text("\n".join(tables))
    main(["transitions", "--config", str(config)])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "→" not in line] == ["~/.openclaw/workspace/memory", str(second.memory)]
    assert len(lines) == 5


def test_output_writes_the_json_document_for_the_owner_only(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    target = tmp_path / "transitions.json"
    target.write_text("an older one")
    assert main(["transitions", "--output", str(target)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "2 transitions written to" in told.err
    assert json.loads(target.read_bytes()) == document(capsys)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "transitions.json"]


def test_output_refuses_a_folder_a_symlink_and_a_missing_folder(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    (tmp_path / "link").symlink_to(kept)
    for name, words in (
        ("home", "a folder or a device has this name"),
        ("link", "a symlink has this name"),
        ("nowhere/t.json", "its folder is not there"),
    ):
        assert main(["transitions", "--output", str(tmp_path / name)]) == 1
        assert words in capsys.readouterr().err
    assert kept.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_day_and_a_span_contradict_each_other(capsys: Capture) -> None:
    assert main(["transitions", "--date", "2026-01-15", "--until", "2026-01-16"]) == 2
    assert "--date stands alone" in capsys.readouterr().err


def test_model_names_cannot_steer_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    talk = Transcript(FIRST).user("hello").assistant("Hi.")
    home.live(talk.user("again").assistant("Hi again.", model="red\x1b[31m"))
    main(["transitions"])
    assert "\x1b" not in capsys.readouterr().out
