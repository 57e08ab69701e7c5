"""Health: how everything stands, without changing anything. What ``status`` shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.disk_use import DiskUse, disk_use
from memsyncd.adapters.metrics_file import MetricsFile, MetricsLook
from memsyncd.adapters.room import looks_writable
from memsyncd.adapters.state import Failure, SecondLook, Writes
from memsyncd.adapters.store.base import StoreSize
from memsyncd.config import Config
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import DayPlan
from memsyncd.sync.engine import BASES, HISTORY, Engine
from memsyncd.sync.folder_health import FolderHealth, folder_health
from memsyncd.sync.ingest import SourceReport
from memsyncd.sync.lag import SourceHealth, source_health
from memsyncd.sync.publish import Publisher

Planned: TypeAlias = Sequence[tuple[Publisher, Sequence[DayPlan]]]
"""What is to happen to the days of each memory folder."""


class Sizes(Struct, frozen=True, kw_only=True):
    """What memsyncd keeps of its own."""

    state_dir: Path
    state: DiskUse  # everything in that folder
    history: DiskUse
    bases: DiskUse
    store: StoreSize
    days: int  # with messages in the store


class Health(Struct, frozen=True, kw_only=True):
    """How everything stands."""

    last_run: str | None
    last_successful_date: date | None
    last_error: Failure | None
    writes: Writes
    folders: tuple[FolderHealth, ...]
    sources: tuple[SourceHealth, ...]
    problems: tuple[MemsyncdError, ...]
    notes: tuple[str, ...]
    redacted: dict[str, int]  # rule → secrets replaced in the days that are published
    second_detector: SecondLook | None
    daemon: DaemonState | None  # None: none is running
    metrics: MetricsLook | None  # None: no such file is wanted
    sizes: Sizes

    @property
    def needs(self) -> list[str]:
        """What needs a person, in a few words each; empty: all is well.

        A note counts: it tells what was seen and is not read, such as the database of a newer OpenClaw.
        """
        damaged = {(folder.folder, state.date) for folder in self.folders for state in folder.damaged}
        failed = {(folder.folder, day.date) for folder in self.folders for day in folder.failed}
        needs = {
            "failed day": len(failed - damaged),
            "damaged file": len(damaged),
            "closed memory folder": sum(folder.problem is not None for folder in self.folders),
            "empty source": sum(not source.files for source in self.sources),
            "problem": len(self.problems),
            "warning": len(self.notes),
            "failed second detector": bool(self.second_detector and self.second_detector.status == "failed"),
            "unwritten metrics file": bool(self.metrics and self.metrics.problem),
            **_needs_of(self.daemon, {day.isoformat() for _, day in failed}),
        }
        return [f"{number:,} {noun}{'s' * (number > 1)}" for noun, number in needs.items() if number]

    @property
    def healthy(self) -> bool:
        """Whether nothing needs a person."""
        return not self.needs


def health_of(
    engine: Engine,
    reports: Sequence[SourceReport],
    daemon: DaemonState | None = None,
    config: Config | None = None,
) -> Health:
    """Looks at every folder of an engine whose store is up to date; ``daemon`` is what the running one tells."""
    config = config or Config()
    state = engine.state
    plans = [(publisher, publisher.plan()) for publisher in engine.publishers]
    patience = config.watch.ceiling_seconds if daemon else None
    sources = tuple(_sources(engine, plans, reports, patience))
    return Health(
        last_run=state.last_run,
        last_successful_date=state.last_successful_date,
        last_error=state.last_error,
        writes=state.writes,
        folders=tuple(
            folder_health(publisher, planned, state.failures(publisher.target.folder))
            for publisher, planned in plans
        ),
        sources=sources,
        problems=(*(problem for report in reports for problem in report.problems), *_full(engine)),
        notes=(*engine.notes, *_halfway(sources, {report.source for report in reports if report.problems})),
        redacted=_redacted(engine.publishers),
        second_detector=state.second_detector,
        daemon=daemon,
        metrics=_metrics(config.log.metrics_file, daemon),
        sizes=_sizes(engine, plans),
    )


def _sources(
    engine: Engine, plans: Planned, reports: Sequence[SourceReport], patience: float | None
) -> Iterator[SourceHealth]:
    vanished = {report.source: report.vanished for report in reports}
    for publisher, planned in plans:
        days = {plan.date: plan for plan in planned}
        for source in publisher.target.sources:
            gone = vanished.get(source.name, 0)
            yield source_health(engine, publisher, source, days, vanished=gone, patience=patience)


def _halfway(sources: Iterable[SourceHealth], troubled: Container[str]) -> Iterator[str]:
    """Agents whose move from session files to the database has stopped: OpenClaw does not start then."""
    for source in sources:
        empty = source.era == "database" and not source.in_database and source.source not in troubled
        if empty and source.files:
            yield (
                f"{source.source}: its database holds no transcript, its session files do; they are read, and"
                " openclaw doctor --fix finishes the move"
            )


def _full(engine: Engine) -> Iterator[FileError]:
    """The folders that take no file: what a daemon last told may be older than that."""
    for folder in dict.fromkeys([engine.state_dir, *(target.folder for target in engine.targets)]):
        if not looks_writable(folder):
            why = "its disk is full or read-only, or this user may not write there"
            yield FileError("nothing can be written", where=folder, why=why, hint="memsyncd doctor says which")


def _redacted(publishers: Iterable[Publisher]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for publisher in publishers:
        for record in publisher.recorded.values():
            counts.update(record.redacted)
    return dict(counts.most_common())


def _metrics(file: Path | None, daemon: DaemonState | None) -> MetricsLook | None:
    if file is None:
        return None
    look = MetricsFile(file).look()
    # A service may be kept from what this user can do at a terminal, so its own word counts too.
    return replace(look, problem=look.problem or (daemon.metrics_problem if daemon else None))


def _sizes(engine: Engine, plans: Planned) -> Sizes:
    uses = disk_use(engine.state_dir)
    return Sizes(
        state_dir=engine.state_dir,
        state=DiskUse(sum(use.files for use in uses.values()), sum(use.bytes for use in uses.values())),
        history=uses.get(HISTORY, DiskUse()),
        bases=uses.get(BASES, DiskUse()),
        store=engine.store.size(),
        days=len({plan.date for _, planned in plans for plan in planned if plan.messages}),
    )


def _needs_of(daemon: DaemonState | None, failed: Container[str]) -> dict[str, int]:
    """What the daemon tells that needs a person; ``failed`` are the days that are told already."""
    if daemon is None:
        return {}
    return {
        "paused folder": len(daemon.paused),
        "daemon failure": sum(what not in failed and what not in daemon.paused for what in daemon.failures),
        "watching problem": len(daemon.problems),
        "refused configuration": daemon.config_problem is not None,
    }
