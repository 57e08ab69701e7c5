"""``memsyncd catch-up`` and ``memsyncd --catch-up``: read what is new, write the days that changed, stop."""

from __future__ import annotations

import click

from memsyncd.cli.metrics import export_metrics
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.report import exit_code, show_run
from memsyncd.cli.session import opened_for_writing


@click.command("catch-up")
@click.option("--keep-all", is_flag=True, help="Save each file that is replaced, also one only memsyncd wrote in.")
@log_options
@shared_options
@invocation
def command(call: Invocation, keep_all: bool) -> int:
    r"""Read what is new in the logs, write the days that changed, and stop.

    Running it again changes nothing. Made for cron, timers and shell hooks; exit code 3 means that some day or
    file failed and the others are done.

    \b
    Examples:
      memsyncd catch-up
      memsyncd --catch-up --sessions-dir ~/.openclaw/agents/main/sessions --memory-dir ~/notes/memory
      memsyncd catch-up --json | jq .days
    """
    return run(call, keep_all=keep_all)


def run(call: Invocation, *, keep_all: bool = False) -> int:
    """Does the work of both spellings and returns the exit code."""
    with opened_for_writing(call, keep_all=keep_all) as writing:
        report = writing.engine.catch_up()
        export_metrics(call, writing, report)
    show_run(call, report)
    return exit_code(report)
