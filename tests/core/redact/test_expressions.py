"""What expressions for token-shaped texts mean."""

from __future__ import annotations

import pytest

from tests.core.redact.expressions import ALPHABETS, expand


@pytest.mark.parametrize("name", sorted(ALPHABETS))
def test_a_draw_has_its_length_and_its_alphabet(name: str):
    drawn = expand(f"{{{name}:40}}").text
    assert len(drawn) == 40
    assert set(drawn) <= set(ALPHABETS[name]) | set("xy")  # a draw never begins or ends with a sign


@pytest.mark.parametrize("name", ["alnum", "b64", "word"])
def test_a_draw_has_a_digit_a_small_and_a_capital_letter(name: str):
    drawn = expand(f"{{{name}:8}}").text
    assert any(map(str.isdigit, drawn))
    assert any(map(str.islower, drawn))
    assert any(map(str.isupper, drawn))


def test_the_bar_between_two_pieces_vanishes():
    assert expand("wo|rd").text == "word"


def test_a_pipe_is_written_as_an_escape():
    assert expand("{pipe} ab|cd {pipe}").text == "| abcd |"


def test_a_pipe_can_be_part_of_a_secret():
    assert expand("key ⟦1{pipe}{hex:8}⟧").secrets[0].startswith("1|")


def test_without_marks_the_whole_is_the_secret():
    made = expand("pre|fix_{alnum:12}")
    assert made.secrets == (made.text,)


def test_what_is_marked_is_the_secret_and_the_marks_vanish():
    made = expand("user ⟦{word:12}⟧ and ⟦ab|cd⟧")
    assert made.text == f"user {made.secrets[0]} and abcd"
    assert made.secrets[1:] == ("abcd",)


def test_a_secret_can_have_several_lines():
    assert expand("⟦one\ntwo⟧.").secrets == ("one\ntwo",)


def test_other_braces_stay():
    assert expand('{"key": {}, {name}, {digits}}').text == '{"key": {}, {name}, {digits}}'


def test_an_unknown_alphabet_is_an_error():
    with pytest.raises(KeyError):
        expand("{greek:4}")


def test_an_expression_and_a_seed_always_give_the_same():
    assert expand("{alnum:20}", 7) == expand("{alnum:20}", 7)


def test_another_seed_or_another_expression_gives_another_draw():
    drawn = {expand("{alnum:20}", 7).text, expand("{alnum:20}", 8).text, expand("{alnum:20}|", 7).text}
    assert len(drawn) == 3


def test_each_draw_of_an_expression_is_its_own():
    drawn = expand("{alnum:20}{alnum:20}").text
    assert drawn[:20] != drawn[20:]
