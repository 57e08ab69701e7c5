"""Lines of the structured log: read, chosen, and rendered for people.

Pure. A line is one JSON object as ``memsyncd.logs`` writes it, an entry of systemd's journal around one, or
something else that got between them, which is shown as it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from memsyncd.core.redact import cut
from memsyncd.model import Millis, Redaction

Mask: TypeAlias = Callable[[str], Redaction]
"""Takes the secrets out of a text."""

Paint: TypeAlias = Callable[[str, str], str]
"""Dresses a text for its part in a line: a level's name, ``dim`` or ``name``."""

LEVELS: Final = ("debug", "info", "warning", "error", "critical")

_PRIORITIES: Final = {
    "0": "critical",
    "1": "critical",
    "2": "critical",
    "3": "error",
    "4": "warning",
    "7": "debug",
}
_MICROS: Final = re.compile(r"\d{1,16}", re.ASCII)
_WIDTH: Final = len("critical")
_LONGEST: Final = 2_000  # characters of one part for people
_OWN: Final = frozenset({"timestamp", "level", "event", "logger"})
_TRACES: Final = ("exception", "stack")


class LogLine(Struct, frozen=True, kw_only=True):
    """One line of the log."""

    event: str  # its dotted name, a library's words, or the whole of a line that is no event
    timestamp: str | None = None  # ISO-8601, as it was written
    at: Millis | None = None
    level: str | None = None  # one of LEVELS; None: the line does not say
    logger: str | None = None  # the library that speaks
    fields: Mapping[str, object] = {}
    raw: bool = False  # no event of ours

    def as_dict(self) -> dict[str, object]:
        """The line as JSON-ready data, with the keys that it has in the file."""
        known = {"timestamp": self.timestamp, "level": self.level, "event": self.event}
        return {**known, **({"logger": self.logger} if self.logger else {}), **self.fields}


class Wanted(Struct, frozen=True, kw_only=True):
    """Which lines are asked for."""

    level: str = "debug"  # this one and worse
    day: str | None = None  # events about this memory day, YYYY-MM-DD
    since: Millis | None = None

    def takes(self, line: LogLine, at: Millis | None) -> bool:
        """Whether ``line``, written at ``at``, is one. What does not say how bad it is might be the worst."""
        if line.level and LEVELS.index(line.level) < LEVELS.index(self.level):
            return False
        if self.since is not None and at is not None and at < self.since:
            return False
        return self.day is None or self.day == line.fields.get("day")


def latest(newest_first: Iterable[LogLine], wanted: Wanted, limit: int | None) -> list[LogLine]:
    """The last ``limit`` lines that are wanted, in the order of time; None: all of them.

    A line that tells no time is as old as the one after it. At least one line is taken from a log that has any.
    """
    found: list[LogLine] = []
    at = None
    for line in newest_first:
        if len(found) == limit:
            break
        at = at if line.at is None else line.at
        if wanted.takes(line, at):
            found.append(line)
    return found[::-1]


def parse_line(line: bytes) -> LogLine:
    """One line of a log file."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("event"), str):
        return LogLine(event=line.decode("utf-8", "replace").rstrip("\r\n"), raw=True)
    timestamp, level, logger = (_text(found.get(key)) for key in ("timestamp", "level", "logger"))
    return LogLine(
        event=found["event"],
        timestamp=timestamp,
        at=_instant(timestamp),
        level=level if level in LEVELS else None,
        logger=logger,
        fields={key: value for key, value in found.items() if key not in _OWN},
    )


def parse_entry(entry: bytes) -> tuple[LogLine, str | None]:
    """One entry of ``journalctl --output=json --all``, and its cursor.

    systemd's own entries about the unit come as its words, with ``systemd`` as their logger. What is no event has
    the entry's time, and its level where a priority was given: 6 stands for none.
    """
    try:
        found = msgspec.json.decode(entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return parse_line(entry), None
    if not isinstance(found, dict):
        return parse_line(entry), None
    line = parse_line(_message(found.get("MESSAGE")))
    if line.raw:
        by = _text(found.get("SYSLOG_IDENTIFIER"))
        systemd = by == "systemd"
        at = _milliseconds(found.get("__REALTIME_TIMESTAMP"))
        level = _PRIORITIES.get(str(found.get("PRIORITY")), "info" if systemd else None)
        line = replace(line, at=at, timestamp=_iso(at), level=level, logger=by if systemd else None)
    return line, _text(found.get("__CURSOR"))


def masked(line: LogLine, mask: Mask) -> LogLine:
    """The line without secrets: others may have written into the same log."""
    return replace(
        line,
        event=mask(line.event).text,
        timestamp=line.timestamp and mask(line.timestamp).text,
        logger=line.logger and mask(line.logger).text,
        fields={mask(key).text: cleaned(value, mask) for key, value in line.fields.items()},
    )


def cleaned(value: object, mask: Mask) -> object:
    """``value`` as JSON can say it, without secrets."""
    if isinstance(value, str):
        return _clean_text(value, mask)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {mask(str(key)).text: cleaned(part, mask) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [cleaned(part, mask) for part in value]
    return _clean_text(str(value), mask)


def _clean_text(value: str, mask: Mask) -> str:
    text = mask(value).text
    # Bytes of a file name that are no UTF-8 are carried as characters that no reader of JSON takes.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def render(line: LogLine, zone: ZoneInfo, paint: Paint, printable: Callable[[str], str]) -> str:
    """The line for people: time, level, event in words, then the fields that say something; a traceback below.

    ``printable`` takes out what would steer a terminal, from each part before it is painted.
    """
    when = "-" if line.at is None else _local(line.at, zone)
    level = line.level or ""
    parts = [paint(when, "dim"), paint(level.ljust(_WIDTH), level or "dim")]
    words = line.event if line.raw or line.logger else line.event.replace(".", " ").replace("_", " ")
    parts.append(printable(cut(words, _LONGEST)))
    if line.logger:
        parts.append(paint(printable(f"({cut(line.logger, _LONGEST)})"), "dim"))
    for name, value in line.fields.items():
        if name not in _TRACES and _says_something(name, value):
            parts.append(paint(printable(f"{name}="), "name") + printable(_shown(value)))
    traces = (str(line.fields[name]) for name in _TRACES if line.fields.get(name))
    below = (f"\n    {printable(row)}" for trace in traces for row in trace[-_LONGEST:].splitlines())
    return " ".join(" ".join(parts).split("\n")).rstrip() + "".join(below)


def _says_something(name: str, value: object) -> bool:
    return bool(value) and (name, value) != ("status", "ok")


def _shown(value: object) -> str:
    if isinstance(value, str) and value.isprintable() and not set(value) & set(' "='):
        return cut(value, _LONGEST)
    return cut(msgspec.json.encode(value).decode(), _LONGEST)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _message(value: object) -> bytes:
    """The journal gives a text with control characters as a list of its bytes, and several as a list of texts."""
    if isinstance(value, list):
        if all(isinstance(part, int) and 0 <= part < 256 for part in value):  # noqa: PLR2004 — a byte
            return bytes(value)
        return b"\n".join(map(_message, value))
    return value.encode() if isinstance(value, str) else b""


def _instant(timestamp: str | None) -> Millis | None:
    try:
        at = datetime.fromisoformat(timestamp or "")
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _milliseconds(micros: object) -> Millis | None:
    return int(micros) // 1000 if isinstance(micros, str) and _MICROS.fullmatch(micros) else None


def _iso(at: Millis | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _local(at: Millis, zone: ZoneInfo) -> str:
    try:
        return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):  # the first and the last day that there are, in another zone
        return "-"
