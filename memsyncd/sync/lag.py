"""How far the memory of a source reaches, against how far its logs do. Looks only.

newest log ──read──▶ newest message in the store ──written──▶ newest message in a memory file
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from heapq import nlargest
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from memsyncd.adapters import sweep
from memsyncd.adapters.openclaw_probe import Era, era_of
from memsyncd.adapters.places import DATABASE, places_of
from memsyncd.adapters.store.base import Store
from memsyncd.core.days import date_of, day_bounds
from memsyncd.core.formats.registry import FORMATS
from memsyncd.model import DayPlan, Millis, Source
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Publisher

Ahead: TypeAlias = Literal["unread", "silent"]
"""unread: what was added to the newest log is not in the store yet. silent: it was read, and holds no message."""

_CANDIDATES = 50  # newest logs among which one of a session is looked for that does not stay out of memory


class SourceHealth(Struct, frozen=True, kw_only=True):
    """How one source stands; instants are in the zone of its days."""

    source: str
    folder: Path
    version: str | None  # of the agent's program, as it was last seen
    era: Era  # where the agent keeps its transcripts
    files: int  # transcripts, in files and in a database
    in_database: int = 0  # of them
    vanished: int = 0  # session files read earlier that this look found gone
    newest_log: datetime | None = None  # when a session file was last written to
    newest_message: datetime | None = None
    published_until: datetime | None = None  # newest message that is in a memory file
    behind_seconds: float | None = None  # from there to the newest message; None while nothing is published
    ahead: Ahead | None = None  # its newest log has long been ahead of its newest message


class _NewestLog(Struct, frozen=True):
    """The session file that was written to last, of the sessions that do not stay out of memory."""

    name: str
    stamp: sweep.Stamp

    @property
    def at(self) -> Millis:
        return self.stamp.mtime_ns // 1_000_000


def source_health(
    engine: Engine,
    publisher: Publisher,
    source: Source,
    plans: Mapping[date, DayPlan],
    *,
    vanished: int = 0,
    patience: float | None = None,
) -> SourceHealth:
    """How a source of ``publisher`` stands. ``plans`` are those of all its days.

    ``patience`` is how many seconds the daemon that reads it waits at most; None when none runs.
    """
    store = engine.store
    number = publisher.numbers[publisher.target.sources.index(source)]
    zone = ZoneInfo(publisher.target.zone)
    logs = _logs(source)
    in_database = _in_database(store, number, source)
    log = _newest_log(store, number, source, logs)
    newest = store.newest(number)
    until = _published_until(store, publisher, number, plans, zone)
    return SourceHealth(
        source=source.name,
        folder=source.path,
        version=source.version,
        era=era_of(source.database),
        files=len(logs) + in_database,
        in_database=in_database,
        vanished=vanished,
        newest_log=_local(log.at if log else None, zone),
        newest_message=_local(newest, zone),
        published_until=_local(until, zone),
        behind_seconds=None if newest is None or until is None else (newest - until) / 1000,
        ahead=_ahead(store, number, log, patience, engine.now()) if log and patience is not None else None,
    )


def _logs(source: Source) -> dict[str, sweep.Stamp]:
    classify = FORMATS[source.kind].classify
    return {
        place.prefix + name: stamp
        for place in places_of(source)
        if place.prefix != DATABASE
        for name, stamp in (sweep.look(place.folder, place.depth) or {}).items()
        if classify(place.prefix + name)
    }


def _in_database(store: Store, number: int, source: Source) -> int:
    """How many transcripts have been read from the database, if there is one."""
    if source.database is None or not source.database.exists():
        return 0
    return sum(path.startswith(DATABASE) and path != DATABASE for path in store.cursors(number))


def _newest_log(store: Store, number: int, source: Source, logs: Mapping[str, sweep.Stamp]) -> _NewestLog | None:
    """The newest file; a database does not tell when its transcripts were last written to."""
    classify = FORMATS[source.kind].classify
    latest = nlargest(_CANDIDATES, logs.items(), key=lambda log: log[1].mtime_ns)
    named = [(_NewestLog(name, stamp), artefact.session) for name, stamp in latest if (artefact := classify(name))]
    known = store.sessions(number, {session for _, session in named})
    return next((log for log, session in named if session not in known or known[session].excluded is None), None)


def _ahead(store: Store, number: int, log: _NewestLog, patience: float, now: datetime) -> Ahead | None:
    wait = patience * 1000
    newest = store.newest(number, any_kind=True) or 0
    if log.at - newest <= wait or now.timestamp() * 1000 - log.at <= wait:
        return None
    cursor = store.cursors(number, [log.name]).get(log.name)
    read = cursor is not None and (cursor.size, cursor.mtime_ns) == (log.stamp.size, log.stamp.mtime_ns)
    return "silent" if read else "unread"


def _published_until(
    store: Store, publisher: Publisher, number: int, plans: Mapping[date, DayPlan], zone: ZoneInfo
) -> Millis | None:
    """The instant of the source's newest message that is in a memory file.

    The file of a day that is yet to be written states how many messages it holds: they count as the earliest.
    """
    before = None
    while (newest := store.newest(number, before)) is not None:
        day = date_of(newest, zone)
        start, end = day_bounds(day, zone)
        if day in plans and plans[day].action != "write":
            return newest
        if stated := publisher.look(day).messages:
            last = store.nth_message(publisher.numbers, start, end, stated)
            known = newest if last is None else store.newest(number, last + 1)
            if known is not None and known >= start:
                return known
        before = start
    return None


def _local(at: Millis | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
