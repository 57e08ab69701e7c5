"""What a run tells: how far it has come while it works, and what it did when it has ended."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct, field

from memsyncd.errors import MemsyncdError
from memsyncd.sync.ingest import SourceReport
from memsyncd.sync.publish import DayReport


class Progress(Protocol):
    """Shows how far long work has come; both parts may be called often."""

    def reading(self, source: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of a source's logs have been dealt with."""

    def writing(self, done: int, total: int) -> None:
        """``done`` of ``total`` days have been dealt with."""


class Quiet:
    """Progress that nobody looks at."""

    def reading(self, source: str, done: int, total: int) -> None:
        """Does not show it."""

    def writing(self, done: int, total: int) -> None:
        """Does not show it."""


class RunReport(Struct, kw_only=True):
    """What a run read and wrote."""

    sources: list[SourceReport] = field(default_factory=list)
    days: list[DayReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found_later: dict[str, int] = field(default_factory=dict)  # rule → secrets that a later look found
    problems: list[MemsyncdError] = field(default_factory=list)  # of neither a source nor a day
    seconds: float = 0.0

    @property
    def failures(self) -> list[MemsyncdError]:
        """Everything that went wrong."""
        of_sources = (problem for source in self.sources for problem in source.problems)
        return [*self.problems, *of_sources, *(day.error for day in self.days if day.error)]
