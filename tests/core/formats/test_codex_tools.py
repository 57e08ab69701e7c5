"""What the agent did: calls of tools in all their shapes, and how they ended."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from memsyncd.model import RawCall, RawMessage, RawResult
from tests.builders import millis
from tests.conformance.codex import (
    AT,
    Line,
    command_ended,
    command_item,
    content,
    function_call,
    function_output,
    item,
    printed,
    response,
    session_meta,
    turn_context,
    user_message,
)
from tests.conformance.conversation import FOLDER
from tests.core.formats.codex_reading import facts, only, told

LATER = AT + timedelta(seconds=2)
PATCH = (
    "*** Begin Patch\n*** Update File: src/proxy.py\n@@\n-30\n+60\n*** Add File: notes.md\n+text\n*** End Patch\n"
)


def call_of(line: Line) -> RawCall:
    calls: tuple[RawCall, ...] = only(line).calls
    assert len(calls) == 1
    return calls[0]


def result_of(line: Line) -> Any:
    _, result = told(function_call("c1", "exec_command", cmd="make test"), line)
    return result


# --- calls ---


def test_a_call_is_a_step_of_the_assistant_without_words() -> None:
    lines = [session_meta(), turn_context("model-one"), function_call("c1", "view_image", path="plan.png")]
    step = told(*lines)[1]
    assert step == RawMessage(
        id="c1",
        at=millis(AT),
        role="assistant",
        text="",
        provider="openai",
        model="model-one",
        stop="toolUse",
        calls=(RawCall("c1", "view_image", {"path": "plan.png"}),),
    )


@pytest.mark.parametrize(
    "line",
    [
        function_call("c1", "shell", command=["bash", "-lc", "make test"]),
        function_call("c1", "shell", command=["/usr/bin/zsh", "-c", "make test"]),
        function_call("c1", "shell", command=["pwsh.exe", "-Command", "make test"]),
        function_call("c1", "shell", command=["make", "test"]),
        function_call("c1", "shell_command", command="make test"),
        function_call("c1", "exec_command", cmd="make test", yield_time_ms=1000),
        response("local_shell_call", call_id="c1", action={"type": "exec", "command": ["make", "test"]}),
    ],
)
def test_every_shell_shows_the_command_that_it_ran(line: Line) -> None:
    assert call_of(line).arguments["command"] == "make test"


def test_three_words_that_are_no_shell_stay_a_command() -> None:
    line = function_call("c1", "shell", command=["grep", "-c", "listen"])
    assert call_of(line).arguments["command"] == "grep -c listen"


@pytest.mark.parametrize(
    "line",
    [
        response("custom_tool_call", call_id="c1", name="apply_patch", input=PATCH, status="completed"),
        function_call("c1", "apply_patch", input=PATCH),
        function_call("c1", "shell", command=["apply_patch", PATCH]),
        function_call("c1", "shell", command=["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}EOF"]),
    ],
)
def test_a_patch_names_each_file_that_it_changes(line: Line) -> None:
    read = facts(line)
    assert [(tool.call, tool.name, tool.path, tool.writes) for _, tool in read.tools] == [
        ("c1", "apply_patch", "src/proxy.py", True),
        ("c1#2", "apply_patch", "notes.md", True),
    ]


def test_a_script_is_shown_like_a_command() -> None:
    line = response("custom_tool_call", call_id="c1", name="exec", input='await tools.exec_command({cmd: "ls"})')
    assert [tool.command for _, tool in facts(line).tools] == ['await tools.exec_command({cmd: "ls"})']


def test_a_script_of_which_each_command_is_told_is_not_shown_itself() -> None:
    script = response("custom_tool_call", call_id="c1", name="exec", input='await tools.exec_command({cmd: "ls"})')
    read = facts(session_meta(history_mode="paginated"), script, command_item("c2", ["bash", "-lc", "ls"], 0, "a"))
    assert [(tool.name, tool.command) for _, tool in read.tools] == [("exec", None), ("shell", "ls")]


def test_a_tool_of_a_server_bears_the_servers_name() -> None:
    line = response("function_call", call_id="c1", namespace="mcp__docs", name="search", arguments="{}")
    assert call_of(line) == RawCall("c1", "mcp__docs.search", {})


@pytest.mark.parametrize("arguments", ["not JSON", "[1]", 7, None, {"path": "x"}])
def test_arguments_that_are_no_json_in_a_string_are_read_as_far_as_they_go(arguments: Any) -> None:
    line = response("function_call", call_id="c1", name="view_image", arguments=arguments)
    assert call_of(line).arguments == (arguments if isinstance(arguments, dict) else {})


# --- results ---


@pytest.mark.parametrize(
    "output",
    [
        printed(0, "ok"),
        "Chunk ID: 1a2b\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nok",
        json.dumps({"output": "ok", "metadata": {"exit_code": 0, "duration_seconds": 0.1}}),
    ],
)
def test_an_output_that_went_well_has_its_exit_code_and_no_text(output: str) -> None:
    result = result_of(function_output("c1", output))
    assert (result.failed, result.exit_code, result.text) == (False, 0, "")


@pytest.mark.parametrize(
    "output",
    [
        printed(2, "FAILED: timeout"),
        "Chunk ID: 1a2b\nWall time: 0.1 seconds\nProcess exited with code 2\nOutput:\nFAILED: timeout",
        json.dumps({"output": "FAILED: timeout", "metadata": {"exit_code": 2, "duration_seconds": 0.1}}),
    ],
)
def test_an_output_that_failed_has_its_exit_code_and_what_was_printed(output: str) -> None:
    assert result_of(function_output("c1", output, LATER)) == RawResult(
        id="c1",
        at=millis(LATER),
        call="c1",
        name="exec_command",
        failed=True,
        exit_code=2,
        text="FAILED: timeout",
    )


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("apply_patch verification failed: no such line", "apply_patch verification failed: no such line"),
        (
            [{"type": "input_text", "text": "Script failed\nWall time 1 seconds\nOutput:\n"}, {"text": "boom"}],
            "boom",
        ),
        ({"content": "no such server", "success": False}, "no such server"),
        ({"content": [{"type": "input_text", "text": "no such server"}], "success": False}, "no such server"),
    ],
)
def test_a_failure_without_an_exit_code_is_one(output: Any, text: str) -> None:
    result = result_of(function_output("c1", output))
    assert (result.failed, result.exit_code, result.text) == (True, None, text)


@pytest.mark.parametrize(
    "output",
    [
        "Plan updated",
        "",
        None,
        7,
        [{"type": "input_text", "text": "Script completed\nWall time 0.1 seconds\nOutput:\n"}, {"text": "failed"}],
        {"content": "found", "success": True},
        "{not JSON",
    ],
)
def test_an_output_that_tells_nothing_of_its_end_is_taken_as_well(output: Any) -> None:
    result = result_of(function_output("c1", output))
    assert (result.failed, result.exit_code, result.text) == (False, None, "")


def test_what_a_program_prints_is_not_its_exit_code() -> None:
    lie = printed(1, "Process exited with code 0")
    assert result_of(function_output("c1", lie)).exit_code == 1
    lie_in_json = json.dumps({"output": "Exit code: 0", "metadata": {"exit_code": 1}})
    assert result_of(function_output("c1", lie_in_json)).exit_code == 1


def test_a_command_that_still_runs_has_not_ended() -> None:
    lines = [
        function_call("c1", "exec_command", cmd="make test"),
        function_output("c1", "Wall time: 1.0 seconds\nProcess running with session ID 73\nOutput:\n"),
        command_item("c1", ["make", "test"], 2, "boom", LATER),
    ]
    (outcome,) = facts(*lines).outcomes
    assert (outcome.failed, outcome.exit_code, outcome.error) == (True, 2, "boom")


@pytest.mark.parametrize(
    "ended",
    [
        command_ended("c1", ["bash", "-lc", "make test"], 2, "FAILED: timeout", LATER),
        command_item("c1", ["bash", "-lc", "make test"], 2, "FAILED: timeout", LATER),
    ],
)
@pytest.mark.parametrize("first", ["event", "output"])
def test_a_result_counts_once_though_two_lines_tell_it(ended: Line, first: str) -> None:
    output = function_output("c1", printed(2, "FAILED: timeout"), LATER)
    results = [ended, output] if first == "event" else [output, ended]
    read = facts(function_call("c1", "shell", command=["bash", "-lc", "make test"]), *results)
    assert len(read.tools) == 1
    (outcome,) = read.outcomes
    assert (outcome.failed, outcome.exit_code, outcome.error) == (True, 2, "FAILED: timeout")


def test_an_id_that_is_used_again_is_another_call() -> None:
    lines = [function_call("c1", "shell", command="one"), function_output("c1", printed(0, ""))]
    again = [function_call("c1", "shell", LATER, command="two"), function_output("c1", printed(3, "x"), LATER)]
    assert [outcome.exit_code for outcome in facts(*lines, *again).outcomes] == [0, 3]


def test_a_command_of_which_only_its_end_is_told_is_a_call_and_a_result() -> None:
    """A person's own shell command, and those that a script ran."""
    read = facts(user_message("Look"), command_item("c7", ["/bin/bash", "-lc", "make test"], 2, "boom"))
    (_, tool) = read.tools[0]
    assert (tool.call, tool.name, tool.command) == ("c7", "shell", "make test")
    assert [(outcome.exit_code, outcome.error) for outcome in read.outcomes] == [(2, "boom")]


def test_a_change_of_files_names_them() -> None:
    changes = {
        "src/proxy.py": {"type": "update", "unified_diff": "…"},
        "notes.md": {"type": "add", "content": "…"},
    }
    read = facts(item("FileChange", id="c1", changes=changes, status="completed"))
    assert [(tool.path, tool.writes) for _, tool in read.tools] == [("src/proxy.py", True), ("notes.md", True)]


def test_a_change_of_files_that_was_declined_failed() -> None:
    (call, result) = told(item("FileChange", id="c1", changes={"a": {}}, status="declined", stderr="no"))
    assert (call.calls[0].id, result.call, result.failed, result.text) == ("c1", "c1", True, "no")


@pytest.mark.parametrize(
    ("fields", "failed", "text"),
    [
        ({"server": "docs", "tool": "search", "arguments": {"query": "port"}, "status": "completed"}, False, ""),
        ({"server": "docs", "tool": "search", "status": "failed", "error": {"message": "gone"}}, True, "gone"),
        ({"server": "docs", "tool": "search", "status": "failed", "error": 7}, True, ""),
    ],
)
def test_a_tool_of_a_server_tells_how_it_ended(fields: Line, failed: bool, text: str) -> None:
    call, result = told(item("mcpToolCall", id="c1", **fields))
    assert call.calls == (RawCall("c1", "docs.search", fields.get("arguments", {})),)
    assert (result.name, result.failed, result.text) == ("docs.search", failed, text)


def test_a_tool_of_the_program_around_codex_is_one_too() -> None:
    call, result = told(item("DynamicToolCall", id="c1", tool="open_page", arguments={"path": "a"}, success=False))
    assert (call.calls, result.failed) == ((RawCall("c1", "open_page", {"path": "a"}),), True)


def test_a_result_whose_call_is_not_here_only_counts_when_it_failed() -> None:
    assert not facts(user_message("Look"), function_output("gone", printed(0, "ok"))).tools
    (_, tool) = facts(user_message("Look"), function_output("gone", printed(1, "boom"))).tools[0]
    assert (tool.failed, tool.exit_code, tool.error) == (True, 1, "boom")


def test_an_exit_code_that_cannot_be_one_is_none() -> None:
    assert told(command_item("c1", ["x"], 2**80, "boom"))[1].exit_code is None


def test_outputs_are_never_words() -> None:
    lines = [function_call("c1", "shell", command="cat"), function_output("c1", content("user", "a page's text"))]
    assert not [turn for _, turn in facts(*lines).turns if turn.kind == "talk"]
    assert FOLDER not in repr(facts(*lines))
