"""What people and the agent said, in each era of Codex's rollouts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.core.formats.codex_reader import CodexReader
from memsyncd.model import Ignored, Malformed, RawCompaction, RawHeader, RawMessage, RawOutcast, RawTitle
from tests.builders import millis
from tests.conformance.codex import (
    AT,
    COPIED,
    ENVIRONMENT,
    INSTRUCTIONS,
    Line,
    agent_message,
    bare,
    content,
    encoded,
    envelope,
    event,
    item,
    reasoning,
    response,
    session_meta,
    task_started,
    token_count,
    turn_context,
    user_message,
)
from tests.conformance.codex import told as message
from tests.conformance.conversation import SESSION
from tests.core.formats.codex_reading import entries, facts, only, talk, told, words

SECOND = timedelta(seconds=1)
PAGINATED = session_meta(history_mode="paginated")


def typed(text: str, **more: Any) -> Line:
    return item("UserMessage", content=[{"type": "text", "text": text, "text_elements": []}], **more)


def answered(text: str, **more: Any) -> Line:
    return item("AgentMessage", content=[{"type": "Text", "text": text}], **more)


# --- headers ---


def test_a_header_names_the_thread_and_when_it_began() -> None:
    assert only(session_meta()) == RawHeader(SESSION, millis(AT))


def test_only_the_first_header_counts() -> None:
    """A fork repeats its parent's header behind its own."""
    read = told(session_meta("child", forked_from_id="parent"), session_meta("parent", AT - SECOND))
    assert read == [RawHeader("child", millis(AT), "parent")]


@pytest.mark.parametrize(
    ("fields", "parent"),
    [
        ({"forked_from_id": "other"}, "other"),
        ({"history_base": {"thread_id": "other", "end_ordinal_exclusive": 4}}, "other"),
        ({"history_base": {"thread_id": SESSION, "end_ordinal_exclusive": 4}}, None),
        ({"forked_from_id": None}, None),
    ],
)
def test_a_header_names_the_thread_that_it_goes_on_from(fields: Line, parent: str | None) -> None:
    assert only(session_meta(**fields)).parent == parent


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"source": {"subagent": {"thread_spawn": {"parent_thread_id": "p", "depth": 1}}}}, "subagent"),
        ({"source": {"subagent": "review"}}, "subagent"),
        ({"source": {"internal": "memory_consolidation"}}, "internal"),
        ({"source": "cli", "thread_source": "guardian_review"}, "guardian_review"),
        ({"source": "cli", "thread_source": "memory_consolidation"}, "memory_consolidation"),
        ({"source": "cli", "thread_source": "subagent"}, "subagent"),
    ],
)
def test_a_thread_of_the_agents_own_stays_out_whole(fields: Line, reason: str) -> None:
    assert told(session_meta(**fields))[1:] == [RawOutcast(reason)]
    assert not facts(session_meta(**fields), user_message("Look into the tests.")).turns


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "exec"},
        {"source": {"custom": "made-up"}},
        {"source": "vscode", "thread_source": "user"},
        {"source": "cli", "thread_source": "a feature that ships tomorrow"},
        {"source": None, "thread_source": None},
    ],
)
def test_a_persons_thread_stays(fields: Line) -> None:
    assert len(told(session_meta(**fields))) == 1


# --- rollouts with events ---


def test_a_typed_message_counts_once_though_the_model_is_told_it_too() -> None:
    at = AT + SECOND
    lines = [session_meta(), message("user", INSTRUCTIONS, ENVIRONMENT), message("user", "Hello", at=at)]
    read = told(*lines, user_message("Hello", at + COPIED))
    assert [(entry.role, entry.text, entry.at) for entry in read[1:]] == [("user", "Hello", millis(at))]


def test_once_there_are_events_nothing_that_the_model_is_told_is_a_persons() -> None:
    lines = [session_meta(), user_message("Hello"), task_started("turn-2")]
    assert words(*lines, message("user", "Notice of a kind that nobody has seen yet.")) == [("user", "Hello")]


def test_the_same_words_typed_again_count_again() -> None:
    lines = [user_message("yes"), agent_message("Done."), user_message("yes", AT + SECOND)]
    assert words(*lines) == [("user", "yes"), ("assistant", "Done."), ("user", "yes")]


@pytest.mark.parametrize("event_first", [True, False])
def test_an_answer_counts_once_whichever_of_its_copies_comes_first(event_first: bool) -> None:
    copies = [agent_message("It is 8443.", AT), message("assistant", "It is 8443.", at=AT + COPIED)]
    lines = copies if event_first else copies[::-1]
    assert words(user_message("Which port?"), *lines) == [("user", "Which port?"), ("assistant", "It is 8443.")]


def test_an_answer_that_only_the_model_knows_counts() -> None:
    lines = [user_message("Which port?"), agent_message("I look."), message("assistant", "It is 8443.")]
    assert words(*lines)[1:] == [("assistant", "I look."), ("assistant", "It is 8443.")]


def test_an_answer_given_twice_in_a_turn_counts_twice() -> None:
    one = [agent_message("Working on it."), message("assistant", "Working on it.")]
    assert words(user_message("Go on"), *one, *one) == [("user", "Go on"), *[("assistant", "Working on it.")] * 2]


def test_copies_are_only_looked_for_in_the_same_turn() -> None:
    lines = [user_message("One"), agent_message("Done."), user_message("Two"), message("assistant", "Done.")]
    assert [text for _, text in words(*lines)] == ["One", "Done.", "Two", "Done."]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.data())
def test_copies_in_any_order_come_to_the_larger_number(said: list[str], data: st.DataObject) -> None:
    """Each way keeps its own order; how the two are woven together does not matter."""
    copied = data.draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8))
    events, copies = [agent_message(text) for text in said], [message("assistant", text) for text in copied]
    lines: list[Line] = []
    while events or copies:
        from_events = bool(events) and (not copies or data.draw(st.booleans()))
        lines.append(events.pop(0) if from_events else copies.pop(0))
    read = [text for _, text in words(*lines)]
    assert {text: read.count(text) for text in "abc"} == {
        text: max(said.count(text), copied.count(text)) for text in "abc"
    }


def test_a_turn_that_nobody_typed_for_begins_afresh_too() -> None:
    first = [task_started("turn-1"), typed("yes"), message("assistant", "Done.")]
    second = [task_started("turn-2", AT + SECOND), agent_message("Done."), user_message("yes")]
    assert [text for _, text in words(*first, *second)] == ["yes", "Done.", "Done.", "yes"]


def test_progress_is_told_apart_from_the_final_answer() -> None:
    read = told(agent_message("I look.", phase="commentary"), agent_message("Found.", phase="final_answer"))
    assert [entry.stop for entry in read] == ["toolUse", "final_answer"]


def test_answers_bear_the_model_of_the_turn() -> None:
    lines = [session_meta(), turn_context("model-one"), agent_message("One"), turn_context("model-two")]
    read = told(*lines, agent_message("Two"))[1:]
    assert [(entry.provider, entry.model) for entry in read] == [("openai", "model-one"), ("openai", "model-two")]


def test_a_header_can_name_the_model() -> None:
    """The desktop program writes no turn_context and names the model where the instructions come from."""
    instructions = {"text": "…", "provenance": {"type": "model", "model": "model-three"}}
    read = told(session_meta(base_instructions=instructions, model_provider="made-up"), agent_message("One"))
    assert (read[1].provider, read[1].model) == ("made-up", "model-three")


@pytest.mark.parametrize("kind", ["environment_context", "user_instructions"])
def test_events_of_2025_say_themselves_what_nobody_typed(kind: str) -> None:
    lines = [user_message("cwd is here", kind=kind), user_message("Hello", kind="plain")]
    assert words(*lines) == [("user", "Hello")]


def test_a_title_given_on_the_way_is_taken() -> None:
    assert only(event("thread_name_updated", thread_id=SESSION, thread_name="Proxy")) == RawTitle("Proxy")


def test_turns_that_were_undone_are_kept() -> None:
    lines = [user_message("Hello"), agent_message("Hi."), event("thread_rolled_back", num_turns=1)]
    assert words(*lines) == [("user", "Hello"), ("assistant", "Hi.")]


# --- paginated rollouts ---


def test_a_paginated_rollout_is_read_from_its_items() -> None:
    lines = [
        PAGINATED,
        message("user", ENVIRONMENT),
        message("user", "Which port?"),
        typed("Which port?", id="u1"),
    ]
    read = told(
        *lines, message("assistant", "It is 8443."), answered("It is 8443.", id="a1", phase="final_answer")
    )
    assert [(entry.id, entry.role, entry.text) for entry in read[1:]] == [
        ("u1", "user", "Which port?"),
        ("a1", "assistant", "It is 8443."),
    ]


def test_parts_of_a_typed_message_are_joined_without_anything_between() -> None:
    parts = [
        {"type": "text", "text": "Look at "},
        {"type": "image", "image_url": "x"},
        {"type": "text", "text": "it"},
    ]
    assert only(item("UserMessage", content=parts)).text == "Look at it"


@pytest.mark.parametrize("kind", ["UserMessage", "userMessage", "user_message"])
def test_types_of_items_are_compared_without_case(kind: str) -> None:
    assert words(item(kind, content=[{"type": "text", "text": "Hello"}])) == [("user", "Hello")]


def test_an_event_in_a_paginated_rollout_is_not_lost() -> None:
    """An older Codex may have gone on with it."""
    assert words(PAGINATED, typed("One"), user_message("Two")) == [("user", "One"), ("user", "Two")]


def test_items_and_events_of_the_same_words_count_once() -> None:
    lines = [session_meta(), task_started("turn-1"), typed("Hello"), user_message("Hello")]
    assert words(*lines, answered("Hi."), agent_message("Hi.")) == [("user", "Hello"), ("assistant", "Hi.")]


def test_a_proposed_plan_is_an_answer() -> None:
    assert words(PAGINATED, item("Plan", text="1. Look\n2. Mend")) == [("assistant", "1. Look\n2. Mend")]


def test_a_plan_counts_once_though_the_model_wrote_it_into_its_answer() -> None:
    whole = message("assistant", "I propose:\n<proposed_plan>\n1. Look\n</proposed_plan>")
    apart = [agent_message("I propose:\n"), item("Plan", text="1. Look\n")]
    assert words(user_message("Plan it"), *apart, whole)[1:] == [
        ("assistant", "I propose:\n"),
        ("assistant", "1. Look\n"),
    ]
    assert [text for _, text in words(user_message("Plan it"), whole, *apart)][1:] == [
        "I propose:\n<proposed_plan>\n1. Look\n</proposed_plan>"
    ]


def test_a_plan_that_nothing_else_tells_is_taken_from_the_answer() -> None:
    whole = message("assistant", "I propose:\n<proposed_plan>\n1. Look\n</proposed_plan>")
    assert words(user_message("Plan it"), agent_message("I propose:"), whole)[2:] == [("assistant", "\n1. Look\n")]


# --- rollouts without events ---


def test_without_events_a_persons_words_are_what_the_model_is_told_without_its_context() -> None:
    lines = [
        session_meta(),
        message("developer", "Ask first."),
        message("user", INSTRUCTIONS, ENVIRONMENT),
        message("user", "Hello"),
        message("assistant", "Hi."),
    ]
    assert words(*lines) == [("user", "Hello"), ("assistant", "Hi.")]


def test_a_thread_that_gets_events_later_goes_on_with_them() -> None:
    old = [session_meta(), message("user", "One"), message("assistant", "First.")]
    new = [message("user", "Two"), user_message("Two"), agent_message("Second."), message("user", "A notice")]
    assert [text for _, text in words(*old, *new, user_message("Two"))] == [
        "One",
        "First.",
        "Two",
        "Second.",
        "Two",
    ]


def test_words_that_were_typed_before_there_were_events_hide_none_of_those_typed_since() -> None:
    old = [
        message("user", "yes"),
        message("assistant", "One."),
        message("user", "yes"),
        message("assistant", "Two."),
    ]
    new = [message("user", "yes"), user_message("yes"), user_message("yes")]
    assert [text for role, text in words(*old, *new) if role == "user"] == ["yes"] * 4


def test_the_first_era_is_read_in_order_with_the_time_of_its_header() -> None:
    lines = bare(message("user", ENVIRONMENT), message("user", "Hello"), reasoning(), message("assistant", "Hi."))
    header, *said = told(*lines)
    assert header == RawHeader(SESSION, millis(AT))
    assert [(entry.role, entry.text, entry.at) for entry in said] == [
        ("user", "Hello", millis(AT) + 1),
        ("assistant", "Hi.", millis(AT) + 2),
    ]


def test_the_first_era_keeps_what_was_said_twice() -> None:
    read = facts(*bare(message("user", "yes"), message("assistant", "Done."), message("user", "yes")))
    assert talk(read) == [("user", "yes"), ("assistant", "Done."), ("user", "yes")]
    assert len({key for key, _ in read.turns}) == 3


def test_a_line_written_flat_is_read_like_one_in_an_envelope() -> None:
    flat = {"timestamp": "2026-03-02T09:00:05.000Z", **message("assistant", "Hi.")["payload"]}
    context = {"timestamp": "2026-03-02T09:00:04.000Z", "type": "turn_context", "model": "model-one"}
    read = told(session_meta(), user_message("Hello"), context, flat)
    assert [(entry.text, entry.at) for entry in read[1:]] == [
        ("Hello", millis(AT)),
        ("Hi.", millis("2026-03-02T09:00:05.000Z")),
    ]
    assert read[2].model == "model-one"


# --- compactions ---


def test_a_compaction_gives_its_summary_and_never_the_history_that_replaces_the_old() -> None:
    prefix = "Another language model started to solve this problem and so on. Use it for your own analysis:"
    replaced = [{"type": "message", "role": "user", "content": content("user", "An old line")}]
    line = envelope("compacted", {"message": f"{prefix}\nThe port is 8443.", "replacement_history": replaced})
    assert told(line) == [RawCompaction("", millis(AT), "The port is 8443.")]


def test_a_compaction_counts_once_though_three_lines_tell_it() -> None:
    lines = [envelope("compacted", {"message": ""}), event("context_compacted"), item("ContextCompaction")]
    assert told(*lines) == [RawCompaction("", millis(AT), "")]


def test_a_compaction_that_only_an_event_tells_counts() -> None:
    lines = [event("context_compacted"), user_message("Go on"), event("context_compacted", AT + SECOND)]
    assert [type(entry) for entry in told(*lines)] == [RawCompaction, RawMessage, RawCompaction]


# --- imports from other agents ---


def imported() -> list[Line]:
    """A thread that was made from another agent's log a year later, and then went on."""
    written = AT + timedelta(days=365)
    return [
        session_meta(at=written, base_instructions={"provenance": {"type": "model", "model": "model-zero"}}),
        task_started("external-import-turn-1", written, started=AT),
        user_message("Which port?", written),
        message("user", "Which port?", at=written),
        agent_message("[external_agent_tool_call: Bash]\ncommand: grep\n[/external_agent_tool_call]", written),
        agent_message("It is 8443.", written),
        message("assistant", "It is 8443.", at=written),
        agent_message("<EXTERNAL SESSION IMPORTED>", written),
        task_started("turn-1", written + SECOND),
        turn_context("model-one", written + SECOND),
        user_message("Thanks", written + SECOND),
        agent_message("Gladly.", written + SECOND),
    ]


def test_an_imported_turn_is_dated_by_its_beginning_and_has_no_model_of_codex() -> None:
    read = facts(*imported())
    assert talk(read) == [
        ("user", "Which port?"),
        ("assistant", "It is 8443."),
        ("user", "Thanks"),
        ("assistant", "Gladly."),
    ]
    second = millis(AT) // 1000 * 1000
    said = [turn for _, turn in read.turns if turn.kind == "talk"]
    assert [turn.at for turn in said[:2]] == [second + 1, second + 3]
    assert said[2].at == millis(AT + timedelta(days=365) + SECOND)
    assert [(turn.provider, turn.model) for turn in said[1::2]] == [(None, None), ("openai", "model-one")]


def test_an_import_ends_where_codex_sets_a_turn_up() -> None:
    lines = imported()
    without_start = [
        entry for entry in lines if entry["payload"].get("turn_id") != "turn-1" or "model" in entry["payload"]
    ]
    assert [turn for _, turn in facts(*without_start).turns] == [turn for _, turn in facts(*lines).turns]


# --- what is passed over ---


@pytest.mark.parametrize(
    "line",
    [
        token_count(),
        reasoning(),
        event("task_complete", last_agent_message="Done."),
        event("turn_aborted", turn_id="turn-1", reason="interrupted"),
        event("agent_reasoning", text="Hmm"),
        event("patch_apply_end", call_id="c", success=True),
        event("mcp_tool_call_end", call_id="c"),
        response("web_search_call", action={"type": "search", "query": "port"}),
        response("agent_message", author="a", recipient="b", content=content("user", "Report")),
        response("ghost_snapshot", ghost_commit={}),
        item("Reasoning", summary_text=["Hmm"]),
        item("WebSearch", query="port"),
        item("SubAgentActivity", kind="started"),
        envelope("world_state", {"full": True, "state": {}}),
        envelope("inter_agent_communication", {"content": "x"}),
        {"record_type": "state"},
        user_message("  "),
        user_message("", images=["data:image/png;base64,aW1n"]),
    ],
)
def test_lines_without_words_are_known_and_give_nothing(line: Line) -> None:
    (read,) = entries(line)
    assert isinstance(read, Ignored)
    assert read.known


@pytest.mark.parametrize(
    "line",
    [event("brand_new"), response("brand_new"), item("BrandNew"), envelope("brand_new", {}), {"type": "new"}, {}],
)
def test_types_that_nobody_knows_are_counted(line: Line) -> None:
    (read,) = entries(line)
    assert isinstance(read, Ignored)
    assert not read.known


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b'"timestamp": "2026-03-02T09:00:00Z",', b"},", b"[]", b"7", b'{"type":"event_msg"}', b"\xff"],
)
def test_a_line_that_is_no_record_is_malformed(line: bytes) -> None:
    assert isinstance(CodexReader(b"").decode(line), Malformed)


def test_a_rollout_printed_over_many_lines_is_reported_and_not_taken_for_an_empty_one() -> None:
    physical = json.dumps([session_meta(), user_message("Hello")], indent=2).encode().splitlines()
    reader = CodexReader(b"")
    kinds = [type(reader.decode(line)) for line in physical]
    assert kinds.count(Malformed) >= len(kinds) - 2  # "{}" stands on a line of its own


def test_a_line_that_cannot_be_read_changes_nothing() -> None:
    """The last line of a rollout still being written is read again when it is complete."""
    lines = encoded(*bare(message("user", "Hello"), message("user", "Hello")))
    cut, whole = CodexReader(b""), CodexReader(b"")
    for line in lines:
        cut.decode(line[:-3])
        assert cut.decode(line) == whole.decode(line)
    assert cut.state() == whole.state()


# --- over several runs ---


def mixed() -> list[Line]:
    return [
        *imported(),
        message("assistant", "Gladly.", at=AT + timedelta(days=365) + SECOND),
        envelope("compacted", {"message": "Summary"}, AT + timedelta(days=366)),
        event("context_compacted", AT + timedelta(days=366)),
        typed("One more"),
        answered("Done."),
    ]


@given(st.sets(st.integers(0, 16)))
@settings(max_examples=40)
def test_reading_on_in_another_run_gives_what_reading_at_once_gives(cuts: set[int]) -> None:
    whole, reader, read = entries(*mixed()), CodexReader(b""), []
    for place, line in enumerate(mixed()):
        if place in cuts:
            reader = CodexReader(reader.state())
        read += entries(line, reader=reader)
    assert read == whole


def test_the_state_stays_small_however_long_the_rollout() -> None:
    reader = CodexReader(b"")
    entries(session_meta(), *(agent_message(f"Step {n}") for n in range(2000)), reader=reader)
    assert len(reader.state()) < 6_000


@given(st.binary(max_size=60))
def test_a_state_that_is_none_begins_afresh(state: bytes) -> None:
    assert isinstance(CodexReader(state).decode(encoded(session_meta())[0]), RawHeader | tuple | Ignored)


# --- whatever stands in a line ---

KEYS_OF_LINES = st.sampled_from(
    [
        "type",
        "payload",
        "timestamp",
        "item",
        "content",
        "text",
        "role",
        "message",
        "id",
        "call_id",
        "output",
        "name",
        "arguments",
        "action",
        "command",
        "exit_code",
        "source",
        "changes",
        "error",
        "started_at",
        "history_base",
        "base_instructions",
        "turn_id",
        "phase",
        "model",
        "input",
        "status",
        "kind",
        "record_type",
    ]
)
KINDS = st.sampled_from(
    [
        *[
            "session_meta",
            "event_msg",
            "response_item",
            "turn_context",
            "compacted",
            "message",
            "user_message",
            "item_completed",
        ],
        *[
            "function_call",
            "function_call_output",
            "custom_tool_call",
            "local_shell_call",
            "exec_command_end",
            "task_started",
        ],
        *[
            "Plan",
            "CommandExecution",
            "FileChange",
            "McpToolCall",
            "UserMessage",
            "AgentMessage",
            "text",
            "user",
            "assistant",
            "state",
        ],
        *("*** Begin Patch\n*** Add File: x", '{"output":"x"}', "\ud800"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KINDS | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS_OF_LINES, inner, max_size=6),
    max_leaves=12,
)
LINES = st.dictionaries(KEYS_OF_LINES, VALUES, max_size=8)


@given(
    st.lists(LINES | st.builds(lambda kind, payload: {"type": kind, "payload": payload}, KINDS, LINES), max_size=6)
)
@settings(max_examples=300)
def test_no_json_object_raises(lines: list[Line]) -> None:
    reader = CodexReader(b"")
    for line in lines:
        reader.decode(json.dumps(line).encode())
        CodexReader(reader.state())


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    reader = CodexReader(b"")
    for line in lines:
        reader.decode(line)
