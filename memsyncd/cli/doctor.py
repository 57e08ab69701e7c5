"""``memsyncd doctor``: does this machine let memsyncd do its work?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from textwrap import wrap

import click
from msgspec.structs import replace

from memsyncd.adapters.service_manager import run_command
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, safe
from memsyncd.doctor.check import Check
from memsyncd.doctor.examine import examine
from memsyncd.doctor.gather import Asked, gather
from memsyncd.errors import PROBLEMS_FOUND

_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}
_LOOKS = {"ok": "green", "note": "yellow", "problem": "red"}
_INDENT = 2 + len("PROBLEM") + 2
_LONG_NAME = 20  # characters; a longer one gets a line of its own
_NARROW = 40  # columns; below, lines are left to the terminal


@click.command()
@log_options
@shared_options
@invocation
def command(call: Invocation) -> int:
    r"""Look whether this machine lets memsyncd work, and say what to do where it does not.

    Program, configuration, state folder, logs, memory folders, watching, time, service. Changes nothing and sends
    nothing. Exits 5 when there is a problem; notes do not count. With --quiet only problems are shown.

    \b
    Examples:
      memsyncd doctor
      memsyncd doctor --quiet || memsyncd doctor --json > report.json
      memsyncd doctor --json | jq '.checks[] | select(.verdict != "ok")'
    """
    options = call.options
    asked = Asked(
        env=call.env,
        home=Path.home(),
        config=options.config,
        sessions_dir=options.sessions_dir,
        memory_dir=options.memory_dir,
    )
    checks = [_safe(check) for check in examine(gather(asked, run_command, datetime.now(UTC)))]
    problems, notes = (sum(check.verdict == verdict for check in checks) for verdict in ("problem", "note"))
    if options.as_json:
        call.out.json({"healthy": not problems, "problems": problems, "notes": notes, "checks": checks})
    else:
        _show(call, checks)
        if not options.quiet:
            call.out.data(_summary(problems, notes))
    return PROBLEMS_FOUND if problems else 0


def _safe(check: Check) -> Check:
    """The check without secrets: it repeats names and values that others chose."""
    return replace(
        check, name=safe(check.name), finding=safe(check.finding), advice=check.advice and safe(check.advice)
    )


def _show(call: Invocation, checks: Sequence[Check]) -> None:
    shown = [check for check in checks if check.verdict == "problem" or not call.options.quiet]
    names = min(_LONG_NAME, max((len(check.name) for check in shown), default=0))
    home, coloured = call.env.get("HOME", ""), not call.env.get("NO_COLOR")
    for number, (area, group) in enumerate(groupby(shown, key=lambda check: check.area)):
        click.echo(("\n" if number else "") + (click.style(area, bold=True) if coloured else area))
        for check in group:
            first, *others = _lines(check, names, home)
            mark = f"  {_MARKS[check.verdict]:<7}  "
            click.echo((click.style(mark, fg=_LOOKS[check.verdict]) if coloured else mark) + first)
            for line in others:
                click.echo(" " * _INDENT + line)


def _lines(check: Check, names: int, home: str) -> Iterator[str]:
    """The lines of a check, to stand behind its mark: a column of ``names`` cells, and what was found."""
    finding = re.sub(rf"(?<![^\s(]){re.escape(home)}/", "~/", check.finding) if len(home) > 1 else check.finding
    name, below = check.name, " " * (names + 2)
    if len(name) > names:
        yield name
        name = ""
    first, *others = _wrapped(finding, _INDENT + len(below))
    yield f"{name:<{names}}  {first}"
    yield from (below + line for line in others)
    # Not wrapped: a command that is copied must stay one line.
    for number, way in enumerate(check.advice.split("; or ") if check.advice else ()):
        yield f"{below}{'or' if number else '->'} {way}"


def _wrapped(text: str, before: int) -> list[str]:
    """The text in lines that fit the terminal behind ``before`` columns; one line where there is no terminal."""
    try:
        width = os.get_terminal_size(1).columns - before
    except OSError:
        width = 0
    if width < _NARROW:
        return [text]
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [text]


def _summary(problems: int, notes: int) -> str:
    told = [count(number, noun) for number, noun in ((problems, "problem"), (notes, "note")) if number]
    return f"\n{', '.join(told) or 'no problems'}"
