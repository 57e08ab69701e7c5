"""The grade of a memory file: what can be found through it, how evenly, and what stands at its top."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core import grade as module
from memsyncd.core.grade import Grade, Share, grade, said, section
from memsyncd.core.render import render_block
from tests.core.digest.builders import DayBuilder, talk
from tests.gold.gold import load_all

GOLD = load_all()
PHRASES = [
    "the boiler in the cellar drips on the freezer",
    "book the ferry to Gotland for the third of July",
    "why does the invoice parser choke on umlauts",
    "Ludmila wants a telescope for her birthday",
    "rotate the logs of the greenhouse sensors weekly",
    "grandfather's walnut cupboard needs new hinges",
]


def found(day, text):
    return grade(day, text).turns


@cache
def file_of(name):
    return render_block(next(gold.day for gold in GOLD if gold.name == name))


# --- a turn is found ---


def test_a_turn_is_found_by_its_own_words():
    day = talk(*PHRASES)
    assert found(day, "\n".join(f"- {phrase}" for phrase in PHRASES)) == Share(6, 6)


def test_a_turn_of_which_no_line_speaks_is_missed():
    day = talk(*PHRASES)
    result = grade(day, "\n".join(PHRASES[:4]))
    assert result.turns == Share(4, 6)
    assert [turn.text for turn in result.missed] == PHRASES[4:]


def test_a_turn_is_found_by_its_essence():
    long = (
        "so I was in the cellar again this morning and guess what, the old boiler drips right onto the freezer lid"
    )
    assert found(talk(long, *PHRASES[1:]), "boiler drips onto the freezer, cellar\nferry Gotland").found == 2


def test_one_rare_word_is_not_enough():
    assert found(talk(*PHRASES), "boiler\nferry\ninvoice\ntelescope\ngreenhouse\nwalnut") == Share(0, 6)


def test_what_the_whole_day_is_about_finds_nothing():
    """A line of the day's frequent words is no line about any turn."""
    lines = [
        f"the walnut table leg number {name} {flaw}"
        for name, flaw in zip("ABCD", ("creaks", "tilts", "splits", "bends"), strict=True)
    ]
    lines = [
        f"{line} near the {place}"
        for line, place in zip(lines, ("window", "stove", "piano", "stairs"), strict=True)
    ]
    day = talk(*lines)
    assert found(day, "walnut table leg number\nsomething else altogether happened") == Share(0, 4)
    assert found(day, "\n".join(lines)) == Share(4, 4)


def test_loose_words_in_any_order_find_nothing():
    words = sorted({word for phrase in PHRASES for word in phrase.split()})
    assert found(talk(*PHRASES), "\n".join(words)).found == 0


def test_a_wall_of_words_finds_little():
    day = next(gold.day for gold in GOLD if gold.name == "debugging-export-worker")
    words = sorted({word for turn in day.turns if turn.role == "user" for word in turn.text.split()})
    assert found(day, " ".join(words)).part < 0.3


def test_a_word_in_another_inflection_of_case_and_accent_is_the_same():
    assert found(talk("Où est le CAFÉ de Zoë à Liège ?"), "le cafe de ZOE, liege") == Share(1, 1)


def test_the_agents_turns_are_not_asked_for():
    day = talk(PHRASES[0], "> The boiler needs a new gasket, size twelve.")
    assert found(day, PHRASES[0]) == Share(1, 1)


def test_people_in_a_group_are_asked_for_like_the_owner():
    day = DayBuilder().session("s").user("09:00", PHRASES[1], sender="Tom", owner=False).build()
    assert found(day, PHRASES[1]) == Share(1, 1)


# --- what counts ---


@pytest.mark.parametrize("text", ["yes", "ok thanks!", "what is it", "👍", "好的", "はい", "!!!"])
def test_a_turn_that_says_nothing_does_not_count(text):
    day = talk(PHRASES[0], text)
    assert found(day, PHRASES[0]) == Share(1, 1)


def test_a_day_without_talk_has_nothing_to_find():
    result = grade(DayBuilder().session("s").machine("09:00").build(), "- something\n")
    assert result == Grade(turns=Share(0, 0), quarters=(), missed=(), brief=Share(0, 0), bytes=12)


def test_an_empty_file_finds_nothing():
    assert found(talk(*PHRASES), "") == Share(0, 6)


@pytest.mark.parametrize(
    ("frame", "asked"),
    [
        ("*Review and edit this draft to capture what's actually important.*", "review and edit the draft that captures important matters"),
        ("## Model Transitions", "which model transitions were there"),
        ("<!-- memsyncd:begin walnut cupboard -->", "the walnut cupboard"),
    ],
)  # fmt: skip
def test_headings_markers_and_the_frame_find_nothing(frame, asked):
    assert found(talk(asked), f"{frame}\n- other words\n") == Share(0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "三公里以内加上大学城那一块",
        "和室のほうが畳だし、子どもたちも落ち着く",
        "도서관 지하 갤러리로 하자",
        "аудиокнига лежит на школьном компьютере",
        "الاجتماع يوم الخميس في المكتبة",
    ],
)
def test_every_script_is_read(text):
    assert found(talk(text), f"- 09:00 {text}\n- other") == Share(1, 1)
    assert found(talk(text), "- 09:00 nothing of the kind\n- other") == Share(0, 1)


def test_a_date_a_version_and_an_id_stay_whole():
    reading = module._Reading(["english words"])
    assert reading.words("at 20:45 svgpath 2.3.8 in 8b476afa 2026-01-15") == [
        "20:45", "svgpath", "2.3.8", "8b476afa", "2026-01-15",
    ]  # fmt: skip


# --- quarters ---


def test_quarters_are_runs_of_turns_in_the_order_of_the_day():
    lines = [f"{animal} number {number} ate {food}" for number, (animal, food) in enumerate(zip(
        ("heron", "badger", "otter", "lynx", "stoat", "newt", "raven", "adder", "moose", "shrew", "ibis", "quail", "bison", "gecko", "tapir", "llama"),
        ("melon", "bread", "trout", "pears", "honey", "flies", "crumbs", "frogs", "birch", "worms", "crabs", "seeds", "grass", "moths", "figs", "oats"),
        strict=True))]  # fmt: skip
    result = grade(talk(*lines), "\n".join(lines[:4] + lines[4:6] + lines[12:]))
    assert result.quarters == (Share(4, 4), Share(2, 4), Share(0, 4), Share(4, 4))


def test_few_turns_are_not_cut_into_quarters():
    assert grade(talk(*PHRASES), "\n".join(PHRASES)).quarters == ()


@given(st.lists(st.booleans(), max_size=60))
def test_quarters_have_every_turn_once_and_nearly_the_same_size(hits):
    quarters = module._quarters(hits)
    if quarters:
        sizes = [share.total for share in quarters]
        assert sum(sizes) == len(hits)
        assert max(sizes) - min(sizes) <= 1
        assert sum(share.found for share in quarters) == sum(hits)
    else:
        assert len(hits) < 20


# --- the brief, and the parts of a file ---


def file_with(topics, filler, decisions):
    return (
        "# 2026-01-15 (Thursday)\n\n*Auto-generated from 3 session messages*\n\n## Topics Covered\n"
        + "".join(f"- {topic}\n" for topic in topics)
        + "## Session Flow\n"
        + "x" * filler
        + "\n## Key Decisions\n"
        + "".join(f"- {decision}\n" for decision in decisions)
    )


def test_the_brief_is_what_stands_whole_in_the_first_thousand_characters():
    assert grade(talk("hello"), file_with(["one", "two"], 100, ["three"])).brief == Share(3, 3)
    assert grade(talk("hello"), file_with(["one", "two"], 1_000, ["three"])).brief == Share(2, 3)


def test_a_line_that_is_cut_by_the_limit_is_not_in_the_brief():
    text = file_with(["one"], 100, ["y" * 2_000])
    assert grade(talk("hello"), text).brief == Share(1, 2)


def test_the_brief_counts_characters_and_the_size_bytes():
    text = file_with(["一二三"], 850, ["四五六七八" * 4])
    assert grade(talk("hello"), text).brief == Share(2, 2)
    assert grade(talk("hello"), text).bytes == len(text.encode()) > len(text)


def test_a_section_has_its_lines_and_no_others():
    text = file_with(["one", "two"], 5, ["three"])
    assert section(text, "Topics Covered") == ["- one", "- two"]
    assert section(text, "Key Decisions") == ["- three"]
    assert section(text, "Open Questions") == []


def test_what_a_file_says_is_in_its_lines():
    assert list(said(file_with(["one"], 2, ["three"]))) == ["- one", "xx", "- three"]


# --- rules ---


@given(st.permutations(PHRASES), st.integers(0, len(PHRASES)))
def test_the_order_of_the_lines_changes_no_share(phrases, kept):
    assert found(talk(*PHRASES), "\n".join(phrases[:kept])) == Share(kept, 6)


@given(st.lists(st.lists(st.text("abc", min_size=1, max_size=2), max_size=6), max_size=12), st.integers(1, 9))
def test_dealing_anew_keeps_the_words_and_the_lengths(lines, number):
    dealt = module._dealt(lines, number)
    assert [len(line) for line in dealt] == [len(line) for line in lines]
    assert sorted(word for line in dealt for word in line) == sorted(word for line in lines for word in line)


@pytest.mark.parametrize("gold", GOLD, ids=[gold.name for gold in GOLD])
def test_a_file_of_the_users_own_lines_finds_every_turn(gold):
    talk = [turn for turn in gold.day.turns if turn.role == "user" and turn.kind == "talk"]
    text = "\n".join(" ".join(turn.text.split()) for turn in talk)
    assert found(gold.day, text).part == 1.0


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_file_of_another_day_finds_next_to_nothing(language):
    days = [gold for gold in GOLD if gold.language == language][:6]
    shares = [found(one.day, file_of(other.name)) for one in days for other in days if one is not other]
    assert sum(share.found for share in shares) <= 0.02 * sum(share.total for share in shares)
