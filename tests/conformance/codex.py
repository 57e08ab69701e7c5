"""Made-up rollouts of Codex: single lines of all its eras, and a whole conversation in two of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

from tests.builders import iso, line, stamp
from tests.conformance.conversation import CONVERSATION, FOLDER, SESSION, Call, Said

Line = dict[str, Any]

AT = CONVERSATION[0].at
COPIED = timedelta(milliseconds=40)  # between the two copies of a text
ENVIRONMENT = f"<environment_context>\n  <cwd>{FOLDER}</cwd>\n  <shell>bash</shell>\n</environment_context>"
INSTRUCTIONS = f"# AGENTS.md instructions for {FOLDER}\n\n<INSTRUCTIONS>\nBe brief.\n</INSTRUCTIONS>"


# --- lines ---


def envelope(kind: str, payload: Line, at: datetime = AT, **more: Any) -> Line:
    return {"timestamp": iso(at), "type": kind, "payload": payload, **more}


def event(kind: str, /, at: datetime = AT, **fields: Any) -> Line:
    return envelope("event_msg", {"type": kind, **fields}, at)


def response(kind: str, /, at: datetime = AT, **fields: Any) -> Line:
    return envelope("response_item", {"type": kind, **fields}, at)


def item(kind: str, /, at: datetime = AT, **fields: Any) -> Line:
    completed = {"type": kind, "id": "item-1", **fields}
    return event("item_completed", at, thread_id=SESSION, turn_id="turn-1", item=completed, completed_at_ms=1)


def session_meta(session: str = SESSION, at: datetime = AT, **more: Any) -> Line:
    payload = {
        "id": session,
        "timestamp": iso(at),
        "cwd": FOLDER,
        "originator": "codex-tui",
        "cli_version": "0.142.0",
        "source": "cli",
        "model_provider": "openai",
        "base_instructions": {"text": "You are a coding agent."},
        "git": {"commit_hash": "0" * 40, "branch": "main", "repository_url": "https://example.org/made-up.git"},
        **more,
    }
    return envelope("session_meta", payload, at)


def turn_context(model: str, at: datetime = AT, **more: Any) -> Line:
    payload = {"turn_id": "turn-1", "cwd": FOLDER, "timezone": "Europe/Berlin", "model": model, "effort": "medium"}
    return envelope("turn_context", {**payload, "sandbox_policy": {"type": "workspace-write"}, **more}, at)


def task_started(turn: str, at: datetime = AT, started: datetime | None = None) -> Line:
    began = int((started or at).timestamp())
    return event("task_started", at, turn_id=turn, started_at=began, model_context_window=272_000)


def user_message(text: str, at: datetime = AT, **more: Any) -> Line:
    fields = {"images": [], "local_images": [], "text_elements": [], **more}
    return event("user_message", at, message=text, **fields)


def agent_message(text: str, at: datetime = AT, **more: Any) -> Line:
    return event("agent_message", at, message=text, memory_citation=None, **more)


def told(role: str, *texts: str, at: datetime = AT, **more: Any) -> Line:
    """A message among what the model is told, or answers."""
    return response("message", at, role=role, content=content(role, *texts), **more)


def content(role: str, *texts: str) -> list[Line]:
    kind = "output_text" if role == "assistant" else "input_text"
    return [{"type": kind, "text": text} for text in texts]


def function_call(call: str, name: str, at: datetime = AT, **arguments: Any) -> Line:
    return response("function_call", at, name=name, arguments=json.dumps(arguments), call_id=call)


def function_output(call: str, output: Any, at: datetime = AT) -> Line:
    return response("function_call_output", at, call_id=call, output=output)


def printed(exit_code: int, output: str) -> str:
    """What the model is told of a command."""
    return f"Exit code: {exit_code}\nWall time: 0.3 seconds\nOutput:\n{output}"


def command_ended(call: str, command: Sequence[str], exit_code: int, output: str, at: datetime = AT) -> Line:
    fields = {"stdout": output, "stderr": "", "aggregated_output": output, "exit_code": exit_code}
    about = {"call_id": call, "turn_id": "turn-1", "cwd": FOLDER, "duration": {"secs": 0, "nanos": 300_000_000}}
    return event("exec_command_end", at, **about, command=list(command), **fields, status="completed")


def reasoning(at: datetime = AT) -> Line:
    return response("reasoning", at, summary=[], content=None, encrypted_content="b3BhcXVl")


def token_count(at: datetime = AT) -> Line:
    return event("token_count", at, info={"total_token_usage": {"input_tokens": 1}}, rate_limits=None)


def bare(*items: Line, at: datetime = AT) -> list[Line]:
    """A rollout of the first era, whose one time is that of its header."""
    header = {"id": SESSION, "timestamp": iso(at), "instructions": None, "git": None}
    return [header, {"record_type": "state"}, *(entry["payload"] for entry in items)]


def encoded(*lines: Line) -> list[bytes]:
    return [line(entry).rstrip(b"\n") for entry in lines]


# --- a whole conversation ---


def rollout_name(session: str = SESSION, at: datetime = AT) -> str:
    return f"sessions/{at:%Y/%m/%d}/rollout-{stamp(at)[:19]}-{session}.jsonl"


def write(conversation: Iterable[Said], folder: Path) -> None:
    """Writes the conversation as one rollout with events into ``folder``, which stands for ``$CODEX_HOME``."""
    _write(_with_events(conversation), folder)


def write_paginated(conversation: Iterable[Said], folder: Path) -> None:
    """Writes the conversation as one paginated rollout into ``folder``, which stands for ``$CODEX_HOME``."""
    lines = _with_items(conversation)
    _write(({**entry, "ordinal": ordinal} for ordinal, entry in enumerate(lines)), folder)


def _write(lines: Iterable[Line], folder: Path) -> None:
    path = folder / rollout_name()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(map(line, lines)))


def _with_events(conversation: Iterable[Said]) -> Iterator[Line]:
    turns, event_first = count(1), cycle((True, False))
    yield session_meta()
    yield told("developer", "<permissions instructions>\nAsk first.\n</permissions instructions>")
    yield told("user", INSTRUCTIONS, ENVIRONMENT)
    for said, model in _with_models(conversation):
        if said.role == "user":
            turn = f"turn-{next(turns)}"
            yield task_started(turn, said.at)
            yield turn_context(model, said.at, turn_id=turn)
            yield told("user", said.text, at=said.at)
            yield user_message(said.text, said.at)
            yield reasoning(said.at)
            continue
        if said.text:
            phase = "commentary" if said.calls else "final_answer"
            copies = (
                lambda at, text=said.text, phase=phase: agent_message(text, at, phase=phase),
                lambda at, text=said.text, phase=phase: told("assistant", text, at=at, phase=phase),
            )
            first, second = copies if next(event_first) else reversed(copies)
            yield first(said.at)
            yield second(said.at + COPIED)
        for call in said.calls:
            yield from _used(call, said.at)
        yield token_count(said.at + COPIED)


def _used(call: Call, at: datetime) -> Iterator[Line]:
    ended = at + timedelta(seconds=2)
    yield function_call(call.id, "shell", at, command=["bash", "-lc", call.command], workdir=FOLDER)
    if call.exit_code:
        yield command_ended(call.id, ["bash", "-lc", call.command], call.exit_code, call.output, ended)
    yield function_output(call.id, printed(call.exit_code, call.output), ended + COPIED)


def _with_items(conversation: Iterable[Said]) -> Iterator[Line]:
    turns, items = count(1), count(1)
    yield session_meta(history_mode="paginated", cli_version="0.150.0", thread_source="user")
    yield told("user", INSTRUCTIONS, ENVIRONMENT)
    for said, model in _with_models(conversation):
        if said.role == "user":
            turn = f"turn-{next(turns)}"
            yield task_started(turn, said.at)
            yield turn_context(model, said.at, turn_id=turn)
            yield told("user", said.text, at=said.at)
            yield item("UserMessage", said.at, id=f"u{next(items)}", content=_typed(said.text))
            continue
        if said.text:
            answer = [{"type": "Text", "text": said.text}]
            yield told("assistant", said.text, at=said.at - COPIED)
            yield item("AgentMessage", said.at, id=f"a{next(items)}", content=answer, phase="final_answer")
        for call in said.calls:
            ended = said.at + timedelta(seconds=2)
            yield function_call(call.id, "exec_command", said.at, cmd=call.command, workdir=FOLDER)
            yield command_item(call.id, ["/bin/bash", "-lc", call.command], call.exit_code, call.output, ended)
            yield function_output(call.id, printed(call.exit_code, call.output), ended + COPIED)


def command_item(call: str, command: Sequence[str], exit_code: int, output: str, at: datetime = AT) -> Line:
    status = "failed" if exit_code else "completed"
    fields = {"cwd": FOLDER, "status": status, "aggregated_output": output, "exit_code": exit_code}
    return item("CommandExecution", at, id=call, command=list(command), **fields)


def _typed(text: str) -> list[Line]:
    return [{"type": "text", "text": text, "text_elements": []}]


def _with_models(conversation: Iterable[Said]) -> list[tuple[Said, str]]:
    """Each message with the model of its turn: Codex names it before the answer."""
    paired, model = [], ""
    for said in reversed(tuple(conversation)):
        model = said.model or model
        paired.append((said, model))
    return paired[::-1]
