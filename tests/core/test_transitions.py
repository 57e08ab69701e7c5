from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.transitions import transitions
from memsyncd.model import Turn

A, B, C = ("anthropic", "opus"), ("openai", "gpt"), ("google", "gemini")


def turn(at, session, model, *, kind="talk", role="assistant"):
    provider, name = model or (None, None)
    return Turn(
        at=at, role=role, kind=kind, text="x", session=session, entry=str(at), provider=provider, model=name
    )


def found(*answers, earlier=None):
    turns = [turn(at, session, model) for at, (session, model) in enumerate(answers)]
    return [
        (each.at, each.session, each.before, each.after, each.across) for each in transitions(turns, earlier or {})
    ]


def test_two_answers_by_different_models_are_a_transition():
    assert found(("s", A), ("s", A), ("s", B)) == [(2, "s", A, B, False)]


def test_another_provider_of_the_same_model_is_a_transition():
    assert found(("s", ("x", "m")), ("s", ("y", "m"))) == [(1, "s", ("x", "m"), ("y", "m"), False)]


def test_the_first_answer_of_the_day_is_compared_with_the_day_before():
    assert found(("s", B), earlier={"s": A}) == [(0, "s", A, B, False)]
    assert found(("s", A), earlier={"s": A}) == []


def test_a_new_session_is_compared_with_the_latest_answer_of_another():
    assert found(("s", A), ("t", B)) == [(1, "t", A, B, True)]
    assert found(("s", A), ("t", A)) == []


def test_a_session_known_from_before_is_never_compared_across():
    assert found(("s", A), ("t", B), earlier={"t": B}) == []


def test_interleaved_sessions_do_not_flip():
    assert found(("s", A), ("t", B), ("s", A), ("t", B), ("s", A)) == [(1, "t", A, B, True)]


def test_switching_back_is_a_transition_too():
    assert [after for _, _, _, after, _ in found(("s", A), ("s", B), ("s", A))] == [B, A]


def test_steps_without_words_are_answers_and_machine_traffic_is_none():
    turns = [turn(0, "s", A), turn(1, "s", C, kind="noise"), turn(2, "s", B, kind="work")]
    assert [(each.at, each.after) for each in transitions(turns, {})] == [(2, B)]


def test_lines_of_the_gateway_and_lines_without_a_model_are_no_answers():
    turns = [turn(0, "s", A), turn(1, "s", ("openclaw", "delivery-mirror")), turn(2, "s", ("clawdbot", "x"))]
    turns += [turn(3, "s", None), turn(4, "s", B, role="user")]
    assert transitions(turns, {}) == []


def test_the_models_of_the_day_before_are_left_as_they_were():
    earlier = {"s": A}
    transitions([turn(0, "s", B)], earlier)
    assert earlier == {"s": A}


@given(st.lists(st.tuples(st.sampled_from("st"), st.sampled_from([A, B, C])), max_size=30))
def test_inside_a_session_every_change_and_nothing_else_is_a_transition(answers):
    inside = [(session, before, after) for _, session, before, after, across in found(*answers) if not across]
    for session in "st":
        models = [model for each, model in answers if each == session]
        changes = [(session, one, two) for one, two in pairwise(models) if one != two]
        assert [each for each in inside if each[0] == session] == changes
