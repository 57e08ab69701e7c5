from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.plain import PLACEHOLDER
from memsyncd.core.digest.sentences import is_question, room, sample, sentences, shorten

KEY = "[REDACTED-OPENAI-KEY:3f9c1a]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One sentence", ["One sentence"]),
        ("First. Second! Third? Fourth.", ["First.", "Second!", "Third?", "Fourth."]),
        ("Line one\nline two", ["Line one", "line two"]),
        ("Use e.g. a vase. Then rest.", ["Use e.g. a vase.", "Then rest."]),
        ("Das geht z. B. am Montag. Dann nicht.", ["Das geht z. B. am Montag.", "Dann nicht."]),
        ("Am 3. Mai ist Schluss. Danach nicht.", ["Am 3. Mai ist Schluss.", "Danach nicht."]),
        ("It took 3.5 seconds. Fine.", ["It took 3.5 seconds.", "Fine."]),
        ("先备份。然后升级！好吗？", ["先备份。", "然后升级！", "好吗？"]),
        ("カレーにします。ご飯も。", ["カレーにします。", "ご飯も。"]),
        ("هل نبدأ؟ نعم.", ["هل نبدأ؟", "نعم."]),
        ("# Plan\n- **first** step\n2. second step\n> quoted", ["Plan", "first step", "second step", "quoted"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a, b", "1, 2"]),
        ("---\nafter", ["after"]),
        ("before\n```python\nx = 1. y\n```\nafter", ["before", "after"]),
        ("before\n```\nnever closed. Really.", ["before"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_texts_are_cut_at_sentence_ends_and_lose_their_markdown(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize("text", ["Really?", "Really?)", '"Really?"', "本当？", "**Really?**", "¿De verdad"])
def test_questions_are_recognised(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["Really.", "What? No.", ""])
def test_statements_are_no_questions(text):
    assert not is_question(text)


def test_long_texts_are_sampled_at_both_ends_and_at_words():
    text = "start " + "word " * 100_000 + "end"
    found = sample(text)
    assert len(found) <= 4_001
    assert found.startswith("start word")
    assert found.endswith("word end")
    assert set(found.split()) == {"start", "word", "end"}


def test_a_long_text_without_blanks_is_sampled_too():
    assert len(sample("x" * 1_000_000)) == 4_001


def test_a_text_is_shortened_at_a_word_end():
    assert shorten("move the nightly backup, then sleep", 26) == "move the nightly backup…"


def test_a_text_that_fits_stays():
    assert shorten("short", 5) == "short"


def test_a_very_long_word_is_cut_inside():
    assert shorten("a" * 100, 10) == "a" * 9 + "…"


def test_a_placeholder_is_never_cut():
    text = f"the key is {KEY} and more"
    for limit in range(3, len(text)):
        shown = shorten(text, limit)
        assert "[" not in PLACEHOLDER.sub("", shown)


@pytest.mark.parametrize("text", ["👨‍👩‍👧‍👦" * 5, "e\u0301" * 20, "👍🏽" * 10, "🇩🇪" * 10, "क्षि" * 10])
def test_visible_characters_of_several_code_points_stay_whole(text):
    whole = {text[: len(text) // 5], text[:2], text[: len(text) // 10]}
    shown = shorten(text, 9).removesuffix("…")
    assert text.startswith(shown)
    rest = text[len(shown) :]
    assert not rest.startswith(("\u200d", "\u0301", "🏽", "\u094d", "\u093f")), whole
    assert not shown.endswith("\u200d")


def test_flags_stay_in_pairs():
    shown = shorten("x🇩🇪🇫🇷🇪🇸", 5)
    assert shown == "x…"


@given(st.text(max_size=300), st.integers(1, 80))
def test_shortening_keeps_to_its_limit(text, limit):
    assert len(shorten(text, limit)) <= max(limit, 2)


@given(st.text(max_size=300), st.integers(1, 80))
def test_what_is_shown_is_the_beginning_of_the_text(text, limit):
    shown = shorten(text, limit)
    assert text.startswith(shown.removesuffix("…")) or shown == text


@given(st.text(max_size=400))
def test_sentences_are_single_lines_with_content(text):
    found = sentences(text)
    assert all(sentence.strip() and "\n" not in sentence for sentence in found)


def test_scripts_of_many_bytes_get_less_room_but_at_least_half():
    assert room("plain words", 100) == 100
    assert room("größere Lücke im Übergang", 100) == 100
    assert 60 < room("резервная копия", 100) < 100
    assert room("数据库迁移", 100) == 50
