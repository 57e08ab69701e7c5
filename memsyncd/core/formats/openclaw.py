"""Decodes one line of an OpenClaw transcript; the JSON is the same in session files and in database rows.

Pure: bytes in, one ``RawEntry`` out. It does not know files, sessions or days, and it judges nothing: noise is
taken off and secrets are redacted further in. Fields follow OpenClaw 2026.1.30 to 2026.9.6 (transcript versions
1 to 4); unknown types are passed on as ``Ignored`` and never refused, because every release adds some.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from msgspec import UNSET

from memsyncd.core.formats.openclaw_json import (
    BlockJson,
    CostJson,
    DataJson,
    EntryJson,
    MessageJson,
    UsageJson,
    read_details,
    read_entry,
    read_object,
)
from memsyncd.model import (
    Ignored,
    Malformed,
    Millis,
    RawCall,
    RawCompaction,
    RawEntry,
    RawHeader,
    RawMessage,
    RawOutcast,
    RawReset,
    RawResult,
    RawTitle,
    Usage,
)

_CALL_TYPES: Final = frozenset({"toolCall", "functionCall", "function_call", "toolUse", "tool_call", "tool_use"})
_QUIET_TYPES: Final = frozenset(
    {"model_change", "thinking_level_change", "custom_message", "branch_summary", "label", "leaf"}
    | {"session_info", "usage", "context_edit"}  # the last two: pi 1.5
)
_DREAM_RUN: Final = "dreaming-narrative-"
_LATEST: Final[Millis] = 4_102_444_800_000  # 2100-01-01: a later time is a fault of the clock that wrote it
_SECONDS_BELOW: Final = 100_000_000_000  # smaller numbers cannot be milliseconds: 1973-03-03

_LARGEST: Final = 2**53 - 1  # of the numbers that JSON can carry exactly


def decode(line: bytes) -> RawEntry:
    """Decodes one transcript line, without its newline.

    Never raises: a line that is not a JSON object comes back as ``Malformed``. Invalid UTF-8 and lone surrogates
    become U+FFFD, and a field of an unexpected type counts as absent.
    """
    entry = read_entry(line)
    if isinstance(entry, Malformed):
        return entry
    if entry.type == "message":
        return _message(entry)
    return _control(entry)


def millis(value: object) -> Millis | None:
    """Reads an instant as transcripts state it: epoch milliseconds, epoch seconds or ISO-8601; else None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 < value <= _LATEST:  # nor infinite, nor so large that it is no float
            return None
        number = int(value * 1000) if value < _SECONDS_BELOW else int(value)
        return number if number <= _LATEST else None
    if isinstance(value, str) and value:
        return _from_iso(value)
    return None


def _from_iso(text: str) -> Millis | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return round(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def _message(entry: EntryJson) -> RawEntry:
    message = entry.message
    if message is None:
        return Malformed("a message line without a message")
    at = millis(message.timestamp) or millis(entry.timestamp)
    entry_id = entry.id or ""
    role = message.role
    if role == "assistant":
        return RawMessage(
            id=entry_id,
            at=at,
            role="assistant",
            text=_visible(message.content),
            provider=message.provider or None,
            model=message.model or None,
            stop=message.stopReason,
            usage=_usage(message.usage),
            calls=_calls(message.content),
            hidden=message.display is False,
        )
    if role == "user":
        return _user(entry_id, at, message)
    if role in ("toolResult", "bashExecution"):
        return _result(entry_id, at, message)
    return Ignored(f"message:{role}", known=role == "custom")


def _user(entry_id: str, at: Millis | None, message: MessageJson) -> RawMessage:
    about = message.about
    return RawMessage(
        id=entry_id,
        at=at,
        role="user",
        text=_visible(message.content),
        sender=(about.senderName or about.senderUsername) if about else None,
        owner=not (about and about.senderIsOwner is False),
        origin=message.provenance.kind if message.provenance else None,
        hidden=message.display is False or message.excludeFromContext is True,
    )


def _result(entry_id: str, at: Millis | None, message: MessageJson) -> RawResult:
    details = read_details(message.details)
    codes = (message.exitCode, details.exitCode, details.exit_code)
    code = next((code for code in codes if code is not None and abs(code) <= _LARGEST), None)
    failed = bool(message.isError) or bool(code) or details.status in ("failed", "error")
    alone = message.role == "bashExecution"
    text = message.output or "" if alone else _visible(message.content) if failed else ""
    return RawResult(
        id=entry_id,
        at=at,
        call=message.toolCallId,
        name=message.toolName or ("bash" if alone else ""),
        failed=failed,
        exit_code=code,
        text=text if failed else "",
        command=message.command if alone else None,
    )


def _control(entry: EntryJson) -> RawEntry:
    kind = entry.type
    at = millis(entry.timestamp)
    if kind == "session":
        return RawHeader(entry.id or "", at, entry.parentSession)
    if kind == "compaction":
        before = entry.tokensBefore
        return RawCompaction(entry.id or "", at, entry.summary or "", int(_number(before)) if before else None)
    if kind == "reset":
        return RawReset(entry.id or "", at, entry.reason)
    if kind == "session_info" and entry.name:
        return RawTitle(entry.name)
    if kind == "custom":
        return _custom(entry)
    return Ignored(kind, known=kind in _QUIET_TYPES)


def _custom(entry: EntryJson) -> RawEntry:
    # A run of this kind writes a narrative for OpenClaw's own dreaming: the whole file is generated text.
    run = entry.data.runId if isinstance(entry.data, DataJson) else None
    if entry.customType == "openclaw:bootstrap-context:full" and (run or "").startswith(_DREAM_RUN):
        return RawOutcast("dreaming")
    return Ignored(f"custom:{entry.customType}")


def _visible(content: str | list[BlockJson | str] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    parts = [b if isinstance(b, str) else b.text for b in content if isinstance(b, str) or b.type == "text"]
    return parts[0] if len(parts) == 1 else "\n".join(parts)


def _calls(content: str | list[BlockJson | str] | None) -> tuple[RawCall, ...]:
    if not isinstance(content, list):
        return ()
    return tuple(_call(b) for b in content if not isinstance(b, str) and b.type in _CALL_TYPES)


def _call(block: BlockJson) -> RawCall:
    raw = block.arguments if block.arguments is not UNSET else block.input
    return RawCall(block.id or block.call_id or block.tool_call_id, block.name, read_object(raw))


def _usage(usage: UsageJson | None) -> Usage | None:
    if usage is None:
        return None
    cost = usage.cost.total if isinstance(usage.cost, CostJson) else usage.cost or 0.0
    return Usage(
        input=int(_number(usage.input)),
        output=int(_number(usage.output)),
        cache_read=int(_number(usage.cacheRead)),
        cache_write=int(_number(usage.cacheWrite)),
        cost=_number(cost),
    )


def _number(value: float) -> float:
    """A count or a price as it can be stored; what cannot be one is 0."""
    return value if math.isfinite(value) and 0 <= value <= _LARGEST else 0
