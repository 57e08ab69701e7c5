"""``memsyncd stats``: what the logs amount to, and a calendar of the days."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import click
from msgspec import Struct
from msgspec.structs import asdict

from memsyncd.adapters.store.base import ModelUse, SourceTotals
from memsyncd.cli.dates import local_iso, span_of, today_in
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import Reading, opened_for_reading
from memsyncd.core.calendar import cells_for, draw
from memsyncd.core.compare import GAPS, SparseRule
from memsyncd.errors import PARTLY_FAILED
from memsyncd.model import Millis
from memsyncd.sync.publish import Publisher, Target
from memsyncd.sync.review import compare_folder, source_numbers


class FolderStats(Struct, frozen=True, kw_only=True):
    """What one memory folder's sources amount to."""

    target: Target
    totals: Sequence[SourceTotals]
    models: Sequence[ModelUse]
    days: Mapping[date, int]  # messages by day, days without any left out
    gaps: frozenset[date]  # days with messages whose memory file is missing or incomplete; never today


@click.command()
@log_options
@shared_options
@invocation
def command(call: Invocation) -> int:
    r"""Show what the logs amount to: sources, days, models, tokens, cost, and a calendar.

    Tokens and cost are those that the logs state; "!" in the calendar is a day whose memory file is missing or
    incomplete.

    \b
    Examples:
      memsyncd stats
      memsyncd stats --json | jq '.folders[].models'
    """
    with opened_for_reading(call) as reading:
        folders = [_of_publisher(reading, publisher) for publisher in reading.publishers]
    problems = [problem for report in reading.sources for problem in report.problems]
    if call.options.as_json:
        call.out.json({"folders": [_document(folder) for folder in folders], "problems": problems})
    else:
        for folder in folders:
            _show(call, folder)
    return PARTLY_FAILED if problems else 0


def _of_publisher(reading: Reading, publisher: Publisher) -> FolderStats:
    store, target, memory = reading.engine.store, publisher.target, reading.setup.config.memory
    numbers = source_numbers(store, target)
    rule = SparseRule(size=memory.sparse_bytes, per_message=memory.sparse_bytes_per_message)
    now = datetime.now(UTC)
    compared = compare_folder(
        publisher, rule, span_of().within(target.zone, now), without=today_in(target.zone, now)
    )
    return FolderStats(
        target=target,
        totals=store.totals(numbers),
        models=store.model_use(numbers),
        days={day: facts.messages for day, facts in publisher.facts().items() if facts.messages},
        gaps=frozenset(day.date for day in compared.days if day.status in GAPS),
    )


def _show(call: Invocation, folder: FolderStats) -> None:
    out, zone = call.out, ZoneInfo(folder.target.zone)
    out.data(short_path(folder.target.folder, call.env))
    out.data(_summary(folder))
    out.data()
    out.table(_totals(folder, zone), right=range(1, 7))
    if folder.models:
        out.data()
        out.table(_models(folder), right=range(1, 7))
    if folder.days:
        out.data()
    for line in draw(folder.days, folder.gaps, cells_for(sys.stdout.encoding)):
        out.data(line)


def _summary(folder: FolderStats) -> str:
    if not folder.days:
        return "no messages are known"
    messages, days = count(sum(folder.days.values()), "message"), count(len(folder.days), "day")
    return f"{messages} on {days}, {min(folder.days)} to {max(folder.days)}, by the time of {folder.target.zone}"


def _totals(folder: FolderStats, zone: ZoneInfo) -> list[Sequence[str]]:
    head = ("source", "logs", "sessions", "left out", "messages", "tool calls", "bad lines", "first", "last")
    rows: list[Sequence[str]] = [head]
    for found in folder.totals:
        bad = found.malformed + found.oversized
        counts = (found.files, found.sessions, found.excluded, found.messages, found.tools, bad)
        span = (_minute(found.first, zone), _minute(found.last, zone))
        rows.append((found.source, *(f"{number:,}" for number in counts), *span))
    return rows


def _models(folder: FolderStats) -> list[Sequence[str]]:
    head = ("model", "answers", "tokens in", "out", "cache read", "cache write", "cost in $", "source")
    several = len(folder.totals) > 1
    rows: list[Sequence[str]] = [head[: None if several else -1]]
    for use in folder.models:
        counts = (use.answers, use.input, use.output, use.cache_read, use.cache_write)
        row = (f"{use.provider}/{use.model}", *(f"{number:,}" for number in counts), f"{use.cost:,.2f}")
        rows.append((*row, use.source) if several else row)
    return rows


def _minute(at: Millis | None, zone: ZoneInfo) -> str:
    return "" if at is None else local_iso(at, zone)[:16].replace("T", " ")


def _document(folder: FolderStats) -> dict[str, object]:
    zone = ZoneInfo(folder.target.zone)
    return {
        "folder": folder.target.folder,
        "zone": folder.target.zone,
        "messages": sum(folder.days.values()),
        "days": len(folder.days),
        "first_day": min(folder.days, default=None),
        "last_day": max(folder.days, default=None),
        "sources": [_source(found, zone) for found in folder.totals],
        "models": folder.models,
        "calendar": folder.days,
        "gaps": sorted(folder.gaps),
    }


def _source(found: SourceTotals, zone: ZoneInfo) -> dict[str, object]:
    instants = {
        name: None if at is None else local_iso(at, zone)
        for name, at in (("first", found.first), ("last", found.last))
    }
    return {**asdict(found), **instants}
