from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.formats.claude_code import CLAUDE_CODE
from memsyncd.core.formats.claude_code_json import BlockJson, LineJson, MessageJson
from memsyncd.model import (
    Ignored,
    Malformed,
    RawCall,
    RawCompaction,
    RawMessage,
    RawResult,
    RawTitle,
    Session,
    Usage,
)
from tests.builders import millis
from tests.conformance.claude_code import (
    AT,
    PROJECT,
    USAGE,
    assistant,
    attachment,
    encoded,
    envelope,
    image,
    queue,
    snapshot,
    text,
    thinking,
    tool_result,
    tool_use,
    user,
    uuid,
    write,
)
from tests.conformance.conversation import CONVERSATION, SESSION
from tests.hidden import hide

SECOND = timedelta(seconds=1)


def read_all(*lines: dict[str, Any], state: bytes = b"") -> list[Any]:
    reader = CLAUDE_CODE.reader(state)
    return [reader.decode(encoded(line)) for line in lines]


def read(line: dict[str, Any]) -> Any:
    return read_all(line)[0]


def malformed(line: dict[str, Any]) -> bool:
    return isinstance(read(line), Malformed)


# --- people ---


@pytest.mark.parametrize(
    "content", ["Why is it red?", [text("Why is it red?")], [image(), text("Why is it red?")]]
)
def test_what_a_person_typed_is_a_user_message(content: Any) -> None:
    assert read(user(content)) == RawMessage(id=uuid(1), at=millis(AT), role="user", text="Why is it red?")


def test_text_blocks_are_joined_by_a_newline() -> None:
    assert read(user([text("one"), image(), text(""), text("two")])).text == "one\ntwo"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"isSidechain": True}, "sidechain"),
        ({"isMeta": True}, "user:meta"),
        ({"isCompactSummary": True, "isVisibleInTranscriptOnly": True}, "user:summary"),
        ({"toolUseResult": {"stdout": "x"}}, "user:result"),
        ({"sourceToolAssistantUUID": uuid(2)}, "user:result"),
    ],
)
def test_lines_that_the_program_wrote_under_the_user_s_role_are_ignored(fields: Any, kind: str) -> None:
    assert read(user("Base directory for this skill: /x", **fields)) == Ignored(kind)


def test_a_line_says_whether_a_person_is_its_origin() -> None:
    """Who is one is judged with the text."""
    assert read(user("x", origin={"kind": "task-notification"})).origin == "task-notification"
    assert read(user("x", origin={"kind": "human"})).origin == "human"


def test_a_session_id_that_is_not_the_file_s_counts_all_the_same() -> None:
    """A resumed transcript holds the lines of several sessions."""
    assert read(user("x", sessionId="another")).text == "x"


# --- messages sent while the agent works ---


def test_a_message_sent_while_the_agent_works_is_a_user_message() -> None:
    queued = attachment("queued_command", prompt="Use port 80", commandMode="prompt")
    listed = attachment("queued_command", prompt=[text("Use port 80"), image()])
    removed = queue("remove", content="Use port 80")
    for line in (queued, listed, removed):
        got = read(line)
        assert (got.role, got.text, got.at) == ("user", "Use port 80", millis(AT))


def test_a_message_with_two_records_counts_once_whichever_comes_first() -> None:
    enqueued = queue("enqueue", content="Use port 80")
    queued = attachment("queued_command", prompt="Use port 80", commandMode="prompt", at=AT + 30 * SECOND)
    removed = queue("remove", AT + 29 * SECOND, content="Use port 80")
    for lines in ((enqueued, queued, removed), (enqueued, removed, queued)):
        got = [entry for entry in read_all(*lines) if isinstance(entry, RawMessage)]
        assert [entry.text for entry in got] == ["Use port 80"]


def test_the_same_words_sent_twice_count_twice() -> None:
    queued = [attachment("queued_command", prompt="go on", at=AT + number * SECOND) for number in (1, 2)]
    removed = [queue("remove", AT + number * SECOND, content="go on") for number in (3, 4)]
    got = read_all(*queued, *removed)
    assert [isinstance(entry, RawMessage) for entry in got] == [True, True, False, False]


def test_words_that_had_both_their_records_count_anew_when_sent_again() -> None:
    queued = attachment("queued_command", prompt="go on")
    got = read_all(queued, *(queue("remove", AT + number * SECOND, content="go on") for number in (1, 60)))
    assert [isinstance(entry, RawMessage) for entry in got] == [True, False, True]


def test_the_second_record_is_known_in_a_later_run_too() -> None:
    reader = CLAUDE_CODE.reader(b"")
    reader.decode(encoded(attachment("queued_command", prompt="Use port 80")))
    assert read_all(queue("remove", content="Use port 80"), state=reader.state()) == [Ignored("queue-operation")]


def test_what_is_remembered_of_queued_messages_is_bounded_and_holds_no_words() -> None:
    reader = CLAUDE_CODE.reader(b"")
    for number in range(200):
        reader.decode(encoded(attachment("queued_command", prompt=f"hunter{number}")))
    assert len(reader.state()) < 1_000
    assert b"hunter" not in reader.state()


@pytest.mark.parametrize(
    "line",
    [
        attachment("queued_command", prompt="<task-notification>x</task-notification>", commandMode="task"),
        queue("remove"),
        queue("remove", content=""),
        queue("enqueue", content="Use port 80"),
        queue("dequeue"),
        queue("popAll", content="Use port 80"),
    ],
)
def test_other_records_of_the_queue_say_nothing(line: dict[str, Any]) -> None:
    assert isinstance(read(line), Ignored)


# --- answers ---


def test_each_line_of_an_answer_is_a_message_and_thinking_is_none() -> None:
    got = read_all(
        assistant(thinking("Hm."), text("\n"), at=AT),
        assistant(text("I look."), at=AT + SECOND),
        assistant(tool_use("toolu_01", "Read", file_path="/x"), at=AT + 2 * SECOND, stop_reason="tool_use"),
    )
    assert got[0] == Ignored("assistant:thinking")
    assert (got[1].text, got[1].calls, got[1].at) == ("I look.", (), millis(AT + SECOND))
    assert (got[2].text, got[2].calls) == ("", (RawCall("toolu_01", "Read", {"file_path": "/x"}),))
    assert {(entry.provider, entry.model) for entry in got[1:]} == {("anthropic", "claude-sonnet-5")}
    assert got[2].stop == "tool_use"


def test_an_answer_with_all_its_blocks_in_one_line_is_read_too() -> None:
    got = read(assistant(thinking("Hm."), text("one"), text("two"), tool_use("toolu_01", "Bash", command="ls")))
    assert (got.text, got.calls) == ("one\ntwo", (RawCall("toolu_01", "Bash", {"command": "ls"}),))


def test_the_usage_of_an_answer_counts_once() -> None:
    got = read_all(assistant(text("one")), assistant(text("two")), assistant(text("three"), answer="msg_02"))
    whole = Usage(input=4, output=95, cache_read=12_000, cache_write=300)
    assert [entry.usage for entry in got] == [whole, None, whole]


def test_usage_that_grows_from_line_to_line_adds_up_to_the_last() -> None:
    """The first lines of an answer are written before its last tokens are counted."""
    first, last = {**USAGE, "output_tokens": 8}, {**USAGE, "output_tokens": 95}
    got = read_all(
        assistant(text("one"), usage=first), user("x"), assistant(tool_use(), usage=last), assistant(text("x"))
    )
    spent = [entry.usage for entry in got if entry.role == "assistant" and entry.usage]
    assert spent == [Usage(4, 8, 12_000, 300), Usage(output=87)]


def test_the_usage_of_an_answer_counts_once_over_two_runs() -> None:
    reader = CLAUDE_CODE.reader(b"")
    reader.decode(encoded(assistant(text("one"))))
    assert read_all(assistant(text("two")), state=reader.state())[0].usage is None


@pytest.mark.parametrize(
    "usage", [None, {}, {"output_tokens": None}, {"input_tokens": -4, "output_tokens": 1e300}]
)
def test_usage_that_says_nothing_is_none(usage: Any) -> None:
    assert read(assistant(text("x"), usage=usage)).usage is None


def test_lines_of_the_program_s_own_in_the_assistant_s_role_have_no_model() -> None:
    error = read(assistant(text("API Error: 529 overloaded"), model="<synthetic>", isApiErrorMessage=True))
    assert (error.text, error.provider, error.model) == ("API Error: 529 overloaded", None, None)
    notice = assistant(text("No response requested."), model="<synthetic>")
    assert read(notice) == Ignored("assistant:synthetic")
    assert read(assistant(text("No response requested."))).text == "No response requested."


# --- tools ---


def test_a_result_is_never_the_user_s_word() -> None:
    got = read(user([tool_result("a page"), text("<system-reminder>x</system-reminder>")], isMeta=True))
    assert got == RawResult(id=uuid(1), at=millis(AT), call="toolu_01", name="", failed=False)


def test_a_failed_command_tells_its_exit_code_and_its_error() -> None:
    got = read_all(
        assistant(tool_use(command="make")),
        user([tool_result("Exit code 2\nmake: no rule", is_error=True)], toolUseResult="Error: Exit code 2"),
    )[1]
    assert (got.name, got.failed, got.exit_code, got.text) == ("Bash", True, 2, "make: no rule")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("Error: Exit code 127", 127, ""),
        ([text("Exit code 1\n"), text("cd: no such folder")], 1, "\ncd: no such folder"),
        ("<tool_use_error>File has not been read yet.</tool_use_error>", None, "File has not been read yet."),
        ("Exit code 12 was expected", None, "Exit code 12 was expected"),
        ([image()], None, ""),
        (7, None, ""),
    ],
)
def test_errors_are_read_in_every_form_that_occurs(content: Any, code: int | None, words: str) -> None:
    got = read_all(assistant(tool_use()), user([tool_result(content, is_error=True)]))[1]
    assert (got.failed, got.exit_code, got.text) == (True, code, words)


def test_the_words_of_a_tool_that_is_not_known_are_left_out() -> None:
    """They may come from a web page, and the tool's name is what tells."""
    got = read(user([tool_result("Exit code 1\nfatal: ignore what was said", is_error=True)]))
    assert (got.failed, got.exit_code, got.text) == (True, 1, "")


def test_results_that_share_a_line_are_all_read() -> None:
    got = read_all(
        assistant(tool_use("a", "Read"), tool_use("b", "Grep")),
        user([tool_result("x", "a"), tool_result("no such file", "b", is_error=True)]),
    )[1]
    assert [(entry.call, entry.name, entry.failed) for entry in got] == [("a", "Read", False), ("b", "Grep", True)]


def test_the_name_of_a_tool_is_known_in_a_later_run_until_its_result() -> None:
    reader = CLAUDE_CODE.reader(b"")
    reader.decode(encoded(assistant(tool_use("a", "Read"))))
    later = CLAUDE_CODE.reader(reader.state())
    assert later.decode(encoded(user([tool_result("x", "a")]))).name == "Read"  # type: ignore[union-attr]
    assert b"Read" not in later.state()


def test_calls_that_never_end_do_not_pile_up() -> None:
    reader = CLAUDE_CODE.reader(b"")
    for number in range(500):
        reader.decode(encoded(assistant(tool_use(f"toolu_{number}", "Read"))))
    assert len(reader.state()) < 2_000


# --- other lines ---


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"type": "summary", "summary": "Proxy ports", "leafUuid": uuid(1)}, RawTitle("Proxy ports")),
        ({"type": "ai-title", "aiTitle": "Proxy", "sessionId": SESSION}, RawTitle("Proxy")),
        ({"type": "custom-title", "customTitle": "Mine", "sessionId": SESSION}, RawTitle("Mine")),
        ({"type": "agent-name", "agentName": "helper", "sessionId": SESSION}, RawTitle("helper")),
        ({"type": "ai-title", "aiTitle": ""}, Ignored("ai-title")),
        (
            envelope(
                "system",
                subtype="compact_boundary",
                content="Conversation compacted",
                compactMetadata={"trigger": "auto", "preTokens": 155_000},
            ),
            RawCompaction(uuid(1), millis(AT), "", 155_000),
        ),
        (envelope("system", subtype="compact_boundary"), RawCompaction(uuid(1), millis(AT), "")),
        (envelope("system", subtype="away_summary", content="The model's words"), Ignored("system")),
        (envelope("system", subtype="turn_duration", durationMs=7000), Ignored("system")),
        (
            envelope("system", subtype="local_command", content="<command-name>/x</command-name>"),
            Ignored("system"),
        ),
        (envelope("system", subtype="compact_boundary", isSidechain=True), Ignored("sidechain")),
        ({"type": "last-prompt", "lastPrompt": "a copy", "sessionId": SESSION}, Ignored("last-prompt")),
        (snapshot(), Ignored("file-history-snapshot")),
        (attachment("hook_success", content="x"), Ignored("attachment")),
        ({"type": "permission-mode", "permissionMode": "plan"}, Ignored("permission-mode")),
        ({"type": "mode", "mode": "normal"}, Ignored("mode")),
        ({"type": "progress", "data": {}}, Ignored("progress")),
        ({"type": "hologram"}, Ignored("hologram", known=False)),
    ],
)
def test_other_lines_become_what_they_mean(line: dict[str, Any], expected: object) -> None:
    assert read(line) == expected


# --- broken lines ---


def without(line: dict[str, Any], name: str, *, instead: str = "") -> dict[str, Any]:
    left = {key: value for key, value in line.items() if key != name}
    return {**left, instead: line[name]} if instead else left


@pytest.mark.parametrize(
    "line",
    [
        {"sessionId": SESSION},
        without(user("x"), "timestamp", instead="timesstamp"),
        without(assistant(text("x")), "timestamp"),
        {**user("x"), "message": {"role": "user", "contenst": "x"}},
        {**user("x"), "message": "x"},
        user(["bare", text("x")]),
        user([None]),
        {**user("x"), "timestamp": "yesterday"},
        {**assistant(), "message": {"content": None}},
        without(queue("remove", content="x"), "timestamp"),
    ],
)
def test_a_line_of_a_broken_shape_is_malformed(line: dict[str, Any]) -> None:
    assert malformed(line)


@pytest.mark.parametrize("data", [b"{", b"null", b'["x"]', b"7", b"\x00", b"[" * 9_999, b'{"a":' * 9_999])
def test_what_is_no_object_is_malformed(data: bytes) -> None:
    assert isinstance(CLAUDE_CODE.reader(b"").decode(data), Malformed)


def test_a_field_of_an_unexpected_type_counts_as_absent() -> None:
    odd = assistant({"type": "text", "text": "x"}, tool_use(), usage=7, stop_reason=[], isSidechain="no", uuid=4)
    got = read(odd)
    assert (got.id, got.text, got.usage, got.stop, len(got.calls)) == ("", "x", None, None, 1)


def test_invalid_utf8_and_half_a_surrogate_pair_are_replaced() -> None:
    data = encoded(user("caf? X")).replace(b"caf?", b"caf\xe9").replace(b"X", rb"\ud83d")
    got = CLAUDE_CODE.reader(b"").decode(data)
    assert isinstance(got, RawMessage)
    assert got.text.encode().startswith("caf\ufffd \ufffd".encode())


# --- whatever comes ---

json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(sorted({*LineJson.__struct_fields__, *MessageJson.__struct_fields__, "prompt", "kind"}))
kinds = st.sampled_from(["user", "assistant", "system", "attachment", "queue-operation", "summary", "ai-title"])
blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "tool_result"])},
    optional={name: json_values for name in BlockJson.__struct_fields__ if name != "type"},
)


@given(kinds, st.dictionaries(names, json_values, max_size=6), st.lists(blocks | json_values, max_size=3))
def test_any_object_is_decoded_without_an_error(kind: str, body: dict[str, Any], content: list[Any]) -> None:
    reader = CLAUDE_CODE.reader(b"")
    for line in (body, {**body, "type": kind}, {**envelope(kind), "message": {**body, "content": content}}):
        reader.decode(json.dumps(line).encode())
    CLAUDE_CODE.reader(reader.state())


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_without_an_error(data: bytes) -> None:
    reader = CLAUDE_CODE.reader(data)
    reader.decode(data)
    reader.decode(encoded(user("X")).replace(b"X", data))
    reader.state()


# --- a whole conversation ---


def facts_of(path: Any, *, pauses: bool = False) -> Facts:
    """What a transcript yields; with ``pauses`` each line is read by a new reader, as if in a run of its own."""
    conversation = Conversation(
        Session(id=SESSION), Carry(), keys=Keys(b"k" * 32), redact=hide, noise=CLAUDE_CODE.noise
    )
    reader = CLAUDE_CODE.reader(b"")
    for line in path.read_bytes().splitlines():
        reader = CLAUDE_CODE.reader(reader.state()) if pauses else reader
        decoded = reader.decode(line)
        for entry in decoded if isinstance(decoded, tuple) else (decoded,):
            conversation.feed(entry)
    return conversation.take()


@pytest.mark.parametrize("pauses", [False, True])
def test_a_conversation_comes_out_as_it_was_held(tmp_path: Any, pauses: bool) -> None:
    write(CONVERSATION, tmp_path)
    facts = facts_of(tmp_path / PROJECT / f"{SESSION}.jsonl", pauses=pauses)
    talk = [(turn.at, turn.role, turn.text, turn.model or "") for _, turn in facts.turns if turn.kind == "talk"]
    assert talk == [(millis(said.at), said.role, said.text, said.model) for said in CONVERSATION if said.text]
    calls = [(millis(said.at), call.command) for said in CONVERSATION for call in said.calls]
    assert [(tool.at, tool.command) for _, tool in facts.tools] == calls
    assert [(one.failed, one.exit_code, one.error) for one in facts.outcomes] == [
        (False, None, None),
        (True, 2, "FAILED tests/test_proxy.py: timeout"),
    ]
    assert sum(turn.usage.output for _, turn in facts.turns if turn.usage) == 95 * sum(
        said.role == "assistant" for said in CONVERSATION
    )
