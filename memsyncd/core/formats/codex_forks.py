"""Forked threads: dates what a rollout repeats of its parent as the parent dates it.

A fork that is not paginated begins with all lines of its parent, and their times are those of the fork. One
rollout alone cannot tell. Read beside its parent it can: the entries at its head are the parent's. Dated like them
they have the same key in the store, which drops them; and where the store never saw the parent, they stand at
their own place in time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from msgspec import Struct

from memsyncd.core.formats.codex_header import replays_parent
from memsyncd.core.formats.codex_json import read_line
from memsyncd.core.formats.codex_reader import WORDS, CodexReader
from memsyncd.core.formats.codex_state import State, write_state
from memsyncd.model import Malformed, Millis, RawCompaction, RawMessage, RawResult


class _Told(Struct, frozen=True):
    what: Hashable  # what tells an entry from others, its time aside
    at: Millis | None
    typed: bool  # by a person


def parent_of(first_line: bytes) -> str | None:
    """The thread whose lines a rollout repeats at its head, by its first line; None when it repeats none."""
    line = read_line(first_line)
    if isinstance(line, Malformed) or line.type != "session_meta":
        return None
    header = line.payload or line
    return header.forked_from_id if replays_parent(header) else None


def heir_state(child: Iterable[bytes], parent: Iterable[bytes], parent_state: bytes = b"") -> bytes:
    """The state in which the reader of a forked rollout begins; b"" when the rollout repeats nothing.

    ``child`` and ``parent`` are the lines of the two rollouts; of the child no more is taken than its head and one
    entry. ``parent_state`` is the parent's own such state, when that is a fork too. What the parent had beyond the
    fork is passed over; the first entry of the child's own ends the head. A person's words at the very end of the
    head keep their time: whoever takes a thread back may well begin with the same words again.
    """
    parents = _told(parent, parent_state)
    head: list[tuple[Millis | None, bool]] = []  # without the words: a parent can be long
    for entry in _told(child, b""):
        first = next((other for other in parents if other.what == entry.what), None)
        if first is None:
            break
        head.append((first.at, first.typed))
    while head and head[-1][1]:
        head.pop()
    return write_state(State(inherited=[at for at, _ in reversed(head)])) if head else b""


def _told(lines: Iterable[bytes], state: bytes) -> Iterator[_Told]:
    reader = CodexReader(state)
    for line in lines:
        decoded = reader.decode(line)
        for entry in decoded if isinstance(decoded, tuple) else (decoded,):
            if isinstance(entry, WORDS):
                typed = isinstance(entry, RawMessage) and entry.role == "user"
                yield _Told(_what(entry), entry.at, typed)


def _what(entry: RawMessage | RawResult | RawCompaction) -> Hashable:
    if isinstance(entry, RawMessage):
        return entry.role, entry.text, tuple(call.id for call in entry.calls)
    return ("result", entry.call) if isinstance(entry, RawResult) else ("compaction", entry.summary)
