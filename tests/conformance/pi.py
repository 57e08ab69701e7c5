"""Made-up pi transcripts: single entries of header version 3, and a whole conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.builders import iso, line, millis, stamp, tokens
from tests.conformance.conversation import CONVERSATION, FOLDER, SESSION, Call, Said

Entry = dict[str, Any]

AT = CONVERSATION[0].at
DIRECTORY = f"--{FOLDER.strip('/').replace('/', '-')}--"
LATER = timedelta(milliseconds=1_300)  # an entry is written some time after its message's own


def entry(kind: str, at: datetime = AT, number: int = 1, **fields: Any) -> Entry:
    parent = None if number == 1 else f"{number - 1:08x}"
    return {"type": kind, "id": f"{number:08x}", "parentId": parent, "timestamp": iso(at + LATER), **fields}


def message(role: str, at: datetime = AT, number: int = 1, **fields: Any) -> Entry:
    return entry("message", at, number, message={"role": role, **fields, "timestamp": millis(at)})


def header(session: str = SESSION, at: datetime = AT, **more: Any) -> Entry:
    return {"type": "session", "version": 3, "id": session, "timestamp": iso(at), "cwd": FOLDER, **more}


def user(words: str | list[Entry], at: datetime = AT, number: int = 1) -> Entry:
    return message("user", at, number, content=[text(words)] if isinstance(words, str) else words)


def assistant(*blocks: Entry, at: datetime = AT, number: int = 1, **more: Any) -> Entry:
    stop = "toolUse" if any(block["type"] == "toolCall" for block in blocks) else "stop"
    fields = {
        "content": list(blocks),
        "api": "anthropic-messages",
        "provider": "anthropic",
        "model": "claude-sonnet-5",
        "usage": tokens(4, 95, 12_000, 300, 0.02),
        "stopReason": stop,
        **more,
    }
    return message("assistant", at, number, **fields)


def tool_result(output: str, call: str = "call-1", at: datetime = AT, number: int = 1, **more: Any) -> Entry:
    fields = {"toolCallId": call, "toolName": "bash", "content": [text(output)], "isError": False, **more}
    return message("toolResult", at, number, **fields)


def text(words: str) -> Entry:
    return {"type": "text", "text": words}


def thinking(words: str) -> Entry:
    return {"type": "thinking", "thinking": words, "thinkingSignature": "c2lnbmVk"}


def tool_call(call: str = "call-1", name: str = "bash", **arguments: Any) -> Entry:
    return {"type": "toolCall", "id": call, "name": name, "arguments": arguments}


def write(conversation: Iterable[Said], folder: Path) -> None:
    """Writes the conversation as one transcript into ``folder``, which stands for pi's sessions folder."""
    directory = folder / DIRECTORY
    directory.mkdir(parents=True)
    said = tuple(conversation)
    start = stamp(said[0].at).replace(".", "-")
    (directory / f"{start}_{SESSION}.jsonl").write_bytes(b"".join(map(line, _entries(said))))


def _entries(conversation: Iterable[Said]) -> Iterable[Entry]:
    numbers = count(1)
    yield header()
    yield entry("model_change", AT, next(numbers), provider="anthropic", modelId="model-one")
    yield entry("thinking_level_change", AT, next(numbers), thinkingLevel="medium")
    for said in conversation:
        if said.role == "user":
            yield user(said.text, said.at, next(numbers))
            continue
        blocks = [thinking("Let me see."), *([text(said.text)] if said.text else [])]
        calls = [tool_call(call.id, command=call.command) for call in said.calls]
        yield assistant(*blocks, *calls, at=said.at, number=next(numbers), model=said.model)
        for call in said.calls:
            yield _result(call, said.at + timedelta(seconds=2), next(numbers))


def _result(call: Call, at: datetime, number: int) -> Entry:
    if call.exit_code == 0:
        return tool_result(call.output, call.id, at, number)
    output = f"{call.output}\n\nCommand exited with code {call.exit_code}"
    return tool_result(output, call.id, at, number, isError=True)
