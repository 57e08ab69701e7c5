"""The calendar in the terminal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.calendar import ASCII, UNICODE, cells_for, draw


def rows(lines: list[str]) -> dict[str, str]:
    """Month → its cells."""
    months = lines[1 : lines.index("")]
    return {line[:7]: line[9:] for line in months}


def test_without_messages_there_is_no_calendar() -> None:
    assert draw({}, ()) == []
    assert draw({date(2026, 1, 1): 0}, ()) == []


def test_a_month_has_one_cell_for_each_day_from_the_first_to_the_last_with_messages() -> None:
    found = draw({date(2026, 1, 3): 4, date(2026, 1, 5): 4}, (), ASCII)
    assert rows(found) == {"2026-01": "  #.#"}


def test_the_cells_stand_under_their_numbers() -> None:
    ruler, *_ = found = draw({date(2026, 1, day): 1 for day in (1, 31)}, (), ASCII)
    january = found[1]
    assert january[ruler.index("1")] == "#"
    assert january[ruler.index("31")] == "#"


def test_shades_rise_with_the_number_of_messages() -> None:
    counts = {date(2026, 1, day): number for day, number in enumerate((1, 25, 26, 50, 51, 75, 76, 100), 1)}
    assert rows(draw(counts, (), ASCII)) == {"2026-01": "::++**##"}
    assert rows(draw(counts, ())) == {"2026-01": "░░▒▒▓▓██"}


def test_a_day_without_a_file_is_marked_whatever_its_messages() -> None:
    counts = {date(2026, 1, 1): 1, date(2026, 1, 2): 90, date(2026, 1, 3): 9}
    found = draw(counts, {date(2026, 1, 2)}, ASCII)
    assert rows(found) == {"2026-01": ":!:"}
    assert "! memory file missing or incomplete" in found[-1]


def test_the_legend_gives_the_numbers_behind_the_shades_that_occur() -> None:
    counts = {date(2026, 1, 1): 1, date(2026, 1, 2): 20, date(2026, 1, 3): 1000}
    assert draw(counts, (), ASCII)[-1] == "messages a day:  : 1-20   # 1,000   . none"


def test_months_without_messages_between_are_drawn_and_long_pauses_become_one_line() -> None:
    short = draw({date(2026, 1, 31): 1, date(2026, 3, 1): 1}, (), ASCII)
    assert rows(short)["2026-02"] == "." * 28
    long = draw({date(2025, 1, 1): 1, date(2026, 1, 1): 1}, (), ASCII)
    assert "11 months without messages" in long[2]
    assert len(rows(long)) == 3


@pytest.mark.parametrize(
    ("encoding", "cells"),
    [("utf-8", UNICODE), ("ascii", ASCII), ("iso-8859-1", ASCII), ("no such", ASCII), (None, ASCII)],
)
def test_a_stream_that_cannot_show_the_shades_gets_ascii(encoding: str | None, cells: object) -> None:
    assert cells_for(encoding) is cells


def test_ascii_means_ascii() -> None:
    counts = {date(2026, 1, 1) + timedelta(days=offset): offset for offset in range(400)}
    assert "\n".join(draw(counts, {date(2026, 1, 9)}, ASCII)).isascii()


@given(st.dictionaries(st.dates(), st.integers(0, 10**6), max_size=30))
def test_every_day_with_messages_has_its_cell(counts: dict[date, int]) -> None:
    found = draw(counts, (), ASCII)
    if not any(counts.values()):
        assert found == []
        return
    cells = rows(found)
    for day, number in counts.items():
        if number:
            assert cells[day.isoformat()[:7]][day.day - 1] in ASCII.shades
