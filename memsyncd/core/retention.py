"""Decides which versions of a memory file are worth keeping when it is replaced, and which of those kept may go.

Pure: parsed files, versions and an instant in, answers out. Keeping and removing is ``adapters.history``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from memsyncd.core.markers import Parsed
from memsyncd.model import Millis

Kind: TypeAlias = Literal["edited", "generated", "undone", "leftover"]
"""edited: somebody else had written in it since memsyncd did. generated: it was as memsyncd had left it. undone:
``undo`` replaced it. leftover: an interrupted write, or a race of three writers, had left it behind."""

_DAY: Final = 24 * 60 * 60 * 1000  # milliseconds


class Version(Struct, frozen=True, kw_only=True):
    """A version of a memory file that was saved before it was replaced."""

    file: str  # name of the memory file, which begins with its day
    number: int  # counts the versions of this file, the first is 1; clocks can be set back, this cannot
    at: Millis  # when it was saved
    kind: Kind
    digest: str  # 16 hex digits that name its bytes
    key: str  # where the history keeps it

    @property
    def day(self) -> date:
        """The day that the file bears."""
        return date.fromisoformat(self.file[:10])


class Retention(Struct, frozen=True, kw_only=True):
    """How much of the history is kept; the newest edited version of each file in any case."""

    versions: int = 20  # of each file
    days: int = 365  # since the version was saved


def holds_words(found: Parsed, heading: str) -> bool:
    """Whether a file holds anything but its heading and a block of ours that is as it was generated."""
    alone = found.before.strip() in (b"", heading.encode()) and not found.after.strip()
    return found.verdict != "intact" or not alone


def expired(versions: Iterable[Version], policy: Retention, now: Millis) -> list[Version]:
    """The versions of one memory folder that go: the oldest above the number, and those past their time."""
    by_file = groupby(newest_first(versions), key=lambda version: version.file)
    return [version for _, group in by_file for version in _expired(list(group), policy, now)]


def newest_first(versions: Iterable[Version]) -> list[Version]:
    """File by file, the file of the latest day first, and of each file the version saved last."""
    return sorted(versions, key=lambda version: (version.file, version.number), reverse=True)


def _expired(versions: list[Version], policy: Retention, now: Millis) -> Iterator[Version]:
    protected = next((version for version in versions if version.kind == "edited"), None)
    others = [version for version in versions if version is not protected]
    room = max(policy.versions - (protected is not None), 0)
    yield from others[room:]
    yield from (version for version in others[:room] if version.at < now - policy.days * _DAY)
