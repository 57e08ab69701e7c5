from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest.essence import answered, asked
from memsyncd.core.digest.languages import cues

ENGLISH = cues(("en",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi! Can you look at the router?", "Can you look at the router?"),
        ("Great. Next: the party on Saturday.", "Next: the party on Saturday."),
        ("ok", "ok"),
        ("Please read this:\n```\ncode\n```", "Please read this:"),
        ("```\nonly code\n```", "'\nonly code\n'".replace("\n", " ")),
        ("# Plan\n- buy milk\n- call Tom", "Plan buy milk call Tom"),
    ],
)
def test_a_message_is_shown_from_its_first_real_sentence(text, expected):
    assert asked(text, 100, ENGLISH) == expected


def test_a_question_that_comes_late_is_shown_instead_of_a_long_preamble():
    text = "Yesterday evening the router went down for two hours and nobody could work. What happened?"
    assert asked(text, 40, ENGLISH) == "What happened?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'll look at the log first. The disk is full.", "The disk is full."),
        ("Sure! Let me check. It is 22 degrees.", "It is 22 degrees."),
        ("What size do you need? The shop has S and M.", "The shop has S and M."),
        ("I'll look at the log.", "I'll look at the log."),
        ("Done. The backup runs at 03:00. Anything else?", "The backup runs at 03:00. Anything else?"),
        ("What size do you need?", "What size do you need?"),
    ],
)
def test_an_answer_is_shown_from_what_it_brings(text, expected):
    assert answered(text, 100, ENGLISH) == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("de", "Klar! Ich schaue mir das an. Die Platte ist voll.", "Die Platte ist voll."),
        ("es", "¡Claro! Voy a revisar el log. El disco está lleno.", "El disco está lleno."),
        ("fr", "Bien sûr ! Je vais regarder. Le disque est plein.", "Le disque est plein."),
        ("pt", "Claro! Vou verificar. O disco está cheio.", "O disco está cheio."),
        ("zh", "好的。我来看一下日志。磁盘满了。", "磁盘满了。"),
        ("ja", "了解です。ログを確認します。ディスクが満杯です。", "ディスクが満杯です。"),
    ],
)
def test_announcements_and_courtesies_are_known_in_other_languages(code, text, expected):
    assert answered(text, 100, cues((code,))) == expected


def test_sentences_without_blanks_are_joined_without_one():
    assert asked("磁盘满了。怎么办？", 100, cues(("zh",))) == "磁盘满了。怎么办？"


@given(st.text(max_size=600), st.integers(30, 200))
def test_any_message_gives_one_line_within_its_room(text, width):
    for shown in (asked(text, width, ENGLISH), answered(text, width, ENGLISH)):
        assert len(shown) <= width + 40  # neutralised markers take a few characters more
        assert "\n" not in shown
