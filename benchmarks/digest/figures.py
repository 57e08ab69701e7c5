"""The figures that a memory file is judged by and their bars, over one gold day or over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from benchmarks.digest.score import Score
from benchmarks.redaction.table import Bar, Figure, at_least, at_most
from memsyncd.core.grade import Share

MOST_MESSAGES = 200
"""Messages of a day up to which the bars of coverage hold."""

COVERAGE, QUARTER, EXACT = at_least(80, "%"), at_least(70, "%"), at_least(100, "%")
NO_NOISE = at_most(0, "")
READABLE = at_most(16.384, "kB")  # OpenClaw does not read larger memory files


class Scored(Struct, frozen=True, kw_only=True):
    """One gold day with the scores of our file and of the predecessor's."""

    name: str
    messages: int
    ours: Score
    predecessors: Score

    @property
    def is_barred(self) -> bool:
        """Whether the bars of coverage hold for it."""
        return self.messages <= MOST_MESSAGES


class Measure(Struct, frozen=True):
    """A share that is added up over days."""

    name: str
    column: str  # its heading among the days
    of: Callable[[Score], Share]
    bar: Bar | None = None
    compared: bool = True  # beside the predecessor's


MEASURES = (
    Measure("decisions found", "dec.", lambda score: score.decisions, at_least(85, "%")),
    Measure(
        "lines of decisions that are some", "prec.", lambda score: score.precise, at_least(80, "%"), compared=False
    ),
    Measure("  found with the right time", "time", lambda score: score.timed, compared=False),
    Measure("  reversals that tell what they replace", "rev.", lambda score: score.reversals, compared=False),
    Measure("essential topics found", "topic", lambda score: score.topics, at_least(80, "%")),
    Measure("  topics shown that fit", "fit", lambda score: score.fitting),
    Measure("open questions found", "open", lambda score: score.open, at_least(70, "%")),
    Measure("  said anywhere in the file", "said", lambda score: score.open_anywhere),
    Measure("technical facts found", "facts", lambda score: score.facts),
    Measure("all these in the first 1,000 characters", "brief", lambda score: score.brief),
)


class Cell(Struct, frozen=True):
    """One value of one day."""

    column: str
    text: str
    missed: bool = False


def added(shares: Sequence[Share]) -> Share:
    """All of them together: a label counts the same on every day."""
    return Share(sum(share.found for share in shares), sum(share.total for share in shares))


def percent(share: Share) -> float:
    """0 to 100; of nothing, nothing is missed."""
    return 100.0 if share.part is None else 100 * share.part


def row(day: Scored) -> list[Cell]:
    """The values of one day; the bars are those of all days together."""
    found, coverage = day.ours, day.ours.grade
    worst = min(coverage.quarters, key=percent, default=Share(0, 0))
    return [
        *(_share(measure.column, measure.of(found), measure.bar) for measure in MEASURES),
        _share("turns", coverage.turns, COVERAGE if day.is_barred else None),
        _share("qrt.", worst, QUARTER if day.is_barred else None),
        _cell("noise", len(found.leaked), NO_NOISE),
        Cell("trans", "ok" if found.transitions else "wrong", not found.transitions),
        Cell("kB", f"{coverage.bytes / 1000:.1f}", not READABLE.met(coverage.bytes / 1000)),
    ]


def _share(column: str, share: Share, bar: Bar | None) -> Cell:
    return _cell(column, percent(share), bar) if share.total else Cell(column, "-")


def _cell(column: str, value: float, bar: Bar | None) -> Cell:
    return Cell(column, f"{value:.0f}", bar is not None and not bar.met(value))


def figures(days: Sequence[Scored]) -> Iterator[Figure]:
    """Every figure over these days."""
    for measure in MEASURES:
        yield _figure(measure, days)
    barred = [day for day in days if day.is_barred]
    yield from _coverage(barred, f"days up to {MOST_MESSAGES} messages", COVERAGE, QUARTER)
    yield from _coverage([day for day in days if not day.is_barred], "longer days", None, None)
    leaking = [day.name for day in days if day.ours.leaked]
    leaked = sum(len(day.ours.leaked) for day in days)
    yield Figure("pieces of noise in the files", leaked, "", NO_NOISE, " ".join(leaking))
    wrong = [day.name for day in days if not day.ours.transitions]
    exact = percent(Share(len(days) - len(wrong), len(days)))
    yield Figure("days whose model transitions are exact", exact, "%", EXACT, " ".join(wrong))
    yield Figure("closed matters shown as open", sum(day.ours.closed for day in days), "")
    largest = max(days, key=lambda day: day.ours.grade.bytes)
    yield Figure("largest file", largest.ours.grade.bytes / 1000, "kB", READABLE, largest.name)


def _figure(measure: Measure, days: Sequence[Scored]) -> Figure:
    share = added([measure.of(day.ours) for day in days])
    note = f"{share.found} of {share.total}"
    if measure.compared:
        note += f"; predecessor {percent(added([measure.of(day.predecessors) for day in days])):.0f} %"
    return Figure(measure.name, percent(share), "%", measure.bar if share.total else None, note)


def _coverage(days: Sequence[Scored], what: str, bar: Bar | None, quarter_bar: Bar | None) -> Iterator[Figure]:
    if not days:
        return
    turns = added([day.ours.grade.turns for day in days])
    before = percent(added([day.predecessors.grade.turns for day in days]))
    note = f"{turns.found} of {turns.total}; predecessor {before:.0f} %"
    yield Figure(f"user's turns found, {what}", percent(turns), "%", bar, note)
    part, name = min((percent(day.ours.grade.turns), day.name) for day in days)
    yield Figure("  on the worst day", part, "%", bar, name)
    quarters = [(percent(share), day.name) for day in days for share in day.ours.grade.quarters]
    if quarters:
        part, name = min(quarters)
        yield Figure("  in the worst quarter of a day", part, "%", quarter_bar, name)
