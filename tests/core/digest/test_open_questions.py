from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest import digest
from memsyncd.core.digest.open_cues import open_cues
from memsyncd.core.digest.open_questions import MOST_OPEN
from tests.core.digest.builders import DayBuilder, talk


def still_open(*lines):
    """The texts of what is open after a conversation; a line that starts with ``> `` is the agent's."""
    return [each.text for each in digest(talk(*lines)).open]


def commands(*runs):
    """The open texts of a day of commands, each with its exit code."""
    day = DayBuilder().session("s").user("09:00", "please build the kiln software")
    for number, (command, code) in enumerate(runs):
        error = "Error: no space left" if code else None
        day.call(f"09:{number + 1:02}", command=command, failed=bool(code), exit_code=code, error=error)
    day.agent("10:00", "Here it is.")
    return [each.text for each in digest(day.build()).open]


@pytest.mark.parametrize(
    "line",
    [
        "remind me tomorrow to water the orchids",
        "I'll call the piano tuner on Friday",
        "we still have to pick a venue for the reunion",
        "erinnere mich morgen an die Orchideen, bitte nicht vergessen",
        "den Klavierstimmer ruf ich am Freitag an",
        "die Antwort der Versicherung steht noch aus",
        "recuérdame mañana regar las orquídeas",
        "mañana llamo al afinador del piano",
        "rappelle-moi demain d'arroser les orchidées",
        "demain j'appelle l'accordeur du piano",
        "me lembra amanhã de regar as orquídeas",
        "amanhã eu ligo para o afinador do piano",
        "明天提醒我给兰花浇水",
        "明日、蘭に水をやるのを忘れないようにリマインドして",
        "напомни завтра полить орхидеи",
        "내일 난초에 물 주라고 알려줘",
    ],
)
def test_what_is_put_off_is_open(line):
    (found,) = still_open(line, "> Noted.")
    assert line[:20] in found


@pytest.mark.parametrize(
    "line",
    ["the orchids are lovely today", "thanks, that helps a lot", "Die Orchideen blühen.", "兰花开了，真漂亮"],
)
def test_what_asks_for_nothing_is_not_open(line):
    assert still_open(line, "> Lovely.") == []


def test_a_promise_leaves_when_its_matter_is_said_to_be_done():
    promise = "I have to order gaskets for the espresso machine"
    assert still_open(promise, "> Good.", "how hot is the sun", "> 5,500 degrees at its surface.")
    assert not still_open(promise, "> Good.", "how hot is the sun", "> 5,500.", "gaskets are ordered")


def test_a_bare_done_means_the_promise_just_before():
    assert not still_open("I have to order gaskets for the espresso machine", "> Good.", "done")


def test_nothing_said_soon_after_does_what_is_due_tomorrow():
    assert still_open("tomorrow I'll order gaskets for the espresso machine", "> Good.", "done with breakfast")


def test_a_question_that_the_agent_cannot_answer_is_open_with_the_reason():
    (found,) = still_open(
        "why did the greenhouse pump stop on Sunday?", "> I can't tell from the log.", "ok, the tomatoes then"
    )
    assert found == "why did the greenhouse pump stop on Sunday? — I can't tell from the log."


def test_a_question_with_an_answer_is_not_open():
    assert still_open("how tall is the greenhouse?", "> 2.4 metres.", "fine") == []


def test_the_agents_question_is_open_when_the_owner_does_not_know():
    (found,) = still_open("> Which colour shall the greenhouse have?", "no idea yet, let me think")
    assert found.startswith("Which colour shall the greenhouse have? — no idea")


def test_a_question_at_the_end_of_the_day_is_open():
    assert still_open("> The pump is in.", "who repairs the greenhouse roof?") == [
        "who repairs the greenhouse roof?"
    ]


def test_a_question_that_a_decision_settles_leaves():
    lines = ("should the greenhouse roof be glass or plastic?", "> Hard to say.", "let me think about the roof")
    assert still_open(*lines)
    assert not still_open(*lines, "> Fine.", "We decided: the greenhouse roof will be glass.")


def test_a_command_that_fails_to_the_end_is_open_with_its_error():
    assert commands(("make kiln", 2), ("make kiln", 2)) == [
        "still failing (exit 2): `make kiln`: `Error: no space left`"
    ]


def test_a_command_that_succeeds_later_is_not_open():
    assert commands(("make kiln", 2), ("make kiln", 0)) == []


def test_a_like_command_that_succeeds_later_makes_good():
    assert commands(("make kiln", 2), ("make kiln -j1", 0)) == []
    assert commands(("make kiln -j1", 0), ("make kiln", 2))


def test_a_search_that_finds_nothing_has_not_failed():
    assert commands(("grep -r kiln src", 1)) == []


def test_one_error_is_told_once():
    assert len(commands(("make kiln", 2), ("ninja kiln", 1))) == 1


def test_what_another_than_the_owner_says_bears_their_name():
    day = DayBuilder().session("s").user("09:00", "hello everybody")
    day.user("09:01", "I'll bring the tent on Saturday", sender="Ilse", owner=False).agent("09:02", "Good.")
    assert [each.text for each in digest(day.build()).open] == ["Ilse: I'll bring the tent on Saturday"]


def test_a_matter_is_told_once():
    assert (
        len(
            still_open("I'll paint the greenhouse door tomorrow", "> You will paint the greenhouse door tomorrow.")
        )
        == 1
    )


def test_the_surest_stands_first():
    found = still_open("I need paint", "> Sure.", "remind me of the greenhouse door", "> Yes.", "I need a ladder")
    assert "remind me" in found[0]


def test_a_phrase_counts_only_as_whole_words():
    cues = open_cues(("en",))
    assert "later" in cues.kinds("See you tomorrow!")
    assert not cues.kinds("collateral tomorrows")


def test_a_language_without_a_table_is_read_as_english():
    assert open_cues(("xx",)).phrases == open_cues(("en",)).phrases


_LINES = st.lists(
    st.sampled_from(
        [
            "remind me tomorrow to call Ada",
            "is it open?",
            "> not yet",
            "done",
            "> I don't know",
            "I'll see",
            "还没",
            "ok",
        ]
    ),
    max_size=40,
)


@given(_LINES)
def test_open_questions_are_few_and_one_line_each(lines):
    found = still_open(*lines)
    assert len(found) <= MOST_OPEN
    assert all(text and "\n" not in text for text in found)


def test_another_message_leaves_other_matters_as_they_are():
    lines = ["I'll call the piano tuner on Friday", "> Noted.", "remind me to oil the harbour gate", "> I will."]
    assert set(still_open(*lines)) < set(still_open(*lines, "tomorrow I have to sharpen the skates", "> Fine."))
