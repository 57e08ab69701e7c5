"""What the reader of a rollout remembers of the lines so far.

Codex writes most texts twice, for the model and for people, and most tool results too. Each is counted per way it
came by, and is new only when none of the other ways has brought it yet; which one comes first does not matter. The
memory lasts for one turn and is bounded.
"""

from __future__ import annotations

import zlib
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from memsyncd.core.formats.fitting import REFUSED
from memsyncd.model import Millis

Mode: TypeAlias = Literal["open", "events", "paginated"]
"""Where a person's words are taken from: what the model is told, until there is better; events; items alone."""

Way: TypeAlias = Literal[0, 1, 2]
EVENT: Final[Way] = 0
ITEM: Final[Way] = 1
RESPONSE: Final[Way] = 2

_REMEMBERED: Final = 256  # texts of a turn, and calls of tools

Counts: TypeAlias = dict[int, list[int]]
"""Mark of a text → how often each way has brought it."""


class State(Struct, omit_defaults=True):
    """The memory of a reader."""

    mode: Mode = "open"
    begun: bool = False  # the first header was read; later ones are copies of another thread's
    provider: str | None = None
    model: str | None = None
    base: Millis | None = None  # lines are dated from here on, one millisecond apart
    replayed: bool = False  # the turn under way was written again later than it happened
    imported: bool = False  # the turn under way is another agent's
    leave_imports: bool = False  # such turns are not read
    step: int = 0  # lines since ``base``
    compacted: bool = False  # nothing was said since the last compaction
    user: Counts = field(default_factory=dict)
    assistant: Counts = field(default_factory=dict)
    calls: dict[str, str | None] = field(default_factory=dict)  # id → name of the tool, None once it ended
    inherited: list[Millis | None] = field(default_factory=list)  # last first: times of the entries to come


def read_state(state: bytes) -> State:
    """The state that :func:`write_state` made; a fresh one for no bytes, and for bytes that are none."""
    try:
        return _DECODER.decode(state) if state else State()
    except REFUSED:
        return State()


def write_state(state: State) -> bytes:
    """The state as a few bytes: of a rollout read to its end at most some kilobytes."""
    return msgspec.msgpack.encode(state)


_DECODER: Final = msgspec.msgpack.Decoder(State)


def is_new(counts: Counts, text: str, way: Way) -> bool:
    """Notes that ``way`` brought a text; whether none of the other ways had brought it so often."""
    ways = counts.setdefault(_mark(text), [0, 0, 0])
    told = max(ways)
    ways[way] += 1
    if len(counts) > _REMEMBERED:
        del counts[next(iter(counts))]
    return ways[way] > told


def asked(state: State, call: str, name: str) -> None:
    """Notes that a tool was called; ids are used again now and then."""
    state.calls[call] = name
    while len(state.calls) > _REMEMBERED:
        del state.calls[next(iter(state.calls))]


def begin_turn(state: State) -> None:
    """Forgets what the turn before said."""
    state.user.clear()
    state.assistant.clear()
    state.compacted = False


def _mark(text: str) -> int:
    """Tells the texts of one turn apart, white space aside.

    Too short to confirm a guess: the state lies in the store, where a message may have been a password.
    """
    words = " ".join(text.split())
    return len(words) << 16 | zlib.crc32(words.encode("utf-8", "surrogatepass")) & 0xFFFF
