"""Review: looks at a memory folder and at what the store knows of it, and changes neither.

Gathers what ``core.compare``, ``core.validate`` and ``core.transitions`` judge, for the commands that report.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.files import is_temporary, read_or_none, write_private
from memsyncd.adapters.memory_dir import day_of
from memsyncd.adapters.store.base import Store, TurnFilter
from memsyncd.core.compare import Comparison, DayFile, SparseRule, compare_days
from memsyncd.core.days import day_bounds
from memsyncd.core.markers import COUNT, parse
from memsyncd.core.transitions import transitions
from memsyncd.core.validate import FileCheck, Issue, check_file, check_names, check_pairs
from memsyncd.errors import FileError
from memsyncd.model import Redaction, Transition, Turn
from memsyncd.sync.publish import Publisher, Target

Days = tuple[date, date]
"""First and last day, both included."""


class FolderReview(Struct, frozen=True, kw_only=True):
    """What the checks of one memory folder found, in order of file and line."""

    folder: Path
    files: tuple[FileCheck, ...]
    issues: tuple[Issue, ...]  # those of the files and those of the folder

    def count(self, severity: str) -> int:
        """How many issues are of that severity."""
        return sum(issue.severity == severity for issue in self.issues)


# --- compare ---


def compare_folder(publisher: Publisher, rule: SparseRule, days: Days, *, without: date | None) -> Comparison:
    """Compares what the store knows of these days with the files on disk, the day ``without`` left out.

    A file that cannot be read is a verdict. Raises FileError when the folder itself cannot be listed.
    """
    files: dict[date, list[DayFile]] = {}
    for day, path in publisher.folder.files():
        if _within(day, days) and day != without:
            files.setdefault(day, []).append(_day_file(publisher, day, path))
    messages = {
        day: facts.messages for day, facts in publisher.facts().items() if _within(day, days) and day != without
    }
    return compare_days(messages, files, rule)


def _day_file(publisher: Publisher, day: date, path: Path) -> DayFile:
    try:
        seen = read_or_none(path)
    except FileError as error:
        return DayFile(name=path.name, size=0, problem=error.why)
    if seen is None:
        return DayFile(name=path.name, size=0, problem="it vanished just now")
    return DayFile(name=path.name, size=seen.size, stated=_stated(publisher, day, seen.data))


def _stated(publisher: Publisher, day: date, data: bytes) -> int | None:
    """How many messages our block in a file was made from; None when it has none, or nothing tells."""
    parsed = parse(data)
    if parsed.verdict == "damaged":
        found = COUNT.search(data)
        return int(found[1]) if found else None
    if parsed.ours and parsed.messages is None:
        # Somebody took the line out that states it; the state file still knows.
        return publisher.look(day).messages
    return parsed.messages


# --- validate ---


def check_folder(
    folder: Path,
    redact: Callable[[str], Redaction],
    *,
    known: Collection[date] | None = None,
    only: Collection[str] | None = None,
    pinned: Mapping[str, tuple[str, ...]] = {},
) -> FolderReview:
    """Checks the daily files and sidecars of a folder, and the names of what else stands there.

    ``known`` are the days with messages; None when nothing is known of any day. ``only`` limits the check to files
    of these names, whatever they are called. ``pinned`` names sections by file, as the state file records them. A
    folder that is not there has no files and no issues.

    Raises:
        FileError: the folder cannot be listed.
    """
    names = [name for name in _names(folder) if only is None or name in only]
    files: list[FileCheck] = []
    issues: list[Issue] = [*_of_folder(folder), *check_names(names), *_leftovers(names)]
    for name in names:
        day = day_of(name)
        if day is None and only is None:
            continue
        try:
            seen = read_or_none(folder / name)
        except FileError as error:
            issues.append(_unreadable(name, error))
            continue
        if seen is not None:
            orphan = known is not None and day is not None and day not in known
            files.append(check_file(name, day, seen.data, redact, orphan=orphan))
    issues += [*check_pairs(files), *(issue for file in files for issue in file.issues)]
    issues += [*_foreign(files), *(issue for file in files for issue in _pinned(file, pinned.get(file.file, ())))]
    issues.sort(key=lambda issue: (issue.file, issue.line or 0))
    return FolderReview(folder=folder, files=tuple(files), issues=tuple(issues))


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError("cannot list memory folder", where=folder, why=why) from error


def _of_folder(folder: Path) -> Iterator[Issue]:
    if folder.is_symlink():
        message = "the folder is a symlink: OpenClaw does not index it"
        yield Issue(file=".", severity="warning", check="symlink", message=message)


def _leftovers(names: Collection[str]) -> Iterator[Issue]:
    message = "left behind by an interrupted write, maybe with the newest version: memsyncd catch-up takes it over"
    for name in names:
        if is_temporary(name):
            yield Issue(file=name, severity="warning", check="leftover", message=message)


def _foreign(files: Iterable[FileCheck]) -> Iterator[Issue]:
    for file in files:
        if file.block == "absent" and file.day is not None:
            message = "no block of memsyncd stands here: it is somebody else's file"
            yield Issue(file=file.file, severity="note", check="foreign", message=message)


def _pinned(file: FileCheck, sections: Iterable[str]) -> Iterator[Issue]:
    for section in sections:
        message = f"{section}: a person's lines stay here against newly generated ones"
        yield Issue(file=file.file, severity="note", check="pinned", message=message)


def _unreadable(name: str, error: FileError) -> Issue:
    message = "; ".join(part for part in (error.why, error.hint) if part)
    return Issue(file=name, severity="error", check="unreadable", message=message)


# --- transitions, extract, stats ---


def known_days(publisher: Publisher, days: Days) -> list[date]:
    """The days of a span of which the store knows anything, in order."""
    return [day for day in publisher.facts() if _within(day, days)]


def transitions_on(publisher: Publisher, days: Iterable[date]) -> Iterator[tuple[date, Transition]]:
    """The model transitions of these days; one day is held in memory at a time."""
    for day in days:
        found = publisher.day(day)
        for transition in transitions(found.turns, found.earlier_models):
            yield day, transition


def conversation(
    store: Store, target: Target, days: Iterable[date], wanted: TurnFilter
) -> Iterator[tuple[date, list[Turn]]]:
    """The turns of each of these days that a filter leaves; days without any are left out.

    One day is held in memory at a time. ``wanted`` states no instants: they are those of the days.
    """
    zone, numbers = ZoneInfo(target.zone), source_numbers(store, target)
    for day in days:
        start, end = day_bounds(day, zone)
        if turns := list(store.turns(numbers, replace(wanted, start=start, end=end))):
            yield day, turns


def source_numbers(store: Store, target: Target) -> list[int]:
    """The store's numbers for the sources of a target."""
    return [store.register(source) for source in target.sources]


def write_document(path: Path, data: bytes) -> None:
    """Writes what a command was asked to put into a file, readable by its owner only.

    Raises:
        FileError: its folder is not there, something other than a file has this name, or it cannot be written.
    """
    if not path.parent.is_dir():
        raise FileError("cannot write", where=path, why="its folder is not there", hint="make the folder first")
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        why = "a symlink has this name" if path.is_symlink() else "a folder or a device has this name"
        raise FileError("cannot write", where=path, why=why, hint="name a new file, or one to be replaced")
    write_private(path, data)


def _within(day: date, days: Days) -> bool:
    return days[0] <= day <= days[1]
