"""The keeper: tells what kind of version a file is that is about to be replaced, and has the history save it.

It stands between the memory folder, which replaces files, and the history, which does not look into them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.bases import Bases
from memsyncd.adapters.files import Snapshot
from memsyncd.adapters.history import History
from memsyncd.core.frame import render_heading
from memsyncd.core.markers import Parsed, parse, short_sum
from memsyncd.core.retention import Kind, holds_words
from memsyncd.model import PublishedDay


class Keeper(Struct, frozen=True, kw_only=True):
    """Saves the versions of one memory folder's files, each before it goes.

    All methods raise FileError when the version cannot be saved; then it must stay where it is.
    """

    history: History
    folder: Path
    bases: Bases
    now: Callable[[], datetime]

    def merged(self, name: str, seen: Snapshot, recorded: PublishedDay | None, *, known: bool = True) -> None:
        """Saves the version that was merged with a new block; ``recorded`` is what the state file says of its day.

        One that is as memsyncd left it counts as generated: what a person had written in it stands in the edited
        version that was saved before. But one whose block came from a store that is lost is saved like an edited
        one (``known`` is False): it can be the last to hold what was said.
        """
        found = parse(seen.data)
        words = holds_words(found, render_heading(_day(name)))
        edited = not known or (words and not self._left_so(name, seen, found, recorded))
        self._save(name, seen.data, found, "edited" if edited else "generated")

    def undone(self, name: str, data: bytes) -> None:
        """Saves the version that is to make place for an earlier one."""
        self._save(name, data, parse(data), "undone")

    def leftover(self, name: str, data: bytes) -> None:
        """Saves what a temporary file holds that is about to be merged and removed."""
        found = parse(data)
        words = holds_words(found, render_heading(_day(name)))
        self._save(name, data, found, "leftover" if words else "generated")

    def _left_so(self, name: str, seen: Snapshot, found: Parsed, recorded: PublishedDay | None) -> bool:
        """Whether the file is as memsyncd wrote it last, and an edited version of it is saved."""
        return (
            recorded is not None
            and (recorded.file, recorded.size, recorded.mtime_ns) == (name, seen.size, seen.mtime_ns)
            and recorded.block == found.recorded
            and any(
                version.kind == "edited" and version.file == name
                for version in self.history.versions(self.folder, _day(name))
            )
        )

    def _save(self, name: str, data: bytes, found: Parsed, kind: Kind) -> None:
        base = self.bases.read(_day(name)) if found.verdict == "edited" else None
        needed = base is not None and short_sum(base) == found.recorded
        self.history.save(self.folder, name, data, kind, self.now(), base=base if needed else None)


def _day(name: str) -> date:
    return date.fromisoformat(name[:10])
