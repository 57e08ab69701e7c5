"""``memsyncd grade``: how much of a day can be found again through its memory file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import click
from msgspec import Struct

from memsyncd.adapters.files import read_or_none
from memsyncd.cli.dates import DATE, day_in
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import short_path, size
from memsyncd.cli.session import opened_for_reading
from memsyncd.core.grade import Grade, Share, grade
from memsyncd.sync.publish import Publisher

_LATEST = 7  # days with a file


class GradedDay(Struct, frozen=True, kw_only=True):
    """One day's file and what it is worth; no grade without a file."""

    date: date
    folder: str
    file: str
    grade: Grade | None


@click.command()
@click.argument("days", type=DATE, metavar="[DATE]...", nargs=-1)
@log_options
@shared_options
@invocation
def command(call: Invocation, days: tuple[date, ...]) -> int:
    r"""Tell how much of a day can be found through its memory file.

    Each of your messages is looked for in the file by its own words. "found" is the share that leads to a line
    about it, "quarters" the same for each quarter of them, "brief" the share of topics, decisions and open
    questions within the first 1,000 characters, which an agent reads at its start. Without a date, the last seven
    days that have a file.

    \b
    Examples:
      memsyncd grade
      memsyncd grade 2026-01-15 yesterday
      memsyncd grade --json | jq '.days[] | select(.found < 0.8) | .date'
    """
    with opened_for_reading(call) as reading:
        now = datetime.now(UTC)
        graded = [
            found
            for publisher in reading.publishers
            for found in _graded(publisher, [day_in(day, publisher.target.zone, now) for day in days])
        ]
    if call.options.as_json:
        call.out.json({"days": [_document(found) for found in graded]})
    elif graded:
        _show(call, graded)
    else:
        call.out.data("there is no memory file to grade")
        call.out.say("memsyncd catch-up writes them")
    return 0


def _graded(publisher: Publisher, days: Sequence[date]) -> Iterator[GradedDay]:
    wanted = sorted(set(days)) or sorted({day for day, _ in publisher.folder.files()})[-_LATEST:]
    for day in wanted:
        name = publisher.look(day).name
        seen = read_or_none(publisher.target.folder / name)
        found = grade(publisher.day(day), seen.data.decode("utf-8", "replace")) if seen is not None else None
        yield GradedDay(date=day, folder=str(publisher.target.folder), file=name, grade=found)


def _show(call: Invocation, graded: Sequence[GradedDay]) -> None:
    rows: list[Sequence[str]] = [("day", "found", "messages", "quarters", "brief", "size", "file")]
    rows += [_row(found, short_path(found.folder, call.env)) for found in graded]
    call.out.table(rows, right=(1, 2, 4, 5))


def _row(found: GradedDay, folder: str) -> Sequence[str]:
    file = f"{folder}/{found.file}"
    if found.grade is None:
        return (str(found.date), "", "", "", "", "", f"no {file}")
    turns = found.grade.turns
    quarters = " ".join(map(_percent, found.grade.quarters)) or "too few"
    of = f"{turns.found:,} of {turns.total:,}"
    brief, much = _percent(found.grade.brief), size(found.grade.bytes)
    return str(found.date), _percent(turns), of, quarters, brief, much, file


def _percent(share: Share) -> str:
    return "-" if share.part is None else f"{100 * share.part:.0f}%"


def _document(found: GradedDay) -> dict[str, object]:
    grade = found.grade
    return {
        "date": found.date,
        "folder": found.folder,
        "file": found.file if grade else None,
        "messages": grade and grade.turns.total,
        "messages_found": grade and grade.turns.found,
        "found": grade and grade.turns.part,
        "quarters": grade and [share.part for share in grade.quarters],
        "brief": grade and grade.brief.part,
        "bytes": grade and grade.bytes,
    }
