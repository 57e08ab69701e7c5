"""``memsyncd transitions``: when the answering model changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec import Struct

from memsyncd.cli.dates import DATE, Span, local_iso, since_and_until, span_of
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import Reading, opened_for_reading
from memsyncd.errors import PARTLY_FAILED
from memsyncd.model import Transition
from memsyncd.sync.publish import Publisher
from memsyncd.sync.review import known_days, transitions_on, write_document


class Change(Struct, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """One transition, as it is printed and written."""

    date: date
    at: str  # ISO-8601 with the offset of the folder's zone
    session: str
    before: dict[str, str]  # provider and model
    after: dict[str, str]
    across: bool  # the new model began a session; false: it changed inside one
    folder: str


class Changes(Struct, frozen=True, kw_only=True):
    """The document of ``--json`` and ``--output``."""

    transitions: list[Change]
    days: int  # that were looked at


@click.command()
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the JSON document to FILE.")
@click.option("--date", "day", type=DATE, metavar="D", help="This day only.")
@since_and_until
@log_options
@shared_options
@invocation
def command(
    call: Invocation, output: Path | None, day: date | None, since: date | None, until: date | None
) -> int:
    r"""List the points where one model's answer was followed by another's.

    Compared are consecutive answers inside a session; the first answer of a new session is compared with the
    day's latest answer elsewhere. Copies that the gateway delivers are no answers.

    \b
    Examples:
      memsyncd transitions --date yesterday
      memsyncd transitions --since 2026-01-01 --json | jq '.transitions[].to'
      memsyncd transitions --output transitions.json
    """
    span = span_of(day, since, until)
    with opened_for_reading(call) as reading:
        found = _changes(reading, span)
    if output is not None:
        write_document(output, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
        call.out.say(f"{count(len(found.transitions), 'transition')} written to {short_path(output, call.env)}")
    elif call.options.as_json:
        call.out.json(found)
    else:
        _show(call, found)
    return PARTLY_FAILED if any(report.problems for report in reading.sources) else 0


def _changes(reading: Reading, span: Span) -> Changes:
    now = datetime.now(UTC)
    changes: list[Change] = []
    days = 0
    for publisher in reading.publishers:
        known = known_days(publisher, span.within(publisher.target.zone, now))
        days += len(known)
        changes += [_change(publisher, day, transition) for day, transition in transitions_on(publisher, known)]
    return Changes(transitions=changes, days=days)


def _change(publisher: Publisher, day: date, transition: Transition) -> Change:
    before, after = ({"provider": one, "model": two} for one, two in (transition.before, transition.after))
    return Change(
        date=day,
        at=local_iso(transition.at, ZoneInfo(publisher.target.zone)),
        session=transition.session,
        before=before,
        after=after,
        across=transition.across,
        folder=str(publisher.target.folder),
    )


def _show(call: Invocation, found: Changes) -> None:
    folders = [list(group) for _, group in groupby(found.transitions, key=lambda change: change.folder)]
    for group in folders:
        if len(folders) > 1:
            call.out.data(short_path(group[0].folder, call.env))
        call.out.table([_row(change) for change in group])
    if not found.transitions:
        call.out.say(f"no model transitions on {count(found.days, 'day')} with messages")


def _row(change: Change) -> Sequence[str]:
    session = f"session {change.session[:8]}"
    return (
        change.at[:16].replace("T", " "),
        f"{_name(change.before)} → {_name(change.after)}",
        f"{session}, its first answer" if change.across else session,
    )


def _name(model: dict[str, str]) -> str:
    return f"{model['provider']}/{model['model']}"
