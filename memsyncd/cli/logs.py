"""``memsyncd logs``: what the daemon did, from the journal or the log file, for people or as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
import msgspec

from memsyncd.adapters.config_file import load_config, state_dir
from memsyncd.adapters.journal import UNIT, Journal
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.dates import DATE, day_in, today_in
from memsyncd.cli.options import Invocation, invocation, shared_options
from memsyncd.cli.output import escaped, printable, short_path
from memsyncd.cli.session import redactor_for
from memsyncd.config import Config
from memsyncd.core.loglines import LEVELS, LogLine, Paint, Wanted, latest, masked, render
from memsyncd.errors import MemsyncdError
from memsyncd.logs import default_file
from memsyncd.logs.tail import LogFile
from memsyncd.model import Millis

_USUAL: Final = 50  # lines, where no stretch of time or day limits them
_AGO: Final = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS: Final = {"today": 0, "yesterday": 1}
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "debug": {"dim": True},
    "warning": {"fg": "yellow"},
    "error": {"fg": "red"},
    "critical": {"fg": "red", "bold": True},
    "dim": {"dim": True},
    "name": {"fg": "cyan"},
}


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--level", type=click.Choice(LEVELS), default="debug", help="Lines of this level and worse.")
@click.option("--day", type=DATE, metavar="DATE", help="Lines about this day's memory.")
@click.option("--since", metavar="WHEN", help="Lines from then on: 2h, yesterday, 2026-01-15T10:00.")
@click.option(
    "-n", "--lines", type=click.IntRange(min=0), metavar="N",
    help=f"At most so many of the lines that are there. [{_USUAL}; all with --since or --day]",
)  # fmt: skip
@shared_options
@invocation
def command(
    call: Invocation, follow: bool, level: str, day: date | None, since: str | None, lines: int | None
) -> int:
    r"""Show what memsyncd logged: the service's journal, or the log file.

    With --json the lines are one list; with --follow as well they come as one JSON document a line.

    \b
    Examples:
      memsyncd logs -f
      memsyncd logs --level warning --since yesterday
      memsyncd logs --day 2026-01-15
      memsyncd logs -f --json | jq .event
    """
    config, _ = load_config(call.options.config, call.env)
    here = system_zone(call.env).name
    now = datetime.now(UTC)
    wanted = Wanted(
        level=level,
        day=day_in(day, config.timezone or here, now).isoformat() if day else None,
        since=since_of(since, now, here) if since else None,
    )
    if lines is None and not (day or since):
        lines = _USUAL
    with ExitStack() as stack:
        log = _chosen(call, config, stack, follow=follow, since=wanted.since)
        call.out.say(f"reading {short_path(log.name, call.env)}")
        try:
            shown = _shown(log, wanted, lines, follow=follow)
            _show(call, map(partial(masked, mask=redactor_for(call)), shown), ZoneInfo(here), follow=follow)
        except KeyboardInterrupt:  # the only way to end following is no failure
            if not follow:
                raise
    return 0


def since_of(text: str, now: datetime, zone: str) -> Millis:
    """The instant that ``--since`` names: a time ago, a day, or a day and a time in ``zone``.

    Raises:
        BadParameter: it names none.
    """
    try:
        return int(_instant(text.strip().lower(), now, ZoneInfo(zone)).timestamp() * 1000)
    except (ValueError, OverflowError):
        why = f"{text!r} is no time: use 30m, 2h, 3d, today, yesterday, 2026-01-15 or 2026-01-15T10:00"
        raise click.BadParameter(why, param_hint="--since") from None


def _instant(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if text in _DAYS:
        day = today_in(zone.key, now) - timedelta(days=_DAYS[text])
        return datetime.combine(day, time.min, zone)
    at = datetime.fromisoformat(text.upper())
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _chosen(
    call: Invocation, config: Config, stack: ExitStack, *, follow: bool, since: Millis | None
) -> Journal | LogFile:
    """The journal where the service runs under systemd, else the first file that is there."""
    journal = Journal(call.env, since=since)
    installed, speaks = journal.installed(), journal.speaks()
    if installed and speaks:
        return journal
    files = [*filter(None, [config.log.file]), default_file(state_dir(config, call.env))]
    there = next((file for file in files if _exists(file)), None)
    if there is None and (speaks or (installed and follow)):
        return journal
    if there is None and follow and config.log.file:
        there = config.log.file
    if there is None:
        where = ", ".join(short_path(file, call.env) for file in files)
        raise MemsyncdError(
            "there is no log yet",
            why=f"the journal has no line of {UNIT}, and there is no {where}",
            hint="memsyncd service install makes memsyncd run and log; memsyncd run logs to its terminal, and to "
            "the file that [log] file names",
        )
    return stack.enter_context(LogFile(there, torn=not follow))


def _exists(file: Path) -> bool:
    """Whether there is something of this name, which may turn out to be unreadable."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _shown(log: Journal | LogFile, wanted: Wanted, limit: int | None, *, follow: bool) -> Iterator[LogLine]:
    with closing(log.newest_first()) as newest_first:
        yield from latest(newest_first, wanted, limit)
    if follow:
        yield from (line for line in log.follow() if wanted.takes(line, line.at))


def _show(call: Invocation, lines: Iterator[LogLine], zone: ZoneInfo, *, follow: bool) -> None:
    if call.options.as_json and not follow:
        call.out.json([line.as_dict() for line in lines])
        return
    paint = _painter(call.env)
    for line in lines:
        if call.options.as_json:
            click.echo(escaped(msgspec.json.encode(line.as_dict()).decode()).encode())
        else:
            click.echo(render(line, zone, paint, printable))


def _painter(env: Mapping[str, str]) -> Paint:
    """Colours for a terminal; click takes them out on the way to anything else."""
    if env.get("NO_COLOR"):
        return lambda text, _: text
    return lambda text, part: click.style(text, **_LOOKS[part]) if part in _LOOKS else text
