"""What a check comes to. Pure."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Verdict: TypeAlias = Literal["ok", "note", "problem"]
"""note: worth knowing, and memsyncd works all the same. problem: something does not work, or soon will not."""


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    area: str
    name: str
    verdict: Verdict
    finding: str  # what was found, with its measured value
    advice: str | None = None  # what to type or to do; None when all is well


class Area(Struct, frozen=True):
    """Makes the checks of one area."""

    name: str

    def ok(self, name: str, finding: str) -> Check:
        """All is well."""
        return Check(area=self.name, name=name, verdict="ok", finding=finding)

    def note(self, name: str, finding: str, advice: str | None = None) -> Check:
        """Worth knowing."""
        return Check(area=self.name, name=name, verdict="note", finding=finding, advice=advice)

    def problem(self, name: str, finding: str, advice: str) -> Check:
        """It needs a person."""
        return Check(area=self.name, name=name, verdict="problem", finding=finding, advice=advice)
