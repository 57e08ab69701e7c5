"""The bases: for each memory file the block that was generated last, from which the next merge starts.

They lie in memsyncd's state folder, out of everybody's way. Losing one is noticed, for the end marker in the file
holds its sum, and costs little.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from memsyncd.adapters.files import write_private


def folder_mark(folder: Path) -> str:
    """Names a memory folder in memsyncd's own state: 12 hex digits, the same for every path that leads there."""
    real = str(folder.resolve()).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(real, digest_size=6).hexdigest()


class Bases:
    """The bases of one memory folder, below ``root``."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = root / folder_mark(folder)

    def read(self, day: date) -> str | None:
        """The block generated last for a day; None when it is lost."""
        try:
            return self._path(day).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, day: date, block: str) -> None:
        """Remembers the block; for its loss does no harm, it is not synced to disk.

        Raises:
            FileError: it cannot be written.
        """
        if self.read(day) != block:
            write_private(self._path(day), block.encode(), durable=False)

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.md"
