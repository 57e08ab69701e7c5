"""The JSON of Codex's rollout lines as typed records.

Pure. Only the fields that memsyncd uses are declared, under the log's own names; instructions, reasoning, world
state and token counts are passed over without making objects. Sources: samples of Codex 0.142, the vendor's
published protocol, and, where a comment says "reported", readers of such logs that agree with each other.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from memsyncd.core.formats.fitting import read_record, read_value
from memsyncd.model import Malformed

LARGEST: Final = 2**53 - 1  # of the numbers that JSON can carry exactly


class BlockJson(Struct, gc=False):
    """One part of a message's content."""

    type: str = ""
    text: str = ""


class ItemJson(Struct, gc=False):
    """What an ``item_completed`` event completes: a message, a command, a change of files, a call of a tool."""

    type: str = ""
    id: str = ""
    content: str | list[BlockJson | str] | None = None
    text: str = ""
    phase: str | None = None
    command: str | list[str] | None = None
    aggregated_output: str | None = None
    stderr: str | None = None
    exit_code: int | None = None
    status: str | None = None
    success: bool | None = None
    changes: Raw | UnsetType = UNSET
    server: str | None = None
    tool: str | None = None
    arguments: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class BaseJson(Struct, gc=False):
    """The rollout that a paginated one goes on from."""

    thread_id: str | None = None


class PayloadJson(Struct, gc=False):
    """The payload of a line, whatever its type."""

    type: str = ""
    id: str | None = None
    timestamp: str | None = None
    # session_meta, turn_context
    model: str | None = None
    model_provider: str | None = None
    source: Raw | UnsetType = UNSET
    thread_source: str | None = None
    forked_from_id: str | None = None
    history_mode: str | None = None
    history_base: BaseJson | None = None
    base_instructions: Raw | UnsetType = UNSET
    turn_id: str | None = None
    # messages
    role: str | None = None
    content: str | list[BlockJson | str] | None = None
    message: str | None = None
    kind: str | None = None  # of a user_message in 2025: "plain", or what Codex put in; reported
    phase: str | None = None
    item: ItemJson | None = None
    started_at: int | None = None  # seconds
    thread_name: str | None = None
    # tools
    name: str | None = None
    namespace: str | None = None
    call_id: str | None = None
    arguments: Raw | UnsetType = UNSET
    input: str | None = None
    action: Raw | UnsetType = UNSET
    output: Raw | UnsetType = UNSET
    command: str | list[str] | None = None
    aggregated_output: str | None = None
    stderr: str | None = None
    exit_code: int | None = None


class LineJson(PayloadJson, gc=False):
    """One line: an envelope around a payload; in the first era, and now and then since, the payload itself."""

    payload: PayloadJson | None = None
    record_type: str | None = None


_LINE: Final = msgspec.json.Decoder(LineJson)
_VALUE: Final = msgspec.json.Decoder()


def read_line(line: bytes) -> LineJson | Malformed:
    """Reads one line; a field of an unexpected type is absent, bad characters become U+FFFD. Never raises."""
    return read_record(line, _LINE)


def read_any(raw: Raw | UnsetType) -> Any:  # noqa: ANN401 - what stands there has many shapes
    """Decodes a field whose shape differs between tools and releases; None when it is absent or unreadable."""
    return None if raw is UNSET else read_value(raw, _VALUE)


def read_object(raw: Raw | UnsetType) -> dict[str, Any]:
    """Reads a JSON object, also one that is stored as a string inside the JSON; anything else is an empty one."""
    value = read_any(raw)
    if isinstance(value, str):
        value = read_value(value.encode(), _VALUE)
    return value if isinstance(value, dict) else {}


def text_of(content: str | list[BlockJson | str] | None) -> list[str]:
    """The text parts of a message's content; images and the like are left out.

    Types are compared without case: items of answers have ``Text``, those of users ``text``.
    """
    if isinstance(content, str):
        return [content]
    texts = (block if isinstance(block, str) else _text_of_block(block) for block in content or ())
    return [text for text in texts if text]


def _text_of_block(block: BlockJson) -> str:
    return block.text if block.type.lower() in _TEXTS else ""


_TEXTS: Final = frozenset({"input_text", "output_text", "text"})
