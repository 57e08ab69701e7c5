"""Made-up Claude Code transcripts: single lines in the shape of 2.1, and a whole conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.builders import iso
from tests.conformance.conversation import CONVERSATION, FOLDER, SESSION, Call, Said

Line = dict[str, Any]

AT = CONVERSATION[0].at
PROJECT = FOLDER.replace("/", "-")
USAGE = {
    "input_tokens": 4,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 12_000,
    "output_tokens": 95,
    "service_tier": "standard",
}


def encoded(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def envelope(kind: str, at: datetime = AT, number: int = 1, **more: Any) -> Line:
    """What every line of the conversation itself bears."""
    return {
        "parentUuid": None if number == 1 else uuid(number - 1),
        "isSidechain": False,
        "userType": "external",
        "cwd": FOLDER,
        "sessionId": SESSION,
        "version": "2.1.98",
        "gitBranch": "main",
        "type": kind,
        "uuid": uuid(number),
        "timestamp": iso(at),
        **more,
    }


def uuid(number: int) -> str:
    return f"{number:08x}-1111-4222-8333-444455556666"


def user(content: str | Sequence[Line], **more: Any) -> Line:
    return envelope("user", message={"role": "user", "content": content}, **more)


def assistant(*blocks: Line, answer: str = "msg_01", model: str = "claude-sonnet-5", **more: Any) -> Line:
    """One line of an answer; ``usage`` and ``stop_reason`` go to the message."""
    message = {
        "id": answer,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": list(blocks),
        "stop_reason": more.pop("stop_reason", None),
        "stop_sequence": None,
        "usage": more.pop("usage", USAGE),
    }
    return envelope("assistant", message=message, **more)


def text(words: str) -> Line:
    return {"type": "text", "text": words}


def thinking(words: str) -> Line:
    return {"type": "thinking", "thinking": words, "signature": "c2lnbmVk"}


def tool_use(call: str = "toolu_01", name: str = "Bash", **arguments: Any) -> Line:
    return {"type": "tool_use", "id": call, "name": name, "input": arguments}


def tool_result(content: str | Sequence[Line], call: str = "toolu_01", **more: Any) -> Line:
    return {"tool_use_id": call, "type": "tool_result", "content": content, **more}


def image() -> Line:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aW1hZ2U="}}


def snapshot() -> Line:
    inner = {"messageId": uuid(1), "trackedFileBackups": {}, "timestamp": iso(AT)}
    return {"type": "file-history-snapshot", "messageId": uuid(1), "snapshot": inner, "isSnapshotUpdate": False}


def attachment(kind: str, **more: Any) -> Line:
    at = more.pop("at", AT)
    return envelope("attachment", at, attachment={"type": kind, **more})


def queue(operation: str, at: datetime = AT, **more: Any) -> Line:
    return {
        "type": "queue-operation",
        "operation": operation,
        "timestamp": iso(at),
        "sessionId": SESSION,
        **more,
    }


def write(conversation: Iterable[Said], folder: Path) -> None:
    """Writes the conversation as one transcript into ``folder``, which stands for ``projects``."""
    project = folder / PROJECT
    project.mkdir(parents=True)
    data = b"".join(encoded(line) + b"\n" for line in _lines(conversation))
    (project / f"{SESSION}.jsonl").write_bytes(data)


def _lines(conversation: Iterable[Said]) -> Iterable[Line]:
    numbers = count(1)
    yield {"type": "permission-mode", "permissionMode": "default", "sessionId": SESSION}
    yield snapshot()
    for said in conversation:
        if said.role == "user":
            yield user(said.text, at=said.at, number=next(numbers))
            yield attachment("skill_listing", content="- a skill", skillCount=1)
        else:
            answer = f"msg_{said.at:%d%H%M%S}"
            for block in _blocks(said):
                yield assistant(block, answer=answer, model=said.model, at=said.at, number=next(numbers))
            for call in said.calls:
                yield _result(call, said.at + timedelta(seconds=2), next(numbers))
            yield envelope("system", said.at, next(numbers), subtype="turn_duration", durationMs=7000)
            yield {"type": "last-prompt", "lastPrompt": "a copy of a line", "sessionId": SESSION}


def _blocks(said: Said) -> Iterable[Line]:
    yield thinking("Let me see.")
    if said.text:
        yield text(said.text)
    for call in said.calls:
        yield tool_use(call.id, command=call.command, description="Runs it")


def _result(call: Call, at: datetime, number: int) -> Line:
    if call.exit_code == 0:
        told = {"stdout": call.output, "stderr": "", "interrupted": False, "isImage": False}
        return user([tool_result(call.output, call.id)], at=at, number=number, toolUseResult=told)
    output = f"Exit code {call.exit_code}\n{call.output}"
    block = tool_result(output, call.id, is_error=True)
    return user([block], at=at, number=number, toolUseResult=f"Error: {output}")
