"""Inventory: what each source consists of, what the store holds of it, and what is left out. Looks only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.places import DATABASE, places_of
from memsyncd.core.days import date_of
from memsyncd.core.formats.openclaw_format import IMPORTED
from memsyncd.core.formats.registry import FORMATS
from memsyncd.errors import FileError, MemsyncdError
from memsyncd.model import Millis, Source
from memsyncd.sync.engine import Engine
from memsyncd.sync.ingest import SourceReport
from memsyncd.sync.listing import names_of
from memsyncd.sync.publish import Publisher

Era: TypeAlias = Literal["session files", "database", "both"]
"""Where an agent keeps its transcripts; both: some of OpenClaw's files have not been taken over yet."""


class DatabaseEntry(Struct, frozen=True, kw_only=True):
    """A database that can be read."""

    file: Path
    schema: int  # version of its tables
    version: str | None  # of the program that made it
    transcripts: bool  # there is a table for them


class SourceEntry(Struct, frozen=True, kw_only=True):
    """One source; instants are in the zone of its days."""

    name: str
    kind: str
    agent: str
    era: Era
    version: str | None  # of the agent's program, as it was last seen
    folders: tuple[Path, ...]  # that are there; else the one that ought to be
    database: DatabaseEntry | None
    memory_dir: Path
    files: int  # transcripts that are files
    in_database: int  # transcripts that have been read from a database
    sessions: int  # that memory draws on
    turns: int  # in the store, those without words too
    messages: int
    days: int  # with messages
    oldest: datetime | None  # turn
    newest: datetime | None
    skipped: dict[str, int]  # why a file is not read → how many
    excluded: dict[str, int]  # why a session stays out of memory → how many
    others: bool  # the words of people who are not the owner are kept
    notes: tuple[str, ...]
    problems: tuple[MemsyncdError, ...]


def inventory(engine: Engine, reports: Sequence[SourceReport]) -> list[SourceEntry]:
    """What the sources of an engine consist of; ``reports`` are those of a reading just now, if there was one."""
    told = {report.source: report.problems for report in reports}
    return [
        _entry(engine, publisher, number, source, told.get(source.name, []))
        for publisher in engine.publishers
        for number, source in zip(publisher.numbers, publisher.target.sources, strict=True)
    ]


def _entry(
    engine: Engine, publisher: Publisher, number: int, source: Source, told: Sequence[MemsyncdError]
) -> SourceEntry:
    store, zone = engine.store, ZoneInfo(publisher.target.zone)
    problems = {(problem.what, problem.where): problem for problem in told}
    names = _names(source, problems)
    database, notes = _database(source, problems)
    classify, reason = FORMATS[source.kind].classify, FORMATS[source.kind].reason_not_read
    logs = [name for name in names if classify(name)]
    in_database = sum(path.startswith(DATABASE) and path != DATABASE for path in store.cursors(number))
    if not (logs or in_database or problems):
        hint = "talk to the agent once; if its logs are elsewhere, name their folder in [[sources]]"
        nothing = FileError("there are no session logs", where=source.path, hint=hint)
        problems[nothing.what, nothing.where] = nothing
    (totals,) = store.totals([number])
    quarters = (quarter for quarter in store.quarters([number]) if quarter.messages)
    return SourceEntry(
        name=source.name,
        kind=source.kind,
        agent=source.agent,
        era=_era(database, logs),
        version=source.version,
        folders=tuple(_folders(source)),
        database=database,
        memory_dir=source.memory_dir,
        files=len(logs),
        in_database=in_database,
        sessions=totals.sessions - totals.excluded,
        turns=totals.turns,
        messages=totals.messages,
        days=len({date_of(quarter.start, zone) for quarter in quarters}),
        oldest=_local(totals.first, zone),
        newest=_local(totals.last, zone),
        skipped=_counts(reason(name) for name in names if not classify(name)),
        excluded=_counts(one.excluded for one in store.sessions(number).values() if one.excluded),
        others=source.others,
        notes=notes,
        problems=tuple(problems.values()),
    )


def _names(source: Source, problems: dict[tuple[str, str], MemsyncdError]) -> list[str]:
    try:
        return names_of(source)
    except OSError as error:
        hint = "what was read earlier stays in memory; if the logs moved, correct the source's path"
        why = error.strerror or str(error)
        problem = FileError("cannot list the session folder", where=source.path, why=why, hint=hint)
        problems.setdefault((problem.what, problem.where), problem)
        return []


def _database(
    source: Source, problems: dict[tuple[str, str], MemsyncdError]
) -> tuple[DatabaseEntry | None, tuple[str, ...]]:
    if source.database is None or not source.database.exists():
        return None, ()
    try:
        with AgentDatabase(source.database) as database:
            entry = DatabaseEntry(
                file=source.database,
                schema=database.version.schema,
                version=database.version.app,
                transcripts=database.holds_transcripts,
            )
            return entry, database.problems
    except FileError as problem:
        problems.setdefault((problem.what, problem.where), problem)
        return None, ()


def _era(database: DatabaseEntry | None, logs: Sequence[str]) -> Era:
    if database is None or not database.transcripts:
        return "session files"
    return "both" if any(not name.startswith(IMPORTED) for name in logs) else "database"


def _folders(source: Source) -> Iterator[Path]:
    there = [place.folder for place in places_of(source) if place.prefix != DATABASE and place.folder.is_dir()]
    yield from there or [source.path]


def _counts(reasons: Iterator[str | None]) -> dict[str, int]:
    return {reason: count for reason, count in Counter(reasons).most_common() if reason}


def _local(at: Millis | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
