"""``memsyncd undo``: brings a saved version of a day's memory file back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime

import click

from memsyncd.adapters.lock import exclusive
from memsyncd.cli.dates import DATE
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import short_path
from memsyncd.cli.planning import diff_of
from memsyncd.cli.versions import LATEST, Listed, Saved, Shelves, choose, is_present
from memsyncd.errors import MemsyncdError
from memsyncd.sync.engine import LOCK_FILE
from memsyncd.sync.undo import undo


@click.command()
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--at", metavar="T", help="This version: its time as in memsyncd history, or a beginning of it.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@log_options
@shared_options
@invocation
def command(call: Invocation, day: date, at: str | None, dry_run: bool) -> int:
    r"""Bring back a saved version of a day's file: the newest, or the one that --at names.

    What is there now is saved first, so that undo undoes itself. The day then stays as it is until there are new
    messages of it; their lines are added to yours.

    \b
    Examples:
      memsyncd undo 2026-01-15 --dry-run
      memsyncd undo 2026-01-15
      memsyncd undo 2026-01-15 --at 2026-01-16T09:15
    """
    shelves = Shelves(call)
    with nullcontext() if dry_run else exclusive(shelves.state_dir / LOCK_FILE):
        saved = _chosen(shelves.saved(day), day, at)
        listed = shelves.listed(saved)
        diff = diff_of(listed.file, saved.present(), shelves.history.read(saved.version))
        notes = () if dry_run else _bring_back(shelves, saved)
    for note in notes:
        call.out.warn(note)
    if call.options.as_json:
        call.out.json({"version": listed, "diff": diff, "written": not dry_run, "notes": notes})
    elif dry_run:
        call.out.data(diff)
        call.out.say("nothing was written")
    else:
        _tell(call, listed)
    return 0


def _chosen(found: Sequence[Saved], day: date, at: str | None) -> Saved:
    """The version that is wanted; the newest is the newest of those that would change something."""
    if not found:
        why, hint = "no version of this day is saved", "memsyncd history lists the days that have some"
        raise MemsyncdError("nothing to undo", where=day.isoformat(), why=why, hint=hint)
    wanted = found if at else [saved for saved in found if not is_present(saved)]
    saved = choose(wanted, at or LATEST) if wanted else found[0]
    if is_present(saved):
        why = "the file is as this version has it"
        raise MemsyncdError("nothing to undo", where=saved.at, why=why, hint="choose another version with --at")
    return saved


def _bring_back(shelves: Shelves, saved: Saved) -> Sequence[str]:
    done = undo(shelves.state_dir, saved.target, shelves.history, saved.version, now=lambda: datetime.now(UTC))
    return done.notes


def _tell(call: Invocation, listed: Listed) -> None:
    path = short_path(listed.folder / listed.file, call.env)
    call.out.table([(listed.date, "restored", listed.at, path, listed.change)])
    call.out.say(f"what was there is saved; memsyncd undo {listed.date} brings it back")
