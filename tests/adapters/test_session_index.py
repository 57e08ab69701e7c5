from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.session_index import read_session_index
from memsyncd.model import Session

KEY = "agent:main:main"


def index(folder: Path, entries: object) -> Path:
    (folder / "sessions.json").write_text(json.dumps(entries))
    return folder


def one(folder: Path, key: str, entry: dict[str, Any], *excluded: str) -> Session:
    sessions, problem = read_session_index(index(folder, {key: entry}), excluded)
    assert problem is None
    return sessions[0]


def test_an_entry_gives_key_channel_and_chat_type(tmp_path: Path) -> None:
    entry = {"sessionId": "s1", "chatType": "group", "origin": {"provider": "telegram"}}
    assert one(tmp_path, KEY, entry) == Session(id="s1", key=KEY, channel="telegram", chat_type="group")


def test_the_transcripts_name_identifies_the_session(tmp_path: Path) -> None:
    """Topics of one session have files of their own."""
    entry = {"sessionId": "s1", "sessionFile": "/data/agents/main/sessions/s1-topic-5.jsonl"}
    assert one(tmp_path, KEY, entry).id == "s1-topic-5"


def test_sessions_of_machines_are_marked(tmp_path: Path) -> None:
    assert one(tmp_path, "agent:main:cron:backup", {"sessionId": "s1"}).excluded


@pytest.mark.parametrize("rule", [KEY, "s1", "channel:signal"])
def test_what_the_user_excludes_is_marked(tmp_path: Path, rule: str) -> None:
    entry = {"sessionId": "s1", "channel": "signal", "chatType": "direct"}
    assert one(tmp_path, KEY, entry, rule, "chatType:direct").excluded == "excluded by the user"
    assert one(tmp_path, KEY, entry, "channel:other").excluded is None


@pytest.mark.parametrize(
    ("key", "entry"), [(KEY, {"chatType": "group"}), ("agent:main:telegram:group:-100:thread:5", {})]
)
def test_a_chat_type_that_is_not_wanted_stays_out(tmp_path: Path, key: str, entry: dict[str, str]) -> None:
    found = one(tmp_path, key, {"sessionId": "s1", **entry}, "chatType:group")
    assert found.excluded == "chat type"
    assert one(tmp_path, key, {"sessionId": "s1", **entry}, "chatType:direct").excluded is None


@pytest.mark.parametrize("source", ["gmail", "webhook"])
def test_what_hooks_feed_in_stays_out_under_any_key(tmp_path: Path, source: str) -> None:
    """It is nobody's word, and OpenClaw trusts what stands in memory files."""
    fed = {"sessionId": "s1", "hookExternalContentSource": source}
    entries = {KEY: {"sessionId": "s1"}, "agent:main:mail": fed, "agent:main:side": {"sessionId": "s1"}}
    (session,), _ = read_session_index(index(tmp_path, entries))
    assert session.excluded == "external content"


@pytest.mark.parametrize("keys", [(KEY, f"{KEY}:heartbeat"), (f"{KEY}:heartbeat", KEY)])
def test_a_session_under_two_keys_stays_when_one_of_them_is_a_persons(
    tmp_path: Path, keys: tuple[str, str]
) -> None:
    """Leaving it out for the machine's key would cost the person's conversation."""
    sessions, _ = read_session_index(index(tmp_path, {key: {"sessionId": "s1"} for key in keys}))
    assert [(session.id, session.key, session.excluded) for session in sessions] == [("s1", KEY, None)]


def test_the_users_exclusion_holds_under_any_key(tmp_path: Path) -> None:
    entries = {KEY: {"sessionId": "s1"}, "agent:main:diary": {"sessionId": "s1"}}
    for excluded in entries:
        (session,), _ = read_session_index(index(tmp_path, entries), (excluded,))
        assert session.excluded == "excluded by the user"


def test_no_index_is_no_problem(tmp_path: Path) -> None:
    assert read_session_index(tmp_path) == ([], None)


@pytest.mark.parametrize("entries", [[], "text", None])
def test_an_index_that_is_no_object_is_a_problem(tmp_path: Path, entries: object) -> None:
    assert read_session_index(index(tmp_path, entries)) == ([], "it is not a JSON object")


def test_entries_without_a_session_are_passed_over(tmp_path: Path) -> None:
    assert read_session_index(index(tmp_path, {"a": 1, "b": {}, "c": {"sessionId": 5}})) == ([], None)
