"""Shows what a run read and wrote; the same for catch-up and backfill."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from memsyncd.cli.options import Invocation
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import tell_problems
from memsyncd.errors import PARTLY_FAILED
from memsyncd.sync.publish import DayReport
from memsyncd.sync.runs import RunReport

_QUIET_ACTIONS = frozenset({"skip", "unchanged"})


def show_run(call: Invocation, report: RunReport) -> None:
    """Prints the days that were written or left alone, and says what was read."""
    for note in report.notes:
        call.out.warn(note)
    tell_problems(call, report.sources)
    if report.found_later:
        found = count(sum(report.found_later.values()), "secret")
        call.out.say(f"{found} found in what was stored already and replaced; those days are written anew")
    for problem in [*report.problems, *(day.error for day in report.days if day.error)]:
        call.out.error(problem)
    if call.options.as_json:
        call.out.json(as_document(report))
        return
    shown = [day for day in report.days if day.action not in _QUIET_ACTIONS and day.error is None]
    call.out.table([_row(call, day) for day in shown], right=[2])
    _sum_up(call, report)


def exit_code(report: RunReport) -> int:
    """0 when everything went well, 3 when part of it failed."""
    return PARTLY_FAILED if report.failures else 0


def as_document(report: RunReport) -> dict[str, object]:
    """The run as JSON-ready data; days that were up to date are counted, not listed."""
    return {
        "sources": report.sources,
        "days": [day for day in report.days if day.action not in _QUIET_ACTIONS],
        "up_to_date": sum(day.action in _QUIET_ACTIONS and day.messages > 0 for day in report.days),
        "problems": report.failures,
        "notes": report.notes,
        "found_later": report.found_later,
        "seconds": report.seconds,
    }


def word(day: DayReport) -> str:
    """What happened to a day's file, in one word."""
    return {"create": "new", "append": "added", "replace": "updated", "adopt": "adopted"}.get(day.action, "kept")


def _row(call: Invocation, day: DayReport) -> Sequence[str]:
    action = word(day)
    file = short_path(Path(day.folder) / day.file, call.env) if day.file else short_path(day.folder, call.env)
    pinned = f"your lines stay in {', '.join(day.pinned)}" if day.pinned else ""
    remarks = [remark for remark in (day.reason, pinned) if remark not in ("", action)]
    why = f"({'; '.join(remarks)})" if remarks else ""
    return day.date.isoformat(), action, count(day.messages, "message"), file, why


def _sum_up(call: Invocation, report: RunReport) -> None:
    written = sum(day.written for day in report.days)
    current = sum(day.action in _QUIET_ACTIONS and day.messages > 0 for day in report.days)
    failed = sum(day.error is not None for day in report.days)
    files = sum(source.files for source in report.sources)
    gone = sum(source.vanished for source in report.sources)
    added = sum(source.messages for source in report.sources)
    secrets = sum(source.redactions for source in report.sources)
    call.out.say(
        count(files, "log")
        + (f" ({gone:,} gone since, what they held stays)" if gone else "")
        + f", {count(added, 'new message')}"
        + (f", {count(secrets, 'secret')} redacted" if secrets else "")
        + f" · {count(written, 'day')} written, {current:,} up to date"
        + (f", {failed:,} failed" if failed else "")
        + f" · {report.seconds:.1f} s"
    )
