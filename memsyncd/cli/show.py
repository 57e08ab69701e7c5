"""``memsyncd show``: one day's memory, as it stands on disk or in full."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click
from msgspec import Struct

from memsyncd.adapters.files import read_or_none
from memsyncd.cli.dates import DATE, day_in
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.session import opened_for_reading
from memsyncd.core.frame import render_heading
from memsyncd.core.render import render_block
from memsyncd.errors import MemsyncdError
from memsyncd.sync.publish import Publisher

_WHOLE = 1 << 40  # bytes: no limit


class ShownDay(Struct, frozen=True, kw_only=True):
    """One day's memory."""

    date: date
    folder: str
    file: str | None  # None: rendered from the store
    messages: int
    text: str


@click.command()
@click.argument("day", type=DATE, metavar="DATE")
@click.option("--full", is_flag=True, help="Everything the store knows, without the size limit of the file.")
@log_options
@shared_options
@invocation
def command(call: Invocation, day: date, full: bool) -> int:
    r"""Show the memory of one day: the file as it is, or with --full everything known.

    \b
    Examples:
      memsyncd show 2026-01-15
      memsyncd show yesterday --full | less
    """
    with opened_for_reading(call) as reading:
        now = datetime.now(UTC)
        days = [(publisher, day_in(day, publisher.target.zone, now)) for publisher in reading.publishers]
        shown = [found for publisher, meant in days if (found := _shown(publisher, meant, full=full))]
    if not shown:
        hint = "memsyncd stats shows the days that are known"
        raise MemsyncdError("nothing is known of this day", where=day.isoformat(), hint=hint)
    if call.options.as_json:
        call.out.json({"days": shown})
        return 0
    for found in shown:
        if len(shown) > 1:
            call.out.say(f"── {found.folder}")
        call.out.data(found.text.rstrip("\n"))
    return 0


def _shown(publisher: Publisher, day: date, *, full: bool) -> ShownDay | None:
    name = publisher.look(day).name
    on_disk = None if full else read_or_none(Path(publisher.target.folder) / name)
    messages = facts.messages if (facts := publisher.facts().get(day)) else 0
    if on_disk is None and not messages:
        return None
    if on_disk is not None:
        text = on_disk.data.decode("utf-8", "replace")
    else:
        text = f"{render_heading(day)}\n\n{render_block(publisher.day(day), limit=_WHOLE)}"
    file = name if on_disk else None
    return ShownDay(date=day, folder=str(publisher.target.folder), file=file, messages=messages, text=text)
