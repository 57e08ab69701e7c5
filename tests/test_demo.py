"""The bundled demo logs are sound, hold no secret, and gain fresh ones when they are laid out."""

import json
import re
import zlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from memsyncd import demo
from memsyncd.demo import DemoFolders, lay_out, say_one_more

BUNDLED = Path(demo.__file__).with_name("demo_logs")
SESSIONS = sorted(path for path in (BUNDLED / "agents/main/sessions").iterdir() if path.name != "sessions.json")


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def all_entries() -> list[dict[str, Any]]:
    return [entry for path in SESSIONS for entry in entries(path)]


@pytest.fixture
def laid_out(tmp_path: Path) -> DemoFolders:
    return lay_out(tmp_path / "demo", Random(1), Path.write_bytes)


# --- the bundled files ---


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.name[:8])
def test_each_transcript_chains_from_its_header_in_the_order_of_time(path: Path) -> None:
    header, *rest = entries(path)
    assert header["type"] == "session"
    assert path.name.startswith(f"{header['id']}.jsonl")
    seen = {None, *(entry["id"] for entry in rest)}
    assert all(entry["parentId"] in seen for entry in rest)
    times = [entry["timestamp"] for entry in rest]
    assert times == sorted(times)


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.name[:8])
def test_files_end_in_a_newline_and_know_no_carriage_return(path: Path) -> None:
    data = path.read_bytes()
    assert data.endswith(b"}\n")
    assert b"\r" not in data


def test_every_tool_call_has_its_result() -> None:
    messages = [entry["message"] for entry in all_entries() if entry["type"] == "message"]
    answers = {message["toolCallId"] for message in messages if message["role"] == "toolResult"}
    assistants = [message for message in messages if message["role"] == "assistant"]
    calls = {block["id"] for message in assistants for block in message["content"] if block["type"] == "toolCall"}
    assert calls == answers


def test_the_week_runs_from_monday_to_friday_in_berlin() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    stamps = [entry["message"]["timestamp"] for entry in all_entries() if entry["type"] == "message"]
    days = Counter(datetime.fromtimestamp(stamp / 1000, berlin).date().isoformat() for stamp in stamps)
    assert sorted(days) == [f"2026-01-{day}" for day in range(12, 17)]
    assert min(days.values()) >= 40


def test_the_week_holds_what_the_demo_shows() -> None:
    found = Counter(entry["type"] for entry in all_entries())
    messages = [entry["message"] for entry in all_entries() if entry["type"] == "message"]
    models = {message["model"] for message in messages if message["role"] == "assistant"}
    assert found["compaction"] == 1
    assert models == {"claude-sonnet-4-5", "claude-opus-4-5", "gpt-5.2"}
    assert any(message.get("details", {}).get("exitCode") for message in messages)
    kinds = {re.sub(r".*\.jsonl(\.[a-z]+)?.*", r"\1", path.name) for path in SESSIONS}
    assert kinds == {"", ".reset", ".deleted"}


def test_some_messages_stand_twice_because_openclaw_rewrote_them() -> None:
    ids = [json.dumps(entry["message"]) for entry in all_entries() if entry["type"] == "message"]
    assert len(ids) - len(set(ids)) == 4


def test_the_index_names_only_live_transcripts() -> None:
    index = json.loads((BUNDLED / "agents/main/sessions/sessions.json").read_text(encoding="utf-8"))
    live = {path.name.removesuffix(".jsonl") for path in SESSIONS if path.name.endswith(".jsonl")}
    assert {entry["sessionId"] for entry in index.values()} == live


def test_the_bundled_files_hold_nothing_shaped_like_a_token() -> None:
    shaped = re.compile(r"gh[pousr]_\w{20}|sk_(?:live|test)_\w|AKIA\w{12}|-----BEGIN")
    assert [
        path.name for path in BUNDLED.rglob("*") if path.is_file() and shaped.search(path.read_text("utf-8"))
    ] == []


# --- laying out ---


def test_every_bundled_file_is_laid_out(laid_out: DemoFolders, tmp_path: Path) -> None:
    copied = {path.relative_to(tmp_path / "demo") for path in tmp_path.rglob("*") if path.is_file()}
    assert copied == {path.relative_to(BUNDLED) for path in BUNDLED.rglob("*") if path.is_file()}
    assert len(list(laid_out.sessions_dir.iterdir())) == 9
    assert [path.name for path in laid_out.memory_dir.iterdir()] == ["2026-01-13.md"]


def test_every_secret_is_planted_and_no_marker_is_left(laid_out: DemoFolders) -> None:
    text = "".join(path.read_text("utf-8") for path in laid_out.sessions_dir.iterdir())
    assert len(laid_out.secrets) == 4
    assert all(secret in text for secret in laid_out.secrets)
    assert "{{" not in text


def test_lines_are_still_json_with_their_secrets(laid_out: DemoFolders) -> None:
    for path in laid_out.sessions_dir.glob("*.jsonl*"):
        assert entries(path)


def test_the_github_token_has_a_valid_checksum(laid_out: DemoFolders) -> None:
    token = laid_out.secrets[0].removeprefix("ghp_")
    digits = {letter: value for value, letter in enumerate(demo._LETTERS)}
    checksum = sum(digits[letter] * 62**place for place, letter in enumerate(reversed(token[30:])))
    assert len(token) == 36
    assert checksum == zlib.crc32(token[:30].encode())


def test_secrets_follow_from_the_random_source(tmp_path: Path) -> None:
    def secrets(seed: int) -> tuple[str, ...]:
        return lay_out(tmp_path, Random(seed), lambda path, data: None).secrets

    assert secrets(7) == secrets(7)
    assert not set(secrets(7)) & set(secrets(8))


# --- one more message ---


def test_one_more_message_is_a_line_at_the_end_of_a_log(laid_out: DemoFolders) -> None:
    before = {path: path.read_bytes() for path in laid_out.sessions_dir.iterdir()}
    said = say_one_more(laid_out)
    assert said.log.read_bytes().startswith(before.pop(said.log))
    assert before == {path: path.read_bytes() for path in laid_out.sessions_dir.iterdir() if path != said.log}
    *others, last = entries(said.log)
    assert last["message"]["content"] == [{"type": "text", "text": said.text}]
    assert said.log.read_bytes().endswith(b"}\n")
    assert last["parentId"] == others[-1]["id"]
    assert last["id"] not in {entry["id"] for entry in others}
    assert last.keys() == others[-1].keys()


def test_it_comes_on_friday_after_all_the_others(laid_out: DemoFolders) -> None:
    *_, before, last = entries(say_one_more(laid_out).log)
    assert before["timestamp"] < last["timestamp"]
    at = datetime.fromtimestamp(last["message"]["timestamp"] / 1000, ZoneInfo("Europe/Berlin"))
    assert at.date().isoformat() == "2026-01-16"
    assert at < datetime.fromisoformat(last["timestamp"])
