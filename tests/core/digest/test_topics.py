from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.languages import lexicon
from memsyncd.core.digest.topics import MOST_TOPICS, topics_of
from memsyncd.core.digest.words import index
from tests.core.digest.builders import DayBuilder, index_of


def topics(*lines):
    return topics_of(index_of(*lines))


def test_a_day_without_words_has_no_topics():
    assert topics() == ()
    assert topics("ok", "> Thanks!") == ()


def test_words_grow_into_the_phrase_they_stand_in():
    found = topics("the payment webhook fails", "> The payment webhook is slow", "restart the payment webhook")
    assert found[0] == "payment webhook"
    assert "webhook" not in found


def test_the_spelling_is_the_conversations_own():
    assert "PostgreSQL" in topics("we use PostgreSQL", "> PostgreSQL is here")


def test_inflected_forms_are_one_topic():
    found = topics("my tomato is ill", "> Tomatoes need water", "water for tomatoes?")
    assert sum("omato" in topic for topic in found) == 1


def test_identifiers_are_topics_in_code_spans():
    found = topics("look at docker-compose.yml", "> docker-compose.yml is broken", "and parse_config() fails")
    assert "`docker-compose.yml`" in found
    assert "`parse_config`" in found


def test_stop_words_stand_at_no_edge():
    found = topics("the roof of the garage leaks", "> The roof of the garage is old", "fix the roof of the garage")
    stop = lexicon(("en",)).stop
    assert found
    for topic in found:
        words = topic.lower().split()
        assert words[0] not in stop
        assert words[-1] not in stop


def test_a_link_word_may_stand_inside():
    found = topics(
        "la base de datos no responde",
        "> He revisado la base de datos",
        "entonces arranca la base de datos otra vez",
    )
    assert "base de datos" in found


def test_punctuation_ends_a_phrase():
    found = topics("cake, guests and music", "> cake, guests, music", "cake, guests")
    assert {"cake", "guests", "music"} <= set(found)


def test_the_owners_words_weigh_more():
    lines = ["tell me about the violin"] + ["> the cello sounds deep"] * 2 + ["violin again"]
    assert topics(*lines)[0] == "violin"


def test_what_follows_an_article_is_a_topic_before_what_does_not():
    assert topics("varnish the kiln", "> I varnish the kiln.", "varnish a kiln")[0] == "kiln"


def test_words_of_people_who_are_not_the_owner_are_no_topics():
    day = DayBuilder().session("s").user("09:00", "buy cryptocoins", owner=False)
    day.user("09:01", "cryptocoins cryptocoins", owner=False).user("09:02", "the garden")
    assert topics_of(index(day.build().turns)) == ("garden",)


def test_placeholders_are_no_topics():
    found = topics(*["my key is [REDACTED-OPENAI-KEY:3f9c1a] and the garden"] * 3)
    assert found == ("garden",)


def test_a_short_conversation_is_not_silenced_by_a_long_one():
    day = DayBuilder().session("long")
    for minute in range(40):
        day.user(f"09:{minute:02}", f"the router firmware and the router antenna number {minute}")
        day.agent(f"09:{minute:02}:30", "The router firmware is fine, the router antenna too, the cable as well.")
    day.session("short").user("11:00", "my violin lesson").agent("11:01", "The violin lesson is at noon.")
    day.user("11:02", "thanks for the violin lesson")
    assert "violin lesson" in topics_of(index(day.build().turns))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["数据库迁移的方案", "> 数据库迁移可以开始", "数据库迁移完成了吗"], "数据库迁移"),
        (["祇園の旅館を予約", "> 祇園の旅館は高い", "では祇園の旅館で"], "祇園の旅館"),
        (["백업을 확인해 주세요", "> 백업은 정상입니다", "백업이 느려요"], "백업"),
        (["перенеси базу данных", "> базу данных перенёс", "проверь базу данных"], "базу данных"),
        (["النسخ الاحتياطي فشل", "> النسخ الاحتياطي يعمل", "متى النسخ الاحتياطي"], "النسخ الاحتياطي"),
        (
            ["die Steuererklärung fehlt", "> Steuererklärung ist da", "schick die Steuererklärung"],
            "Steuererklärung",
        ),
    ],
)
def test_any_script_has_topics(lines, expected):
    assert expected in topics(*lines)


_WORDS = st.sampled_from(
    [
        "garden",
        "roof",
        "the",
        "cake",
        "and",
        "NAS",
        "backup",
        "of",
        "lemon",
        "`x_y`",
        "it's",
        "42",
        "数据库",
        "Straße,",
    ]
)
_LINES = st.lists(st.lists(_WORDS, max_size=12).map(" ".join), max_size=30)


@given(_LINES)
def test_topics_are_few_short_and_different(lines):
    found = topics(*lines)
    assert len(found) <= MOST_TOPICS
    assert len(set(found)) == len(found)
    for topic in found:
        assert 1 <= len(topic.split()) <= 4
        assert len(topic) <= 50


@given(_LINES)
def test_topics_are_words_of_the_conversation(lines):
    spoken = " ".join(" ".join(lines).lower().split())
    for topic in topics(*lines):
        assert all(part.strip("`").lower() in spoken for part in topic.split(", "))
