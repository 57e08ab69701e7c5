"""Health: how memory folders and sources stand, without changing anything. What ``status`` shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.files import read_or_none
from memsyncd.adapters.state import SecondLook
from memsyncd.core.markers import parse
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import DayPlan
from memsyncd.sync.engine import Engine
from memsyncd.sync.ingest import SourceReport
from memsyncd.sync.publish import Publisher


class FileState(Struct, frozen=True, kw_only=True):
    """A memory file that deserves a look, and why."""

    date: date
    file: str
    why: str


class FolderHealth(Struct, frozen=True, kw_only=True):
    """How one memory folder stands."""

    folder: Path
    zone: str
    published: int  # days whose files hold a block of ours
    newest: date | None  # newest of them
    pending: tuple[DayPlan, ...]  # days that the next run writes
    kept: tuple[DayPlan, ...]  # days whose files know more than the logs still hold
    pinned: tuple[FileState, ...]  # sections in which a person's lines stand against generated ones
    damaged: tuple[FileState, ...]  # markers that cannot be trusted, files that cannot be read
    foreign: tuple[FileState, ...]  # daily files without a block of ours


class Health(Struct, frozen=True, kw_only=True):
    """How everything stands."""

    last_run: str | None
    last_successful_date: date | None
    folders: tuple[FolderHealth, ...]
    sources: tuple[SourceReport, ...]
    problems: tuple[MemsyncdError, ...]
    notes: tuple[str, ...]
    redacted: dict[str, int]  # rule → secrets replaced in the days that are published
    second_detector: SecondLook | None
    daemon: DaemonState | None  # None: none is running

    @property
    def healthy(self) -> bool:
        """Whether nothing needs a person: every source has logs, nothing looks odd, no file is damaged.

        A note counts: it tells what was seen and is not read, such as the database of a newer OpenClaw.
        """
        empty = any(not source.files for source in self.sources)
        damaged = any(folder.damaged for folder in self.folders)
        blind = self.second_detector is not None and self.second_detector.status == "failed"
        daemon = self.daemon
        hindered = daemon is not None and bool(daemon.failures or daemon.problems or daemon.config_problem)
        return not (empty or damaged or blind or hindered or self.problems or self.notes)


def health_of(engine: Engine, reports: Sequence[SourceReport], daemon: DaemonState | None = None) -> Health:
    """Looks at every folder of an engine that has read what is new; ``daemon`` is what the running one tells."""
    return Health(
        last_run=engine.state.last_run,
        last_successful_date=engine.state.last_successful_date,
        folders=tuple(_folder(publisher) for publisher in engine.publishers),
        sources=tuple(reports),
        problems=tuple(problem for report in reports for problem in report.problems),
        notes=tuple(engine.notes),
        redacted=_redacted(engine.publishers),
        second_detector=engine.state.second_detector,
        daemon=daemon,
    )


def _redacted(publishers: Iterable[Publisher]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for publisher in publishers:
        for record in publisher.recorded.values():
            counts.update(record.redacted)
    return dict(counts.most_common())


def _folder(publisher: Publisher) -> FolderHealth:
    plans = publisher.plan()
    records = publisher.recorded
    damaged, foreign = _files(publisher)
    known_bad = {state.date for state in damaged}
    return FolderHealth(
        folder=publisher.target.folder,
        zone=publisher.target.zone,
        published=len(records),
        newest=max(records, default=None),
        pending=tuple(plan for plan in plans if plan.action == "write" and plan.date not in known_bad),
        kept=tuple(plan for plan in plans if plan.action == "keep"),
        pinned=tuple(
            FileState(date=day, file=record.file, why=", ".join(record.pinned))
            for day, record in sorted(records.items())
            if record.pinned
        ),
        damaged=damaged,
        foreign=foreign,
    )


def _files(publisher: Publisher) -> tuple[tuple[FileState, ...], tuple[FileState, ...]]:
    """Files that are damaged, and daily files in which no block of ours stands."""
    damaged, foreign = [], []
    for day, path in publisher.folder.files():
        try:
            seen = read_or_none(path)
        except FileError as error:
            damaged.append(FileState(date=day, file=path.name, why=error.why))
            continue
        found = parse(seen.data if seen else b"")
        if found.verdict == "damaged":
            damaged.append(FileState(date=day, file=path.name, why=found.reason))
        elif not found.ours:
            why = "a predecessor's block" if found.verdict == "legacy" else "no block of memsyncd"
            foreign.append(FileState(date=day, file=path.name, why=why))
    return tuple(damaged), tuple(foreign)
