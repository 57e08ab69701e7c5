"""What the user keeps out of memory, and what comes back when the user's mind changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsyncd.core.choice import rules_of
from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase
from tests.sync.rig import Rig

DAY = "2026-01-15"
OWN = ["question of s1", "answer of s1"]
GROUP = ["question of s2", "answer of s2"]
GROUP_KEY = "telegram:group:-100"


def talk(session: str, at: str = f"{DAY}T12:00:00Z") -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


def with_others() -> Transcript:
    """The owner and Bob talk to the agent in a group."""
    group = Transcript("s2", f"{DAY}T13:00:00Z").opening()
    group.user("Shall we paint the shed?", __openclaw={"senderIsOwner": True, "senderName": "Ada"})
    group.user("Paint it green!", __openclaw={"senderIsOwner": False, "senderName": "Bob"})
    return group.assistant("Green it is.")


def reopened(root: Path, *include: str, **source: Any) -> Rig:
    """The same folders under another choice."""
    return Rig(root, excluded_sessions=rules_of(include), others="others" in include, **source)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A session with the owner and one in a group, read and written."""
    rig = Rig(tmp_path)
    rig.home.live(talk("s1"), "main", chatType="direct")
    rig.home.live(talk("s2", f"{DAY}T13:00:00Z"), GROUP_KEY, chatType="group")
    rig.catch_up()
    return rig


def test_everything_is_memory_when_nothing_is_chosen(rig: Rig) -> None:
    assert rig.words() == OWN + GROUP


def test_groups_go_when_they_are_not_wanted_any_more_and_come_back_when_they_are(rig: Rig, tmp_path: Path) -> None:
    before = rig.day(DAY)
    without = reopened(tmp_path, "direct", "others")
    without.catch_up()
    assert without.words() == OWN
    assert "of s2" not in without.day(DAY)
    assert "Auto-generated from 2 session messages" in without.day(DAY)
    rig.catch_up()
    assert rig.words() == OWN + GROUP
    assert rig.day(DAY) == before


def test_a_session_that_the_index_has_lost_sight_of_follows_the_choice_too(rig: Rig, tmp_path: Path) -> None:
    """OpenClaw's index lists only the current session of a key."""
    rig.home.reset(talk("s2", f"{DAY}T13:00:00Z"), f"{DAY}T14:00:00Z")
    rig.home.live(talk("s3", f"{DAY}T15:00:00Z"), GROUP_KEY, chatType="group")
    rig.catch_up()
    assert len(rig.words()) == 6
    without = reopened(tmp_path, "direct", "others")
    without.catch_up()
    assert without.words() == OWN
    rig.catch_up()
    assert len(rig.words()) == 6


def test_what_the_logs_have_lost_meanwhile_does_not_come_back(rig: Rig, tmp_path: Path) -> None:
    reopened(tmp_path, "direct", "others").catch_up()
    rig.home.path(talk("s2")).unlink()
    rig.catch_up()
    assert rig.words() == OWN


def test_a_new_message_alone_is_enough_to_hear_of_another_choice(rig: Rig, tmp_path: Path) -> None:
    """The daemon is told which files changed; a choice concerns them all."""
    reopened(tmp_path, "direct", "others").catch_up()
    rig.home.append(talk("s1").user("and now?"))
    with rig.engine() as engine:
        engine.update({"openclaw/main": ["s1.jsonl"]})
    assert {"and now?", *GROUP} <= {*rig.words()}


def test_an_unchanged_choice_reads_nothing_again(rig: Rig, tmp_path: Path) -> None:
    without = reopened(tmp_path, "direct")
    without.catch_up()
    (report,) = without.catch_up().sources
    assert report.read == 0


def test_a_machines_session_does_not_come_back_with_the_users(tmp_path: Path) -> None:
    rig = reopened(tmp_path, "direct", "others")
    rig.home.live(talk("s1"), "cron:nightly")
    rig.home.live(talk("s2"), GROUP_KEY)
    rig.home.live(talk("s3"), "telegram:group:-7", hookExternalContentSource="gmail")
    rig.catch_up()
    assert rig.words() == []
    every = Rig(tmp_path)
    every.catch_up()
    assert every.words() == GROUP


def test_a_session_that_is_forgotten_while_it_stays_out_never_comes_back(tmp_path: Path) -> None:
    path = tmp_path / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
    without = reopened(tmp_path, "direct", "others", database=path)
    without.home.live(talk("s1"))
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk("s1"), GROUP_KEY, chat_type="group").put(talk("s2"), "telegram:group:-7")
        without.catch_up()
        openclaw.forget("s1")
    without.catch_up()
    assert without.words() == []
    every = Rig(tmp_path, database=path)
    every.catch_up()
    assert every.words() == GROUP


def test_groups_in_a_database_follow_the_choice(tmp_path: Path) -> None:
    path = tmp_path / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk("s1")).put(talk("s2", f"{DAY}T13:00:00Z"), GROUP_KEY, chat_type="group")
    every, without = Rig(tmp_path, database=path), reopened(tmp_path, "direct", database=path)
    for rig, words in ((every, OWN + GROUP), (without, OWN), (every, OWN + GROUP)):
        rig.catch_up()
        assert rig.words() == words


# --- senders ---


def test_people_in_a_group_are_named(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.home.live(with_others(), GROUP_KEY, chatType="group", channel="telegram")
    rig.catch_up()
    text = rig.day(DAY)
    assert "telegram group" in text
    assert "Bob (not the owner): Paint it green!" in text
    assert "Ada: Shall we paint the shed?" in text


def test_the_words_of_others_go_and_come_back_with_the_choice(tmp_path: Path) -> None:
    every, owner = Rig(tmp_path), reopened(tmp_path, "direct", "group", "channel")
    every.home.live(with_others(), GROUP_KEY, chatType="group")
    every.catch_up()
    before = every.day(DAY)
    owner.catch_up()
    assert owner.words() == ["Shall we paint the shed?", "Green it is."]
    assert "Bob" not in owner.day(DAY)
    every.catch_up()
    assert every.words() == ["Shall we paint the shed?", "Paint it green!", "Green it is."]
    assert every.day(DAY) == before
