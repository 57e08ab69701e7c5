"""The JSON of OpenClaw's transcript lines as typed records, and the two ways to read a line into them.

Pure. Only the fields that memsyncd uses are declared: msgspec passes over the others without making objects, which
is what keeps images, thinking and signatures cheap. Names are the log's own.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from memsyncd.model import Malformed

_T = TypeVar("_T", bound=Struct)


class BlockJson(Struct, gc=False):
    """One block of a message: text, or a tool call under one of its names."""

    type: str = ""
    text: str = ""
    name: str = ""
    id: str = ""
    call_id: str = ""
    tool_call_id: str = ""
    arguments: msgspec.Raw | UnsetType = UNSET
    input: msgspec.Raw | UnsetType = UNSET


class CostJson(Struct, gc=False):
    """What one answer cost, in US dollars."""

    total: float = 0.0


class UsageJson(Struct, gc=False):
    """Token counts of one answer."""

    input: float = 0
    output: float = 0
    cacheRead: float = 0
    cacheWrite: float = 0
    cost: CostJson | float | None = None


class ProvenanceJson(Struct, gc=False):
    """Where a user message came from."""

    kind: str | None = None


class SenderJson(Struct, gc=False):
    """Who sent a user message."""

    senderIsOwner: bool | None = None
    senderName: str | None = None
    senderUsername: str | None = None


class MessageJson(Struct, gc=False):
    """The message of a line of type ``message``, any role."""

    role: str = ""
    content: str | list[BlockJson | str] | None = None
    timestamp: int | float | str | None = None
    provider: str | None = None
    model: str | None = None
    stopReason: str | None = None
    usage: UsageJson | None = None
    toolCallId: str = ""
    toolName: str = ""
    isError: bool | None = None
    details: msgspec.Raw | UnsetType = UNSET
    provenance: ProvenanceJson | None = None
    about: SenderJson | None = field(default=None, name="__openclaw")
    display: bool | None = None
    excludeFromContext: bool | None = None
    command: str | None = None
    output: str | None = None
    exitCode: int | None = None


class DataJson(Struct, gc=False):
    """The data of a line of type ``custom``."""

    runId: str | None = None


class EntryJson(Struct, gc=False):
    """One transcript line."""

    type: str = ""
    id: str | None = None
    timestamp: int | float | str | None = None
    message: MessageJson | None = None
    parentSession: str | None = None
    customType: str | None = None
    data: DataJson | str | int | float | bool | list[Any] | None = None
    summary: str | None = None
    tokensBefore: int | float | None = None
    reason: str | None = None
    name: str | None = None


class DetailsJson(Struct, gc=False):
    """What a tool reports beside its result; two spellings of the exit code occur."""

    exitCode: int | None = None
    exit_code: int | None = None
    status: str | None = None


_decode_entry = msgspec.json.Decoder(EntryJson).decode
_decode_details = msgspec.json.Decoder(DetailsJson).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def read_entry(line: bytes) -> EntryJson | Malformed:
    """Reads one line; invalid UTF-8 and lone surrogates become U+FFFD, fields of unexpected types are absent."""
    try:
        return _decode_entry(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decode_leniently(line)


def read_object(raw: msgspec.Raw | UnsetType) -> dict[str, Any]:
    """Reads a JSON object, also one that is stored as a string inside the JSON; anything else is an empty one."""
    if raw is UNSET:
        return {}
    try:
        value = msgspec.json.decode(raw)
        value = _decode_object(value) if isinstance(value, str) else value
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_details(raw: msgspec.Raw | UnsetType) -> DetailsJson:
    """Reads a tool result's details; unreadable ones are empty."""
    if raw is UNSET:
        return DetailsJson()
    try:
        return _decode_details(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return DetailsJson()


def _decode_leniently(line: bytes) -> EntryJson | Malformed:
    """Decodes what the strict decoder refused: bad UTF-8, lone surrogates, NaN, fields of unexpected types."""
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return Malformed("not JSON")
    if not isinstance(value, dict):
        return Malformed("not a JSON object")
    if isinstance(value.get("message"), dict):
        value["message"] = _fitting(MessageJson, _flatten(value["message"]))
    return _fitting(EntryJson, value)


def _flatten(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if isinstance(content, list):
        usable = (block for block in content if isinstance(block, str | dict))
        message["content"] = [b if isinstance(b, str) else _fitting(BlockJson, b) for b in usable]
    return message


def _fitting(record: type[_T], values: dict[str, Any]) -> _T:
    """Fills a record with the fields whose values have the declared type; the others keep their defaults."""
    made = record()
    for info in msgspec.structs.fields(record):
        value = values.get(info.encode_name)
        if value is not None and (fitted := _fit(value, info.type)) is not None:
            setattr(made, info.name, fitted)
    return made


def _fit(value: object, kind: object) -> object | None:
    if isinstance(value, Struct) or (isinstance(value, list) and any(isinstance(v, Struct) for v in value)):
        return value
    if kind == msgspec.Raw | UnsetType:
        return msgspec.Raw(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    if isinstance(value, str):
        # Half of a surrogate pair is legal in JSON and can be neither stored nor written.
        value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    try:
        fitted: object = msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return None
    return fitted
