from __future__ import annotations

from typing import Any

import pytest

from memsyncd.core.choice import BY_USER, CHAT_TYPE, judge, rules_of, verdict_of_user
from memsyncd.model import Session

GROUPS = ("chatType:group",)


def known(key: str | None = None, **more: Any) -> Session:
    return Session(id="s1", key=key, **more)


def test_what_is_not_included_becomes_a_rule() -> None:
    assert rules_of(["direct", "group", "channel", "others"]) == ()
    assert rules_of(["direct"]) == ("chatType:group", "chatType:channel")


@pytest.mark.parametrize(
    ("key", "chat_type"),
    [
        ("agent:main:main", "direct"),
        ("agent:main:telegram:direct:7", "direct"),
        ("agent:main:telegram:group:-100", "group"),
        ("agent:main:telegram:work:group:-100:thread:5", "group"),
        ("agent:main:discord:channel:9", "channel"),
        ("agent:main:explicit:group", "direct"),
        ("telegram:group:-100", "group"),
    ],
)
def test_the_key_tells_the_chat_type_where_openclaw_does_not(key: str, chat_type: str) -> None:
    rules = [f"chatType:{one}" for one in ("direct", "group", "channel")]
    assert [rule for rule in rules if verdict_of_user(known(key), [rule])] == [f"chatType:{chat_type}"]


def test_what_openclaw_states_goes_before_the_key() -> None:
    assert verdict_of_user(known("agent:main:telegram:group:-1", chat_type="direct"), GROUPS) is None


def test_a_session_of_which_nothing_is_known_is_kept() -> None:
    every = rules_of(())
    assert verdict_of_user(known(), every) is None
    assert verdict_of_user(known(), ["channel:None ", "chatType:"]) is None


def test_the_reason_tells_a_chat_type_from_what_was_named() -> None:
    group = known("agent:main:telegram:group:-1", channel="telegram")
    assert verdict_of_user(group, GROUPS) == CHAT_TYPE
    assert verdict_of_user(group, [*GROUPS, "channel:telegram"]) == BY_USER
    assert verdict_of_user(group, ["another name"], "another name") == BY_USER


def test_a_topics_transcript_is_meant_with_its_session() -> None:
    assert verdict_of_user(Session(id="s1-topic-5"), ["s1"]) == BY_USER


def test_a_machines_session_stays_out_whatever_the_user_chooses() -> None:
    assert judge(known("agent:main:cron:nightly"), ()) == "cron"
    assert judge(known("agent:main:main"), ()) is None
