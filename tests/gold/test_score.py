"""The scorer of the gold days sees what a file has of its labels, and what it has too much."""

from __future__ import annotations

import pytest

from benchmarks.digest.figures import Scored, figures, row
from benchmarks.digest.files import ours, predecessors
from benchmarks.digest.score import score
from memsyncd.core.grade import Share
from tests.gold.gold import FOLDER, load, load_all

GOLD = load(FOLDER / "planning-open-air-cinema.toml")
SWITCHES = load(FOLDER / "sessions-and-model-switches.toml")

PERFECT = """\
## Topics Covered
- outdoor cinema
- creamery
- church yard
- projector of the library
- vote on Paddington
- chip van
## Key Decisions
- 13:12 the 22nd in the creamery car park (replaces 09:25: church yard) (c07d91e3)
- 09:33 Saturday 22 August (c07d91e3)
- 10:13 library one, the Epson (c07d91e3)
- 15:59 cake and tea (replaces 10:23: chip van) (c07d91e3)
- 13:42 20 chairs from the hall (c07d91e3)
- 16:16 20:45 the sports day reel (c07d91e3)
- 17:47 40 posters (c07d91e3)
## Open Questions
- tell Dessie
- insurance: ask the broker
- rain plan
- Colm at the archive: the reel
- generator
"""


def test_a_file_with_everything_misses_nothing_but_facts():
    found = score(GOLD, PERFECT)
    for share in (
        found.decisions,
        found.precise,
        found.timed,
        found.reversals,
        found.topics,
        found.fitting,
        found.open,
    ):
        assert share.part == 1.0
    assert found.closed == 0
    assert [line for line in found.missed if not line.startswith("fact")] == []


def test_an_empty_file_misses_everything_and_shows_nothing_wrong():
    found = score(GOLD, "")
    assert (found.decisions.found, found.topics.found, found.open.found, found.facts.found) == (0, 0, 0, 0)
    assert found.precise == found.fitting == Share(0, 0)
    assert found.leaked == ()


def test_a_rejected_proposal_among_the_decisions_costs_precision():
    found = score(GOLD, PERFECT.replace("## Open", "- 16:00 pizza boxes from Luigi's\n## Open"))
    assert found.precise == Share(7, 8)
    assert any("rejected" in line for line in found.missed)


def test_an_earlier_decision_shown_as_if_it_held_costs_precision():
    found = score(GOLD, PERFECT.replace("## Open", "- 09:25 church yard sounds ideal. let's take that\n## Open"))
    assert found.precise == Share(7, 8)
    assert any("reversed" in line for line in found.missed)


def test_a_reversal_that_does_not_tell_what_it_replaces_is_seen():
    found = score(GOLD, PERFECT.replace(" (replaces 09:25: church yard)", ""))
    assert found.decisions.part == 1.0
    assert found.reversals == Share(1, 2)


def test_a_wrong_time_is_seen():
    assert score(GOLD, PERFECT.replace("17:47", "18:00")).timed == Share(6, 7)


def test_the_line_that_counts_what_was_left_out_is_no_decision():
    more = "- … and 3 more: `memsyncd show 2026-05-12 --full`\n## Open"
    assert score(GOLD, PERFECT.replace("## Open", more)).precise == Share(7, 7)


def test_only_the_first_eight_topics_count():
    late = "## Topics Covered\n" + "- word\n" * 8 + "- creamery\n"
    assert score(GOLD, late).topics.found == 0


def test_a_closed_matter_among_the_open_ones_is_seen():
    assert score(GOLD, PERFECT + "- does the deposit come back?\n").closed == 1


def test_an_open_question_elsewhere_in_the_file_is_said_and_not_found():
    found = score(GOLD, PERFECT.replace("## Open Questions", "## Session Flow"))
    assert (found.open.found, found.open_anywhere.part) == (0, 1.0)


def test_the_brief_ends_after_a_thousand_characters():
    found = score(GOLD, "x" * 900 + "\n" + PERFECT)
    assert 0 < found.brief.found < found.brief.total == 18
    assert score(GOLD, PERFECT).brief == Share(18, 18)


def test_transitions_are_compared_exactly():
    text = ours(SWITCHES)
    assert score(SWITCHES, text).transitions
    assert not score(SWITCHES, text.replace("- 20:15 anthropic", "- 20:16 anthropic")).transitions
    assert not score(SWITCHES, text.replace("- 20:15 anthropic/claude-opus-5-5 → ", "")).transitions


def test_noise_in_the_file_is_named():
    assert score(SWITCHES, "- the Marigold key").leaked == ("marigold",)


@pytest.mark.parametrize("gold", load_all(), ids=lambda gold: gold.name)
def test_every_day_is_scored_in_our_file_and_in_the_predecessors(gold):
    for text in (ours(gold), predecessors(gold)):
        found = score(gold, text)
        assert found.topics.total == len(gold.labels.essential_topics)
        assert found.grade.turns.total > 0


# --- figures over several days ---


def scored(gold, text, *, messages=100):
    return Scored(name=gold.name, messages=messages, ours=score(gold, text), predecessors=score(gold, ""))


def test_the_bars_are_those_that_a_memory_worth_reading_has_to_meet():
    barred = {
        figure.what.strip(): str(figure.bar).strip() for figure in figures([scored(GOLD, PERFECT)]) if figure.bar
    }
    assert barred == {
        "decisions found": ">= 85 %",
        "lines of decisions that are some": ">= 80 %",
        "essential topics found": ">= 80 %",
        "open questions found": ">= 70 %",
        "user's turns found, days up to 200 messages": ">= 80 %",
        "on the worst day": ">= 80 %",
        "in the worst quarter of a day": ">= 70 %",
        "pieces of noise in the files": "<= 0",
        "days whose model transitions are exact": ">= 100 %",
        "largest file": "<= 16.384 kB",
    }


def test_labels_count_the_same_on_every_day():
    days = [scored(GOLD, PERFECT), scored(SWITCHES, "")]
    found = next(figure for figure in figures(days) if figure.what == "decisions found")
    assert found.note == "7 of 13; predecessor 0 %"
    assert found.missed


def test_longer_days_have_no_bar_of_coverage():
    columns = {cell.column: cell for cell in row(scored(GOLD, "", messages=201))}
    assert not columns["turns"].missed
    assert {cell.column: cell for cell in row(scored(GOLD, ""))}["turns"].missed
