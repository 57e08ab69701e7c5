from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.claude_code_names import classify, reason_not_read

SID = "5f2c9a4e-0b7d-4e61-9a53-1c8d2e7f6a90"
PROJECT = "-home-made-up-project"


@pytest.mark.parametrize("name", [f"{PROJECT}/{SID}.jsonl", f"{SID}.jsonl", f"any name/{SID}.jsonl"])
def test_a_session_s_transcript_is_read(name: str) -> None:
    assert classify(name) == Artefact("live", SID)
    assert reason_not_read(name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"{PROJECT}/{SID}/subagents/agent-0a1b.jsonl", "subagent"),
        (f"{PROJECT}/{SID}/subagents/agent-0a1b.meta.json", "subagent"),
        (f"{PROJECT}/{SID}/subagents/journal.jsonl", "subagent"),
        (f"{SID}/subagents/journal.jsonl", "subagent"),
        (f"{PROJECT}/agent-0a1b2c3d.jsonl", "subagent"),
        (f"{PROJECT}/{SID}/tool-results/toolu_01.txt", "tool output"),
        (f"{PROJECT}/{SID}/workflows/run.jsonl", "tool output"),
        ("history.jsonl", "prompt history"),
        (f"{PROJECT}/memory/MEMORY.md", "other"),
        (f"{PROJECT}/deep/er/{SID}.jsonl", "other"),
        (f".session-aliases/{SID}.jsonl", "other"),
        (f"{PROJECT}/._{SID}.jsonl", "other"),
        (f"{PROJECT}/{SID}.jsonl.bak", "other"),
        (f"{PROJECT}/sessions-index.json", "other"),
        ("", "other"),
    ],
)
def test_everything_else_is_never_read_and_says_why(name: str, reason: str) -> None:
    assert classify(name) is None
    assert reason_not_read(name) == reason


@given(st.text())
def test_a_name_is_read_or_has_a_reason_not_to_be(name: str) -> None:
    assert (classify(name) is None) == bool(reason_not_read(name))
