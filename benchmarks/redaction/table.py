"""Figures beside their bars, printed as they come."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

_HEADINGS = ("", "value", "bar", "")


class Bar(Struct, frozen=True):
    """A limit: at least, or at most."""

    limit: float
    unit: str
    at_most: bool = False

    def met(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:g} {self.unit}"


def at_least(limit: float, unit: str) -> Bar:
    return Bar(limit, unit)


def at_most(limit: float, unit: str) -> Bar:
    return Bar(limit, unit, at_most=True)


class Figure(Struct, frozen=True):
    """One row: a value, its unit, and its bar if there is one."""

    what: str
    value: float
    unit: str
    bar: Bar | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        return self.bar is not None and not self.bar.met(self.value)


class Table:
    """Collects the figures; prints each at once unless it is silent."""

    def __init__(self, *, silent: bool = False) -> None:
        self.figures: list[Figure] = []
        self.silent = silent
        self._print(_HEADINGS)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        verdict = "" if figure.bar is None else "MISSED" if figure.missed else "ok"
        self._print(
            (figure.what, f"{figure.value:.4g} {figure.unit}", str(figure.bar or ""), verdict), figure.note
        )

    def detail(self, lines: Iterable[str]) -> None:
        if not self.silent:
            for line in lines:
                print(f"    {line}", flush=True)

    def _print(self, columns: tuple[str, str, str, str], note: str = "") -> None:
        if not self.silent:
            what, value, bar, verdict = columns
            print(f"{what:<46} {value:>14}   {bar:<16} {verdict:<7} {note}".rstrip(), flush=True)
