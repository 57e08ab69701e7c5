"""Checks memory files: names, headings, markers, size, encoding, secrets, and what OpenClaw will read of them.

Pure: names and bytes in, issues out. It corrects nothing, and the words of an issue never hold a secret.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from memsyncd.core.markers import Parsed, Verdict, parse
from memsyncd.core.redact.placeholders import placeholder
from memsyncd.model import Finding, Redaction

Severity: TypeAlias = Literal["error", "warning", "note"]

Reach: TypeAlias = Literal["all", "part", "none"]
"""How much of a section lies in what is read at start-up."""

FILE_LIMIT: Final = 16_384
"""Bytes. OpenClaw skips a larger daily file when a session starts (agents.defaults.startupContext)."""

STARTUP_LIMIT: Final = 1_200
"""Characters, as JavaScript counts them, that OpenClaw reads of a daily file when a session starts."""

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HEADING: Final = re.compile(r"^\ufeff?# +(?P<text>[^\r\n]*)", re.MULTILINE)
_DATED: Final = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)\b(?P<rest>.*)", re.ASCII)
_WEEKDAY: Final = re.compile("|".join(_WEEKDAYS), re.IGNORECASE)
_DAY_NAME: Final = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)(?:-memsyncd)?\.md", re.ASCII)
_LIKE_A_DAY: Final = re.compile(
    r"\d{4}[-_.]?\d{1,2}[-_.]?\d{1,2}(?:-memsyncd)?\.(?:md|markdown|txt)", re.ASCII | re.IGNORECASE
)
_DATE_FIRST: Final = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)\b.*\.md", re.ASCII)
_COPY: Final = re.compile(
    r"\.sync-conflict-|conflicted copy|^\d{4}-\d\d-\d\d.* (?:\d+|\(\d+\))\.md$", re.IGNORECASE
)


class Issue(Struct, frozen=True, kw_only=True):
    """Something to know about one file of a memory folder."""

    file: str  # name in the folder
    severity: Severity
    check: str  # what was checked: "markers", "secret", "heading", "size", …
    message: str
    line: int | None = None  # counted from 1


class StartUp(Struct, frozen=True, kw_only=True):
    """What OpenClaw reads of a file when a session starts, if it is one of the days it looks at."""

    characters: int  # 0: the file is skipped
    topics: Reach | None  # None: the file has no such section
    decisions: Reach | None
    text: str  # redacted


class FileCheck(Struct, frozen=True, kw_only=True):
    """What one file looks like."""

    file: str
    day: date | None  # that its name bears
    size: int  # bytes
    block: Verdict
    startup: StartUp
    issues: tuple[Issue, ...]

    @property
    def ours(self) -> bool:
        """Whether it holds a block of ours, damaged or not."""
        return self.block in {"intact", "edited", "damaged"}


def check_file(
    name: str, day: date | None, data: bytes, redact: Callable[[str], Redaction], *, orphan: bool = False
) -> FileCheck:
    """Checks one file that bears the day ``day``; ``orphan`` says that no messages of that day are known."""
    parsed = parse(data)
    text = data.decode("utf-8", "replace")
    secrets = redact(text).findings
    startup = _startup(text, len(data), secrets)
    found = [
        *_encoding(name, data),
        *_markers(name, parsed),
        *(_heading(name, day, text) if day else ()),
        *_secrets(name, text, _generated(parsed), secrets),
        *(_loading(name, len(data), startup, parsed) if day else ()),
        *(_orphan(name) if orphan and parsed.ours else ()),
    ]
    return FileCheck(
        file=name, day=day, size=len(data), block=parsed.verdict, startup=startup, issues=tuple(found)
    )


def check_names(names: Iterable[str]) -> list[Issue]:
    """Finds names of copies that other programs made, and names that look like a day's and are none."""
    return [issue for name in names for issue in _name(name)]


def check_pairs(files: Sequence[FileCheck]) -> list[Issue]:
    """Finds days whose daily file and sidecar both hold a block of ours."""
    ours = [file for file in files if file.ours and file.day]
    blocks = Counter(file.day for file in ours)
    message = "another file of this day holds a memsyncd block, too: delete one of the two, with its markers"
    return [
        Issue(file=file.file, severity="error", check="twice", message=message)
        for file in ours
        if blocks[file.day] > 1
    ]


def _encoding(name: str, data: bytes) -> Iterator[Issue]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}; such bytes are kept as they are"
        yield Issue(file=name, severity="error", check="encoding", message=message, line=line)


def _markers(name: str, parsed: Parsed) -> Iterator[Issue]:
    if parsed.verdict != "damaged":
        return
    lines = ", ".join(map(str, parsed.lines))
    where = f" (markers in line {lines})" if lines else ""
    message = f"{parsed.reason}{where}; memsyncd leaves the file alone until this is put right"
    line = parsed.lines[0] if parsed.lines else None
    yield Issue(file=name, severity="error", check="markers", message=message, line=line)


def _heading(name: str, day: date, text: str) -> Iterator[Issue]:
    """Looks at the first heading of the first level, and only when it begins with a date."""
    heading = _HEADING.search(text)
    dated = _DATED.match(heading["text"]) if heading else None
    if heading is None or dated is None:
        return
    line = text.count("\n", 0, heading.start()) + 1
    if dated["date"] != day.isoformat():
        message = f"the heading says {dated['date']}, the file's name {day}"
        yield Issue(file=name, severity="error", check="heading", message=message, line=line)
        return
    said = _WEEKDAY.search(dated["rest"])
    true = _WEEKDAYS[day.weekday()]
    if said and said[0].title() != true:
        message = f"the heading says {said[0]}, {day} was a {true}"
        yield Issue(file=name, severity="error", check="heading", message=message, line=line)


def _generated(parsed: Parsed) -> tuple[int, int]:
    """The block's offsets in characters; what the predecessor generated counts as generated, too."""
    start = len(parsed.before.decode("utf-8", "replace"))
    block = b"".join((parsed.begin, parsed.body, parsed.end))
    return start, start + len(block.decode("utf-8", "replace"))


def _secrets(name: str, text: str, generated: tuple[int, int], findings: Iterable[Finding]) -> Iterator[Issue]:
    seen: set[tuple[int, str]] = set()
    for finding in findings:
        line = text.count("\n", 0, finding.start) + 1
        if (line, finding.label) in seen:
            continue
        seen.add((line, finding.label))
        if generated[0] <= finding.start < generated[1]:
            message = f"{finding.label} in the generated part: take it out of the file, the edit will stay"
        else:
            message = f"{finding.label} in hand-written text, which memsyncd never changes: take it out yourself"
        yield Issue(file=name, severity="error", check="secret", message=message, line=line)


def _loading(name: str, size: int, startup: StartUp, parsed: Parsed) -> Iterator[Issue]:
    if size > FILE_LIMIT:
        message = f"{size:,} bytes: OpenClaw skips daily files above {FILE_LIMIT:,} bytes when a session starts"
        yield Issue(file=name, severity="warning", check="size", message=message)
    elif parsed.ours and startup.topics == "none":
        message = (
            f"the topics lie beyond the {STARTUP_LIMIT:,} characters that OpenClaw reads when a session starts"
        )
        yield Issue(file=name, severity="note", check="startup", message=message)


def _orphan(name: str) -> Iterator[Issue]:
    message = "no messages of this day are known: its logs are gone, and this file is all that is left of it"
    yield Issue(file=name, severity="note", check="orphan", message=message)


def _name(name: str) -> Iterator[Issue]:
    if _COPY.search(name):
        message = (
            "looks like a copy made by a program that synchronises: take over what is missing, then delete it"
        )
        yield Issue(file=name, severity="warning", check="copy", message=message)
    elif (dated := _DATE_FIRST.fullmatch(name)) and not _exists(dated["date"]):
        message = f"{dated['date']} is not in the calendar"
        yield Issue(file=name, severity="warning", check="name", message=message)
    elif _LIKE_A_DAY.fullmatch(name) and not _DAY_NAME.fullmatch(name):
        message = "looks like a day's file and is not called YYYY-MM-DD.md, so that nothing finds it by its day"
        yield Issue(file=name, severity="warning", check="name", message=message)


def _exists(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _startup(text: str, size: int, secrets: Iterable[Finding]) -> StartUp:
    whole = text.encode("utf-16-le")
    read = b"" if size > FILE_LIMIT else whole[: 2 * STARTUP_LIMIT]
    upto = len(read.decode("utf-16-le", "ignore"))
    return StartUp(
        characters=len(read) // 2,
        topics=_reach(text, upto, "## Topics Covered"),
        decisions=_reach(text, upto, "## Key Decisions"),
        text=_shown(text, upto, secrets),
    )


def _shown(text: str, upto: int, secrets: Iterable[Finding]) -> str:
    """The text up to an offset, with a placeholder for each secret, one that reaches beyond the offset as well."""
    pieces: list[str] = []
    position = 0
    for secret in secrets:
        if secret.start < upto:
            pieces += (text[position : secret.start], placeholder(secret.label))
            position = secret.end
    return "".join((*pieces, text[position:upto]))


def _reach(text: str, upto: int, heading: str) -> Reach | None:
    """How much of a section's content lies before the offset ``upto``."""
    section = re.search(
        rf"^{heading}[ \t]*\r?\n(?P<content>.*?)(?=^## |^---\s*$|\Z)", text, re.MULTILINE | re.DOTALL
    )
    if section is None:
        return None
    end = section.start("content") + len(section["content"].rstrip())
    first = re.search(r"\n|\Z", section["content"].lstrip())
    begun = section.end("content") - len(section["content"].lstrip()) + (first.start() if first else 0)
    return "all" if end <= upto else "part" if begun <= upto else "none"
