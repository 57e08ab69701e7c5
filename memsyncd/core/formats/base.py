"""What a log format is: one record of functions, whatever agent writes the logs.

A format says from a file's name whether it is a transcript, decodes its lines, and tells the words of people from
those of machines. Everything behind it (dedupe, days, digest) is the same for all. To add one, write a module that
makes a ``Format``, name it in :mod:`memsyncd.core.formats.registry`, and give it fixtures for the conformance
tests; ``CONTRIBUTING.md`` shows how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from memsyncd.core.noise.assistant import Reply
from memsyncd.core.noise.user import Cleaned
from memsyncd.model import Millis, RawEntry

ArtefactKind: TypeAlias = Literal["live", "reset", "deleted", "bak", "imported", "archived"]


class Artefact(Struct, frozen=True):
    """A transcript that is read, as its name describes it."""

    kind: ArtefactKind  # live: still written to; the others are what the agent renamed, moved or copied
    session: str  # the session id; of OpenClaw "-topic-<id>" is a part of it
    at: Millis | None = None  # the instant in an archive's name; None for instants no calendar has
    compressed: bool = False  # zstandard-compressed JSONL


Decoded: TypeAlias = RawEntry | tuple[RawEntry, ...]
"""What one line says; a line can hold several entries."""


class Reader(Protocol):
    """Decodes the lines of one transcript in file order."""

    def decode(self, line: bytes) -> Decoded:
        """What a line says, noise that the format itself marks as such left out. Never raises."""

    def state(self) -> bytes:
        """What has to be known of the lines so far to read on behind them; opaque, and small."""


class Noise(Struct, frozen=True):
    """Judges the texts of a format. Cleaning what was cleaned changes nothing."""

    user: Callable[[str, str | None], Cleaned]  # a user message and where the log says it came from
    assistant: Callable[[str], Reply]
    first: Callable[[str], str | None]  # why the session that this first user message opens is generated


class Heirs(Struct, frozen=True):
    """How logs of a format begin with the lines of another session's log."""

    parent: Callable[[bytes], str | None]  # from a log's first line: the session whose lines it begins with
    state: Callable[[Iterable[bytes], Iterable[bytes], bytes], bytes]
    """The state that the log's reader begins in, from its lines, the parent's, and the parent's own such state."""


class Beside(Struct, frozen=True):
    """A file beside the logs that tells something of sessions."""

    name: str  # relative to the source's folder
    read: Callable[[bytes], Mapping[str, str]]  # session → what the file tells of it; never raises


class Imports(Struct, frozen=True):
    """How sessions are known that were made from logs of another agent's."""

    logs: Beside  # session → path of the log that it was made from
    left_out: bytes  # the state in which a reader begins that leaves out what was imported


class Format(Struct, frozen=True, kw_only=True):
    """One log format."""

    kind: str  # as in ``[[sources]] kind``
    classify: Callable[[str], Artefact | None]
    """The transcript that a name stands for, relative to the source's folder with ``/`` between its parts."""
    reason_not_read: Callable[[str], str]  # why ``classify`` does not take a name, in a word or two
    reader: Callable[[bytes], Reader]  # from the state of an earlier reader, or b""
    noise: Noise
    roots: tuple[str, ...] = ("",)  # folders that hold transcripts, in the source's folder; "": itself
    depth: int = 0  # levels of folders below such a root that do so too
    whole: Callable[[str], str] = str  # the session that a transcript's session is a part of, or itself
    heirs: Heirs | None = None
    titles: Beside | None = None  # session → title
    imports: Imports | None = None


def _as_written(text: str, _origin: str | None) -> Cleaned:
    stripped = text.strip()
    return Cleaned(stripped) if stripped else Cleaned("", "empty")


def _answer(text: str) -> Reply:
    stripped = text.strip()
    return Reply(stripped) if stripped else Reply("", "empty")


def _nobody(_text: str) -> None:
    return None


PLAIN = Noise(user=_as_written, assistant=_answer, first=_nobody)
"""For formats whose readers leave the noise out themselves."""
