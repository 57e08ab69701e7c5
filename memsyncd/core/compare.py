"""Compares the days that have messages with the memory files on disk, and says how much of them is covered.

Pure: numbers of messages and facts about files come in, a verdict for each day comes out. It does not judge what
the files say; that is ``validate``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

DayStatus: TypeAlias = Literal["ok", "missing", "sparse", "stale", "unreadable", "file only"]
"""missing: no file. sparse: too small for its messages. stale: our block was made from fewer messages than there
are. file only: a file of a day without messages."""

STATUSES: tuple[DayStatus, ...] = get_args(DayStatus)
GAPS: frozenset[DayStatus] = frozenset({"missing", "sparse", "stale", "unreadable"})


class SparseRule(Struct, frozen=True, kw_only=True):
    """When a file is too small: below the greater of the two limits."""

    size: int  # bytes
    per_message: int  # bytes for each of the day's messages

    def limit(self, messages: int) -> int:
        """The fewest bytes that a file of a day with so many messages must have."""
        return max(self.size, self.per_message * messages)


class DayFile(Struct, frozen=True, kw_only=True):
    """A file that bears a day's name."""

    name: str
    size: int  # bytes
    stated: int | None = None  # the N of our block in it; None when it holds none, or one that states no N
    problem: str = ""  # why it cannot be read


class ComparedDay(Struct, frozen=True, kw_only=True):
    """One day's verdict."""

    date: date
    status: DayStatus
    messages: int
    file: str | None
    size: int | None  # bytes
    stated: int | None
    reason: str


class Comparison(Struct, frozen=True, kw_only=True):
    """The verdicts in order of date."""

    days: tuple[ComparedDay, ...]

    def count(self, status: DayStatus) -> int:
        """How many days have that status."""
        return sum(day.status == status for day in self.days)

    @property
    def with_messages(self) -> int:
        """How many days have messages."""
        return len(self.days) - self.count("file only")

    @property
    def gaps(self) -> int:
        """How many days have messages and no file that covers them."""
        return sum(day.status in GAPS for day in self.days)

    @property
    def coverage(self) -> float | None:
        """The share of days with messages that are ok; see ``coverage``."""
        return coverage(self.count("ok"), self.with_messages)


def coverage(ok: int, days: int) -> float | None:
    """Per cent with one decimal, rounded down so that 100 means all of them; None when there are no days."""
    return math.floor(ok * 1000 / days) / 10 if days else None


def compare_days(
    messages: Mapping[date, int], files: Mapping[date, Sequence[DayFile]], rule: SparseRule
) -> Comparison:
    """Gives each day with messages, and each with a file, its verdict.

    Our own block counts by the messages that it states, whatever its size. Any other file, such as one that was
    written by hand or by the predecessor of this program, covers its day unless it is sparse.
    """
    days = sorted(files.keys() | {day for day, count in messages.items() if count})
    return Comparison(days=tuple(_verdict(day, messages.get(day, 0), files.get(day, ()), rule) for day in days))


def _verdict(day: date, messages: int, files: Sequence[DayFile], rule: SparseRule) -> ComparedDay:
    best = _best(files)
    status, reason = _judge(messages, best, rule)
    return ComparedDay(
        date=day,
        status=status,
        messages=messages,
        file=best.name if best else None,
        size=best.size if best else None,
        stated=best.stated if best else None,
        reason=reason,
    )


def _best(files: Iterable[DayFile]) -> DayFile | None:
    """The file that says most about its day: one with our block, else the largest that can be read."""
    return max(files, key=lambda file: (not file.problem, file.stated is not None, file.size), default=None)


def _judge(messages: int, file: DayFile | None, rule: SparseRule) -> tuple[DayStatus, str]:
    if file is None:
        return "missing", "there is no file"
    if not messages:
        return "file only", "no messages are known of this day"
    if file.problem:
        return "unreadable", file.problem
    if file.stated is not None:
        if file.stated >= messages:
            return "ok", "holds the block of all its messages"
        return "stale", f"the block was made from {file.stated:,} of {messages:,} messages"
    if file.size < (limit := rule.limit(messages)):
        return "sparse", f"{file.size:,} bytes, less than {limit:,}"
    return "ok", "there is a file"
