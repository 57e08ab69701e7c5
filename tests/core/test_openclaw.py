from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.openclaw import decode, millis
from memsyncd.model import (
    Ignored,
    Malformed,
    RawCall,
    RawCompaction,
    RawHeader,
    RawMessage,
    RawOutcast,
    RawReset,
    RawResult,
    RawTitle,
    Usage,
)
from tests.builders import (
    NOON,
    assistant,
    call_block,
    compaction,
    custom,
    custom_message,
    header,
    line,
    model_change,
    reset_entry,
    session_info,
    text_block,
    thinking_block,
    tokens,
    tool_result,
    user,
)
from tests.builders import (
    millis as ms,
)


def read(entry: dict[str, Any]) -> Any:
    return decode(line(entry).rstrip(b"\n"))


def message(**fields: Any) -> dict[str, Any]:
    return {"type": "message", "id": "ab12cd34", "message": fields}


def test_string_content_is_the_text() -> None:
    got = read(user("Hello", at=NOON, id="e1"))
    assert (got.role, got.text, got.at, got.id) == ("user", "Hello", ms(NOON), "e1")


def test_text_blocks_are_joined_by_a_newline_and_others_left_out() -> None:
    blocks = [
        thinking_block("secret thought"),
        text_block("one"),
        {"type": "image", "data": "AAAA"},
        text_block("two"),
    ]
    assert read(user(blocks)).text == "one\ntwo"


def test_a_message_is_dated_by_its_own_timestamp_not_the_entrys() -> None:
    """Rewrites append old messages again with a new entry time."""
    entry = assistant("late", at=NOON, timestamp="2026-03-01T00:00:00.000Z")
    assert read(entry).at == ms(NOON)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_768_478_400_000, 1_768_478_400_000),
        (1_768_478_400, 1_768_478_400_000),
        (1_768_478_400.5, 1_768_478_400_500),
        ("2026-01-15T12:00:00.000Z", 1_768_478_400_000),
        ("2026-01-15T13:00:00+01:00", 1_768_478_400_000),
        ("2026-01-15T12:00:00", 1_768_478_400_000),
        ("yesterday", None),
        ("", None),
        (0, None),
        (-5, None),
        (1e300, None),
        (float("nan"), None),
        (10**400, None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_instants_are_read_in_every_form_that_occurs(value: object, expected: int | None) -> None:
    assert millis(value) == expected


def test_an_unusable_message_time_falls_back_to_the_entrys() -> None:
    entry = {"timestamp": NOON, **message(role="user", content="x", timestamp="soon")}
    assert read(entry).at == ms(NOON)


def test_an_answer_carries_model_usage_and_calls() -> None:
    call = call_block("exec", {"command": "ls"}, "call_7")
    got = read(assistant("Looking.", calls=[call], usage=tokens(100, 20, 5, 1, 0.25)))
    assert (got.provider, got.model, got.stop) == ("anthropic", "claude-sonnet-4-5", "toolUse")
    assert got.usage == Usage(100, 20, 5, 1, 0.25)
    assert got.calls == (RawCall("call_7", "exec", {"command": "ls"}),)


@pytest.mark.parametrize("kind", ["toolCall", "functionCall", "function_call", "toolUse", "tool_call", "tool_use"])
def test_every_spelling_of_a_tool_call_is_read(kind: str) -> None:
    block = {"type": kind, "call_id": "c1", "name": "exec", "input": {"command": "ls"}}
    got = read(message(role="assistant", content=[block], timestamp=1_768_478_400_000))
    assert got.calls == (RawCall("c1", "exec", {"command": "ls"}),)


def test_arguments_stored_as_a_string_are_decoded() -> None:
    block = {"type": "toolCall", "id": "c1", "name": "exec", "arguments": '{"command":"ls"}'}
    got = read(message(role="assistant", content=[block], timestamp=1_768_478_400_000))
    assert got.calls[0].arguments == {"command": "ls"}


def test_a_failed_result_keeps_its_text_and_a_good_one_does_not() -> None:
    bad = read(tool_result("boom", call_id="c", name="exec", exit_code=2, failed=True))
    good = read(tool_result("a web page", call_id="c", name="fetch"))
    assert bad == RawResult(id=bad.id, at=ms(NOON), call="c", name="exec", failed=True, exit_code=2, text="boom")
    assert (good.failed, good.text) == (False, "")


def test_a_bash_execution_stands_alone_with_its_command() -> None:
    got = read(
        message(role="bashExecution", command="make", output="no rule", exitCode=2, timestamp=1_768_478_400_000)
    )
    assert (got.name, got.command, got.failed, got.exit_code, got.text) == ("bash", "make", True, 2, "no rule")


def test_senders_and_provenance_of_a_user_message_are_read() -> None:
    more = {"__openclaw": {"senderIsOwner": False, "senderName": "Bea"}, "provenance": {"kind": "inter_session"}}
    got = read(user("hi", **more))
    assert (got.sender, got.owner, got.origin) == ("Bea", False, "inter_session")


@pytest.mark.parametrize("flag", [{"display": False}, {"excludeFromContext": True}])
def test_hidden_user_messages_are_marked(flag: dict[str, bool]) -> None:
    assert read(user("injected", **flag)).hidden


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (header("s1", NOON, parent="s0"), RawHeader("s1", ms(NOON), "s0")),
        (compaction("so far", NOON, before=900, id="c"), RawCompaction("c", ms(NOON), "so far", 900)),
        (reset_entry("new", NOON, id="r"), RawReset("r", ms(NOON), "new")),
        (session_info("Kitchen", NOON), RawTitle("Kitchen")),
        (model_change("openai", "gpt-6"), Ignored("model_change")),
        (custom_message("context"), Ignored("custom_message")),
        (
            custom("openclaw:bootstrap-context:full", {"runId": "dreaming-narrative-light-1"}),
            RawOutcast("dreaming"),
        ),
        (
            custom("openclaw:bootstrap-context:full", {"runId": "fa59392e"}),
            Ignored("custom:openclaw:bootstrap-context:full"),
        ),
        ({"type": "hologram"}, Ignored("hologram", known=False)),
        ({}, Ignored("", known=False)),
        (message(role="custom", content=""), Ignored("message:custom")),
        (message(role="oracle", content=""), Ignored("message:oracle", known=False)),
    ],
)
def test_control_lines_become_what_they_mean(entry: dict[str, Any], expected: object) -> None:
    assert read(entry) == expected


@pytest.mark.parametrize(
    "data", [b"{", b"null", b"[1]", b'"text"', b"\x00\x00", b'{"type":"message"}', b"[" * 9_999]
)
def test_what_is_no_entry_is_malformed(data: bytes) -> None:
    assert isinstance(decode(data), Malformed)


def test_invalid_utf8_is_replaced_and_the_words_stay() -> None:
    got = decode(
        b'{"type":"message","message":{"role":"user","content":"caf\xe9 open","timestamp":1768478400000}}'
    )
    assert got.text == "caf\ufffd open"


def test_half_a_surrogate_pair_becomes_storable() -> None:
    got = decode(rb'{"type":"message","message":{"role":"user","content":"x \ud83d y","timestamp":1768478400000}}')
    assert got.text.encode() == "x \ufffd\ufffd\ufffd y".encode()


def test_fields_of_unexpected_types_count_as_absent() -> None:
    odd = message(role="assistant", content=[1, None, "a", text_block("b")], usage={"input": "many"}, model=5)
    got = read({**odd, "id": 7, "timestamp": NOON})
    assert (got.text, got.model, got.at, got.id) == ("a\nb", None, ms(NOON), "")


def test_numbers_that_cannot_be_counts_are_zero() -> None:
    got = decode(
        b'{"type":"message","timestamp":1768478400000,"message":{"role":"assistant","content":"x",'
        b'"usage":{"input":Infinity,"output":-3,"cacheRead":1e300,"cost":{"total":NaN}}}}'
    )
    assert got.usage == Usage()


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["type", "id", "timestamp", "message", "role", "content", "usage", "data", "details", "__openclaw", "summary"]
)


@given(st.dictionaries(fields, json_values, max_size=6), st.sampled_from(["user", "assistant", "toolResult", "x"]))
def test_any_json_object_is_decoded_without_an_error(body: dict[str, Any], role: str) -> None:
    for entry in (body, {"type": "message", "message": {**body, "role": role}}):
        decode(json.dumps(entry).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_without_an_error(data: bytes) -> None:
    decode(data)
    decode(b'{"type":"message","message":{"role":"user","content":"' + data + b'"}}')


@given(st.text())
def test_user_text_comes_through_as_written(text: str) -> None:
    got = read(user(text))
    assert isinstance(got, RawMessage)
    assert got.text == text
