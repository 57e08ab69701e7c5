"""The vocabulary: frozen records that the layers exchange.

Instants are integers, milliseconds since 1970-01-01T00:00:00Z (``Millis``). Texts in records that end in the
store are redacted and free of noise; records named ``Raw…`` are not and never leave memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

Millis: TypeAlias = int

Role: TypeAlias = Literal["user", "assistant"]

TurnKind: TypeAlias = Literal["talk", "work", "noise"]
RowKind: TypeAlias = Literal["turn", "tool", "error", "event"]  # what a text in the store belongs to
"""talk: has words and counts as a message. work: an assistant step without words (tool calls only).
noise: machine talk, kept without text for its token usage alone."""


# --- where logs come from ---


class Source(Struct, frozen=True, kw_only=True):
    """One agent's session logs and the memory folder that they feed."""

    name: str  # unique among the configured sources, e.g. "openclaw/main"
    kind: str  # log format: "openclaw", "claude-code", "codex" or "pi"
    agent: str  # agent id; part of the dedupe key through the source
    path: Path  # folder that holds the session logs
    memory_dir: Path  # folder that holds the memory files
    workspace: Path | None = None  # the agent's workspace, when known
    timezone: str | None = None  # IANA zone stated by the agent's own configuration
    version: str | None = None  # version of the agent's program last seen, when known
    sidecar: bool = False  # this agent distrusts outside edits of its own daily file: "auto" names a sidecar
    excluded_sessions: tuple[str, ...] = ()
    """What the user keeps out of memory: session ids or keys, and OpenClaw's ``channel:X`` and ``chatType:X``."""
    others: bool = True  # turns of senders who are not the agent's owner are kept
    origin: str = "config"  # how it was found: "config", "command line", "discovered"
    database: Path | None = None  # OpenClaw's database of this agent, which holds its transcripts since 2026.8.1
    imports: Path | None = None  # folder of the transcripts that OpenClaw has taken over into that database


class Session(Struct, frozen=True, kw_only=True):
    """What is known about one session; None means not known (yet) and never overwrites something known."""

    id: str  # stem of the transcript's name
    key: str | None = None  # the agent's routing key, e.g. "agent:main:main"
    channel: str | None = None  # e.g. "telegram"
    chat_type: str | None = None  # "direct", "group", "channel"
    title: str | None = None  # redacted
    started: Millis | None = None  # header timestamp; of a file without header, its first message
    parent: str | None = None  # session it was forked from or continues
    excluded: str | None = None  # why the whole session stays out of memory


# --- what one log line says, independent of the format ---


class Usage(Struct, frozen=True):
    """Token counts of one model answer and its cost in US dollars, as the log states them."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: float = 0.0


class RawCall(Struct, frozen=True):
    """A tool call as the assistant asked for it."""

    id: str
    name: str
    arguments: Mapping[str, object]  # decoded JSON object; empty when it was not one


class RawHeader(Struct, frozen=True):
    """First line of a transcript."""

    session: str
    at: Millis | None
    parent: str | None = None


class RawMessage(Struct, frozen=True, kw_only=True):
    """A user or assistant message, noise and secrets still in it."""

    id: str
    at: Millis | None  # message.timestamp, else the entry's own; None: neither was usable
    role: Role
    text: str  # string content, or its text blocks joined by a newline
    provider: str | None = None
    model: str | None = None
    stop: str | None = None  # stopReason
    usage: Usage | None = None
    calls: tuple[RawCall, ...] = ()
    sender: str | None = None
    owner: bool = True  # False: the log says that the sender is not the agent's owner
    origin: str | None = None  # provenance.kind
    hidden: bool = False  # display:false or excludeFromContext


class RawResult(Struct, frozen=True, kw_only=True):
    """What a tool answered; the text is only ever searched for the line that names the error."""

    id: str
    at: Millis | None
    call: str
    name: str
    failed: bool
    exit_code: int | None = None
    text: str = ""  # filled only when the call failed
    command: str | None = None  # only for results that stand alone (role bashExecution)


class RawCompaction(Struct, frozen=True):
    """The context was compacted here."""

    id: str
    at: Millis | None
    summary: str
    tokens_before: int | None = None


class RawReset(Struct, frozen=True):
    """The context was reset here; the transcript goes on."""

    id: str
    at: Millis | None
    reason: str | None = None


class RawTitle(Struct, frozen=True):
    """The session was given a name."""

    title: str


class RawOutcast(Struct, frozen=True):
    """A line that tells that the whole session is generated and stays out of memory."""

    reason: str


class Ignored(Struct, frozen=True):
    """A line that holds nothing for memory; ``known`` is False when the type is not in the format's table."""

    kind: str
    known: bool = True


class Malformed(Struct, frozen=True):
    """A line that could not be read; ``why`` never quotes the line."""

    why: str


RawEntry: TypeAlias = (
    RawHeader | RawMessage | RawResult | RawCompaction | RawReset | RawTitle | RawOutcast | Ignored | Malformed
)


# --- what the store keeps ---


class Turn(Struct, frozen=True, kw_only=True):
    """One message of the conversation."""

    at: Millis
    role: Role
    kind: TurnKind
    text: str
    session: str  # Session.id
    entry: str  # id of the log entry
    provider: str | None = None
    model: str | None = None
    usage: Usage | None = None
    sender: str | None = None  # who wrote it, in groups
    owner: bool = True


class ToolCall(Struct, frozen=True, kw_only=True):
    """One use of a tool in short form."""

    at: Millis  # when it was asked for
    session: str
    call: str  # tool call id
    name: str  # tool name
    command: str | None = None  # shell command line
    path: str | None = None  # file it read or wrote
    writes: bool = False  # the tool changes the file at ``path``
    done: bool = False  # a result was seen
    failed: bool = False
    exit_code: int | None = None
    error: str | None = None  # the line of the result that names the error


class Event(Struct, frozen=True, kw_only=True):
    """A point where a context ended."""

    at: Millis
    session: str
    kind: Literal["compaction", "reset"]
    text: str = ""  # compaction: its summary; reset: its reason
    tokens: int | None = None  # context size before a compaction


class Day(Struct, frozen=True, kw_only=True):
    """Everything the store knows about one calendar day of one memory folder, the input of the digest."""

    date: date
    zone: str  # IANA name; turns an instant into the time of day that is shown
    turns: tuple[Turn, ...]  # by (at, role, text), user before assistant
    tools: tuple[ToolCall, ...]  # by at
    events: tuple[Event, ...]  # by at
    sessions: Mapping[str, Session]  # those that the other fields name
    earlier_models: Mapping[str, tuple[str, str]] = {}  # session → (provider, model) it last used before the day
    agents: Mapping[str, str] = {}  # session → agent, only when more than one agent feeds the folder

    @property
    def messages(self) -> int:
        """How many turns count as messages: the N of ``Auto-generated from N session messages``."""
        return sum(turn.kind == "talk" for turn in self.turns)


class Transition(Struct, frozen=True, kw_only=True):
    """Two consecutive answers by different models."""

    at: Millis  # of the first answer by the new model
    session: str
    before: tuple[str, str]  # (provider, model)
    after: tuple[str, str]
    across: bool  # the new model began a session; False: the model changed inside one


# --- redaction ---


class Finding(Struct, frozen=True):
    """One secret that was replaced: where it stood and which rule saw it, never what it was."""

    rule: str  # rule id
    label: str  # label of the placeholder
    start: int  # character offsets in the text that was given
    end: int
    fingerprint: str | None = None  # tells equal secrets; needs the key of this installation to be made


class Redaction(Struct, frozen=True):
    """A text without secrets, and what was found."""

    text: str
    findings: tuple[Finding, ...] = ()


# --- reading files ---


class Cursor(Struct, frozen=True, kw_only=True):
    """How far a log file has been read, and how to recognise that it is still the same file."""

    path: str  # relative to the source's folder
    dev: int
    ino: int
    size: int  # bytes at the last read
    mtime_ns: int
    head_length: int  # bytes that ``head`` covers
    head: str  # hash of the first bytes
    offset: int  # bytes read: just after the last complete line
    tail_length: int  # bytes that ``tail`` covers
    tail: str  # hash of the bytes just before ``offset``
    carry: bytes = b""  # what the reader has to remember from the lines before, opaque here
    lines: int = 0
    malformed: int = 0  # lines that could not be read
    oversized: int = 0  # lines longer than the limit, passed over
    unknown: int = 0  # lines of a type that the format's table does not name


# --- publishing ---


class PublishedDay(Struct, frozen=True, kw_only=True):
    """What ``state.json`` records of one memory file."""

    file: str  # name in the memory folder
    fingerprint: str  # of everything that the block was made from
    block: str  # short sum of the block written, as in its end marker; empty: the file is not our own writing
    messages: int  # the N that the block states
    size: int = 0  # of the whole file just after the write, to see cheaply whether somebody touched it
    mtime_ns: int = 0
    pinned: tuple[str, ...] = ()  # sections in which a person's lines stand against newly generated ones
    redacted: dict[str, int] = {}  # receipt: rule → secrets that were replaced in what the block was made from
    store: str = ""  # mark of the store that the block was made from; another one may know less


Action: TypeAlias = Literal["write", "skip", "keep"]


class DayPlan(Struct, frozen=True, kw_only=True):
    """What is to happen to one day's file, and why."""

    date: date
    action: Action
    reason: str
    messages: int
    fingerprint: str
