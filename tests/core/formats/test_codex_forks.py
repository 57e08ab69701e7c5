"""A fork repeats its parent's lines; read beside the parent, each is dated as it was first told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.codex_forks import heir_state, parent_of
from tests.builders import iso
from tests.conformance.codex import (
    AT,
    COPIED,
    Line,
    agent_message,
    encoded,
    envelope,
    function_call,
    function_output,
    printed,
    session_meta,
    turn_context,
    user_message,
)
from tests.conformance.codex import told as message
from tests.core.formats.codex_reading import facts

FORKED = AT + timedelta(days=2)
MINUTE = timedelta(minutes=1)


def turn(question: str, answer: str, at: datetime) -> list[Line]:
    """A turn as it was written before turns had a beginning of their own."""
    call = f"call-{at:%d%H%M%S}"
    return [
        turn_context("model-one", at),
        message("user", question, at=at),
        user_message(question, at),
        function_call(call, "shell", at, command="ls"),
        function_output(call, printed(1, "boom"), at + COPIED),
        message("assistant", answer, at=at + COPIED),
        agent_message(answer, at + 2 * COPIED),
    ]


PARENT = [session_meta("parent"), *turn("One", "First.", AT), *turn("Two", "Second.", AT + MINUTE)]


def fork(parent: list[Line], session: str = "child", of: str = "parent", at: datetime = FORKED) -> list[Line]:
    """The head of a fork: all lines of the parent, with the time of the fork."""
    return [session_meta(session, at, forked_from_id=of), *({**line, "timestamp": iso(at)} for line in parent)]


def heir(child: list[Line], parent: list[Line], parent_state: bytes = b"") -> bytes:
    return heir_state(encoded(*child), encoded(*parent), parent_state)


def keys(lines: list[Line], state: bytes = b"") -> set[int]:
    """What the store knows turns and tools by."""
    read = facts(*lines, state=state)
    return {key for key, _ in (*read.turns, *read.tools)}


def test_the_first_line_of_a_fork_names_the_parent() -> None:
    assert parent_of(encoded(session_meta("child", forked_from_id="parent"))[0]) == "parent"


@pytest.mark.parametrize(
    "line",
    [
        session_meta(),
        session_meta(forked_from_id="parent", history_base={"thread_id": "parent", "end_ordinal_exclusive": 4}),
        session_meta(forked_from_id="parent", source={"subagent": "review"}),
        user_message("Hello"),
        {"id": "x", "timestamp": iso(AT)},
    ],
)
def test_rollouts_that_repeat_nothing_have_no_parent_to_be_read_beside(line: Line) -> None:
    assert parent_of(encoded(line)[0]) is None
    assert parent_of(b"not JSON") is None


def test_what_a_fork_repeats_has_the_keys_of_the_parents_own() -> None:
    child = [*fork(PARENT), *turn("Three", "Third.", FORKED + MINUTE)]
    again = keys(child, heir(child, PARENT))
    assert keys(PARENT) < again
    assert len(again) - len(keys(PARENT)) == len(keys(turn("Three", "Third.", FORKED)))


def test_without_its_parent_a_fork_loses_nothing() -> None:
    child = fork(PARENT)
    assert len(keys(child)) == len(keys(PARENT))
    assert heir(child, []) == b""


def test_a_fork_of_an_earlier_point_leaves_the_rest_of_the_parent_alone() -> None:
    own = turn("Two, but otherwise", "Otherwise.", FORKED + MINUTE)
    child = [*fork(PARENT[:8]), *own]
    assert keys(child, heir(child, PARENT)) == keys(PARENT[:8]) | keys([session_meta(), *own])


def test_the_same_words_after_the_fork_are_said_again() -> None:
    """Taking a thread back and asking the same once more is what forks are for."""
    own = turn("Two", "Otherwise.", FORKED + MINUTE)
    child = [*fork(PARENT[:8]), *own]
    assert keys([session_meta(), *own]) < keys(child, heir(child, PARENT))


def test_a_fork_of_a_fork_is_dated_by_the_first_of_them() -> None:
    child = [*fork(PARENT), *turn("Three", "Third.", FORKED + MINUTE)]
    state = heir(child, PARENT)
    grandchild = fork(child, "grandchild", "child", FORKED + timedelta(days=1))
    assert keys(grandchild, heir(grandchild, child, state)) == keys(child, state)


def test_what_a_later_release_leaves_out_does_not_end_the_head() -> None:
    thinned = [line for line in PARENT if line["payload"].get("type") != "function_call_output"]
    child = fork(thinned)
    assert keys(child, heir(child, PARENT)) <= keys(PARENT)


def test_compactions_in_the_head_are_dated_too() -> None:
    compacted = envelope("compacted", {"message": ""}, AT + 2 * MINUTE)
    parent = [*PARENT, compacted, *turn("Three", "Third.", AT + 3 * MINUTE)]
    child = fork(parent)
    read = facts(*child, state=heir(child, parent))
    assert read.events == [(key, event) for key, event in read.events if event.at < int(FORKED.timestamp()) * 1000]


def test_no_more_of_the_child_is_taken_than_its_head() -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for line in encoded(*fork(PARENT), *turn("Three", "Third.", FORKED), *turn("Four", "Fourth.", FORKED)):
            taken += 1
            yield line

    heir_state(lines(), encoded(*PARENT))
    assert taken == len(fork(PARENT)) + 3  # up to the question, of which the model is told first


@given(st.integers(0, len(PARENT)), st.integers(0, 3))
def test_wherever_the_fork_is_every_word_of_the_child_is_kept_and_the_parents_never_doubled(
    cut: int, own: int
) -> None:
    extra = [entry for n in range(own) for entry in turn(f"Own {n}", f"Answer {n}", FORKED + (n + 1) * MINUTE)]
    child = [*fork(PARENT[:cut]), *extra]
    state = heir(child, PARENT)
    assert len(keys(child, state)) == len(keys(child))
    doubled = keys(child, state) - keys(PARENT) - keys([session_meta(), *extra])
    assert len(doubled) <= 1  # a question at the very end of the head
