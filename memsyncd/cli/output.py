"""What a command shows, and the rules of this program's terminal.

- stdout is for data: what was asked for, and with ``--json`` one JSON document and nothing else.
- stderr is for words: what is being done, warnings, errors. ``--quiet`` leaves only errors and warnings.
- An error says what, where, why, and below it what to do. No traceback without ``--verbose``.
- Colour and progress bars only where stderr is a terminal; ``NO_COLOR`` is honoured.
- Control characters of untrusted text never reach a terminal, and secrets never stand in warnings and errors.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePath
from time import monotonic
from typing import TYPE_CHECKING

import click
import msgspec

from memsyncd.errors import ConfigError, MemsyncdError

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

PROGRAMS = {"openclaw": "OpenClaw", "claude-code": "Claude Code", "codex": "Codex", "pi": "pi"}
"""What the agents are called whose logs are read, by the kind of a source."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Output:
    """Where a command's data and words go."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False, verbose: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.verbose = verbose

    def data(self, text: str = "") -> None:
        """Prints a line of data to stdout."""
        click.echo(printable(text))

    def json(self, value: object) -> None:
        """Prints the one JSON document of the command to stdout, in UTF-8 whatever the locale."""
        text = msgspec.json.format(msgspec.json.encode(value, enc_hook=_encode), indent=2)
        click.echo(escaped(text.decode()).encode())

    def say(self, text: str = "") -> None:
        """Tells a person what is going on; not with ``--quiet``."""
        if not self.quiet:
            click.echo(printable(text), err=True)

    def warn(self, text: str) -> None:
        """Tells what is not as it should be, though the work goes on."""
        click.echo(click.style("warning: ", fg="yellow", bold=True) + safe(text), err=True)

    def error(self, error: MemsyncdError) -> None:
        """Shows an error with its advice; one problem a line where there are several."""
        head = click.style("error: ", fg="red", bold=True)
        if isinstance(error, ConfigError):
            click.echo(head + safe(f"{error.what}: {error.where}"), err=True)
            for problem in error.problems:
                click.echo(safe(f"  - {problem}"), err=True)
        else:
            click.echo(head + safe(str(error)), err=True)
        if error.hint:
            click.echo(click.style("  hint: ", fg="cyan") + safe(error.hint), err=True)

    def table(self, rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Prints rows as columns to stdout; ``right`` names the columns that are aligned to the right."""
        for line in columns(rows, right=right):
            self.data(line)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Progress bars on stderr, where that is a terminal, someone may be looking, and no log lines come."""
        silent = self.quiet or self.verbose or self.as_json
        progress = Progress(shown=not silent and sys.stderr.isatty())
        try:
            yield progress
        finally:
            progress.close()


class Progress:
    """Shows how far reading and writing have come, once that takes longer than ``patience`` seconds.

    The ``sync.engine.Progress`` of a terminal.
    """

    def __init__(self, *, shown: bool, patience: float = 0.5) -> None:
        self.shown = shown
        self._patient_until = monotonic() + patience
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    def reading(self, source: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of a source's logs have been dealt with."""
        self._show(f"reading {source}", done, total)

    def writing(self, done: int, total: int) -> None:
        """``done`` of ``total`` days have been dealt with."""
        self._show("writing days", done, total)

    def close(self) -> None:
        """Takes the bars off the screen."""
        if self._bars is not None:
            self._bars.stop()

    def _show(self, what: str, done: int, total: int) -> None:
        if not self.shown or monotonic() < self._patient_until:
            return
        if self._bars is None:
            self._bars = _bars()
            self._bars.start()
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(printable(what), total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)


def _bars() -> Bars:
    from rich.console import Console  # noqa: PLC0415 — 60 ms that only long work at a terminal pays for
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    look = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*look, console=Console(stderr=True), transient=True, redirect_stdout=False)


def printable(text: str) -> str:
    """The text without characters that would steer a terminal or turn its writing round."""
    return _CONTROLS.sub("\ufffd", text)


def safe(text: str) -> str:
    """The text for a terminal, without secrets: errors repeat names and values that others chose."""
    from memsyncd.core.redact import redact  # noqa: PLC0415 — 50 ms that only warnings and errors pay for

    return printable(redact(text).text)


def escaped(document: str) -> str:
    """A JSON document in which such characters, which stand only in its strings, are escaped."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def columns(rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> list[str]:
    """Lays rows out in columns two spaces apart, wide characters counted as two cells."""
    cells = [[str(cell) for cell in row] for row in rows]
    if not cells:
        return []
    count = max(len(row) for row in cells)
    widths = [max((_width(row[i]) for row in cells if i < len(row)), default=0) for i in range(count)]
    return ["  ".join(_pad(cell, widths[i], i in right) for i, cell in enumerate(row)).rstrip() for row in cells]


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form: ``1 day``, ``2 days``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(number: int) -> str:
    """A number of bytes for people: ``812 B``, ``1.4 kB``, ``30.1 MB``."""
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 — decimal prefixes
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def short_path(path: str | Path, env: Mapping[str, str] = os.environ) -> str:
    """A path with the home folder as ``~``."""
    home = env.get("HOME", "")
    text = str(path)
    return f"~{text[len(home) :]}" if home and home != "/" and text.startswith(f"{home}/") else text


def _pad(cell: str, width: int, right: bool) -> str:
    fill = " " * (width - _width(cell))
    return fill + cell if right else cell + fill


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 — rarely needed

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _encode(value: object) -> object:
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, MemsyncdError):
        return {key: safe(part) if isinstance(part, str) else part for key, part in value.as_dict().items()}
    if isinstance(value, date):
        return value.isoformat()
    raise NotImplementedError(f"no JSON form for {type(value).__name__}")
