"""What stands in a source's folder: its logs, by name and stat. Nothing is opened here.

A folder may hold many thousands of files. Only their names are kept; all else is made part by part.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from memsyncd.adapters.jsonl import stat_file
from memsyncd.core.formats.openclaw_names import classify
from memsyncd.model import Cursor
from memsyncd.sync.reading import Log

_AT_ONCE = 500

_T = TypeVar("_T")


class Listing(Struct, kw_only=True):
    """The names of a folder's logs, and how many bytes they amount to."""

    logs: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)  # of them, those with something to read
    bytes: int = 0  # of all
    unread: int = 0  # of those with something to read

    def note(self, log: Log, *, news: bool) -> None:
        """Adds a log."""
        self.logs.append(log.name)
        self.bytes += log.stat.size
        if news:
            self.news.append(log.name)
            self.unread += log.stat.size


def parts(whole: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """``whole`` in pieces of which each is small enough to be held with all that belongs to it."""
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))


def logs_among(names: Iterable[str], folder: Path) -> list[Log]:
    """The logs that are there, of these names in ``folder``."""
    logs = []
    for name in names:
        if artefact := classify(name):
            # Joined by pathlib, the name would enter the interpreter's table of strings, which does not shrink.
            path = Path(f"{folder}{os.sep}{name}")
            if now := stat_file(path):
                logs.append(Log(name=name, path=path, artefact=artefact, stat=now))
    return logs


def renamed(gone: Iterable[Cursor], log: Log) -> Cursor | None:
    """The cursor of a vanished file that ``log`` looks like under a new name; reading it checks the content."""
    for cursor in gone:
        same = (cursor.dev, cursor.ino) == (log.stat.dev, log.stat.ino)
        former = classify(cursor.path)
        if same and former and former.session == log.artefact.session:
            return cursor
    return None
