"""What was done with tools: commands, files, links and what failed.

Tool output is not trusted and not memory; of all of it only the line that names an error is shown, in a code
span.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from memsyncd.core.digest.sentences import sample, shorten
from memsyncd.model import Millis, ToolCall, Turn

_WIDTH = 110  # characters of a command
_ERROR = 140  # characters of an error line
_READ = 600  # characters of a command that are looked at

_OPENING = re.compile(r"(?:cd \S+ ?(?:&&|;) ?|[A-Z_][A-Z0-9_]*=\S* |sudo (?:-u \S+ |-\w+ )*|time |nohup )+")
_CLOSING = re.compile(
    r"(?: ?2>&1| ?\| ?(?:head|tail|cat|less)(?: -\w+| \d+)*| ?\|\| ?true| ?[12]?>>? ?/dev/null| ?;)+$"
)
_PROGRAM = re.compile(r"[^\s|;&<>()]+")
_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]()]+")
_URL_CLOSERS = ".,:;!?*_。，、；：！？）】」』》"
_URL_WIDTH = 120  # characters


class Command(Struct, kw_only=True):
    """One command line and how it went over the day."""

    text: str  # without the change of folder, variables and output cutting around it
    first: Millis
    last: Millis
    count: int = 0
    failed: int = 0
    exit_code: int | None = None  # of the last failure
    error: str | None = None  # the line that names the error, of the last failure
    recovered: bool = False  # it succeeded after its last failure


class Technical(Struct, frozen=True, kw_only=True):
    """What a day did with tools."""

    calls: int
    commands: tuple[Command, ...]  # failures first, then by count
    broken: tuple[Command, ...]  # tools without a command line that failed; ``text`` is the tool's name
    written: tuple[tuple[str, int], ...]  # files and how often, by the first time
    read: tuple[tuple[str, int], ...]  # files that were read and not written
    links: tuple[tuple[str, int], ...]  # addresses in the conversation


def technical_of(tools: Sequence[ToolCall], talk: Iterable[Turn]) -> Technical:
    """Count what the tools did and collect the links of the owner's and the agent's messages."""
    commands: dict[str, Command] = {}
    broken: dict[str, Command] = {}
    for tool in tools:
        if tool.command:
            _count(commands, normalised(tool.command), tool)
        elif tool.failed:
            _count(broken, tool.name, tool)
    written = Counter(tool.path for tool in tools if tool.path and tool.writes)
    read = Counter(tool.path for tool in tools if tool.path and not tool.writes and tool.path not in written)
    return Technical(
        calls=len(tools),
        commands=tuple(sorted(commands.values(), key=_order)),
        broken=tuple(sorted(broken.values(), key=_order)),
        written=tuple(written.items()),
        read=tuple(read.items()),
        links=tuple(_links(talk).items()),
    )


def _order(command: Command) -> tuple[int, int, Millis, str]:
    return (-command.failed, -command.count, command.first, command.text)


def _count(counted: dict[str, Command], text: str, tool: ToolCall) -> None:
    command = counted.get(text)
    if command is None:
        command = counted[text] = Command(text=text, first=tool.at, last=tool.at)
    command.count += 1
    command.last = tool.at
    command.recovered = not tool.failed
    if tool.failed:
        command.failed += 1
        command.exit_code = tool.exit_code
        command.error = tool.error and shorten(tool.error.strip(), _ERROR)


def normalised(command: str) -> str:
    """A command line as it is counted: its first line without change of folder, variables and output cutting."""
    first, _, more = command.strip()[:_READ].partition("\n")
    text = " ".join(first.split())
    if opening := _OPENING.match(text):
        text = text[opening.end() :] or text
    if ("|" in text or ">" in text or text[-1:] == ";") and (closing := _CLOSING.search(text)):
        text = text[: closing.start()] or text
    return shorten(f"{text} …" if more else text, _WIDTH)


def program(command: str) -> str:
    """The first word of a command line."""
    found = _PROGRAM.search(command)
    return found[0].rpartition("/")[2] if found else command


def _links(talk: Iterable[Turn]) -> Counter[str]:
    found: Counter[str] = Counter()
    for turn in talk:
        if "://" in turn.text and turn.owner:
            found.update({url: 1 for url in map(_trimmed, _URL.findall(sample(turn.text))) if url})
    return found


def _trimmed(url: str) -> str:
    """An address without the punctuation of its sentence, and without its query when that makes it long."""
    url = url.partition("#")[0].rstrip(_URL_CLOSERS)
    if len(url) > _URL_WIDTH:
        url = url.partition("?")[0]
    return url if len(url) <= _URL_WIDTH else ""
