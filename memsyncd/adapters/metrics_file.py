"""The metrics file, for the textfile collector of node_exporter. What stands in it is up to ``core.metrics``."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.files import leftovers, remove, write_readable
from memsyncd.errors import FileError, MemsyncdError


class MetricsLook(Struct, frozen=True, kw_only=True):
    """How the metrics file stands."""

    file: Path
    written: datetime | None = None  # when it was written last
    problem: str | None = None  # why it cannot be written, with advice


class MetricsFile:
    """The file at ``path``. Its folder belongs to the collector: it is not made, and one process writes there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cleared = False

    def write(self, text: str) -> None:
        """Replaces the file as a whole; whoever reads it sees the old figures or the new ones.

        Raises:
            FileError: it cannot be written.
        """
        if not self._cleared:
            self._clear()
        write_readable(self.path, text.encode())

    def look(self) -> MetricsLook:
        """How it stands, without writing."""
        written = None
        with suppress(OSError):
            written = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return MetricsLook(file=self.path, written=written, problem=self._problem())

    def _clear(self) -> None:
        """Removes what a process that was killed had begun to write; where that fails, it does no harm."""
        with suppress(FileError):
            for leftover in leftovers(self.path.parent):
                if leftover.target == self.path and leftover.ours:
                    remove(leftover.path)
        self._cleared = True

    def _problem(self) -> str | None:
        folder = self.path.parent
        try:
            if not folder.is_dir():
                return f"there is no folder {folder}: make it, and let memsyncd write there"
            if self.path.is_dir():
                return f"{self.path} is a folder: name a file in log.metrics_file"
        except OSError as error:
            return f"{folder} cannot be looked at: {error.strerror}"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"{folder} may not be written to: change its owner or its permissions"
        return None


def in_words(problem: MemsyncdError) -> str:
    """Why there is no new one, with advice, in one line."""
    return f"{problem}; {problem.hint}" if problem.hint else str(problem)
