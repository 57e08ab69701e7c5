"""Gathers and shows what would be written, without writing it; for ``plan`` and ``backfill --dry-run``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct

from memsyncd.cli.options import Invocation
from memsyncd.cli.output import count, short_path
from memsyncd.cli.selectors import Selection, chosen
from memsyncd.cli.session import Reading
from memsyncd.errors import PARTLY_FAILED, MemsyncdError
from memsyncd.model import DayPlan
from memsyncd.sync.publish import Publisher

_CURRENT = frozenset({"skip", "unchanged"})


class PlannedDay(Struct, frozen=True, kw_only=True):
    """What would become of one day's file."""

    date: date
    folder: str
    file: str
    action: str  # write, skip, keep; "unchanged" when writing would not change a byte; "refused", "failed"
    reason: str
    messages: int
    diff: str = ""  # unified, empty when nothing would change


def gather(
    reading: Reading, selection: Selection, *, again: bool, force: bool = False, diffs: bool = False
) -> list[PlannedDay]:
    """The planned days of every folder, in order of folder and date; ``again`` and ``force`` as for a run."""
    return [
        _look(publisher, plan, force=force, diffs=diffs)
        for publisher in reading.publishers
        for plan in publisher.plan(chosen(selection, publisher.facts(), publisher.target.zone), again=again)
    ]


def show_plans(call: Invocation, reading: Reading, plans: Sequence[PlannedDay]) -> int:
    """Prints the plans: a table of the days that are not up to date, then the diffs; returns the exit code."""
    to_write = sum(plan.action == "write" for plan in plans)
    problems = [problem for source in reading.sources for problem in source.problems]
    if call.options.as_json:
        call.out.json({"days": plans, "to_write": to_write, "problems": problems, "notes": reading.engine.notes})
    else:
        call.out.table([_row(call, plan) for plan in plans if plan.action not in _CURRENT], right=[2])
        for plan in plans:
            if plan.diff:
                call.out.data(f"\n{plan.diff}")
        current = sum(plan.action in _CURRENT and plan.messages > 0 for plan in plans)
        call.out.say(f"{count(to_write, 'day')} to write, {current:,} up to date; nothing was written")
    return PARTLY_FAILED if problems or any(plan.action == "failed" for plan in plans) else 0


def _look(publisher: Publisher, plan: DayPlan, *, force: bool, diffs: bool) -> PlannedDay:
    name = publisher.look(plan.date).name
    action: str = plan.action
    reason, diff = plan.reason, ""
    if action == "write":
        action, reason, diff = _preview(publisher, plan, name, force=force, diffs=diffs)
    return PlannedDay(
        date=plan.date,
        folder=str(publisher.target.folder),
        file=name,
        action=action,
        reason=reason,
        messages=plan.messages,
        diff=diff,
    )


def _preview(publisher: Publisher, plan: DayPlan, name: str, *, force: bool, diffs: bool) -> tuple[str, str, str]:
    try:
        old, merged = publisher.folder.preview(plan.date, name, publisher.block(plan.date), force=force)
    except MemsyncdError as error:
        return "failed", ": ".join(filter(None, (error.what, error.why))), ""
    if merged.action in ("unchanged", "refused"):
        return merged.action, merged.reason, ""
    return "write", plan.reason, diff_of(name, old, merged.data) if diffs else ""


def diff_of(name: str, old: bytes, new: bytes) -> str:
    """The unified diff between two versions of a file; one without bytes is no file."""
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    names = (f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null")
    return "\n".join(unified_diff(before, after, *names, lineterm=""))


def _row(call: Invocation, plan: PlannedDay) -> Sequence[str]:
    file = short_path(Path(plan.folder) / plan.file, call.env)
    action = "keep" if plan.action == "refused" else plan.action
    return plan.date.isoformat(), action, count(plan.messages, "message"), file, f"({plan.reason})"
