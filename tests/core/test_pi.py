from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.pi import PI
from memsyncd.model import (
    Ignored,
    Malformed,
    RawCall,
    RawCompaction,
    RawHeader,
    RawMessage,
    RawResult,
    RawTitle,
    Session,
    Usage,
)
from tests.builders import line, millis, tokens
from tests.conformance.conversation import CONVERSATION, FOLDER, SESSION
from tests.conformance.pi import (
    AT,
    DIRECTORY,
    LATER,
    assistant,
    entry,
    header,
    message,
    text,
    thinking,
    tool_call,
    tool_result,
    user,
    write,
)
from tests.hidden import hide

NAME = f"2026-03-02T09-00-00-250Z_{SESSION}.jsonl"


def read(said: dict[str, Any]) -> Any:
    return PI.reader(b"").decode(line(said).rstrip(b"\n"))


# --- names ---


@pytest.mark.parametrize("name", [f"{DIRECTORY}/{NAME}", NAME])
def test_a_transcript_s_session_is_the_id_behind_the_time(name: str) -> None:
    assert PI.classify(name) == Artefact("live", SESSION)
    assert PI.reason_not_read(name) == ""


def test_a_name_without_a_time_is_the_session() -> None:
    assert PI.classify("--x--/a_b.jsonl") == Artefact("live", "a_b")


@pytest.mark.parametrize(
    "name", [f"{DIRECTORY}/x/{NAME}", f"{DIRECTORY}/._{NAME}", f".trash/{NAME}", f"{NAME}.bak", "auth.json", ""]
)
def test_other_files_are_not_read(name: str) -> None:
    assert PI.classify(name) is None
    assert PI.reason_not_read(name) == "other"


@given(st.text())
def test_a_name_is_read_or_has_a_reason_not_to_be(name: str) -> None:
    assert (PI.classify(name) is None) == bool(PI.reason_not_read(name))


# --- headers ---


@pytest.mark.parametrize("field", ["parentSession", "branchedFrom"])
def test_a_fork_names_the_session_that_it_comes_from(field: str) -> None:
    parent = f"/home/made-up/.pi/agent/sessions/{DIRECTORY}/2026-03-01T09-00-00-250Z_0a1b.jsonl"
    assert read(header("s1", **{field: parent})) == RawHeader("s1", millis(AT), "0a1b")


def test_a_header_without_a_version_is_read() -> None:
    first = {"type": "session", "id": "s1", "timestamp": "2025-11-20T10:00:00.000Z", "cwd": FOLDER}
    old = {**first, "provider": "anthropic", "modelId": "x", "thinkingLevel": "off", "branchedFrom": None}
    for head in (first, old):
        assert read(head) == RawHeader("s1", millis("2025-11-20T10:00:00.000Z"))


# --- messages ---


def test_what_a_person_typed_is_a_user_message_of_its_own_time() -> None:
    for content in ("Why?", [text("Why?"), {"type": "image", "data": "aW1hZ2U=", "mimeType": "image/png"}]):
        assert read(message("user", content=content)) == RawMessage(
            id="00000001", at=millis(AT), role="user", text="Why?"
        )


def test_entries_of_version_1_have_no_id() -> None:
    old = {"type": "message", "timestamp": "2025-11-20T10:00:00.000Z", "message": {"role": "user", "content": "x"}}
    assert read(old) == RawMessage(id="", at=millis("2025-11-20T10:00:00.000Z"), role="user", text="x")


def test_a_message_without_a_time_has_its_entry_s() -> None:
    undated = user("x")
    del undated["message"]["timestamp"]
    assert read(undated).at == millis(AT + LATER)


def test_an_answer_carries_model_usage_and_calls_and_no_thinking() -> None:
    got = read(assistant(thinking("Hm."), text("I look."), {**tool_call(command="ls"), "partialJson": "{"}))
    assert (got.text, got.provider, got.model) == ("I look.", "anthropic", "claude-sonnet-5")
    assert got.usage == Usage(4, 95, 12_000, 300, 0.02)
    assert got.calls == (RawCall("call-1", "bash", {"command": "ls"}),)


@pytest.mark.parametrize("stop", ["aborted", "error"])
def test_an_answer_that_was_broken_off_is_its_words_and_its_usage(stop: str) -> None:
    more = {"stopReason": stop, "errorMessage": "Request was aborted"}
    free = {**more, "usage": tokens(0, 0)}
    assert read(assistant(text("Half an"), tool_call(), **free)).text == "Half an"
    assert read(assistant(text("Half an"), tool_call(), **free)).calls == ()
    paid = read(assistant(tool_call(), **more))
    assert (paid.text, paid.calls, paid.usage.output) == ("", (), 95)
    assert read(assistant(text(" \n"), tool_call(), **free)) == Ignored(f"message:{stop}")
    assert read(assistant(**{**free, "usage": None})) == Ignored(f"message:{stop}")


def test_a_command_of_the_user_s_own_is_a_result_that_stands_alone() -> None:
    run = message("bashExecution", command="make", output="no rule", exitCode=2, cancelled=False, truncated=False)
    got = read(run)
    assert (got.command, got.failed, got.exit_code, got.text) == ("make", True, 2, "no rule")


# --- tools ---


def test_a_failed_command_tells_its_exit_code_behind_its_output() -> None:
    got = read(tool_result("no rule\n\nCommand exited with code 2", isError=True))
    assert (got.name, got.failed, got.exit_code) == ("bash", True, 2)
    assert got.text.startswith("no rule")


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("Command exited with code 2", 2),
        ("Command exited with code 130\n", 130),
        ("Command exited with code 2, it said", None),
        ("Command aborted", None),
        ("", None),
    ],
)
def test_only_the_end_of_an_output_tells_the_exit_code(output: str, code: int | None) -> None:
    assert read(tool_result(output, isError=True)).exit_code == code


def test_what_a_tool_returned_is_not_kept_when_it_went_well() -> None:
    got = read(tool_result("Command exited with code 2"))
    assert got == RawResult(id="00000001", at=millis(AT), call="call-1", name="bash", failed=False)


# --- other entries ---


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (entry("session_info", name="Proxy"), RawTitle("Proxy")),
        (entry("session_info"), Ignored("session_info")),
        (
            entry("compaction", summary="so far", tokensBefore=900, retainedTail=[user("again")]),
            RawCompaction("00000001", millis(AT + LATER), "so far", 900),
        ),
        (entry("model_change", provider="anthropic", modelId="x"), Ignored("model_change")),
        (entry("thinking_level_change", thinkingLevel="high"), Ignored("thinking_level_change")),
        (entry("branch_summary", fromId="00000001", summary="x"), Ignored("branch_summary")),
        ({"type": "leaf", "targetId": "00000001"}, Ignored("leaf")),
        (entry("label", targetId="00000001", label="x"), Ignored("label")),
        (entry("custom", customType="my-extension", data={"x": 1}), Ignored("custom:my-extension")),
        (entry("custom_message", customType="x", content="y", display=True), Ignored("custom_message")),
        (entry("usage"), Ignored("usage")),
        (entry("context_edit"), Ignored("context_edit")),
        (entry("context_transform"), Ignored("context_transform")),
        (entry("ephemeral"), Ignored("ephemeral")),
        (message("custom", content="x"), Ignored("message:custom")),
        (message("hookMessage", content="x"), Ignored("message:hookMessage")),
        (message("branchSummary", summary="x"), Ignored("message:branchSummary")),
        (message("compactionSummary", summary="x"), Ignored("message:compactionSummary")),
        (message("oracle", content="x"), Ignored("message:oracle", known=False)),
        (entry("hologram"), Ignored("hologram", known=False)),
        ({"type": "message"}, Malformed("a message line without a message")),
    ],
)
def test_other_entries_become_what_they_mean(said: dict[str, Any], expected: object) -> None:
    assert read(said) == expected


# --- noise ---

SKILL = '<skill name="review" location="/x/SKILL.md">\nReferences are relative to /x.\n\n# Review\n</skill>'


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Why?", "Why?"),
        (" Why?\n", "Why?"),
        (f"{SKILL}\n\nonly the tests", "only the tests"),
        (SKILL, ""),
        (f"{SKILL}\n\n{SKILL}\n\nx", "x"),
        (f"What is {SKILL}", f"What is {SKILL}"),
        ("<skill set>", "<skill set>"),
        ('<skill name="a" location="b"> is not closed', '<skill name="a" location="b"> is not closed'),
        ("", ""),
    ],
)
def test_a_skill_that_a_command_expanded_to_is_not_the_user_s_word(typed: str, words: str) -> None:
    found = PI.noise.user(typed, None)
    assert (found.text, bool(found.dropped)) == (words, not words)


@given(
    st.lists(st.sampled_from([SKILL, "</skill>", '<skill name="a" location="b">', "x", "\n", " "])).map("".join)
)
def test_cleaning_what_was_cleaned_changes_nothing(typed: str) -> None:
    once = PI.noise.user(typed, None)
    assert not once.text or PI.noise.user(once.text, None) == once


# --- whatever comes ---

json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["type", "id", "timestamp", "message", "content", "usage", "stopReason", "branchedFrom"])
kinds = st.sampled_from(["session", "message", "compaction", "session_info"])
roles = st.sampled_from(["user", "assistant", "toolResult", "bashExecution"])


@given(kinds, roles, st.dictionaries(names, json_values, max_size=6))
def test_any_object_is_decoded_without_an_error(kind: str, role: str, body: dict[str, Any]) -> None:
    reader = PI.reader(b"")
    for said in (body, {**body, "type": kind}, {"type": "message", "message": {**body, "role": role}}):
        reader.decode(json.dumps(said).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_without_an_error(data: bytes) -> None:
    reader = PI.reader(data)
    reader.decode(data)
    reader.decode(line(user("X")).replace(b"X", data))
    assert reader.state() == b""


# --- a whole conversation ---


def facts_of(path: Any) -> Facts:
    conversation = Conversation(Session(id=SESSION), Carry(), keys=Keys(b"k" * 32), redact=hide, noise=PI.noise)
    for said in path.read_bytes().splitlines():
        conversation.feed(PI.reader(b"").decode(said))  # type: ignore[arg-type]
    return conversation.take()


def test_a_conversation_comes_out_as_it_was_held(tmp_path: Any) -> None:
    write(CONVERSATION, tmp_path)
    facts = facts_of(tmp_path / DIRECTORY / NAME)
    talk = [(turn.at, turn.role, turn.text, turn.model or "") for _, turn in facts.turns if turn.kind == "talk"]
    assert talk == [(millis(said.at), said.role, said.text, said.model) for said in CONVERSATION if said.text]
    calls = [(millis(said.at), call.command) for said in CONVERSATION for call in said.calls]
    assert [(tool.at, tool.command) for _, tool in facts.tools] == calls
    assert [(one.failed, one.exit_code, one.error) for one in facts.outcomes] == [
        (False, None, None),
        (True, 2, "FAILED tests/test_proxy.py: timeout"),
    ]


def test_a_fork_s_copies_have_the_keys_of_what_they_copy(tmp_path: Any) -> None:
    """A fork has entries of its own, with new ids and times, around the same messages."""
    write(CONVERSATION, tmp_path)
    facts = facts_of(tmp_path / DIRECTORY / NAME)
    copies = [header("fork"), *(user(said.text, said.at, 77) for said in CONVERSATION if said.role == "user")]
    for copy in copies:
        copy["timestamp"] = (AT + timedelta(days=9)).isoformat()
    (tmp_path / "fork.jsonl").write_bytes(b"".join(map(line, copies)))
    forked = facts_of(tmp_path / "fork.jsonl")
    assert {key for key, _ in forked.turns} == {key for key, turn in facts.turns if turn.role == "user"}
