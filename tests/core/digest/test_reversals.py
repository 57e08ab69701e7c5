from __future__ import annotations

from memsyncd.core.digest.decisions import decisions_of
from tests.core.digest.builders import index_of


def final(*lines):
    """Each decision that stands, with the text of the one it replaced."""
    return [(found.text, found.replaces and found.replaces[1]) for found in decisions_of(index_of(*lines))]


def test_a_decision_with_instead_replaces_the_one_about_the_same_thing():
    assert final("Let's use Postgres for the store.", "> Fine.", "Let's use SQLite for the store instead.") == [
        ("Let's use SQLite for the store instead.", "Let's use Postgres for the store.")
    ]


def test_other_numbers_in_the_same_words_replace():
    assert final("The standup is at 9:00 from now on.", "> Noted.", "Make the standup 9:30.") == [
        ("Make the standup 9:30.", "The standup is at 9:00 from now on.")
    ]


def test_another_day_in_the_same_words_replaces():
    assert final("We'll have the party on Friday.", "We'll have the party on Saturday.") == [
        ("We'll have the party on Saturday.", "We'll have the party on Friday.")
    ]


def test_saying_not_replaces():
    assert final("Let's use Redis.", "> Why?", "Let's not use Redis after all.") == [
        ("Let's not use Redis after all.", "Let's use Redis.")
    ]


def test_another_last_word_replaces():
    assert final("Let's paint the kitchen wall green.", "Let's paint the kitchen wall blue.") == [
        ("Let's paint the kitchen wall blue.", "Let's paint the kitchen wall green.")
    ]


def test_a_bare_change_of_mind_replaces_the_decision_just_before():
    found = final("Let's book the Italian restaurant.", "> Done.", "I changed my mind, let's have a picnic.")
    assert found == [("I changed my mind, let's have a picnic.", "Let's book the Italian restaurant.")]


def test_a_change_of_mind_much_later_replaces_nothing_it_does_not_name():
    lines = ["Let's book the Italian restaurant.", *["> Done."] * 6, "I changed my mind, let's have a picnic."]
    assert [replaced for _, replaced in final(*lines)] == [None, None]


def test_the_last_of_several_reversals_names_the_one_before_it():
    assert final("Let's use Redis.", "Let's not use Redis after all.", "OK, back to it: let's use Redis.") == [
        ("OK, back to it: let's use Redis.", "Let's not use Redis after all.")
    ]


def test_decisions_about_different_things_both_stand():
    lines = [
        "Let's use Postgres for user data.",
        "Let's use Postgres for billing data.",
        "Let's paint the fence red.",
    ]
    assert final(*lines) == [(line, None) for line in lines]


def test_the_same_decision_twice_is_shown_once_in_the_owners_words():
    found = decisions_of(index_of("Let's use SQLite.", "> OK, we'll go with SQLite for the store then."))
    assert [decision.text for decision in found] == [
        "Let's use SQLite. — OK, we'll go with SQLite for the store then."
    ]
    assert found[0].own


def test_the_agent_taking_note_is_no_second_decision():
    found = decisions_of(
        index_of("From now on file receipts under Taxes.", "> Noted: from now on receipts land under Taxes.")
    )
    assert [decision.text for decision in found] == ["From now on file receipts under Taxes."]


def test_of_two_wordings_the_fuller_one_stays():
    assert final("Let's use SQLite.", "> Good.", "Yes, let's use SQLite for the store from March 3.") == [
        ("Yes, let's use SQLite for the store from March 3.", None)
    ]


def test_instead_of_replaces_what_it_names():
    found = final("Let's book the Italian restaurant.", "Let's have a barbecue instead of the restaurant.")
    assert found == [("Let's have a barbecue instead of the restaurant.", "Let's book the Italian restaurant.")]


def test_instead_of_in_itself_replaces_nothing():
    assert [replaced for _, replaced in final("Let's plant tomatoes.", "Use tabs instead of spaces.")] == [
        None,
        None,
    ]


def test_reversals_work_in_other_languages():
    assert final("Wir nehmen den Zug um 9 Uhr.", "> Gut.", "Wir nehmen doch lieber den Zug um 11 Uhr.") == [
        ("Wir nehmen doch lieber den Zug um 11 Uhr.", "Wir nehmen den Zug um 9 Uhr.")
    ]
    assert final("我们决定用MySQL数据库。", "> 好的。", "还是改成PostgreSQL数据库吧。") == [
        ("还是改成PostgreSQL数据库吧。", "我们决定用MySQL数据库。")
    ]
