from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.budget import Line, Section, fit, size_of_fixed


def more(count):
    return f"- … and {count} more"


def size(lines):
    return sum(len(line.encode()) + 1 for line in lines)


def ranked(count, text="line"):
    return [Line(f"- {text} {number}", (-number,)) for number in range(count)]


def test_everything_stays_when_there_is_room():
    sections = [Section("## A", [Line("- one")]), Section("## B", [Line("- two", (0,))])]
    assert fit(sections, 1_000, more) == ["## A", "- one", "## B", "- two"]


def test_the_longest_section_gives_way_first():
    long, short = Section("## Long", ranked(20)), Section("## Short", ranked(3, "short"))
    found = fit([long, short], 150, more)
    assert [line for line in found if "short" in line] == ["- short 0", "- short 1", "- short 2"]
    assert "- line 0" in found


def test_the_lowest_rank_goes_first_and_the_rest_keeps_its_order():
    lines = [Line("- a", (2,)), Line("- b", (1,)), Line("- c", (3,))]
    everything = size(["## S", "- a", "- b", "- c"])
    assert fit([Section("## S", lines)], everything + 20 - 4, lambda count: "…" * count)[1:3] == ["- a", "- b"]
    assert fit([Section("## S", lines)], everything - 1, lambda _: "")[1:3] == ["- a", "- c"]


def test_what_was_left_out_before_is_counted_too():
    assert fit([Section("## S", [Line("- a")], omitted=7)], 100, more)[-1] == "- … and 7 more"


def test_lines_without_a_rank_go_only_when_nothing_else_is_left():
    lines = [Line("- firm " + "x" * 40), Line("- loose " + "y" * 40, (0,))]
    assert fit([Section("## S", lines)], 80, more) == ["## S", "- firm " + "x" * 40, "- … and 1 more"]
    assert fit([Section("## S", lines)], 40, more) == ["## S", "- … and 2 more"]


def test_the_fixed_size_is_what_remains_without_ranked_lines():
    section = Section("## S", [Line("- firm"), *ranked(5)])
    assert size(fit([section], size_of_fixed([section], more), more)) <= size_of_fixed([section], more)


_SECTIONS = st.lists(
    st.builds(
        Section,
        st.sampled_from(["## A", "## Überschrift"]),
        st.lists(
            st.builds(
                Line,
                st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
                st.none() | st.tuples(st.integers(0, 5)),
            ),
            max_size=20,
        ),
        st.integers(0, 3),
    ),
    max_size=6,
)


@given(_SECTIONS, st.integers(250, 2_000))
def test_the_room_is_kept(sections, room):
    assert size(fit(sections, room, more)) <= room


@given(_SECTIONS, st.integers(250, 2_000))
def test_lines_shown_and_lines_counted_as_missing_are_all_lines(sections, room):
    found = fit(sections, room, more)
    total = sum(len(section.lines) + section.omitted for section in sections)
    missing = sum(int(line.split()[-2]) for line in found if line.startswith("- … and "))
    shown = len(found) - len(sections) - sum(line.startswith("- … and ") for line in found)
    assert shown + missing == total
