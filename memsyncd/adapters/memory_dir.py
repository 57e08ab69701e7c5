"""The memory folder: which file bears a day, what it holds, and the merge-and-write that puts a block into it.

The one outside thing is the folder of Markdown files; bytes are written by ``files``, decided by ``core.merge``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import Struct

from memsyncd.adapters.bases import Bases
from memsyncd.adapters.fileops import reported
from memsyncd.adapters.files import Snapshot, leftovers, make_folder, read_or_none, swap_in
from memsyncd.adapters.keeper import Keeper
from memsyncd.adapters.recovery import ATTEMPTS, TRY_AGAIN, in_use, take_back
from memsyncd.core.frame import render_heading
from memsyncd.core.markers import Parsed, parse
from memsyncd.core.merge import Merge, merge
from memsyncd.core.plan import DiskDay
from memsyncd.errors import DamagedMarkers, FileError
from memsyncd.model import PublishedDay

SIDECAR_SUFFIX = "-memsyncd"
DAY_FILE = re.compile(r"(\d{4}-\d\d-\d\d)(-memsyncd)?\.md")


class Naming(Struct, frozen=True, kw_only=True):
    """Which file a new day gets, and what happens to files that we did not begin."""

    sidecar: bool = False  # YYYY-MM-DD-memsyncd.md instead of YYYY-MM-DD.md
    foreign: Literal["append", "sidecar"] = (
        "append"  # a daily file without our block: add to it or write beside it
    )
    adopt_legacy: bool = False  # take over the predecessor's block


class Put(Struct, frozen=True, kw_only=True):
    """What putting a block into a day's file came to."""

    name: str
    action: str  # as core.merge.Merge.action
    reason: str
    pinned: tuple[str, ...] = ()
    displaced: bytes | None = None  # the version that was replaced
    size: int = 0
    mtime_ns: int = 0

    @property
    def left_alone(self) -> bool:
        """The file is not ours to change; nothing was written and nothing is wrong."""
        return self.action == "refused"


class MemoryFolder:
    """One folder of daily files. ``bases`` is where the blocks last written are kept, outside of it.

    ``keeper`` saves what is replaced; without one there is no history. Nothing is written to a folder that is
    really outside ``root``, by default outside the folder itself.
    """

    def __init__(
        self, path: Path, bases: Path, naming: Naming, keeper: Keeper | None = None, *, root: Path | None = None
    ) -> None:
        self.path = path
        self._naming = naming
        self._bases = Bases(bases, path)
        self._keeper = keeper
        self._root = root or path

    def look(self, day: date, recorded: PublishedDay | None) -> DiskDay:
        """What stands on disk for a day. A file that looks untouched since we wrote it is not opened."""
        if recorded and self._untouched(recorded):
            return DiskDay(name=recorded.file, exists=True, ours=True, messages=recorded.messages)
        daily, sidecar = self.names(day)
        for name in dict.fromkeys([recorded.file if recorded else daily, daily, sidecar]):
            parsed = self._parsed(name)
            if parsed and parsed.verdict in ("intact", "edited", "damaged"):
                damaged = parsed.verdict == "damaged"
                return DiskDay(name=name, exists=True, ours=True, messages=parsed.messages, damaged=damaged)
        name = self._name_for_new(day)
        return DiskDay(name=name, exists=_exists(self.path / name), ours=False)

    def put(
        self,
        day: date,
        name: str,
        block: str,
        *,
        force: bool = False,
        recorded: PublishedDay | None = None,
        known: bool = True,
    ) -> Put:
        """Merges ``block`` into the day's file and writes it; nothing is written when nothing would change.

        The version that is replaced is saved first. ``recorded`` is what the state file says of the day; ``known``
        is False when the store may not hold all that the block in the file was made from.

        Raises:
            DamagedMarkers: the file's markers cannot be trusted; it was left alone.
            FileError: the file cannot be read, saved or written, or somebody else writes it without a pause.
        """
        path = self.path / name
        base = self._bases.read(day)
        seen = read_or_none(path)
        for _ in range(ATTEMPTS):
            merged = merge(
                seen.data if seen else None,
                block,
                base=base,
                heading=render_heading(day),
                adopt_legacy=self._naming.adopt_legacy,
                force=force,
            )
            _trust_markers(path, merged)
            if merged.action == "refused":
                return Put(name=name, action="refused", reason=merged.reason)
            if merged.action == "unchanged":
                return self._done(day, name, block, merged, seen)
            make_folder(self.path)
            if seen and self._keeper:
                self._keeper.merged(name, seen, recorded, known=known)
            swap = swap_in(path, merged.data, seen, root=self._root)
            if swap.leftover:
                take_back(swap.leftover, self._root, self._keeper)
            if swap.held:
                raise in_use(path)
            if swap.written:
                self._bases.keep(day, block)
                return Put(
                    name=name,
                    action=merged.action,
                    reason=merged.reason,
                    pinned=merged.pinned,
                    displaced=swap.displaced,
                    size=swap.size,
                    mtime_ns=swap.mtime_ns,
                )
            seen = swap.raced
        why = f"somebody else changed it {ATTEMPTS} times while it was being merged"
        raise FileError("cannot write memory file", where=path, why=why, hint=TRY_AGAIN)

    def restore(self, day: date, name: str, data: bytes, base: str | None) -> Put:
        """Puts an earlier version in the place of the day's file, which is saved first.

        ``base`` is the block that the next merge with this version starts from, when it is known.

        Raises:
            FileError: the file cannot be read, saved or written, or somebody wrote to it meanwhile; then it is as
                they left it.
        """
        path = self.path / name
        seen = read_or_none(path)
        if seen and self._keeper:
            self._keeper.undone(name, seen.data)
        make_folder(self.path)
        swap = swap_in(path, data, seen, root=self._root)
        if swap.leftover:
            take_back(swap.leftover, self._root, self._keeper)
        if not swap.written:
            raise in_use(path) if swap.held else _raced(path)
        if base is not None:
            self._bases.keep(day, base)
        reason = "an earlier version was brought back"
        return Put(name=name, action="restore", reason=reason, size=swap.size, mtime_ns=swap.mtime_ns)

    def recover(self) -> list[Path]:
        """Brings back what an interrupted write left behind, and returns the files that got lines back.

        To be called under the lock, before anything is written. A left-over file can hold the only copy of a line
        that a person wrote while a write was under way.

        Raises:
            FileError: a left-over file cannot be read, or its lines cannot be brought back; it stays where it is.
        """
        found = [leftover for leftover in leftovers(self.path) if day_of(leftover.target.name)]
        return [leftover.target for leftover in found if take_back(leftover, self._root, self._keeper)]

    def preview(self, day: date, name: str, block: str, *, force: bool = False) -> tuple[bytes, Merge]:
        """The bytes that the day's file holds now, and the merge that ``put`` would write.

        Raises:
            DamagedMarkers, FileError: as ``put`` does.
        """
        seen = read_or_none(self.path / name)
        old = seen.data if seen else None
        adopt = self._naming.adopt_legacy
        heading = render_heading(day)
        merged = merge(old, block, base=self._bases.read(day), heading=heading, adopt_legacy=adopt, force=force)
        _trust_markers(self.path / name, merged)
        return old or b"", merged

    def files(self) -> Iterator[tuple[date, Path]]:
        """Every daily file and sidecar in the folder, in order of name."""
        with reported("cannot list memory folder", self.path):
            try:
                names = sorted(entry.name for entry in self.path.iterdir())
            except FileNotFoundError:
                return
        for name in names:
            day = day_of(name)
            if day is not None:
                yield day, self.path / name

    @staticmethod
    def names(day: date) -> tuple[str, str]:
        """The names of a day's file and of its sidecar."""
        return f"{day.isoformat()}.md", f"{day.isoformat()}{SIDECAR_SUFFIX}.md"

    def _untouched(self, recorded: PublishedDay) -> bool:
        try:
            found = (self.path / recorded.file).lstat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (recorded.size, recorded.mtime_ns)

    def _parsed(self, name: str) -> Parsed | None:
        try:
            seen = read_or_none(self.path / name)
        except FileError:
            return None  # writing meets the same error, and reports it as that day's
        return parse(seen.data) if seen else None

    def _name_for_new(self, day: date) -> str:
        daily, sidecar = self.names(day)
        if self._naming.sidecar:
            return sidecar
        beside = self._naming.foreign == "sidecar" and _exists(self.path / daily)
        return sidecar if beside else daily

    def _done(self, day: date, name: str, block: str, merged: Merge, seen: Snapshot | None) -> Put:
        self._bases.keep(day, block)
        size, mtime_ns = (seen.size, seen.mtime_ns) if seen else (0, 0)
        return Put(
            name=name, action="unchanged", reason=merged.reason, pinned=merged.pinned, size=size, mtime_ns=mtime_ns
        )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False  # writing meets the same error, and reports it as that day's


def _trust_markers(path: Path, merged: Merge) -> None:
    if merged.action != "refused" or merged.legacy:
        return
    if merged.lines:
        raise DamagedMarkers(path, merged.reason, merged.lines)
    hint = "the file was left alone; mend it, or move it away and run this again"
    raise FileError("cannot merge into the memory file", where=path, why=merged.reason, hint=hint)


def _raced(path: Path) -> FileError:
    why = "somebody wrote to it at this moment; it is as they left it"
    return FileError("cannot bring the version back", where=path, why=why, hint="look at it, then run it again")


def day_of(name: str) -> date | None:
    """The day that a file name of ours bears, None for other names."""
    match = DAY_FILE.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
