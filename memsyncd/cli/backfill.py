"""``memsyncd backfill``: write chosen days again from everything the logs and the store know."""

from __future__ import annotations

import click

from memsyncd.cli.metrics import export_metrics
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.planning import gather, show_plans
from memsyncd.cli.report import exit_code, show_run
from memsyncd.cli.selectors import Selection, chosen, day_selectors, selection_of, tell_unknown
from memsyncd.cli.session import opened_for_reading, opened_for_writing
from memsyncd.errors import UsageError


@click.command()
@day_selectors
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.option("--force", is_flag=True, help="Take over the block of a predecessor's file.")
@click.option("--preserve", is_flag=True, expose_value=False, help="Keep hand-written text (it always is kept).")
@click.option("--keep-all", is_flag=True, help="Save each file that is replaced, also one only memsyncd wrote in.")
@click.option("--summarize", is_flag=True, help="Narrative summaries: not in this version.")
@click.option("--model", metavar="NAME", help="Model for --summarize.")
@log_options
@shared_options
@invocation
def command(
    call: Invocation,
    dry_run: bool,
    force: bool,
    keep_all: bool,
    summarize: bool,
    model: str | None,
    **given: object,
) -> int:
    r"""Write chosen days again.

    What you wrote by hand stays. A file whose bytes would not change is not touched.

    \b
    Examples:
      memsyncd backfill 2026-01-15
      memsyncd backfill --since 2026-01-01 --until 2026-01-31 --dry-run
      memsyncd backfill --all
      memsyncd backfill --incremental --json
    """
    selection = selection_of(**given)  # type: ignore[arg-type]  # click has checked the types
    if selection.empty:
        raise UsageError("which days?", hint="name a DATE, or use --today, --since, --all or --incremental")
    if model and not summarize:
        raise UsageError("--model needs --summarize")
    if summarize:
        call.out.warn("this version writes no summaries; the days are written without")
    if dry_run:
        return _dry_run(call, selection, force=force)
    return _write(call, selection, force=force, keep_all=keep_all)


def _write(call: Invocation, selection: Selection, *, force: bool, keep_all: bool) -> int:
    with opened_for_writing(call, keep_all=keep_all) as writing:
        report = writing.engine.catch_up(
            lambda publisher: chosen(selection, publisher.facts(), publisher.target.zone),
            again=not selection.incremental,
            force=force,
        )
        export_metrics(call, writing, report)
    tell_unknown(call, selection, writing.engine.publishers, {day.date for day in report.days})
    show_run(call, report)
    return exit_code(report)


def _dry_run(call: Invocation, selection: Selection, *, force: bool) -> int:
    with opened_for_reading(call) as reading:
        plans = gather(reading, selection, again=not selection.incremental, force=force)
    tell_unknown(call, selection, reading.publishers, {plan.date for plan in plans})
    return show_plans(call, reading, plans)
