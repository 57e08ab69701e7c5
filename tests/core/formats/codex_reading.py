"""Reads made-up rollouts as the program does, for the tests of Codex's format."""

from __future__ import annotations

from typing import Any

from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.formats.codex import CODEX
from memsyncd.core.formats.codex_reader import CodexReader
from memsyncd.model import Ignored, RawEntry, RawMessage, Redaction, Session
from tests.conformance.codex import Line, encoded
from tests.conformance.conversation import SESSION

KEYS = Keys(b"a made-up secret of 32 bytes ...")


def entries(*lines: Line, reader: CodexReader | None = None, state: bytes = b"") -> list[RawEntry]:
    """All that the lines say, also what is ignored."""
    reader = reader or CodexReader(state)
    read: list[RawEntry] = []
    for line in encoded(*lines):
        decoded = reader.decode(line)
        read.extend(decoded if isinstance(decoded, tuple) else (decoded,))
    return read


def told(*lines: Line, **more: Any) -> list[Any]:
    """What the lines say that is not ignored."""
    return [entry for entry in entries(*lines, **more) if not isinstance(entry, Ignored)]


def words(*lines: Line, **more: Any) -> list[tuple[str, str]]:
    """Role and text of every message with words."""
    messages = (entry for entry in told(*lines, **more) if isinstance(entry, RawMessage))
    return [(message.role, message.text) for message in messages if message.text]


def only(*lines: Line) -> Any:
    """The one entry that the lines come to."""
    (entry,) = told(*lines)
    return entry


def facts(*lines: Line, state: bytes = b"", session: str = SESSION) -> Facts:
    """What the store is given of a rollout."""
    conversation = Conversation(Session(id=session), Carry(), keys=KEYS, redact=Redaction, noise=CODEX.noise)
    for entry in entries(*lines, state=state):
        conversation.feed(entry)
    return conversation.take()


def talk(read: Facts) -> list[tuple[str, str]]:
    """Role and cleaned text of the turns that count."""
    return [(turn.role, turn.text) for _, turn in read.turns if turn.kind == "talk"]
