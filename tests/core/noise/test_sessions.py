"""Session keys and creators that keep a session out of memory."""

import pytest

from memsyncd.core.noise import first_user_verdict, session_verdict
from tests.core.noise import shapes

UUID = "0f9a4c1e-7b2d-4e55-9a10-3c5d7e9f1a2b"


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("cron:backup", "cron"),
        (f"cron:backup:run:{UUID}", "cron"),
        (f"subagent:{UUID}", "subagent"),
        (f"subagent:{UUID}:subagent:{UUID}", "subagent"),
        (f"acp:{UUID}", "acp"),
        (f"hook:gmail:{UUID}", "hook"),
        ("boot:1", "boot"),
        (f"internal-session-effects:{UUID}", "internal"),
        ("dreaming-narrative-light-1", "dreaming"),
        ("main:heartbeat", "heartbeat"),
        ("heartbeat", "heartbeat"),
        (f"explicit:model-run-{UUID}", "model-run"),
        (f"explicit:model-run-{UUID.upper()}", "model-run"),
    ],
)
def test_a_generated_session_is_out_by_its_key(rest, reason):
    assert session_verdict(f"agent:main:{rest}") == reason


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "global",
        "agent:main:main",
        "agent:main:telegram:direct:4711",
        "agent:main:telegram:group:-100123:topic:5",
        "agent:main:discord:channel:99",
        f"agent:main:recovered:{UUID}",
        "agent:main:explicit:my notes",
        "agent:main:explicit:model-run-of-mine",
        f"agent:main:explicit:model-run-{UUID}-2",
        "agent:cron:main",
        "agent:hook:telegram:direct:1",
        "agent:main:heartbeats",
        "agent:main:bootstrap",
        "agent:main:internal",
    ],
)
def test_a_persons_session_stays(key):
    assert session_verdict(key) is None


def test_the_prefix_counts_without_an_agent_too():
    assert session_verdict("cron:backup") == "cron"


@pytest.mark.parametrize("creator", ["cron", "spawn", "internal", "plugin"])
def test_what_the_program_created_is_out_whatever_its_key(creator):
    assert session_verdict("agent:main:main", creator) == creator
    assert session_verdict(None, creator) == creator


@pytest.mark.parametrize("creator", [None, "operator", "channel", "talk", "run", "something new"])
def test_an_unknown_or_human_creator_keeps(creator):
    assert session_verdict("agent:main:main", creator) is None


def test_the_key_decides_when_the_creator_keeps():
    assert session_verdict("agent:main:cron:backup", "operator") == "cron"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[cron:7f Backup] Check the disks", "cron"),
        ("[cron:7f Backup 2026-01-30 10:00 UTC] Check the disks", "cron"),
        (f"{shapes.STAMP} [cron:7f Backup] Check the disks", "cron"),
        (shapes.system("[cron:7f Backup] Check the disks"), "cron"),
        (shapes.conversation("[cron:7f Backup] Check the disks"), "cron"),
        ("[Subagent Context] You are a worker", "subagent"),
        (f"{shapes.STAMP} [Subagent Task] Count the files", "subagent"),
        ("\n  [Subagent Context] You are a worker", "subagent"),
    ],
)
def test_a_generated_session_is_known_by_its_first_message(text, reason):
    assert first_user_verdict(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "what does [cron:7f] at the start of a line mean?",
        "Explain [Subagent Context] to me",
        f"{shapes.STAMP} good morning",
        "[cronjob] please",
    ],
)
def test_a_person_who_mentions_the_mark_opens_no_generated_session(text):
    assert first_user_verdict(text) is None
