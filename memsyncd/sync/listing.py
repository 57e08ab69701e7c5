"""What stands in a source's folders: its logs, by name and stat. Nothing is opened here.

A folder may hold many thousands of files. Only their names are kept; all else is made part by part.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from memsyncd.adapters.jsonl import stat_file
from memsyncd.adapters.places import DATABASE, path_of, places_of
from memsyncd.core.formats.base import Format
from memsyncd.core.formats.registry import FORMATS
from memsyncd.model import Cursor, Source
from memsyncd.sync.reading import Log

_AT_ONCE = 100

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


def names_of(source: Source) -> list[str]:
    """The names of all files in the folders of ``source``, in order; the database is no file here.

    Raises:
        OSError: its own folder cannot be listed. One that is not there is all right where a database is.
    """
    names: list[str] = []
    for place in places_of(source):
        if place.prefix == DATABASE:
            continue
        try:
            names.extend(place.prefix + name for name in _names(place.folder, place.depth))
        except FileNotFoundError:
            if not source.path.is_dir() and not _has_database(source):
                raise
    return sorted(names)


def logs_among(names: Iterable[str], source: Source) -> list[Log]:
    """The logs that are there, of these names in ``source``."""
    classify = FORMATS[source.kind].classify
    logs = []
    for name in names:
        if artefact := classify(name):
            path = path_of(source, name)
            if now := stat_file(path):
                logs.append(Log(name=name, path=path, artefact=artefact, stat=now))
    return logs


def _names(folder: Path | str, depth: int) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if depth and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):  # gone meanwhile, or closed to us: the watcher and doctor tell
                    yield from [f"{entry.name}/{name}" for name in _names(entry.path, depth - 1)]
            else:
                yield entry.name


def _has_database(source: Source) -> bool:
    return source.database is not None and source.database.exists()


def renamed(gone: Iterable[Cursor], log: Log, format_: Format) -> Cursor | None:
    """The cursor of a vanished file that ``log`` looks like under a new name; reading it checks the content."""
    for cursor in gone:
        same = (cursor.dev, cursor.ino) == (log.stat.dev, log.stat.ino)
        former = format_.classify(cursor.path)
        if same and former and former.session == log.artefact.session:
            return cursor
    return None
