"""Reads the lines of one rollout of Codex in order; which of its eras wrote it, it finds out on the way.

Until September 2025 a line was a bare item, undated. Then came envelopes of type, time and payload: what people
see is told by events (``user_message``, ``agent_message``) and repeated among what the model is told. Since 0.145
a rollout can be paginated: what people see is there only as completed items. The rule is the same for all: a text
counts once, whichever way it comes by, and what the model is told counts as a person's words only as long as
nothing else has told any.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from memsyncd.core.formats.base import Decoded
from memsyncd.core.formats.codex_json import ItemJson, LineJson, PayloadJson, read_line, text_of
from memsyncd.core.formats.codex_state import EVENT, ITEM, RESPONSE, read_state, write_state
from memsyncd.core.formats.codex_text import summary_of, typed_by_user
from memsyncd.core.formats.codex_tools import calls_of, outcome_of, tool_item
from memsyncd.core.formats.codex_turns import COPY, Turns
from memsyncd.core.formats.openclaw import millis
from memsyncd.model import Ignored, Malformed, RawCompaction, RawEntry, RawMessage, RawResult, RawTitle

_TYPED: Final = (None, "", "plain")

_CALLS: Final = frozenset({"function_call", "custom_tool_call", "local_shell_call"})
_OUTPUTS: Final = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_RESPONSES: Final = (
    frozenset({"message", "reasoning", "ghost_snapshot", "agent_message", "additional_tools", "other"})
    | frozenset({"tool_search_call", "tool_search_output", "web_search_call", "image_generation_call"})
    | frozenset({"compaction", "context_compaction", "compaction_trigger"})
    | _CALLS
    | _OUTPUTS
)
_EVENTS: Final = (
    frozenset({"user_message", "agent_message", "item_completed", "item_started", "token_count", "error"})
    | frozenset({"task_started", "task_complete", "turn_started", "turn_complete", "turn_aborted"})
    | frozenset({"thread_rolled_back", "thread_goal_updated", "thread_name_updated", "thread_settings_applied"})
    | frozenset({"agent_reasoning", "agent_reasoning_raw_content", "context_compacted", "exec_command_end"})
    | frozenset({"patch_apply_end", "mcp_tool_call_end", "web_search_end", "image_generation_end", "warning"})
    | frozenset({"view_image_tool_call", "entered_review_mode", "exited_review_mode", "sub_agent_activity"})
)
_ITEMS: Final = (
    frozenset({"reasoning", "hookprompt", "collabagenttoolcall", "subagentactivity", "websearch", "imageview"})
    | frozenset({"imagegeneration", "sleep", "extension", "enteredreviewmode", "exitedreviewmode"})
)  # fmt: skip
_LINES: Final = (
    frozenset({"world_state", "token_usage_record", "retained_context", "security_risk_score", "realtime_item"})
    | frozenset({"inter_agent_communication", "inter_agent_communication_metadata"})
)  # fmt: skip

WORDS: Final = (RawMessage, RawResult, RawCompaction)
"""What a rollout tells beside its header."""


class CodexReader:
    """The reader of one rollout; ``state`` is that of an earlier reader of it, or b""."""

    def __init__(self, state: bytes) -> None:
        self._turns = Turns(read_state(state))

    def state(self) -> bytes:
        """What has to be known of the lines so far to read on."""
        return write_state(self._turns.state)

    def decode(self, line: bytes) -> Decoded:
        """What a line says. Never raises; a line that cannot be read changes nothing."""
        record = read_line(line)
        if isinstance(record, Malformed):
            return record
        self._turns.written = millis(record.timestamp)
        decoded = self._line(record)
        state = self._turns.state
        if not state.inherited and not (state.imported and state.leave_imports):
            return decoded
        if isinstance(decoded, tuple):
            return tuple(self._revised(entry) for entry in decoded)
        return self._revised(decoded)

    def _revised(self, entry: RawEntry) -> RawEntry:
        """Dates what a fork repeats as it was first told, and leaves an import out when that is wanted."""
        state = self._turns.state
        if not isinstance(entry, WORDS):
            return entry
        at = state.inherited.pop() if state.inherited else None
        if state.imported and state.leave_imports:
            return Ignored("imported")
        return entry if at is None else replace(entry, at=at)

    def _line(self, record: LineJson) -> Decoded:
        payload, kind = record.payload, record.type
        if payload is None:
            return self._bare(record)
        if kind == "event_msg":
            return self._event(payload)
        if kind == "response_item":
            return self._response(payload)
        return self._control(kind, payload)

    def _bare(self, record: LineJson) -> Decoded:
        """A line without an envelope: of the first era, or written flat since (reported)."""
        kind = record.type
        if not kind and record.id and record.timestamp:
            return self._turns.undated_header(record)
        if kind in ("event_msg", "response_item"):
            return Malformed("a line without its payload")
        if kind in _RESPONSES and not (kind == "agent_message" and record.message):
            return self._response(record)
        return self._event(record) if kind in _EVENTS else self._control(kind or record.record_type or "", record)

    def _control(self, kind: str, payload: PayloadJson) -> Decoded:
        if kind == "turn_context":
            return self._turns.context(payload)
        if kind == "session_meta":
            return self._turns.header(payload)
        if kind == "compacted":
            return self._turns.compaction(summary_of(payload.message or ""))
        return Ignored(kind, known=kind in _LINES or kind == "state")

    def _event(self, payload: PayloadJson) -> Decoded:
        kind, turns = payload.type, self._turns
        if kind == "user_message":
            return turns.user(payload.message or "" if payload.kind in _TYPED else "", EVENT, "")
        if kind == "agent_message":
            return turns.assistant(payload.message or "", EVENT, "", payload.phase)
        if kind == "item_completed":
            return self._item(payload.item) if payload.item else Malformed("a completed item that is none")
        if kind in ("task_started", "turn_started"):
            return turns.turn_started(payload)
        if kind == "exec_command_end":
            return self._item(_as_item(payload))
        if kind == "context_compacted":
            return turns.compaction("")
        if kind == "thread_name_updated" and payload.thread_name:
            return RawTitle(payload.thread_name)
        return Ignored(f"event:{kind}", known=kind in _EVENTS)

    def _item(self, item: ItemJson) -> Decoded:
        kind, turns = item.type.replace("_", "").lower(), self._turns
        if kind == "usermessage":
            return turns.user("".join(text_of(item.content)), ITEM, item.id)
        if kind == "agentmessage":
            return turns.assistant("".join(text_of(item.content)), ITEM, item.id, item.phase)
        if kind == "plan":
            return turns.assistant(item.text, ITEM, item.id, None)
        if kind == "contextcompaction":
            return turns.compaction("")
        if tool := tool_item(kind, item):
            calls, outcome = tool
            return turns.ended(item.id, outcome, calls)
        return Ignored(f"item:{kind}", known=kind in _ITEMS)

    def _response(self, payload: PayloadJson) -> Decoded:
        kind = payload.type
        if kind == "message":
            return self._message(payload)
        if kind in _CALLS:
            return self._turns.asked(calls_of(payload, itemised=self._turns.state.mode == "paginated"))
        if kind in _OUTPUTS:
            return self._turns.ended(payload.call_id or payload.id or "", outcome_of(payload.output))
        return Ignored(f"response:{kind}", known=kind in _RESPONSES)

    def _message(self, payload: PayloadJson) -> Decoded:
        """A message among what the model is told."""
        mode, turns, entry = self._turns.state.mode, self._turns, payload.id or ""
        if payload.role == "user" and mode == "open":
            return turns.user(typed_by_user(text_of(payload.content)), RESPONSE, entry)
        if payload.role == "assistant" and mode != "paginated":
            return turns.assistant("\n".join(text_of(payload.content)), RESPONSE, entry, payload.phase)
        return COPY


def _as_item(command: PayloadJson) -> ItemJson:
    """The item that newer releases write in place of an ``exec_command_end`` event."""
    return ItemJson(
        type="CommandExecution",
        id=command.call_id or "",
        command=command.command,
        aggregated_output=command.aggregated_output,
        stderr=command.stderr,
        exit_code=command.exit_code,
    )
