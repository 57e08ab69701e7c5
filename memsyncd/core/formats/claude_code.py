"""Claude Code's session logs as a ``Format``: decodes the lines of one transcript.

Pure. The format is internal to Claude Code and changes between releases. Types and fields are those of 1.0 and
2.1 as transcripts show them; what only other readers of such transcripts report is marked so. Texts are judged in
:mod:`memsyncd.core.formats.claude_code_noise`.
"""

from __future__ import annotations

from operator import sub
from zlib import crc32

import msgspec
from msgspec import UNSET, Struct, field
from msgspec.structs import astuple

from memsyncd.core.formats.base import Decoded, Format
from memsyncd.core.formats.claude_code_json import (
    BlockJson,
    LineJson,
    UsageJson,
    calls,
    count,
    exit_code,
    read_line,
    results,
    text_of,
    usage,
    visible,
)
from memsyncd.core.formats.claude_code_names import classify, reason_not_read
from memsyncd.core.formats.claude_code_noise import NOISE
from memsyncd.core.formats.fitting import REFUSED
from memsyncd.core.formats.openclaw import millis
from memsyncd.model import (
    Ignored,
    Malformed,
    RawCompaction,
    RawEntry,
    RawMessage,
    RawResult,
    RawTitle,
    Usage,
)

_PROVIDER = "anthropic"  # the log does not name it; whatever serves the model speaks Anthropic's protocol
_SYNTHETIC = "<synthetic>"  # reported: the model of lines that Claude Code itself writes, errors and notices
_BOOKKEEPING = "No response requested."  # reported: such a line, about a prompt that was overtaken
_OPEN_CALLS = 64  # tool calls remembered until their result is seen
_QUEUED = 16  # messages sent while the agent worked, remembered until their second record is seen

_TITLES = {
    "custom-title": "customTitle",
    "ai-title": "aiTitle",
    "agent-name": "agentName",
    "summary": "summary",
}
_QUIET_TYPES = frozenset(
    {"system", "attachment", "last-prompt", "file-history-snapshot", "permission-mode", "mode", *_TITLES}
    # Reported only.
    | {"queue-operation", "progress", "agent-setting", "pr-link", "worktree-state", "file-history-delta"}
)


class _State(Struct):
    """What the lines so far leave open."""

    answer: str = ""  # message.id of the answer that was read last
    counted: Usage = Usage()  # its usage as far as its lines have stated it
    tools: dict[str, str] = field(default_factory=dict)  # tool call without a result yet → name of the tool
    queued: list[str] = field(default_factory=list)  # marks of messages sent while the agent worked


_STATE = msgspec.msgpack.Decoder(_State)


class _Reader:
    """Reads the lines of one transcript; ``state`` as an earlier reader of the same one left it."""

    def __init__(self, state: bytes) -> None:
        try:
            self._state = _STATE.decode(state) if state else _State()
        except REFUSED:
            self._state = _State()

    def state(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def decode(self, line: bytes) -> Decoded:
        entry = read_line(line)
        if isinstance(entry, Malformed):
            return entry
        if not entry.type:
            return Malformed("a line without a type")
        if entry.isSidechain:
            return Ignored("sidechain")
        if entry.type == "assistant":
            return self._assistant(entry)
        if entry.type == "user":
            return self._user(entry)
        return self._control(entry, entry.type)

    # --- answers ---

    def _assistant(self, entry: LineJson) -> RawEntry:
        """A line of an answer: each of its blocks stands in a line of its own, with the same ``message.id``."""
        message, at = entry.message, millis(entry.timestamp)
        if message is None or message.content is None or at is None:
            return Malformed("an answer without its content or its time")
        synthetic = message.model == _SYNTHETIC
        text, asked = visible(message.content), calls(message.content)
        if synthetic and text.strip() == _BOOKKEEPING:
            return Ignored("assistant:synthetic")
        if not (asked or text.strip()):
            return Ignored("assistant:thinking")  # the answer's next line states its usage again
        for call in asked:
            self._open(call.id, call.name)
        return RawMessage(
            id=entry.uuid or "",
            at=at,
            role="assistant",
            text=text,
            provider=None if synthetic else _PROVIDER,
            model=None if synthetic else message.model or None,
            stop=message.stop_reason,
            usage=self._spent(message.id or "", message.usage) if message.usage else None,
            calls=asked,
        )

    def _spent(self, answer: str, stated: UsageJson) -> Usage | None:
        """What this line adds to the answer's usage: all its lines state it, and the first ones too little."""
        state = self._state
        before = state.counted if answer and answer == state.answer else Usage()
        state.answer, state.counted = answer, Usage(*map(max, astuple(usage(stated)), astuple(before)))
        spent = Usage(*map(sub, astuple(state.counted), astuple(before)))
        return spent if spent != Usage() else None

    def _open(self, call: str, name: str) -> None:
        tools = self._state.tools
        tools[call] = name
        while len(tools) > _OPEN_CALLS:
            del tools[next(iter(tools))]

    # --- the user's role ---

    def _user(self, entry: LineJson) -> Decoded:
        message = entry.message
        if message is None or message.content is None:
            return Malformed("a message without content")
        if answered := results(message.content):
            found = tuple(self._result(entry, block) for block in answered)
            return found[0] if len(found) == 1 else found
        if entry.toolUseResult is not UNSET or entry.sourceToolAssistantUUID:
            return Ignored("user:result")
        if entry.isMeta or entry.isCompactSummary:
            return Ignored("user:meta" if entry.isMeta else "user:summary")
        return _said(entry, visible(message.content), entry.origin.kind if entry.origin else None)

    def _result(self, entry: LineJson, block: BlockJson) -> RawResult:
        name = self._state.tools.pop(block.tool_use_id or "", "")
        failed = block.is_error is True
        code, output = exit_code(text_of(block.content)) if failed else (None, "")
        return RawResult(
            id=entry.uuid or "",
            at=millis(entry.timestamp),
            call=block.tool_use_id or "",
            name=name,
            failed=failed,
            exit_code=code,
            # Of a tool without a name it cannot be told whether its words come from outside.
            text=output.removeprefix("<tool_use_error>").removesuffix("</tool_use_error>") if name else "",
        )

    # --- other lines ---

    def _control(self, entry: LineJson, kind: str) -> RawEntry:
        if kind == "system" and entry.subtype == "compact_boundary":
            before = count(entry.compactMetadata.preTokens) if entry.compactMetadata else 0
            return RawCompaction(entry.uuid or "", millis(entry.timestamp), "", before or None)
        if kind in _TITLES and (title := getattr(entry, _TITLES[kind])):
            return RawTitle(title)
        attached = entry.attachment
        if attached and attached.type == "queued_command" and attached.commandMode in (None, "prompt"):
            origin = attached.origin.kind if attached.origin else None
            return self._queued("attachment", entry, text_of(attached.prompt), origin)
        if kind == "queue-operation" and entry.operation == "remove":
            return self._queued("queue", entry, text_of(entry.content), None)
        return Ignored(kind, known=kind in _QUIET_TYPES)

    def _queued(self, record: str, entry: LineJson, text: str, origin: str | None) -> RawEntry:
        """A message sent while the agent worked, when this is the first of its records.

        Reported: such a message has no user line. Releases record it as an attachment, as the queue's removal of
        it, or as both, seconds apart; a removal does not always hold the words.
        """
        if not text.strip():
            return Ignored("queue-operation")
        # No hash of the words that one could try passwords on: this is kept from one run to the next.
        mark = f"{len(text)}:{crc32(text.encode('utf-8', 'replace')) & 0xFFFF}"
        seen = self._state.queued
        twin = f"{'queue' if record == 'attachment' else 'attachment'}:{mark}"
        if twin in seen:
            seen.remove(twin)
            return Ignored("queue-operation")
        seen.append(f"{record}:{mark}")
        del seen[:-_QUEUED]
        return _said(entry, text, origin)


def _said(entry: LineJson, text: str, origin: str | None) -> RawEntry:
    at = millis(entry.timestamp)
    if at is None:
        return Malformed("a message without a time")
    return RawMessage(id=entry.uuid or "", at=at, role="user", text=text, origin=origin)


CLAUDE_CODE = Format(
    kind="claude-code",
    classify=classify,
    reason_not_read=reason_not_read,
    reader=_Reader,
    noise=NOISE,
    depth=1,  # one folder a project
)
