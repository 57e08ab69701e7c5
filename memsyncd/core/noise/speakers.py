"""Who wrote a message of a group, read from the metadata that OpenClaw puts before it.

Names only: a phone number or an account id does not name anybody and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from memsyncd.core.noise.markers import CONVERSATION, SENDER
from memsyncd.core.noise.span import Span

_GROUP_KEYS: Final = ("is_group_chat", "group_subject", "group_channel", "group_space")
_NAME_KEYS: Final = ("name", "sender_name", "label", "username")
_LONGEST_NAME: Final = 80
_LARGEST_BLOCK: Final = 100_000  # characters; the blocks that name a sender have a few hundred
_IDENTIFIER: Final = re.compile(
    r"[\W\d_]*|user_[0-9a-f]+|[\w.+-]+@[\w.]+|openclaw-control-ui|U[0-9A-Z]{8,}|ou_\w+"
)
_APPENDED_ID: Final = re.compile(r" \((?:@[^()]*|[^()]*\d[^()]*)\)\Z")


def speaker_name(value: object) -> str | None:
    """The person's name in ``value``, without an id appended in brackets; None when it is none."""
    if not isinstance(value, str):
        return None
    name = _APPENDED_ID.sub("", value.strip()).strip()
    if len(name) > _LONGEST_NAME or "\n" in name or _IDENTIFIER.fullmatch(name):
        return None
    return name


def _first_name(record: Mapping[str, object]) -> str | None:
    return next((name for key in _NAME_KEYS if (name := speaker_name(record.get(key)))), None)


def _record(json: str) -> dict[str, object]:
    if len(json) > _LARGEST_BLOCK:
        return {}
    try:
        decoded = msgspec.json.decode(json)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def note_speaker(span: Span, header: str, json: str) -> None:
    """Learn from a metadata block whether the conversation is a group, and who speaks.

    The sender's own block wins over the mention in the conversation's block, whichever comes first.
    """
    if header.startswith(CONVERSATION):
        record = _record(json)
        span.in_group = span.in_group or any(record.get(key) for key in _GROUP_KEYS)
        sender = record.get("sender")
        name = _first_name(sender) if isinstance(sender, dict) else speaker_name(sender)
        span.speaker = span.speaker or name or speaker_name(record.get("sender_name"))
    elif header.startswith(SENDER):
        span.speaker = _first_name(_record(json)) or span.speaker
