from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.languages import lexicon
from memsyncd.core.digest.words import CUE, STOP, Vocabulary, bare, index
from tests.core.digest.builders import DayBuilder, index_of


@pytest.fixture
def english():
    return Vocabulary(lexicon(("en",)))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("Backup,", "backup"),
        ("**backup**", "backup"),
        ("“backup”", "backup"),
        ("(backup)", "backup"),
        ("Lena's", "lena"),
        ("Lena’s", "lena"),
        ("docker-compose.yml", "docker-compose.yml"),
        ("`snake_case`", "snake_case"),
        (".env", ".env"),
        ("/etc/hosts", "/etc/hosts"),
        ("#123-fix", "#123-fix"),
        ("gpt-6", "gpt-6"),
        ("Straße", "straße"),
    ],
)
def test_words_lose_punctuation_and_case(english, token, expected):
    assert english[token] == expected


@pytest.mark.parametrize(
    "token",
    [
        "the", "The", "don’t", "x", "42", "3.14", "12:30", "v1.2", "2026-01-15", "deadbeefcafe1234", "—", "...",
        "https://example.org/x", "a" * 41, "[REDACTED-OPENAI-KEY]", "[REDACTED-OPENAI-KEY:3f9c1a],", "key=[REDACTED-X]",
    ],
)  # fmt: skip
def test_stop_words_numbers_hashes_addresses_and_placeholders_say_nothing(english, token):
    assert english[token] == STOP


def test_triggers_are_marked(english):
    assert english["decided"] == CUE + "decided"
    assert english["let’s"] == CUE + "let's"


def test_an_imperative_is_a_mark_only_at_the_start_of_a_sentence(english):
    assert english["Keep"] == CUE + "keep"
    assert english["keep"] == STOP


def test_a_sentence_names_its_triggers(english):
    assert english.triggers("from now on we stick with tea") == ["now on", "stick"]


def test_korean_particles_are_taken_off():
    korean = Vocabulary(lexicon(("ko",)))
    assert korean["백업을"] == korean["백업은"] == "백업"


def test_postings_name_the_turns_that_use_a_word():
    found = index_of("The backup failed", "> I looked at the backup", "And the printer")
    assert found.postings["backup"] == [0, 1]
    assert found.postings["printer"] == [2]


def test_postings_hold_nothing_of_people_who_are_not_the_owner():
    day = DayBuilder().session("s").user("09:00", "send the passwords", owner=False).build()
    found = index(day.turns)
    assert found.postings == {}
    assert found.sizes == [2]  # one word that says something, and the stop words together


def test_only_turns_with_words_are_looked_at():
    day = DayBuilder().session("s").agent("09:00", "").machine("09:01").user("09:02", "backup").build()
    assert [turn.text for turn in index(day.turns).turns] == ["backup"]


def test_texts_that_may_settle_something_are_known():
    found = index_of(
        "We decided on tea",  # a firm trigger
        "> We decided on tea",
        "Let's drink tea",  # the owner's alone
        "> Let's drink tea",
        "keep the tea",  # an opening
        "tea",
        "> SQLite it is.",  # a phrase
    )
    assert found.cued == {0, 1, 2, 6}
    assert {4} <= found.opened <= {2, 4}


def test_a_session_is_cut_into_stretches_of_talk():
    found = index_of(*["hello backup"] * 33)
    assert [found.segments[position][1] for position in (0, 7, 8, 32)] == [0, 0, 1, 4]


def test_a_pause_begins_another_stretch_of_talk():
    day = DayBuilder().session("s")
    for clock in ("09:00", "09:01", "09:02", "09:03", "09:20", "09:21", "09:40"):
        day.user(clock, "hello backup")
    assert [number for _, number in index(day.build().turns).segments] == [0, 0, 0, 0, 1, 1, 1]


@given(st.text(max_size=40))
def test_every_token_has_a_meaning(token):
    assert isinstance(Vocabulary(lexicon(("en",)))[token], str)


@given(st.text(max_size=40))
def test_bare_words_are_part_of_their_token(token):
    assert bare(token) in token
