"""The JSON of Claude Code's transcript lines as typed records, and what can be told of one record alone.

Pure. Only the fields that memsyncd uses are declared, under the log's own names; thinking, images, signatures and
what tools returned are passed over without making objects. The format is internal to Claude Code and changes
between releases: fields are those of 1.0 and 2.1, seen in transcripts unless a comment says otherwise.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from memsyncd.core.formats.fitting import read_record, read_value
from memsyncd.model import Malformed, RawCall, Usage

_LARGEST = 2**53 - 1  # of the numbers that JSON can carry exactly
_EXIT_CODE = re.compile(r"(?:Error: )?Exit code (-?\d{1,9})(?:\n|\Z)")


class BlockJson(Struct, gc=False):
    """One block of a message: text, a tool call or a tool's result."""

    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw | UnsetType = UNSET
    tool_use_id: str | None = None
    content: Raw | UnsetType = UNSET
    is_error: bool | None = None


class UsageJson(Struct, gc=False):
    """Token counts of one answer, as far as they were known when the line was written."""

    input_tokens: float | None = None
    output_tokens: float | None = None
    cache_read_input_tokens: float | None = None
    cache_creation_input_tokens: float | None = None


class MessageJson(Struct, gc=False):
    """The message of a line of type ``user`` or ``assistant``."""

    id: str | None = None  # of the answer: the lines that hold its blocks share it
    model: str | None = None
    content: str | list[BlockJson] | None = None
    stop_reason: str | None = None
    usage: UsageJson | None = None


class OriginJson(Struct, gc=False):
    """Who a message comes from; reported, not seen."""

    kind: str | None = None


class AttachmentJson(Struct, gc=False):
    """What Claude Code hands the model beside the conversation; ``queued_command`` is reported, not seen."""

    type: str | None = None
    prompt: Raw | UnsetType = UNSET
    commandMode: str | None = None
    origin: OriginJson | None = None


class CompactJson(Struct, gc=False):
    """What a compaction was like; reported, not seen."""

    preTokens: float | None = None


class LineJson(Struct, gc=False):
    """One transcript line."""

    type: str | None = None
    uuid: str | None = None
    timestamp: str | int | float | None = None
    message: MessageJson | None = None
    isSidechain: bool | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None  # reported, not seen
    origin: OriginJson | None = None
    toolUseResult: Raw | UnsetType = UNSET
    sourceToolAssistantUUID: str | None = None
    subtype: str | None = None  # of system lines
    compactMetadata: CompactJson | None = None
    attachment: AttachmentJson | None = None
    operation: str | None = None  # of queue-operation lines, which are reported, not seen
    content: Raw | UnsetType = UNSET  # of queue-operation and system lines
    customTitle: str | None = None
    aiTitle: str | None = None
    agentName: str | None = None
    summary: str | None = None


_LINE = msgspec.json.Decoder(LineJson)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_TEXTS = msgspec.json.Decoder(str | list[BlockJson])


def read_line(line: bytes) -> LineJson | Malformed:
    """Reads one line; see :func:`memsyncd.core.formats.fitting.read_record`."""
    return read_record(line, _LINE)


def visible(content: str | list[BlockJson] | None) -> str:
    """The text of a message: the string, or its text blocks joined by a newline."""
    if isinstance(content, str):
        return content
    parts = [block.text for block in content or () if block.type == "text" and block.text]
    return parts[0] if len(parts) == 1 else "\n".join(parts)


def text_of(raw: Raw | UnsetType) -> str:
    """The text of a content that was kept undecoded."""
    return "" if raw is UNSET else visible(read_value(raw, _TEXTS))


def calls(content: str | list[BlockJson] | None) -> tuple[RawCall, ...]:
    """The tool calls of an answer."""
    if not isinstance(content, list):
        return ()
    return tuple(
        RawCall(block.id or "", block.name or "", _arguments(block.input))
        for block in content
        if block.type == "tool_use"
    )


def results(content: str | list[BlockJson] | None) -> list[BlockJson]:
    """The blocks of a message in which tools answer."""
    return [block for block in content if block.type == "tool_result"] if isinstance(content, list) else []


def exit_code(output: str) -> tuple[int | None, str]:
    """The exit code that a failed command's output begins with, and what the command itself printed."""
    found = _EXIT_CODE.match(output)
    return (int(found[1]), output[found.end() :]) if found else (None, output)


def usage(stated: UsageJson) -> Usage:
    """Token counts as they can be stored; the log states no cost."""
    return Usage(
        input=count(stated.input_tokens),
        output=count(stated.output_tokens),
        cache_read=count(stated.cache_read_input_tokens),
        cache_write=count(stated.cache_creation_input_tokens),
    )


def count(number: float | None) -> int:
    """A count as it can be stored; what cannot be one is 0."""
    return int(number) if number and 0 < number <= _LARGEST else 0


def _arguments(raw: Raw | UnsetType) -> dict[str, Any]:
    return {} if raw is UNSET else read_value(raw, _OBJECT) or {}
