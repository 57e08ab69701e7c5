"""How one memory folder stands: days written, to be written and failed, and files that deserve a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from memsyncd.adapters.files import read_or_none
from memsyncd.adapters.state import Failure
from memsyncd.core.markers import parse
from memsyncd.errors import DamagedMarkers, FileError, MemsyncdError
from memsyncd.model import DayPlan
from memsyncd.sync.publish import Publisher


class FileState(Struct, frozen=True, kw_only=True):
    """A memory file that deserves a look, why, and what to do about it."""

    date: date
    file: str
    why: str
    hint: str = ""


class FailedDay(Struct, frozen=True, kw_only=True):
    """A day that the last try could not write, with that try's error."""

    date: date
    what: str
    where: str
    why: str
    hint: str
    since: str  # ISO-8601 instant of the first failure in a row
    at: str  # ... of the last


class FolderHealth(Struct, frozen=True, kw_only=True):
    """How one memory folder stands."""

    folder: Path
    zone: str
    published: int  # days whose files hold a block of ours
    newest: date | None  # newest of them
    pending: tuple[DayPlan, ...]  # days that the next run writes, those that failed left out
    failed: tuple[FailedDay, ...]  # days that are tried again
    kept: tuple[DayPlan, ...]  # days whose files know more than the logs still hold
    pinned: tuple[FileState, ...]  # sections in which a person's lines stand against generated ones
    damaged: tuple[FileState, ...]  # markers that cannot be trusted, files that cannot be read
    foreign: tuple[FileState, ...]  # daily files without a block of ours
    problem: MemsyncdError | None = None  # why the folder cannot be looked at


def folder_health(
    publisher: Publisher, plans: Sequence[DayPlan], failures: Mapping[date, Failure]
) -> FolderHealth:
    """How the folder of ``publisher`` stands; ``failures`` are what the state file says of its days."""
    records = publisher.recorded
    damaged, foreign, problem = _files(publisher)
    due = {plan.date for plan in plans if plan.action == "write"}
    failed = {day: failure for day, failure in sorted(failures.items()) if day in due}
    passed_over = {*failed, *(state.date for state in damaged)}
    return FolderHealth(
        folder=publisher.target.folder,
        zone=publisher.target.zone,
        published=len(records),
        newest=max(records, default=None),
        pending=tuple(plan for plan in plans if plan.date in due - passed_over),
        failed=tuple(_failed(day, failure) for day, failure in failed.items()),
        kept=tuple(plan for plan in plans if plan.action == "keep"),
        pinned=tuple(
            FileState(date=day, file=record.file, why=", ".join(record.pinned))
            for day, record in sorted(records.items())
            if record.pinned
        ),
        damaged=tuple(damaged),
        foreign=tuple(foreign),
        problem=problem,
    )


def _failed(day: date, failure: Failure) -> FailedDay:
    told = asdict(failure)
    return FailedDay(date=day, **{name: told[name] for name in ("what", "where", "why", "hint", "since", "at")})


def _files(publisher: Publisher) -> tuple[list[FileState], list[FileState], FileError | None]:
    """Files that are damaged, and daily files in which no block of ours stands."""
    damaged, foreign = [], []
    try:
        files = list(publisher.folder.files())
    except FileError as error:
        return [], [], error
    for day, path in files:
        try:
            seen = read_or_none(path)
        except FileError as error:
            damaged.append(FileState(date=day, file=path.name, why=error.why, hint=error.hint))
            continue
        found = parse(seen.data if seen else b"")
        if found.verdict == "damaged":
            hint = DamagedMarkers(path, found.reason, found.lines).hint if found.lines else ""
            damaged.append(FileState(date=day, file=path.name, why=found.reason, hint=hint))
        elif not found.ours:
            why = "a predecessor's block" if found.verdict == "legacy" else "no block of memsyncd"
            foreign.append(FileState(date=day, file=path.name, why=why))
    return damaged, foreign, None
