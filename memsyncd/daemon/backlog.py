"""What changed and is not dealt with yet: filled by the watcher's threads, emptied by the worker.

Names of files by source; the settling decides when a source is due. Safe for several threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from threading import Lock

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.places import Place, is_told_of
from memsyncd.core.settle import Pace, Settling
from memsyncd.model import Source

EVERYTHING = ""
"""Stands for all sources and all days, in the place of a source's name."""

Changed = dict[str, set[str] | None]
"""Source → names of its files that changed; None: any of them."""

_RETRY_SECONDS = 5.0  # after a failure, twice as long after each further one
_RETRY_LONGEST = 300.0


class Watched(Struct, frozen=True):
    """A folder that is watched."""

    source: str
    place: Place
    told: Callable[[str], bool]  # of a file's name: whether its change can change what the logs say

    @classmethod
    def of(cls, source: Source, place: Place) -> Watched:
        """A folder of a source, links resolved."""
        return cls(source.name, replace(place, folder=place.folder.resolve()), partial(is_told_of, source))


class Backlog:
    """Changes that wait. ``monotonic`` is a clock in seconds that only goes forward."""

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._lock = Lock()
        self._monotonic = monotonic
        self._pace = pace
        self._settling: Settling[str] = Settling()
        self._names: Changed = {}
        self._flat: dict[str, Watched] = {}
        self._trees: list[Watched] = []

    def watch(self, folders: Iterable[Watched], pace: Pace) -> None:
        """Takes these folders, links resolved, for those of the sources."""
        with self._lock:
            watched = list(folders)
            self._flat = {str(one.place.folder): one for one in watched if not one.place.depth}
            self._trees = [one for one in watched if one.place.depth]
            self._pace = pace

    def notice(self, path: Path) -> bool:
        """Notes that something changed at a path; False when it is no source's."""
        with self._lock:
            if found := self._flat.get(str(path).rpartition(os.sep)[0]) or self._tree_of(path):
                self._notice_in(found, path)
                return True
            inside = [one for one in (*self._flat.values(), *self._trees) if _holds(path, one.place.folder)]
            for one in inside:  # the folder itself came, went or was told to have changed somewhere
                self._mark(one.source, None)
            return bool(inside)

    def _tree_of(self, path: Path) -> Watched | None:
        return next((one for one in self._trees if one.place.folder in path.parents), None)

    def _notice_in(self, found: Watched, path: Path) -> None:
        name = found.place.name_of(path)
        if name is not None and found.told(name):
            self._mark(found.source, {name})
        elif name is not None and found.place.depth and path.is_dir():  # logs may have come with it
            self._mark(found.source, None)

    def mark(self, source: str, names: Iterable[str] | None, *, now: bool = False) -> None:
        """Notes that files of a source changed; ``now``: without waiting for quiet."""
        with self._lock:
            self._mark(source, None if names is None else set(names), Pace(quiet=0, ceiling=0) if now else None)

    def waiting(self, source: str) -> set[str] | None:
        """The names of a source that wait; None when all its files do."""
        with self._lock:
            names = self._names.get(source, set())
            return None if names is None or EVERYTHING in self._names else set(names)

    def take(self) -> Changed:
        """Takes out what is due."""
        with self._lock:
            return {source: self._names.pop(source, None) for source in self._settling.take(self._monotonic())}

    def failed(self, sources: Iterable[str]) -> None:
        """Puts back what could not be dealt with; everything is looked at then.

        What waits already goes on waiting: the wait grows with each try, not with each failure.
        """
        with self._lock:
            for source in sources:
                self._names[source] = None
                if source not in self._settling:
                    self._settling.failed(source, self._monotonic(), delay=_RETRY_SECONDS, longest=_RETRY_LONGEST)

    def done(self, sources: Iterable[str]) -> None:
        """Forgets earlier failures."""
        with self._lock:
            for source in sources:
                self._settling.done(source)

    def due_in(self) -> float | None:
        """Seconds until something is due; None when nothing waits."""
        with self._lock:
            at = self._settling.due_at()
            return None if at is None else max(0.0, at - self._monotonic())

    def __len__(self) -> int:
        with self._lock:
            return len(self._settling)

    def _mark(self, source: str, names: set[str] | None, pace: Pace | None = None) -> None:
        known = self._names.setdefault(source, set())
        if names is None or known is None:
            self._names[source] = None
        else:
            known.update(names)
        self._settling.mark(source, self._monotonic(), pace or self._pace)


def _holds(path: Path, folder: Path) -> bool:
    return folder == path or path in folder.parents
