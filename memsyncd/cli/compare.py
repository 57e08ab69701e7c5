"""``memsyncd compare``: which days of the logs have a memory file, and which have a gap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import click
from msgspec import Struct

from memsyncd.cli.dates import Span, since_and_until, span_of, today_in
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import Reading, opened_for_reading, set_up
from memsyncd.core.compare import STATUSES, ComparedDay, Comparison, SparseRule, coverage
from memsyncd.errors import PARTLY_FAILED, PROBLEMS_FOUND, MemsyncdError
from memsyncd.sync.publish import Target
from memsyncd.sync.review import compare_folder


class ComparedFolder(Struct, frozen=True, kw_only=True):
    """One memory folder's comparison."""

    target: Target
    left_out: date | None  # today, unless it was asked for
    found: Comparison


@click.command()
@click.option("--include-today", is_flag=True, help="Count today, too, though its file may still be to come.")
@click.option("--fail-on-gaps", is_flag=True, help="Exit with 5 when a day is not covered, or nothing was found.")
@since_and_until
@log_options
@shared_options
@invocation
def command(
    call: Invocation, include_today: bool, fail_on_gaps: bool, since: date | None, until: date | None
) -> int:
    r"""Compare the days of the logs with the memory files.

    A day is covered when its file holds our block made from all of its messages, or is any other file that is
    not sparse (memory.sparse_bytes, memory.sparse_bytes_per_message). Today is left out: its file may still come.

    \b
    Examples:
      memsyncd compare
      memsyncd compare --since 2026-01-01 --json | jq .coverage
      memsyncd compare --fail-on-gaps --quiet || memsyncd catch-up
    """
    span = span_of(since=since, until=until)
    folders: list[ComparedFolder] = []
    problems: list[MemsyncdError] = []
    setup = set_up(call)
    notes: Sequence[str] = setup.notes
    if setup.sources:
        with opened_for_reading(call) as reading:
            folders = _compare(reading, span, include_today=include_today)
            notes = reading.engine.notes
        problems = [problem for report in reading.sources for problem in report.problems]
    else:
        for note in setup.notes:
            call.out.warn(note)
    _show(call, folders, problems, notes)
    if fail_on_gaps and (any(folder.found.gaps for folder in folders) or _coverage(folders) is None):
        return PROBLEMS_FOUND
    return PARTLY_FAILED if problems else 0


def _compare(reading: Reading, span: Span, *, include_today: bool) -> list[ComparedFolder]:
    memory = reading.setup.config.memory
    rule = SparseRule(size=memory.sparse_bytes, per_message=memory.sparse_bytes_per_message)
    now = datetime.now(UTC)
    folders = []
    for publisher in reading.publishers:
        zone = publisher.target.zone
        left_out = None if include_today else today_in(zone, now)
        found = compare_folder(publisher, rule, span.within(zone, now), without=left_out)
        folders.append(ComparedFolder(target=publisher.target, left_out=left_out, found=found))
    return folders


def _coverage(folders: Sequence[ComparedFolder]) -> float | None:
    """Of all folders together; None when there are no days to cover."""
    covered = sum(folder.found.count("ok") for folder in folders)
    return coverage(covered, sum(folder.found.with_messages for folder in folders))


def _show(
    call: Invocation,
    folders: Sequence[ComparedFolder],
    problems: Sequence[MemsyncdError],
    notes: Sequence[str],
) -> None:
    if call.options.as_json:
        documents = [_document(folder) for folder in folders]
        call.out.json({"coverage": _coverage(folders), "folders": documents, "problems": problems, "notes": notes})
        return
    if not folders:
        call.out.data("no agent logs were found, so there is nothing to compare")
        call.out.say("give --sessions-dir and --memory-dir, or run memsyncd init")
    for folder in folders:
        call.out.data(short_path(folder.target.folder, call.env))
        call.out.table([_row(day) for day in folder.found.days if day.status != "ok"], right=[3])
        call.out.data(_verdict(folder))
    if any(folder.found.gaps for folder in folders):
        call.out.say("memsyncd catch-up writes what is missing or stale")


def _document(folder: ComparedFolder) -> dict[str, object]:
    found = folder.found
    return {
        "folder": folder.target.folder,
        "zone": folder.target.zone,
        "sources": [source.name for source in folder.target.sources],
        "left_out": folder.left_out,
        "coverage": found.coverage,
        "days_with_messages": found.with_messages,
        **{status.replace(" ", "_"): found.count(status) for status in STATUSES},
        "days": found.days,
    }


def _row(day: ComparedDay) -> Sequence[str]:
    return f"  {day.date}", day.status, day.file or "", count(day.messages, "message"), day.reason


def _verdict(folder: ComparedFolder) -> str:
    found = folder.found
    today = f"; today ({folder.left_out}) left out" if folder.left_out else ""
    if found.coverage is None:
        return f"  no messages are known of these days, so that nothing can be said of coverage{today}"
    covered = f"{found.count('ok'):,} of {count(found.with_messages, 'day')} with messages"
    others = [f"{number:,} {status}" for status in STATUSES[1:] if (number := found.count(status))]
    return f"  coverage {found.coverage:g} %, {', '.join((covered, *others))}{today}"
