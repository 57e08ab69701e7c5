from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.labels import labels


def test_a_session_is_called_by_its_first_eight_characters():
    session = "8b476afa-8abb-4373-b56a-638689a92546"
    assert labels([session]) == {session: "8b476afa"}


def test_forum_topics_of_one_parent_are_told_apart():
    parent = "8b476afa-8abb-4373-b56a-638689a92546"
    found = labels([parent, f"{parent}-topic-3", f"{parent}-topic-4"])
    assert found[f"{parent}-topic-3"] == "8b476afa…-topic-3"
    assert len(set(found.values())) == 3


def test_ids_alike_at_both_ends_are_shown_whole():
    first, second = "aaaaaaaa-1-bbbbbbbb", "aaaaaaaa-2-bbbbbbbb"
    assert labels([first, second]) == {first: first, second: second}


def test_a_hostile_name_is_made_harmless():
    assert labels(["<!-- x"])["<!-- x"] == "&lt;!-- x"


@given(st.sets(st.text("ab-", max_size=20), max_size=12))
def test_every_session_has_a_label_that_begins_as_its_id(sessions):
    found = labels(sorted(sessions))
    assert found.keys() == sessions
    assert all(label for label in found.values())
