"""Words of people and the agent, without what Codex and editors put around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.codex_text import (
    NOISE,
    clean_assistant,
    clean_user,
    parts_of_answer,
    summary_of,
    typed_by_user,
)
from memsyncd.core.noise.assistant import Reply
from memsyncd.core.noise.user import Cleaned
from tests.conformance.codex import ENVIRONMENT, INSTRUCTIONS

CONTEXTS = [
    INSTRUCTIONS,
    ENVIRONMENT,
    "<user_instructions>\nBe brief.\n</user_instructions>",
    "<permissions instructions>\nAsk first.\n</permissions instructions>",
    "<collaboration_mode>default</collaboration_mode>",
    "<app-context>\nDesktop\n</app-context>",
    "<apps_instructions>…</apps_instructions>",
    "<plugins_instructions>…</plugins_instructions>",
    "<skills_instructions>…</skills_instructions>",
    "<environment>…</environment>",
    "<environment-change>…</environment-change>",
    "<user_shell_command>\n<command>ls</command>\n</user_shell_command>",
    "<turn_aborted>\nThe user interrupted.\n</turn_aborted>",
    "<subagent_notification>{}</subagent_notification>",
    '<skill name="x">…</skill>',
    "You are `/root`, the primary agent of this team.",
    "<image name=[Image #1]>",
    "</image>",
    "<environment_context> cut off in the middle",
]

IDE = "# Context from my IDE setup:\n\n## Open tabs:\n- proxy.py: src/proxy.py\n\n"


@pytest.mark.parametrize("part", CONTEXTS)
def test_what_codex_tells_the_model_is_no_persons(part: str) -> None:
    assert typed_by_user([part]) == ""


@pytest.mark.parametrize("part", CONTEXTS)
def test_a_persons_words_beside_it_stay(part: str) -> None:
    assert typed_by_user([part, "Which port?"]) == "Which port?"
    assert typed_by_user(["Which port?", part]) == "Which port?"


def test_words_behind_an_element_in_the_same_part_stay() -> None:
    assert typed_by_user([f"{ENVIRONMENT}\n\nWhich port?"]) == "Which port?"


@pytest.mark.parametrize(
    "text",
    [
        "Which port?",
        "<div>Is this valid?</div>",
        "# AGENTS.md instructions: please write some",
        "What does <environment_context> mean?",
        "<skills>I have</skills>",
        "< 3",
        "#1 is done",
        "",
    ],
)
def test_other_words_are_the_persons_byte_for_byte(text: str) -> None:
    assert typed_by_user([text]) == text


@pytest.mark.parametrize(
    "text",
    [ENVIRONMENT, f"{ENVIRONMENT}\n<turn_aborted>x</turn_aborted>", "<heartbeat>\nLook around.\n</heartbeat>"],
)
def test_a_message_of_nothing_but_codexs_elements_is_dropped(text: str) -> None:
    assert clean_user(text, None) == Cleaned("", "context")


@pytest.mark.parametrize(
    "text",
    [
        f"{ENVIRONMENT}\nWhy is the shell wrong here?",
        "<environment_context> is left open",
        "<skill>What is this element for?</skill>",
        "# Context from my IDE setup\nis the heading that I mean",
        "Say it:\n## My request for Codex:\nis a heading",
        "## My plan\n1. Look",
        "# My notes\n\n## My request for Codex:\nis a heading",
    ],
)
def test_a_typed_message_that_holds_more_stays_whole(text: str) -> None:
    assert clean_user(text, None) == Cleaned(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{IDE}## My request for Codex:\nWhich port?\n", "Which port?"),
        (f"{IDE}## My request for Codex: Which port?", "Which port?"),
        ("## My request for Codex:\nWhich port?", "Which port?"),
        ("# Files mentioned by the user:\n\n## a.png: /tmp/a.png\n\n## My request:\nWhich port?", "Which port?"),
        (
            f"{IDE}## My request for Codex:\nOne\n## My request for Codex:\nTwo",
            "One\n## My request for Codex:\nTwo",
        ),
    ],
)
def test_a_wrapped_request_is_unwrapped(text: str, words: str) -> None:
    assert clean_user(text, None) == Cleaned(words)


def test_a_wrapping_without_a_request_holds_no_words() -> None:
    assert clean_user(f"{IDE}## My request for Codex:\n", None) == Cleaned("", "context")
    assert clean_user(" \n", None) == Cleaned("", "empty")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is 8443.", "It is 8443."),
        ("It is 8443.\n<oai-mem-citation>\n<rollout_ids>x</rollout_ids>\n</oai-mem-citation>", "It is 8443."),
        ("So:\n<proposed_plan>\n1. Look\n</proposed_plan>", "So:\n\n1. Look"),
        ("I look.\n\n[external_agent_tool_call: Bash]\ncommand: ls\n[/external_agent_tool_call]", "I look."),
        ("The element <oai-mem-citation> is for Codex.", "The element <oai-mem-citation> is for Codex."),
        ("a < b, and b > c", "a < b, and b > c"),
    ],
)
def test_an_answer_loses_what_is_for_codex_alone(text: str, words: str) -> None:
    assert clean_assistant(text) == Reply(words)


@pytest.mark.parametrize(
    "text",
    [
        "<subagent_notification>{}</subagent_notification>",
        "<EXTERNAL SESSION IMPORTED>",
        "[external_agent_tool_result: error]\nno such file\n[/external_agent_tool_result]",
    ],
)
def test_an_answer_of_machine_text_is_none(text: str) -> None:
    assert clean_assistant(text) == Reply("", "machine")


def test_an_empty_answer_is_empty() -> None:
    assert clean_assistant("\n") == Reply("", "empty")


def test_an_answer_is_taken_apart_as_codex_does() -> None:
    whole = "So:\n<proposed_plan>\n1. Look\n</proposed_plan>\n<oai-mem-citation>x</oai-mem-citation>"
    words, plan = parts_of_answer(whole)
    assert (words.strip(), plan.strip()) == ("So:", "1. Look")
    assert parts_of_answer("a < b") == ("a < b",)


@pytest.mark.parametrize(
    ("message", "summary"),
    [
        ("", ""),
        ("The port is 8443.", "The port is 8443."),
        (
            "Another language model started to solve this problem … with your own analysis:\nIt is 8443.",
            "It is 8443.",
        ),
        (
            "Another language model started to solve this problem",
            "Another language model started to solve this problem",
        ),
    ],
)
def test_a_summary_comes_without_its_introduction(message: str, summary: str) -> None:
    assert summary_of(message) == summary


MARKERS = (
    *("## My request for Codex:\n", "## My request: ", "Which port?", "\n", " ", "<", "#", "<heartbeat>"),
    *("<oai-mem-citation>", "</oai-mem-citation>", "<proposed_plan>\n", "\n</proposed_plan>"),
    *("[external_agent_tool_call: x]", "[/external_agent_tool_call]", "<EXTERNAL SESSION IMPORTED>"),
)
PIECES = st.lists(st.sampled_from([*CONTEXTS, IDE, *MARKERS]), max_size=7).map("".join)


@given(PIECES)
def test_cleaning_what_was_cleaned_changes_nothing(text: str) -> None:
    cleaned = NOISE.user(text, None)
    assert cleaned.text == "" or NOISE.user(cleaned.text, None) == cleaned
    reply = NOISE.assistant(text)
    assert reply.text == "" or NOISE.assistant(reply.text) == reply


@given(PIECES)
def test_words_come_out_in_the_order_and_spelling_they_went_in(text: str) -> None:
    assert clean_user(text, None).text in text
    assert typed_by_user([text]) in text


@given(st.text())
def test_plain_text_only_loses_the_space_around_it(text: str) -> None:
    plain = text.replace("<", "").replace("#", "").replace("[external", "")
    assert clean_user(plain, None).text == plain.strip()
    assert clean_assistant(plain).text == plain.strip()
