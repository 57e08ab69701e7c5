"""What reading a transcript yields: facts for the store, their dedupe keys, and what the next read must know.

Pure records, and the one function that makes keys.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct, field

from memsyncd.model import Event, Millis, Role, RowKind, Session, ToolCall, Turn


class Carry(Struct, kw_only=True):
    """What reading on in a transcript needs to know of the lines before."""

    at: Millis | None = None  # last instant seen, for lines that state none
    judged: bool = False  # the first user message was looked at
    excluded: str | None = None  # why the whole session stays out
    machine: str | None = None  # the exchange under way was begun by the machine: "heartbeat", "flush"
    turns: list[int] = field(default_factory=list)  # keys of this exchange's turns
    calls: list[int] = field(default_factory=list)  # keys of this exchange's tool calls
    replies: dict[int, int] = field(default_factory=dict)  # this exchange: hash of an answer → key of its turn
    mirrors: list[int] = field(default_factory=list)  # keys of this exchange's delivery mirrors
    answered: bool = False  # this exchange has had its final answer
    open_calls: dict[str, Millis] = field(default_factory=dict)  # tool call id → when it was asked for
    reader: bytes = b""  # state of the format's reader


class ToolOutcome(Struct, frozen=True, kw_only=True):
    """How a tool call ended; names the call by the key of its row."""

    key: int
    failed: bool
    exit_code: int | None = None
    error: str | None = None


class Facts(Struct, kw_only=True):
    """What a stretch of one transcript adds to the store. Turns and calls carry their dedupe keys."""

    session: Session
    turns: list[tuple[int, Turn]] = field(default_factory=list)
    tools: list[tuple[int, ToolCall]] = field(default_factory=list)
    outcomes: list[ToolOutcome] = field(default_factory=list)
    events: list[tuple[int, Event]] = field(default_factory=list)
    muted_turns: list[int] = field(default_factory=list)  # turns that turned out to be noise
    muted_tools: list[int] = field(default_factory=list)  # tool calls of such turns
    redactions: int = 0  # secrets replaced
    receipts: dict[tuple[RowKind, int], dict[str, int]] = field(default_factory=dict)  # row → rule → secrets
    undated: int = 0  # entries left out because no line so far told a time


class Keys:
    """Makes dedupe keys: 63-bit keyed hashes.

    The same message occurs in several files and, after a rewrite, twice in one, under new entry ids; what stays
    the same is role, message time and visible text. The hash is keyed so that nobody can guess a redacted
    password by hashing candidates. ``secret`` is 16 to 64 random bytes that live in the store.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def turn(self, role: Role, at: Millis, text: str) -> int:
        """Key of a turn; white space does not count."""
        return self._hash(f"{role}\0{at}\0{' '.join(text.split())}")

    def tool(self, at: Millis, call: str) -> int:
        """Key of a tool call, asked for at ``at``."""
        return self._hash(f"tool\0{at}\0{call}")

    def event(self, kind: str, what: str) -> int:
        """Key of a compaction or reset."""
        return self._hash(f"{kind}\0{what}")

    def text(self, text: str) -> int:
        """Hash of an answer's words, to know its copies."""
        return self._hash(" ".join(text.split()))

    def _hash(self, text: str) -> int:
        data = text.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(data, digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "big") >> 1  # SQLite's integers have a sign


def stem(parent: str | None) -> str | None:
    """The session that ``parentSession`` names: an id, or the path of a transcript."""
    if not parent:
        return None
    name = parent.replace("\\", "/").rsplit("/", 1)[-1]
    return name.split(".jsonl", 1)[0] or None
