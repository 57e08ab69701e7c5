from __future__ import annotations

import pytest

from memsyncd.core.digest import digest
from tests.core.digest.builders import DayBuilder, talk


def only(day):
    (found,) = digest(day).flow
    return found


def words(flow):
    return [(line.asked, line.answered) for line in flow.lines]


def test_an_exchange_is_what_was_asked_and_what_came_out_of_it():
    found = only(
        talk("How warm is it outside today?", "> I'll check the weather station.", "> It is 22 degrees warm.")
    )
    assert words(found)[0] == ("How warm is it outside today?", "It is 22 degrees warm.")


def test_an_acknowledgement_is_no_outcome():
    found = only(talk("Order a lemon cake", "> The lemon cake arrives on Friday.", "> Done!"))
    assert words(found)[0] == ("Order a lemon cake", "The lemon cake arrives on Friday.")


def test_a_question_without_an_answer_stands_alone():
    assert words(only(talk("Is anybody at home?"))) == [("Is anybody at home?", "")]


def test_a_message_of_the_agent_that_nobody_asked_for_is_shown():
    assert words(only(talk("> The backup failed this night."))) == [("", "The backup failed this night.")]


def test_a_long_way_to_an_outcome_is_shown_in_steps():
    steps = [f"> Server number {number} has the new firmware and works." for number in range(20)]
    found = only(talk("Update all servers", *steps, "> All servers are updated."))
    assert words(found)[0] == ("Update all servers", "All servers are updated.")
    assert len(found.lines) == 1 + 6
    assert found.omitted == 0


def test_announcements_are_no_steps():
    found = only(talk("Update it", "> Let me look at the firmware page first.", "> The firmware is new now."))
    assert len(found.lines) == 1


def test_every_session_is_named_with_its_facts():
    day = DayBuilder()
    day.session("late", channel="telegram").user("12:00", "hello there").agent(
        "12:10", "The answer", model=("a", "x")
    )
    day.agent("12:20", "Another answer", model=("b", "y")).agent("12:30", "", model=("b", "z"))
    day.session("early").user("09:00", "hello").call("09:30", command="ls")
    early, late = digest(day.build()).flow
    assert (early.facts.session, early.facts.messages, early.facts.calls) == ("early", 1, 1)
    assert (late.facts.session, late.facts.messages) == ("late", 3)
    assert (late.facts.start, late.facts.end) == (day.at("12:00"), day.at("12:30"))
    assert list(late.facts.models) == [("a", "x"), ("b", "y"), ("b", "z")]
    assert early.facts.end == day.at("09:30")


def test_machine_traffic_does_not_stretch_a_session():
    day = DayBuilder().session("s").machine("03:00").user("09:00", "hello").machine("23:00")
    facts = only(day.build()).facts
    assert (facts.start, facts.end) == (day.at("09:00"), day.at("09:00"))
    assert not facts.machine_only


def test_a_session_of_machine_traffic_only_is_known_as_such():
    day = DayBuilder().session("s").machine("03:00").machine("04:00")
    facts = only(day.build()).facts
    assert facts.machine_only
    assert (facts.start, facts.end) == (day.at("03:00"), day.at("04:00"))


def test_a_session_without_words_says_what_ran():
    day = (
        DayBuilder()
        .session("s")
        .agent("09:00", "")
        .call("09:00", command="cd /x && ls")
        .call("09:01", name="read")
    )
    (line,) = only(day.build()).lines
    assert line.tools == ("ls", "read")


def test_ends_of_contexts_stand_among_the_lines():
    day = DayBuilder().session("s").user("09:00", "hello there friend").event("10:00", "compaction", tokens=5)
    day.user("11:00", "good bye my friend")
    assert [line.event is not None for line in only(day.build()).lines] == [False, True, False]


def test_a_sender_who_is_not_the_owner_is_named():
    day = DayBuilder().session("s").user("09:00", "water the garden", sender="Tom\n# x", owner=False)
    day.user("09:01", "water the roof", owner=False).user("09:02", "water the car", sender="Anna")
    assert [line.asked for line in only(day.build()).lines] == [
        "Tom # x (not the owner): water the garden",
        "someone (not the owner): water the roof",
        "water the car",
    ]


@pytest.mark.parametrize(("chat_type", "asked"), [("direct", "water the car"), ("group", "Anna: water the car")])
def test_whoever_speaks_in_a_group_is_named(chat_type, asked):
    day = DayBuilder().session("s", chat_type=chat_type).user("09:02", "water the car", sender="Anna").build()
    assert only(day).lines[0].asked == asked


@pytest.mark.parametrize("turns", [100, 400, 1_000])
def test_every_quarter_of_a_long_session_is_shown(turns):
    lines = [
        f"{'> ' if number % 2 else ''}The matter number {number} concerns the garden and the roof"
        for number in range(turns)
    ]
    found = only(talk(*lines))
    asked_at = [int(line.asked.split()[3]) for line in found.lines if line.asked]
    per_quarter = [
        sum(turns * quarter // 4 <= at < turns * (quarter + 1) // 4 for at in asked_at) for quarter in range(4)
    ]
    assert min(per_quarter) >= len(asked_at) // 5
    assert len(found.lines) + found.omitted == turns // 2


def test_a_small_session_keeps_its_line_beside_a_huge_one():
    day = DayBuilder().session("huge")
    for minute in range(600):
        day.user(f"{minute // 60 + 8:02}:{minute % 60:02}", f"Tell me more about the garden number {minute}")
    day.session("small").user("20:00", "thanks")
    small = digest(day.build()).flow[-1]
    assert [line.asked for line in small.lines] == ["thanks"]


def test_scale_gives_more_and_longer_lines():
    lines = [f"{'> ' if number % 2 else ''}{'The garden is large. ' * 12} {number}" for number in range(400)]
    short, long = only(talk(*lines)), digest(talk(*lines), scale=1_000).flow[0]
    assert len(short.lines) == 110
    assert (len(long.lines), long.omitted) == (200, 0)
    assert len(long.lines[0].asked) > len(short.lines[0].asked)


def test_one_message_more_leaves_almost_all_lines_as_they_were():
    lines = [
        f"{'> ' if number % 2 else ''}Matter {number} concerns the {'roof ' * (number % 7)}"
        for number in range(300)
    ]
    before, after = set(words(only(talk(*lines)))), set(words(only(talk(*lines, "And one more matter"))))
    assert len(before - after) <= 2
