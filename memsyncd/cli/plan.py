"""``memsyncd plan``: which days would be written, why, and how their files would change."""

from __future__ import annotations

import click

from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.planning import gather, show_plans
from memsyncd.cli.selectors import day_selectors, selection_of, tell_unknown
from memsyncd.cli.session import opened_for_reading


@click.command()
@day_selectors
@click.option("--diff/--no-diff", "diffs", default=True, help="Show the unified diff of each file, or not.")
@log_options
@shared_options
@invocation
def command(call: Invocation, diffs: bool, **given: object) -> int:
    r"""Show which days would be written, why, and the unified diff. Writes no memory file.

    Without a selector: the days that catch-up would write now.

    \b
    Examples:
      memsyncd plan
      memsyncd plan 2026-01-15
      memsyncd plan --since 2026-01-01 --no-diff
    """
    selection = selection_of(**given)  # type: ignore[arg-type]  # click has checked the types
    again = not (selection.empty or selection.incremental)
    with opened_for_reading(call) as reading:
        plans = gather(reading, selection, again=again, diffs=diffs)
    tell_unknown(call, selection, reading.publishers, {plan.date for plan in plans})
    return show_plans(call, reading, plans)
