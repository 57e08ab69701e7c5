"""Draws which days have messages, and how many, as text: one line for each month, one cell for each day.

Pure. It is for a terminal; the numbers themselves are data that others print.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct

from memsyncd.core.days import days_between

_DAYS = 31
_LONGEST_PAUSE = 3  # empty months in a row that are drawn; more of them become one line


class Cells(Struct, frozen=True):
    """The characters of a calendar."""

    shades: str  # from few messages to many
    none: str  # a day without messages
    gap: str  # a day whose memory file is missing or incomplete
    dash: str


UNICODE = Cells("░▒▓█", "·", "!", "–")
ASCII = Cells(":+*#", ".", "!", "-")


def cells_for(encoding: str | None) -> Cells:
    """The cells that a stream of this encoding can show."""
    try:
        f"{UNICODE.shades}{UNICODE.none}{UNICODE.dash}".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def draw(messages: Mapping[date, int], gaps: Collection[date], cells: Cells = UNICODE) -> list[str]:
    """The lines of the calendar and below them its legend; none when no day has messages.

    ``messages`` counts by day, ``gaps`` are days whose memory file is missing or incomplete. The months run from
    the first day with messages to the last.
    """
    counts = {day: count for day, count in sorted(messages.items()) if count}
    if not counts:
        return []
    calendar = _Calendar(counts, gaps, cells)
    ruler = " " * 9 + "".join(f"{day:<5}" for day in range(1, _DAYS + 1, 5)).rstrip()
    return [ruler, *calendar.months(), "", calendar.legend()]


class _Calendar:
    """``counts`` holds only days with messages, in order of date."""

    def __init__(self, counts: Mapping[date, int], gaps: Collection[date], cells: Cells) -> None:
        self._counts = counts
        self._gaps = gaps
        self._cells = cells
        self._first, self._last = min(counts), max(counts)
        self._most = max(counts.values())

    def months(self) -> Iterator[str]:
        active = {day.replace(day=1) for day in self._counts}
        for empty, run in groupby(_months_between(self._first, self._last), key=lambda month: month not in active):
            months = list(run)
            if empty and len(months) > _LONGEST_PAUSE:
                yield f"   {self._cells.none * 3}   {len(months)} months without messages"
            else:
                yield from map(self._month, months)

    def legend(self) -> str:
        steps: dict[int, list[int]] = {}
        for count in sorted(self._counts.values()):
            steps.setdefault(self._shade(count), []).append(count)
        parts = [f"{self._cells.shades[step]} {self._range(counts)}" for step, counts in steps.items()]
        parts.append(f"{self._cells.none} none")
        if any(day in self._counts for day in self._gaps):
            parts.append(f"{self._cells.gap} memory file missing or incomplete")
        return "messages a day:  " + "   ".join(parts)

    def _month(self, month: date) -> str:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        return f"{month.isoformat()[:7]}  {''.join(self._cell(day) for day in days_between(month, last))}".rstrip()

    def _cell(self, day: date) -> str:
        if not self._first <= day <= self._last:
            return " "
        count = self._counts.get(day, 0)
        if not count:
            return self._cells.none
        return self._cells.gap if day in self._gaps else self._cells.shades[self._shade(count)]

    def _shade(self, count: int) -> int:
        """Index of the shade; the busiest day has the last one."""
        return (count * len(self._cells.shades) - 1) // self._most

    def _range(self, counts: Sequence[int]) -> str:
        low, high = counts[0], counts[-1]
        return f"{low:,}" if low == high else f"{low:,}{self._cells.dash}{high:,}"


def _months_between(first: date, last: date) -> Iterator[date]:
    """The first day of each month, both ends included."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)
