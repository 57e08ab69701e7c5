"""The state in which the reader of a log begins, where that depends on other logs.

A log can begin with the lines of another session's log, and it can be made from one that another source has
brought already. Both are rare: nothing but the first line of a log is looked at until they are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from memsyncd.adapters.beside import read_beside
from memsyncd.adapters.jsonl import LONGEST_LINE, open_log, stat_file
from memsyncd.adapters.places import places_of
from memsyncd.adapters.store.base import Store
from memsyncd.core.formats.base import Heirs
from memsyncd.core.formats.registry import FORMATS
from memsyncd.errors import FileError
from memsyncd.model import Source
from memsyncd.sync.listing import logs_among, names_of
from memsyncd.sync.reading import Log, pieces_of

_GENERATIONS = 16
"""How many parents a log is traced back through: each costs a reading of what the two logs share."""


class Beginnings:
    """Knows how the logs of one source begin; what could not be used is gathered in ``problems``.

    ``siblings`` are all sources whose logs are read. Lives as long as one reading of the source: it keeps what it
    has found out about the folder.
    """

    def __init__(self, store: Store, source: Source, siblings: Collection[Source] = ()) -> None:
        self.problems: list[FileError] = []
        self._store = store
        self._source = source
        self._format = FORMATS[source.kind]
        self._others = [other for other in siblings if other.kind != source.kind]

    def __call__(self, log: Log) -> bytes:
        """The state in which the reader of ``log`` begins at its start.

        A parent that is gone or cannot be read leaves the log as it stands: nothing of it is lost then, but what
        it repeats is there twice.
        """
        heirs, imports = self._format.heirs, self._format.imports
        if heirs and (state := self._inherited(heirs, log, ())):
            return state
        return imports.left_out if imports and self._is_import(log) else b""

    # --- logs that begin with the lines of another ---

    def _inherited(self, heirs: Heirs, log: Log, descendants: tuple[str, ...]) -> bytes:
        parent = self._parent(heirs, log)
        if parent is None or parent.name in descendants or len(descendants) >= _GENERATIONS:
            return b""
        before = self._inherited(heirs, parent, (*descendants, log.name))
        try:
            with closing(_lines(log)) as own, closing(_lines(parent)) as theirs:
                return heirs.state(own, theirs, before)
        except (FileError, OSError):  # its own reading tells
            return b""

    def _parent(self, heirs: Heirs, log: Log) -> Log | None:
        try:
            session = heirs.parent(_first_line(log))
        except (FileError, OSError):
            return None
        names = self._names.get(session, ()) if session else ()
        logs = [other for other in logs_among(names, self._source) if other.name != log.name]
        return min(logs, key=lambda other: (other.artefact.compressed, other.name), default=None)

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        """Session → names of its logs."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        try:
            for name in names_of(self._source):
                if artefact := self._format.classify(name):
                    found[artefact.session].append(name)
        except OSError:  # gone since the logs were listed
            return {}
        return found

    # --- logs that were made from those of another source ---

    def _is_import(self, log: Log) -> bool:
        path = self._imports.get(log.artefact.session, "")
        return bool(path) and any(self._reads(other, path) for other in self._others)

    @cached_property
    def _imports(self) -> Mapping[str, str]:
        if self._format.imports is None or not self._others:
            return {}
        logs = self._format.imports.logs
        path = self._source.path / logs.name
        data, why = read_beside(path)
        if why:
            hint = "sessions taken over from another agent are read until then, also where its own logs are"
            self.problems.append(FileError("cannot use the list of imports", where=path, why=why, hint=hint))
        return logs.read(data or b"")

    def _reads(self, other: Source, path: str) -> bool:
        """Whether that source has the log at ``path``, or had it when it was last read."""
        try:
            there = Path(path).resolve() if Path(path).is_absolute() else None
        except (OSError, ValueError, RuntimeError):  # whatever stands in the list
            there = None
        if there is None:
            return False
        for place in places_of(other):
            name = replace(place, folder=place.folder.resolve()).name_of(there)
            if name and FORMATS[other.kind].classify(name):
                return bool(stat_file(there) or self._store.cursors(self._store.register(other), [name]))
        return False


def _first_line(log: Log) -> bytes:
    if log.artefact.compressed:
        with closing(_lines(log)) as lines:
            return next(lines, b"")
    file, _ = open_log(log.path)
    with file:
        return file.readline(LONGEST_LINE)


def _lines(log: Log) -> Generator[bytes, None, None]:
    file, _ = open_log(log.path)
    with file:
        for piece in pieces_of(log, file):
            yield from piece.lines
