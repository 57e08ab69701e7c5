"""``memsyncd sources``: the agents whose logs are read, what came of them, and the agents whose logs are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from msgspec.structs import asdict

from memsyncd.adapters.discover import PassedOver, passed_over
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import PROGRAMS, columns, count, short_path
from memsyncd.cli.session import opened_for_reading, set_up
from memsyncd.errors import PROBLEMS_FOUND
from memsyncd.sync.inventory import DatabaseEntry, SourceEntry, inventory

_HEAD = ("source", "transcripts in", "logs", "turns", "messages", "days", "newest", "")
_NUMBERS = (2, 3, 4, 5)


@click.command()
@log_options
@shared_options
@invocation
def command(call: Invocation) -> int:
    r"""List the sources: the agents whose logs are read, and what came of them.

    Of each: where it keeps its transcripts and which version was seen, its folders and its memory; logs, turns,
    messages and days; which files are not read and which sessions stay out of memory, and why. Below them the
    agents whose logs are not read. Exits 5 when a source has a problem.

    \b
    Examples:
      memsyncd sources
      memsyncd sources --json | jq '.sources[] | {name, era, days, excluded}'
      memsyncd sources --sessions-dir ~/backup/.openclaw --memory-dir ~/notes/memory
    """
    setup = set_up(call)
    others = list(passed_over(setup.sources, call.env, Path.home()))
    notes: Sequence[str] = setup.notes
    entries: list[SourceEntry] = []
    if setup.sources:
        with opened_for_reading(call) as reading:
            entries = inventory(reading.engine, reading.sources)
            notes = reading.engine.notes
            read = [problem for report in reading.sources for problem in report.problems]
        _tell_new(call, entries, {str(problem) for problem in read}, reported=bool(reading.sources))
    else:
        for note in () if call.options.as_json else notes:
            call.out.warn(note)
    if call.options.as_json:
        call.out.json({"sources": list(map(asdict, entries)), "not_read": others, "notes": notes})
    else:
        for line in _report(entries, others, call.env):
            call.out.data(line)
    return PROBLEMS_FOUND if not entries or any(entry.problems for entry in entries) else 0


def _tell_new(call: Invocation, entries: Sequence[SourceEntry], told: set[str], *, reported: bool) -> None:
    """Says what was wrong with the logs, as far as reading them has not said it."""
    for entry in entries:
        for problem in entry.problems:
            empty = reported and problem.what == "there are no session logs"
            if str(problem) not in told and not empty:
                call.out.error(problem)


def _report(entries: Sequence[SourceEntry], others: Sequence[PassedOver], env: Mapping[str, str]) -> Iterator[str]:
    if entries:
        yield from columns([_HEAD, *map(_row, entries)], right=_NUMBERS)
    else:
        yield "no sources"
    for entry in entries:
        yield ""
        yield entry.name
        yield from (f"  {line}" for line in columns(list(_details(entry, env))))
    if others:
        yield ""
        yield "not read"
        rows = [(one.kind, f"{short_path(one.path, env)}: {one.why}") for one in others]
        yield from (f"  {line}" for line in columns(rows))


def _row(entry: SourceEntry) -> tuple[object, ...]:
    newest = f"{entry.newest:%Y-%m-%d %H:%M}" if entry.newest else "–"
    numbers = (entry.files + entry.in_database, entry.turns, entry.messages, entry.days)
    wrong = f"{len(entry.problems)} problem{'s' * (len(entry.problems) > 1)}" if entry.problems else ""
    era = "files and database" if entry.era == "both" else entry.era
    return (entry.name, era, *(f"{number:,}" for number in numbers), newest, wrong)


def _details(entry: SourceEntry, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    version = f" {entry.version}" if entry.version else ""
    yield "program", f"{PROGRAMS[entry.kind]}{version}" + (f", agent {entry.agent}" if version else "")
    for number, folder in enumerate(entry.folders):
        yield "" if number else "logs", short_path(folder, env)
    if entry.database:
        yield "database", f"{short_path(entry.database.file, env)} ({_made(entry.database)})"
    yield "memory", short_path(entry.memory_dir, env)
    if entry.skipped:
        yield "skipped", _listed(entry.skipped, "file")
    if entry.excluded:
        yield "left out", _listed(entry.excluded, "session")
    if not entry.others:
        yield "left out", "words of people who are not the owner"
    yield from (("note", note) for note in entry.notes)


def _made(database: DatabaseEntry) -> str:
    by = f", made by OpenClaw {database.version}" if database.version else ""
    return f"tables of version {database.schema}{by}{'' if database.transcripts else ', no transcripts'}"


def _listed(counts: Mapping[str, int], noun: str) -> str:
    return ", ".join(f"{count(number, noun)} ({reason})" for reason, number in counts.items())
