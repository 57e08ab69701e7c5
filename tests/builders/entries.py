"""Single entries of a transcript, in the shape and key order of OpenClaw 2026.7.35.

An instant is an aware datetime or an ISO string. Every builder takes further fields by name: ``id``, ``parentId``,
``timestamp`` (the entry's own time) and ``appendMode`` land on the entry, any other on the message, or on the entry
when it holds none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

Entry: TypeAlias = dict[str, Any]
Block: TypeAlias = dict[str, Any]
Instant: TypeAlias = datetime | str

NOON: Final = "2026-01-15T12:00:00.000Z"
_ON_ENTRY: Final = ("id", "parentId", "timestamp", "appendMode")
APIS: Final = {"anthropic": "anthropic-messages", "openai": "openai-responses"}


def moment(at: Instant) -> datetime:
    """The instant as an aware datetime in UTC; a naive one is an error."""
    parsed = datetime.fromisoformat(at) if isinstance(at, str) else at
    if parsed.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {at}")
    return parsed.astimezone(UTC)


def millis(at: Instant) -> int:
    """Milliseconds since 1970, as messages carry them."""
    return (moment(at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def iso(at: Instant) -> str:
    """ISO-8601 with milliseconds and Z, as entries carry it."""
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp(at: Instant) -> str:
    """The time as archive names carry it, e.g. ``2026-01-15T12-00-00.000Z``."""
    return iso(at).replace(":", "-")


def line(entry: Mapping[str, Any]) -> bytes:
    """The entry as the bytes of one transcript line, newline included."""
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


# --- entries ---


def header(session: str, at: Instant = NOON, *, version: int | None = 3, parent: str | None = None) -> Entry:
    """The first line of a transcript; ``version=None`` is the oldest form, ``parent`` the file it was forked from."""
    entry = {"type": "session", "version": version, "id": session, "timestamp": iso(at), "cwd": "/home/node/work"}
    return {key: value for key, value in {**entry, "parentSession": parent}.items() if value is not None}


def user(text: str | Sequence[Block], at: Instant = NOON, **more: Any) -> Entry:
    """A user message; pass blocks instead of a string for the block form."""
    content = text if isinstance(text, str) else list(text)
    return _message({"role": "user", "content": content, "timestamp": millis(at)}, at, more)


def assistant(
    text: str = "",
    at: Instant = NOON,
    *,
    model: str | None = "claude-sonnet-4-5",
    provider: str | None = "anthropic",
    calls: Sequence[Block] = (),
    before: Sequence[Block] = (),
    usage: Mapping[str, Any] | None = None,
    stop: str | None = None,
    **more: Any,
) -> Entry:
    """A model's answer: blocks ``before``, the text unless empty, then the calls; ``provider=None`` leaves it out."""
    blocks = [*before, *([text_block(text)] if text else []), *calls]
    body = {
        "role": "assistant",
        "content": blocks,
        "api": provider and APIS.get(provider, "openai-completions"),
        "provider": provider,
        "model": model,
        "usage": dict(usage or tokens()),
        "stopReason": stop or ("toolUse" if calls else "stop"),
        "timestamp": millis(at),
    }
    return _message({key: value for key, value in body.items() if value is not None}, at, more)


def tool_result(
    output: str | Sequence[Block] = "",
    at: Instant = NOON,
    *,
    call_id: str = "call_1",
    name: str = "exec",
    exit_code: int | None = None,
    failed: bool = False,
    **more: Any,
) -> Entry:
    """What a tool answered; ``exit_code`` adds the details that the shell tool leaves, ``failed`` is ``isError``."""
    blocks = [text_block(output)] if isinstance(output, str) else list(output)
    body: dict[str, Any] = {"role": "toolResult", "toolCallId": call_id, "toolName": name, "content": blocks}
    if exit_code is not None:
        body["details"] = {
            "status": "failed" if exit_code else "completed",
            "exitCode": exit_code,
            "durationMs": 12,
        }
    return _message({**body, "isError": failed, "timestamp": millis(at)}, at, more)


def text_block(text: str) -> Block:
    """A block of visible text."""
    return {"type": "text", "text": text}


def thinking_block(text: str) -> Block:
    """A block of thinking, which never reaches memory."""
    return {"type": "thinking", "thinking": text, "thinkingSignature": "c2lnbmVk"}


def call_block(name: str, arguments: Mapping[str, Any], call_id: str = "call_1") -> Block:
    """A tool call."""
    arguments = dict(arguments)
    partial = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    return {"type": "toolCall", "id": call_id, "name": name, "arguments": arguments, "partialArgs": partial}


def tokens(fresh: int = 10, output: int = 5, read: int = 0, write: int = 0, cost: float = 0) -> dict[str, Any]:
    """The usage of one answer: tokens in, out, from cache and into it; the cost in US dollars."""
    prices = {"input": cost, "output": 0, "cacheRead": 0, "cacheWrite": 0, "total": cost}
    counts = {"input": fresh, "output": output, "cacheRead": read, "cacheWrite": write}
    return {**counts, "totalTokens": fresh + output + read + write, "cost": prices}


def compaction(
    summary: str, at: Instant = NOON, *, kept: str = "00000001", before: int = 150_000, **more: Any
) -> Entry:
    """The context was compacted; ``kept`` is the first entry kept, ``before`` the tokens before it."""
    return _control("compaction", at, more, {"summary": summary, "firstKeptEntryId": kept, "tokensBefore": before})


def model_change(provider: str, model: str, at: Instant = NOON, **more: Any) -> Entry:
    """The line near a file's start that names a model."""
    return _control("model_change", at, more, {"provider": provider, "modelId": model})


def thinking_level(level: str = "off", at: Instant = NOON, **more: Any) -> Entry:
    """The line near a file's start that names the thinking level."""
    return _control("thinking_level_change", at, more, {"thinkingLevel": level})


def reset_entry(reason: str = "new", at: Instant = NOON, **more: Any) -> Entry:
    """The mark of /new or /reset inside a transcript that goes on (2026.8.1 and later)."""
    return _control("reset", at, more, {"reason": reason})


def session_info(name: str, at: Instant = NOON, **more: Any) -> Entry:
    """The session got a name."""
    return _control("session_info", at, more, {"name": name})


def custom(kind: str, data: Mapping[str, Any], at: Instant = NOON, **more: Any) -> Entry:
    """A custom line, e.g. ``model-snapshot``; its base fields come last."""
    return {"type": "custom", "customType": kind, "data": dict(data), **_base(at, more), **more}


def custom_message(text: str, at: Instant = NOON, *, kind: str = "openclaw.runtime-context", **more: Any) -> Entry:
    """A message of the runtime to the model, never shown."""
    return {
        "type": "custom_message",
        "customType": kind,
        "content": text,
        "display": False,
        **_base(at, more),
        **more,
    }


def _message(body: dict[str, Any], at: Instant, more: dict[str, Any]) -> Entry:
    base = _base(at, more)
    return {"type": "message", **base, "message": {**body, **more}}


def _control(kind: str, at: Instant, more: dict[str, Any], fields: Mapping[str, Any]) -> Entry:
    return {"type": kind, **_base(at, more), **fields, **more}


def _base(at: Instant, more: dict[str, Any]) -> dict[str, Any]:
    """Takes the entry's own fields out of ``more``."""
    own: dict[str, Any] = {key: more.pop(key) for key in _ON_ENTRY if key in more}
    return {"id": "00000001", "parentId": None, "timestamp": iso(at), **own}
