"""``python -m benchmarks.digest``: what the memory files of the gold days have of what a reader needs.

Each day of ``tests/gold/days`` is digested and rendered as it is when it is published, and compared with its
labels. The bars stand beside the figures; nothing asserts unless ``--check`` is given.
"""

from __future__ import annotations

import argparse
import json
import sys

import msgspec

from benchmarks.digest.figures import Scored, figures, row
from benchmarks.digest.files import ours, predecessors
from benchmarks.digest.score import score
from benchmarks.digest.speed import TURNS, milliseconds
from benchmarks.redaction.table import Figure, Table, at_most
from tests.gold.gold import Gold, load_all

_NAME, _WIDTH = 30, 6  # characters of a column


def main() -> None:
    options = _options()
    gold = load_all([options.day] if options.day else ())
    if not gold:
        sys.exit(f"no gold day is called {options.day!r}")
    days = [_scored(each) for each in gold]
    if options.day:
        _show(gold[0], days[0], predecessor=options.predecessor)
    elif not options.json:
        _each(days)
    table = Table(silent=options.json)
    for figure in figures(days):
        table.add(figure)
    if not options.day:
        table.add(Figure(f"digest of a day of {TURNS:,} turns", milliseconds(gold), "ms", at_most(30, "ms")))
    if options.json:
        print(json.dumps(_document(days, table), default=str, indent=1))
    if options.check and any(figure.missed for figure in table.figures):
        sys.exit(1)


def _scored(gold: Gold) -> Scored:
    return Scored(
        name=gold.name,
        messages=gold.day.messages,
        ours=score(gold, ours(gold)),
        predecessors=score(gold, predecessors(gold)),
    )


def _each(days: list[Scored]) -> None:
    """A line for each day: per cent, and the columns whose bars it misses."""
    headings = "".join(f"{cell.column:>{_WIDTH}}" for cell in row(days[0]))
    print(f"{'day':<{_NAME}}{'msgs':>{_WIDTH}}{headings}")
    for day in days:
        cells = row(day)
        missed = " ".join(cell.column for cell in cells if cell.missed)
        values = "".join(f"{cell.text:>{_WIDTH}}" for cell in cells)
        print(f"{day.name:<{_NAME}}{day.messages:>{_WIDTH}}{values}  {f'MISSED {missed}' if missed else 'ok'}")
    print()


def _show(gold: Gold, day: Scored, *, predecessor: bool) -> None:
    """The file, then what of its labels is missed."""
    found = day.predecessors if predecessor else day.ours
    print(f"{gold.name}: {gold.about}\n")
    print(predecessors(gold) if predecessor else ours(gold))
    turns = [f"turn            {' '.join(turn.text.split())[:100]}" for turn in found.grade.missed]
    print("Missed:", *(found.missed + tuple(turns) or ("nothing",)), "", sep="\n")


def _document(days: list[Scored], table: Table) -> dict[str, object]:
    totals = [{**msgspec.structs.asdict(one), "missed": one.missed} for one in table.figures]
    each = {day.name: {**{cell.column: cell.text for cell in row(day)}, "missed": day.ours.missed} for day in days}
    return {"figures": totals, "days": each}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digest", description=__doc__)
    parser.add_argument("--day", metavar="NAME", help="one gold day: its file, and what of its labels is missed")
    parser.add_argument("--predecessor", action="store_true", help="with --day: the predecessor's file instead")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
