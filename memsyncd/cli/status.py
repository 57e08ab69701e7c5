"""``memsyncd status``: how memory stands, and what needs a person."""

from __future__ import annotations

import click
from msgspec.structs import asdict

from memsyncd.adapters.daemon_file import DAEMON_FILE, read_daemon_state
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.session import Reading, opened_for_reading
from memsyncd.cli.status_report import report
from memsyncd.errors import PROBLEMS_FOUND
from memsyncd.sync.health import health_of


@click.command()
@log_options
@shared_options
@invocation
def command(call: Invocation) -> int:
    r"""Show how memory stands.

    What needs a person comes first: days that could not be written, damaged files, sources without logs. Below it
    the daemon, how far memory reaches against the logs, sections that your edits pinned, counts and sizes. Exits 5
    when something needs a person.

    \b
    Examples:
      memsyncd status
      memsyncd status --json | jq '.sources[] | {source, behind_seconds}'
      memsyncd status --quiet || notify-send "memsyncd needs you"
    """
    with opened_for_reading(call) as reading:
        if note := _died(reading):
            call.out.warn(note)
            reading.engine.notes.append(note)
        health = health_of(reading.engine, reading.sources, reading.daemon, reading.setup.config)
    if call.options.as_json:
        call.out.json({"healthy": health.healthy, "needs": health.needs, **asdict(health)})
    else:
        for line in report(health, call.env):
            call.out.data(line)
    return 0 if health.healthy else PROBLEMS_FOUND


def _died(reading: Reading) -> str | None:
    """Whether a daemon ended without order: it left its word behind, and does not hold the lock."""
    left = read_daemon_state(reading.setup.state_dir / DAEMON_FILE)
    if left is None or reading.daemon:
        return None
    return f"the daemon, process {left.pid}, was killed or crashed: memsyncd logs, memsyncd service start"
