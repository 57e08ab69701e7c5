"""``memsyncd extract`` at work on a made-up home folder."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsyncd.cli import main
from memsyncd.cli.dates import DATE, day_in, today_in
from memsyncd.cli.extract import Passage, _json, _markdown, _text
from memsyncd.errors import PARTLY_FAILED
from memsyncd.model import Turn
from tests.builders import OpenClawHome, Transcript

Capture = pytest.CaptureFixture[str]

FIRST = "8b476afa-0000-4000-8000-000000000001"
SECOND = "c0ffee00-0000-4000-8000-000000000002"
TOKEN = "ghp_" + hashlib.sha256(b"memsyncd").hexdigest()[:36]  # made here: no file of the repository holds one


@pytest.fixture
def home(tmp_path: Path) -> OpenClawHome:
    """Two sessions that take turns on the 15th, and a message just after midnight in Berlin."""
    made = OpenClawHome(tmp_path / "home")
    one = Transcript(FIRST, at="2026-01-15T12:00:00Z")
    one.user("Plan the harbour,\nplease").assistant("The pier first.")
    one.user("Größe?", at="2026-01-15T13:00:00Z").assistant("40 m.", provider="openai", model="gpt-6")
    one.user("good night", at="2026-01-15T23:30:00Z")
    made.live(one)
    two = Transcript(SECOND, at="2026-01-15T12:30:00Z")
    made.live(two.user("and the crane?").assistant("Later."))
    return made


def turns(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    main(["extract", "--json", *arguments])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def texts(capsys: Capture, *arguments: str) -> list[str]:
    return [turn["text"] for turn in turns(capsys, *arguments)]


def test_markdown_has_a_heading_for_each_day_and_session_and_quotes_the_words(
    home: OpenClawHome, capsys: Capture
) -> None:
    assert main(["extract", "--date", "2026-01-15"]) == 0
    assert capsys.readouterr().out == (
        "## 2026-01-15 (Thursday)\n\n"
        f"### Session `{FIRST}`\n\n"
        "**13:00 user**\n\n> Plan the harbour,\n> please\n\n"
        "**13:00 assistant (anthropic/claude-sonnet-4-5)**\n\n> The pier first.\n\n"
        "**14:00 user**\n\n> Größe?\n\n"
        "**14:00 assistant (openai/gpt-6)**\n\n> 40 m.\n\n"
        f"### Session `{SECOND}`\n\n"
        "**13:30 user**\n\n> and the crane?\n\n"
        "**13:30 assistant (anthropic/claude-sonnet-4-5)**\n\n> Later.\n\n"
    )


def test_text_has_a_line_for_each_turn_in_the_order_of_time(home: OpenClawHome, capsys: Capture) -> None:
    main(["extract", "--date", "2026-01-15", "--format", "text"])
    out = capsys.readouterr().out
    assert out.startswith(
        "2026-01-15 13:00  user  session 8b476afa\n  Plan the harbour,\n  please\n\n2026-01-15 13:00"
    )
    assert "2026-01-15 13:30  assistant (anthropic/claude-sonnet-4-5)  session c0ffee00\n  Later.\n\n" in out


def test_json_is_a_list_of_turns_with_local_instants(home: OpenClawHome, capsys: Capture) -> None:
    found = turns(capsys)
    assert found[1] == {
        "at": "2026-01-15T13:00:30.000+01:00",
        "session": FIRST,
        "role": "assistant",
        "sender": None,
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "text": "The pier first.",
        "folder": str(home.memory),
    }
    assert [turn["at"] for turn in found] == sorted(turn["at"] for turn in found)
    assert found[-1]["at"] == "2026-01-16T00:30:00.000+01:00"


def test_json_and_its_format_are_the_same(home: OpenClawHome, capsys: Capture) -> None:
    main(["extract", "--format", "json"])
    assert json.loads(capsys.readouterr().out) == turns(capsys)
    assert main(["extract", "--json", "--format", "md"]) == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--query", "GRÖSSE"], ["Größe?"]),
        (["--query", "crane", "--role", "user"], ["and the crane?"]),
        (["--query", "crane", "--role", "assistant"], []),
        (["--model", "gpt"], ["40 m."]),
        (["--model", "OpenAI/GPT-6"], ["40 m."]),
        (["--date", "2026-01-16"], ["good night"]),
        (["--since", "2026-01-16"], ["good night"]),
        (["--until", "2026-01-14"], []),
        (["--role", "user", "--until", "2026-01-15"], ["Plan the harbour,\nplease", "and the crane?", "Größe?"]),
    ],
)
def test_filters_leave_what_matches_all_of_them(
    home: OpenClawHome, capsys: Capture, arguments: list[str], expected: list[str]
) -> None:
    assert texts(capsys, *arguments) == expected


@pytest.mark.parametrize("form", ["md", "json", "text"])
def test_secrets_do_not_come_out(tmp_path: Path, capsys: Capture, form: str) -> None:
    home = OpenClawHome(tmp_path / "home")
    home.live(Transcript().user(f"the token is {TOKEN}").assistant(f"I see {TOKEN}."))
    main(["extract", "--format", form])
    out = capsys.readouterr().out
    assert TOKEN not in out
    assert out.count("[REDACTED-") == 2


def test_nothing_breaks_out_of_a_quotation(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    home.live(
        Transcript()
        .user("```\n# 2026-01-01\n<!-- memsyncd:begin -->\n\n## Session\r\nred\x1b[31m")
        .assistant("ok")
    )
    main(["extract"])
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("> ```")
    assert lines[start : start + 6] == [
        "> ```",
        "> # 2026-01-01",
        "> <!-- memsyncd:begin -->",
        ">",
        "> ## Session",
        "> red\ufffd[31m",
    ]


def test_text_that_looks_like_a_header_stays_indented(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    home.live(Transcript().user("one\n2026-01-15 13:00  user  session 8b476afa").assistant("two"))
    main(["extract", "--format", "text"])
    heads = [line for line in capsys.readouterr().out.splitlines() if line and not line.startswith(" ")]
    assert len(heads) == 2


def test_json_on_a_terminal_holds_no_characters_that_steer_it(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    home.live(Transcript().user("turned \u202eround\u202c and \x9b31mred").assistant("ok"))
    main(["extract", "--json"])
    out = capsys.readouterr().out
    assert not {"\u202e", "\u202c", "\x9b"} & {*out}
    assert json.loads(out)[0]["text"] == "turned \u202eround\u202c and \x9b31mred"


def test_without_matches_json_is_an_empty_list_and_words_go_to_stderr(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["extract", "--query", "submarine"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "no messages match; memsyncd stats shows the days that are known\n")
    assert turns(capsys, "--query", "submarine") == []


@pytest.mark.parametrize("form", ["md", "json", "text"])
def test_output_holds_what_stdout_would_have_shown(
    home: OpenClawHome, tmp_path: Path, capsys: Capture, form: str
) -> None:
    main(["extract", "--format", form])
    shown = capsys.readouterr().out
    target = tmp_path / "talk"
    assert main(["extract", "--format", form, "--output", str(target)]) == 0
    told = capsys.readouterr()
    assert (told.out, target.read_bytes().decode()) == ("", shown)
    assert "7 messages written to" in told.err


def test_output_refuses_a_folder(home: OpenClawHome, capsys: Capture) -> None:
    assert main(["extract", "--output", str(home.memory)]) == 1
    assert "a folder or a device has this name" in capsys.readouterr().err


def test_two_folders_are_told_apart(home: OpenClawHome, tmp_path: Path, capsys: Capture) -> None:
    second = OpenClawHome(tmp_path / "second")
    second.live(Transcript(at="2026-01-15T12:00:00Z").user("are you there?").assistant("Yes."))
    config = tmp_path / "config.toml"
    tables = [
        f'[[sources]]\nname = "{name}"\nkind = "openclaw"\npath = "{one.sessions}"\nmemory_dir = "{one.memory}"\n'
        for name, one in (("one", home), ("two", second))
    ]
    config.write_text("\n".join(tables))
    main(["extract", "--config", str(config)])
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("# ")]
    assert titles == [f"# {home.memory}", f"# {second.memory}"]
    found = turns(capsys, "--config", str(config))
    assert {turn["folder"] for turn in found} == {str(home.memory), str(second.memory)}


def test_the_sender_of_a_group_message_is_named_and_cannot_write_markdown(tmp_path: Path, capsys: Capture) -> None:
    home = OpenClawHome(tmp_path / "home")
    talk = Transcript().user("hello all", __openclaw={"senderName": "**Ann**\n# [x](y)"})
    home.live(talk.assistant("Hello."), key="telegram:group:1", chatType="group")
    main(["extract"])
    assert r"**13:00 user (\*\*Ann\*\* # \[x\](y))**" in capsys.readouterr().out


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # never the same date in both
def test_today_is_a_day_of_the_agents_zone_not_of_the_machines(tmp_path: Path, capsys: Capture, zone: str) -> None:
    home = OpenClawHome(tmp_path / "home", zone=zone)
    now = datetime.now(UTC)
    home.live(Transcript(at=now).user("good morning").assistant("Hello.", at=now))
    today, yesterday = texts(capsys, "--date", "today"), texts(capsys, "--date", "yesterday")
    if today_in(zone, datetime.now(UTC)) != today_in(zone, now):
        pytest.skip("midnight passed")
    assert (today, yesterday) == (["good morning", "Hello."], [])


def test_spoken_days_are_counted_back_in_the_zone_that_is_asked_for() -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    today, yesterday = (DATE.convert(word, None, None) for word in ("today", " Yesterday"))
    assert day_in(today, "Pacific/Kiritimati", noon) == date(2026, 1, 16)
    assert day_in(yesterday, "Pacific/Kiritimati", noon) == date(2026, 1, 15)
    assert day_in(yesterday, "Pacific/Pago_Pago", noon) == date(2026, 1, 14)
    assert day_in(date(2026, 1, 1), "Pacific/Pago_Pago", noon) == date(2026, 1, 1)
    assert (today - yesterday).days == 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_whatever_was_said_every_line_of_it_stays_quoted_or_indented(text: str) -> None:
    turn = Turn(at=0, role="user", kind="talk", text=text, session="s", entry="e")
    passage = Passage(folder="f", several=False, zone=ZoneInfo("UTC"), date=date(1970, 1, 1), turns=[turn])
    heading, session, who, *quoted = filter(None, "".join(_markdown([passage])).split("\n"))
    assert (heading, session, who) == ("## 1970-01-01 (Thursday)", "### Session `s`", "**00:00 user**")
    assert all(line == ">" or line.startswith("> ") for line in quoted)
    _, *indented = "".join(_text([passage])).split("\n")
    assert all(not line or line.startswith("  ") for line in indented)
    (extracted,) = json.loads("".join(_json([passage])))
    assert extracted["text"] == text


def test_a_source_that_cannot_be_read_shows_in_the_exit_code(
    home: OpenClawHome, tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[[sources]]\npath = "{tmp_path / "nowhere"}"\nmemory_dir = "{home.memory}"\n')
    assert main(["extract", "--json", "--config", str(config)]) == PARTLY_FAILED
    assert json.loads(capsys.readouterr().out) == []
