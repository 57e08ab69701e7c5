"""``memsyncd history``: the versions of memory files that were saved before they were replaced."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date

import click

from memsyncd.cli.dates import DATE
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path, size
from memsyncd.cli.planning import diff_of
from memsyncd.cli.versions import LATEST, Listed, Saved, Shelves, choose
from memsyncd.errors import PARTLY_FAILED, MemsyncdError, UsageError


@click.command()
@click.argument("day", type=DATE, metavar="[DATE]", required=False)
@click.option("--at", metavar="T", help="Print this version: its time as listed, or a beginning of it, or latest.")
@click.option("--diff", is_flag=True, help="Show what changed from that version (or the latest) to the file now.")
@log_options
@shared_options
@invocation
def command(call: Invocation, day: date | None, at: str | None, diff: bool) -> int:
    r"""List the saved versions of one day's file or of all, or print one.

    Before memsyncd replaces a file that somebody else has written in, it saves what was there. + and - count the
    lines that bringing a version back would add and take away.

    \b
    Examples:
      memsyncd history
      memsyncd history 2026-01-15
      memsyncd history 2026-01-15 --diff
      memsyncd history 2026-01-15 --at 2026-01-16T09:15 > restored.md
    """
    if day is None and (at or diff):
        raise UsageError("which day?", hint="give the DATE before --at and --diff")
    shelves = Shelves(call)
    found = shelves.saved(day)
    if day is None or not (at or diff):
        return _list(call, [shelves.listed(saved) for saved in found], day)
    if not found:
        why = "no version of this day is saved"
        raise MemsyncdError("no such version", where=day.isoformat(), why=why, hint="memsyncd history lists all")
    return _print(call, shelves, choose(found, at or LATEST), diff=diff)


def _list(call: Invocation, found: Sequence[Listed], day: date | None) -> int:
    if call.options.as_json:
        call.out.json({"versions": found})
    else:
        folders = list(dict.fromkeys(listed.folder for listed in found))
        for folder in folders:
            if len(folders) > 1:
                call.out.say(f"── {short_path(folder, call.env)}")
            call.out.table([_row(listed) for listed in found if listed.folder == folder], right=[3])
        call.out.say(_sum(found, day))
    for listed in found:
        if listed.problem:
            call.out.error(listed.problem)
    return PARTLY_FAILED if any(listed.problem for listed in found) else 0


def _row(listed: Listed) -> Sequence[str]:
    head = (listed.file, listed.at, listed.kind)
    if listed.bytes is None:
        return *head, "", "unreadable"
    return *head, size(listed.bytes), listed.change


def _sum(found: Sequence[Listed], day: date | None) -> str:
    if not found:
        return f"no version of {day} is saved" if day else "no versions are saved"
    again = f"memsyncd undo {day or 'DATE'} brings one back"
    return f"{count(len(found), 'version')}; {again}"


def _print(call: Invocation, shelves: Shelves, saved: Saved, *, diff: bool) -> int:
    data = shelves.history.read(saved.version)
    changes = diff_of(saved.version.file, data, saved.present()) if diff else ""
    if call.options.as_json:
        text = {"diff": changes} if diff else {"text": data.decode("utf-8", "replace")}
        call.out.json({"version": shelves.listed(saved), **text})
    elif diff:
        call.out.data(changes) if changes else call.out.say("no line is different")
    elif sys.stdout.isatty():
        call.out.data(data.decode("utf-8", "replace").rstrip("\n"))
    else:
        click.echo(data, nl=False)  # to the byte, for a file or another program
    return 0
