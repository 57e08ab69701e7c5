"""What a store is: the archive of everything memsyncd knows, whatever engine keeps it.

No engine stands here, only the protocol and the records that cross it; ``tests/adapters/store_contract.py`` states
the protocol as tests that every engine passes. Texts that cross it are redacted already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from memsyncd.core.facts import Facts
from memsyncd.model import Cursor, Event, Millis, Session, Source, ToolCall, Turn


class Applied(Struct, frozen=True, kw_only=True):
    """What one batch changed."""

    added: int = 0  # turns that were not known before
    messages: int = 0  # of them, those that count as messages
    known: int = 0  # turns that another file had brought already
    muted: int = 0  # turns taken back as noise
    reread: bool = False
    """All cursors are gone. A session turned out to stay out, and other files may hold what only its copy was kept
    of; or one is let in again."""


class Quarter(Struct, frozen=True):
    """What happened in one quarter of an hour of one source."""

    start: Millis
    revision: int  # of the batch that changed it last
    messages: int  # turns of kind talk
    removed: int  # turns that were counted once and have been taken back since


class Slice(Struct, frozen=True, kw_only=True):
    """Everything between two instants, each list in a fixed order that no order of reading changes."""

    turns: tuple[Turn, ...]
    tools: tuple[ToolCall, ...]
    events: tuple[Event, ...]
    sessions: Mapping[str, Session]
    sources: Mapping[str, str]  # session → name of its source
    earlier_models: Mapping[str, tuple[str, str]]  # session → (provider, model) last used before the slice


class ModelUse(Struct, frozen=True, kw_only=True):
    """Token counts and cost, in US dollars, of one model in one source."""

    source: str
    provider: str | None
    model: str | None
    answers: int
    input: int
    output: int
    cache_read: int
    cache_write: int
    cost: float


class SourceTotals(Struct, frozen=True, kw_only=True):
    """What the store holds of one source."""

    source: str
    sessions: int
    excluded: int  # sessions that stay out of memory
    messages: int
    turns: int
    tools: int
    first: Millis | None
    last: Millis | None
    files: int
    malformed: int
    oversized: int
    unknown: int


class StoreSize(Struct, frozen=True, kw_only=True):
    """What the store amounts to as a whole."""

    bytes: int  # on disk
    turns: int
    tools: int
    events: int
    sessions: int


class TurnFilter(Struct, frozen=True, kw_only=True):
    """Which turns are wanted; empty parts do not filter. ``query`` is a case-insensitive part of the text."""

    start: Millis | None = None
    end: Millis | None = None
    query: str = ""
    model: str = ""
    role: str = ""
    kinds: Sequence[str] = ("talk",)


class Batch(Struct, kw_only=True):
    """What one transaction writes: facts of one transcript, and the cursor of the file that they came from."""

    facts: Sequence[Facts] = field(default_factory=list)
    cursor: Cursor | None = None
    forget_cursors: Sequence[str] = ()  # paths whose files are gone
    readmit: Sequence[str] = ()  # sessions that stay out no longer: all cursors go, so that they are read again
    without_others: bool = False  # turns of senders who are not the agent's owner go


class Text(Struct, frozen=True):
    """A text in the store, and where it stands there."""

    table: str
    row: int
    column: str
    text: str


class Rewrite(Struct, frozen=True):
    """What is to stand in the place of a text, and what was replaced in it: rule → count."""

    old: Text
    text: str
    rules: Mapping[str, int]


class Store(Protocol):
    """The archive. One writer at a time; every method is one transaction."""

    @property
    def secret(self) -> bytes:
        """32 random bytes, made with the store: the key of the dedupe keys."""

    def register(self, source: Source) -> int:
        """The number of a source, known by its kind and folder; made on first sight."""

    def cursors(self, source: int, paths: Collection[str] | None = None) -> dict[str, Cursor]:
        """Path → cursor of every file read so far, or of those in ``paths``."""

    def vanished(self, source: int, present: Collection[str]) -> dict[str, Cursor]:
        """Path → cursor of every file read so far that is not among ``present``."""

    def sessions(self, source: int, ids: Collection[str] | None = None) -> dict[str, Session]:
        """Id → what is known of each session, or of those in ``ids``."""

    def apply(self, source: int, batch: Batch) -> Applied:
        """Writes a batch whole or not at all. Applying the same batch again changes nothing."""

    def know_sessions(self, source: int, sessions: Sequence[Session]) -> Applied:
        """Adds what is known about sessions; one that is excluded now loses its rows.

        The reason why a session stays out is replaced where it was the user's choice, see ``core.choice``.
        """

    def quarters(
        self, sources: Sequence[int], spans: Sequence[tuple[Millis, Millis]] | None = None
    ) -> list[Quarter]:
        """The quarters with anything in them, in order of time, one for each source and quarter.

        ``spans`` limits them: from the first instant, included, to the second, excluded.
        """

    def revision(self) -> int:
        """The revision of the newest change, 0 in an empty store."""

    def changed_since(self, sources: Sequence[int], revision: int) -> list[Millis]:
        """The starts of quarters with a newer revision, in order of time."""

    def slice(self, sources: Sequence[int], start: Millis, end: Millis) -> Slice:
        """Everything from ``start``, included, to ``end``, excluded."""

    def turns(self, sources: Sequence[int], wanted: TurnFilter) -> Iterator[Turn]:
        """The turns that a filter leaves, in order of time."""

    def model_use(self, sources: Sequence[int]) -> list[ModelUse]:
        """Usage per source and model, the most used first."""

    def texts(self, *, unscanned: bool = False) -> Iterator[list[Text]]:
        """Every text of the store in batches; ``unscanned`` limits it to rows that :meth:`scanned` has not named.

        Rows may be rewritten between two batches.
        """

    def rewrite(self, rewrites: Sequence[Rewrite]) -> int:
        """Puts other texts in the place of these, marks their days as changed; how many still stood there."""

    def scanned(self, texts: Sequence[Text]) -> None:
        """Remembers that the second detector has seen the rows of these texts."""

    def receipts(self, sources: Sequence[int], start: Millis, end: Millis) -> dict[str, int]:
        """Rule → secrets replaced in the rows from ``start``, included, to ``end``, excluded."""

    def note(self, name: str) -> str | None:
        """What was noted under a name."""

    def set_note(self, name: str, value: str) -> None:
        """Notes something about the store as a whole."""

    def totals(self, sources: Sequence[int]) -> list[SourceTotals]:
        """What each source amounts to."""

    def newest(self, source: int, before: Millis | None = None, *, any_kind: bool = False) -> Millis | None:
        """The instant of a source's newest message, or of the newest before an instant; None when there is none.

        ``any_kind``: of its newest turn, whether or not it counts as a message.
        """

    def nth_message(self, sources: Sequence[int], start: Millis, end: Millis, number: int) -> Millis | None:
        """The instant of the so-many-th message from ``start``, included, to ``end``, excluded, counted from 1."""

    def size(self) -> StoreSize:
        """What the store amounts to as a whole."""

    def rest(self) -> None:
        """Gives back memory that only makes it faster, for a time when nothing is to be done."""

    def close(self) -> None:
        """Closes the store; closing twice is fine."""
