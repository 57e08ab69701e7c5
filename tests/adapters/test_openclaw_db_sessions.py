from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.model import Session
from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "openclaw-agent.sqlite"


def known(path: Path, key: str = "main", excluded: tuple[str, ...] = (), **more: Any) -> Session:
    """The one session of a database that is made with these columns."""
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1", key, **more)
    with AgentDatabase(path) as database:
        (session,) = database.sessions(excluded)
    return session


# --- what is known ---


def test_nothing_more_than_its_key_is_known_of_a_session_of_the_command_line(path: Path) -> None:
    assert known(path) == Session(id="s1", key="agent:main:main")


def test_channel_kind_and_label_are_told(path: Path) -> None:
    session = known(path, "telegram:group:7", channel="telegram", chat_type="group", label="Bread")
    assert (session.channel, session.chat_type, session.title) == ("telegram", "group", "Bread")


def test_a_name_that_openclaw_made_up_is_no_title(path: Path) -> None:
    """At an import it takes the first words that were said."""
    assert known(path, display_name="Hello first").title is None


@pytest.mark.parametrize(
    ("entry", "channel", "chat_type"),
    [
        ({"channel": "slack", "chatType": "channel"}, "slack", "channel"),
        ({"origin": {"provider": "signal", "chatType": "direct"}}, "signal", "direct"),
        ({"lastChannel": "webchat"}, "webchat", None),
        ({"channel": 7, "origin": {"provider": ["x"]}, "chatType": ""}, None, None),
        ({"origin": "somewhere"}, None, None),
    ],
)
def test_what_the_index_of_session_files_told_is_still_told_after_an_import(
    path: Path, entry: dict[str, Any], channel: str | None, chat_type: str | None
) -> None:
    session = known(path, entry=entry)
    assert (session.channel, session.chat_type) == (channel, chat_type)


def test_earlier_sessions_of_a_key_have_nothing_of_the_current_one(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1", channel="telegram").know(
            "s2", previous_session_id="s1", label="Bread", entry={"channel": "slack"}
        )
    with AgentDatabase(path) as database:
        first, second = sorted(database.sessions(), key=lambda session: session.id)
    assert (first.channel, first.title, first.parent) == ("telegram", None, None)
    assert (second.channel, second.title, second.parent) == ("slack", "Bread", "s1")


def test_a_fork_knows_where_it_comes_from(path: Path) -> None:
    assert known(path, fork_source_session_id="s0").parent == "s0"


def test_a_key_made_up_at_an_import_does_not_speak_for_the_session(path: Path) -> None:
    """Its content has to judge, as it did when it was a file."""
    assert known(path, "recovered:s1") == Session(id="s1")


def test_only_those_asked_for_are_told(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1").know("a b'c", "side").know("s3", "third")
    with AgentDatabase(path) as database:
        assert [session.id for session in database.sessions(ids=["a b'c", "s3", "unknown"])] == ["a b'c", "s3"]
        assert database.sessions(ids=[]) == []
        assert len(database.sessions()) == 3


# --- who stays out ---


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("main", None),
        ("explicit:by hand", None),
        ("telegram:group:7", None),
        ("cron:job:run:1", "cron"),
        ("subagent:x", "subagent"),
        ("hook:gmail:1", "hook"),
        ("main:heartbeat", "heartbeat"),
    ],
)
def test_the_key_tells_who_stays_out(path: Path, key: str, reason: str | None) -> None:
    assert known(path, key).excluded == reason


@pytest.mark.parametrize(
    ("via", "reason"),
    [("cron", "cron"), ("spawn", "spawn"), ("internal", "internal"), ("plugin", "plugin")]
    + [(via, None) for via in ("operator", "channel", "talk", "run", None)],
)
def test_what_created_it_tells_who_stays_out(path: Path, via: str | None, reason: str | None) -> None:
    assert known(path, created_via=via).excluded == reason


@pytest.mark.parametrize("source", ["gmail", "webhook"])
def test_what_hooks_feed_in_stays_out(path: Path, source: str) -> None:
    """It is nobody's word, and OpenClaw trusts what stands in memory files."""
    assert known(path, hook_external_content_source=source).excluded == "external content"


@pytest.mark.parametrize(
    "rule",
    ["s1", "agent:main:side", "channel:telegram"],
)
def test_the_user_can_name_what_stays_out(path: Path, rule: str) -> None:
    assert known(path, "side", (rule,), channel="telegram", chat_type="group").excluded == "excluded by the user"


@pytest.mark.parametrize("columns", [{"chat_type": "group"}, {"key": "telegram:group:-100"}])
def test_a_chat_type_that_is_not_wanted_stays_out(path: Path, columns: dict[str, str]) -> None:
    assert known(path, excluded=("chatType:group",), **columns).excluded == "chat type"


def test_external_content_stays_out_for_good_whatever_the_user_names(path: Path) -> None:
    """The user's choice can change; that this is nobody's word cannot."""
    assert known(path, excluded=("s1",), hook_external_content_source="gmail").excluded == "external content"


@pytest.mark.parametrize("rule", ["s", "main", "channel:slack", "channel:None", "chatType:direct"])
def test_other_rules_of_the_user_keep_it(path: Path, rule: str) -> None:
    assert known(path, "side", (rule,), channel="telegram", chat_type="group").excluded is None


def test_what_openclaw_was_told_to_forget_is_named_and_its_rows_are_there(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(Transcript("s1").user("a secret")).forget("s1")
    with AgentDatabase(path) as database:
        assert database.tombstones() == {"s1"}
        assert "s1" in database.heads()


def test_columns_that_a_version_lacks_are_empty(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1", label="Bread")
        openclaw.db.execute("DROP TABLE memory_session_tombstones")
        for table, column in [
            ("session_nodes", "label"),
            ("session_nodes", "created_via"),
            ("session_nodes", "entry_json"),
            ("session_windows", "channel"),
            ("session_windows", "hook_external_content_source"),
        ]:
            openclaw.db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    with AgentDatabase(path) as database:
        assert database.sessions() == [Session(id="s1", key="agent:main:main")]
        assert database.tombstones() == frozenset()


def test_without_nodes_the_windows_are_enough(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1", channel="telegram")
        openclaw.db.execute("DROP TABLE session_nodes")
    with AgentDatabase(path) as database:
        assert database.sessions() == [Session(id="s1", key="agent:main:main", channel="telegram")]


def test_an_entry_that_is_no_json_is_passed_over(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.know("s1", channel="telegram")
        openclaw.db.execute("UPDATE session_nodes SET entry_json = '{'")
    with AgentDatabase(path) as database:
        assert database.sessions() == [Session(id="s1", key="agent:main:main", channel="telegram")]
