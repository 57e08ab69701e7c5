"""``memsyncd extract``: the conversation itself, without noise and secrets, as Markdown, JSON or text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec import Struct

from memsyncd.adapters.store.base import TurnFilter
from memsyncd.cli.dates import DATE, Span, local_iso, since_and_until, span_of
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, escaped, printable, short_path
from memsyncd.cli.session import Reading, opened_for_reading
from memsyncd.core.frame import render_heading
from memsyncd.errors import PARTLY_FAILED, UsageError
from memsyncd.model import Role, Turn
from memsyncd.sync.review import conversation, known_days, write_document

_LINE_END: Final = re.compile(r"\r\n?|\n")
_MARKDOWN: Final = re.compile(r"[\\`*_<>\[\]]")  # what Markdown would read in a name


class Passage(Struct, frozen=True, kw_only=True):
    """The turns of one day of one memory folder."""

    folder: str
    several: bool  # there are other folders beside it
    zone: ZoneInfo
    date: date
    turns: list[Turn]


class ExtractedTurn(Struct, frozen=True, kw_only=True):
    """One turn in JSON."""

    at: str  # ISO-8601 with the offset of the folder's zone
    session: str
    role: Role
    sender: str | None
    provider: str | None
    model: str | None
    text: str
    folder: str


@click.command()
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, not to stdout.")
@click.option(
    "--format", "form", type=click.Choice(["md", "json", "text"]), help="Form of the output; md if not given."
)
@click.option("--role", type=click.Choice(["user", "assistant"]), help="Only what this side said.")
@click.option("--model", metavar="M", default="", help="Only answers whose provider/model contains M.")
@click.option("--query", metavar="Q", default="", help="Only messages that contain Q, in any case.")
@click.option("--date", "day", type=DATE, metavar="D", help="This day only.")
@since_and_until
@log_options
@shared_options
@invocation
def command(
    call: Invocation,
    output: Path | None,
    form: str | None,
    role: str | None,
    model: str,
    query: str,
    **days: date | None,
) -> int:
    r"""Extract the conversation: what you and the agent said, without noise and secrets.

    \b
    Examples:
      memsyncd extract --date yesterday | less
      memsyncd extract --since 2026-01-01 --query invoice --role user --format text
      memsyncd extract --model gpt --json | jq -r '.[].text'
      memsyncd extract --since 2026-01-01 --until 2026-01-31 --output january.md
    """
    if call.options.as_json and form not in (None, "json"):
        raise UsageError("--json and --format contradict each other", why=f"--format {form} was given")
    write = _FORMS["json" if call.options.as_json else form or "md"]
    span, wanted = span_of(**days), TurnFilter(query=query, model=model, role=role or "")
    with opened_for_reading(call) as reading:
        tally = _Tally(_passages(reading, span, wanted))
        if output is None:
            for piece in write(tally):
                click.echo(piece, nl=False)
        else:
            write_document(output, "".join(write(tally)).encode())
    _sum_up(call, tally.turns, output)
    return PARTLY_FAILED if any(report.problems for report in reading.sources) else 0


def _passages(reading: Reading, span: Span, wanted: TurnFilter) -> Iterator[Passage]:
    now = datetime.now(UTC)
    several = len(reading.publishers) > 1
    for publisher in reading.publishers:
        target = publisher.target
        folder, zone = str(target.folder), ZoneInfo(target.zone)
        days = known_days(publisher, span.within(target.zone, now))
        for day, turns in conversation(reading.engine.store, target, days, wanted):
            yield Passage(folder=folder, several=several, zone=zone, date=day, turns=turns)


class _Tally:
    """Passages on their way out, counted."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.turns = 0
        self._passages = passages

    def __iter__(self) -> Iterator[Passage]:
        for passage in self._passages:
            self.turns += len(passage.turns)
            yield passage


def _sum_up(call: Invocation, turns: int, output: Path | None) -> None:
    if not turns:
        call.out.say("no messages match; memsyncd stats shows the days that are known")
    elif output is not None:
        call.out.say(f"{count(turns, 'message')} written to {short_path(output, call.env)}")


def _markdown(passages: Iterable[Passage]) -> Iterator[str]:
    """A heading for each folder, day and session; the words in block quotes, which nothing can break out of."""
    folder = ""
    for passage in passages:
        pieces = [f"# {passage.folder}"] if passage.several and passage.folder != folder else []
        folder = passage.folder
        pieces.append(f"#{render_heading(passage.date)}")
        for session, turns in _by_session(passage.turns).items():
            pieces.append(f"### Session `{session}`")
            for turn in turns:
                who = _MARKDOWN.sub(r"\\\g<0>", _who(turn))
                pieces += (f"**{_time(turn, passage.zone)} {who}**", _prefixed("> ", turn.text))
        yield printable("".join(f"{piece}\n\n" for piece in pieces))


def _text(passages: Iterable[Passage]) -> Iterator[str]:
    """A line that says when, who and where, then the text, indented."""
    for passage in passages:
        pieces: list[str] = []
        for turn in passage.turns:
            time = _time(turn, passage.zone)
            pieces.append(f"{passage.date} {time}  {_who(turn)}  session {turn.session[:8]}")
            pieces += (_prefixed("  ", turn.text), "")
        yield printable("".join(f"{piece}\n" for piece in pieces))


def _json(passages: Iterable[Passage]) -> Iterator[str]:
    """An array with one turn a line."""
    separator = "[\n"
    for passage in passages:
        yield separator + ",\n".join(_encoded(turn, passage) for turn in passage.turns)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


_FORMS: Final[dict[str, Callable[[Iterable[Passage]], Iterator[str]]]] = {
    "md": _markdown,
    "json": _json,
    "text": _text,
}


def _by_session(turns: Iterable[Turn]) -> dict[str, list[Turn]]:
    """The turns of each session, sessions by their first turn."""
    sessions: dict[str, list[Turn]] = {}
    for turn in turns:
        sessions.setdefault(turn.session, []).append(turn)
    return sessions


def _encoded(turn: Turn, passage: Passage) -> str:
    extracted = ExtractedTurn(
        at=local_iso(turn.at, passage.zone),
        session=turn.session,
        role=turn.role,
        sender=turn.sender,
        provider=turn.provider,
        model=turn.model,
        text=turn.text,
        folder=passage.folder,
    )
    return escaped(msgspec.json.encode(extracted).decode())


def _prefixed(prefix: str, text: str) -> str:
    return "\n".join(f"{prefix}{line}".rstrip() for line in _LINE_END.split(text))


def _time(turn: Turn, zone: ZoneInfo) -> str:
    return local_iso(turn.at, zone)[11:16]


def _who(turn: Turn) -> str:
    """The role, and in groups the sender; of an answer the model."""
    detail = f"{turn.provider}/{turn.model}" if turn.provider and turn.model else turn.sender
    return f"{turn.role} ({' '.join(detail.split())})" if detail else turn.role
