"""Answers: control words go, and what is said about them stays."""

import pytest

from memsyncd.core.noise import Reply, clean_assistant

HEARTBEAT = Reply("", "heartbeat", acknowledges=True, exact=True)
SILENT = Reply("", "no-reply")


@pytest.mark.parametrize(
    "text",
    [
        "NO_REPLY",
        "no_reply",
        "No_Reply",
        " NO_REPLY \n",
        "**NO_REPLY**",
        "`NO_REPLY`",
        "NO_REPLY.",
        '{"action":"NO_REPLY"}',
        '{ "action" : "no_reply" }',
        '{\n  "action": "NO_REPLY"\n}',
        '```json\n{"action": "NO_REPLY"}\n```',
        "NO_REPLY\n\nNO_REPLY",
        "[[reply_to_current]] NO_REPLY",
    ],
)
def test_silence_is_dropped(text):
    assert clean_assistant(text) == SILENT


@pytest.mark.parametrize("line", ["NO_REPLY", "no_reply", "**NO_REPLY**", "NO_REPLY\n\nNO_REPLY"])
def test_silence_as_the_last_line_is_cut(line):
    assert clean_assistant(f"I wrote it down.\n\nDone.\n{line}\n") == Reply("I wrote it down.\n\nDone.")


@pytest.mark.parametrize(
    "text",
    [
        "NO_REPLY is what I answer to stay silent.",
        "The token NO_REPLY means silence.",
        "I answered NO_REPLY",
        "There was no reply",
        '{"action": "NO_REPLY", "why": "I had nothing to say to you"}',
        "Use NO_REPLY\nto stay silent.",
        "REPLY",
    ],
)
def test_talk_about_silence_stays(text):
    assert clean_assistant(text) == Reply(text)


@pytest.mark.parametrize("text", ["ANNOUNCE_SKIP", "REPLY_SKIP", " **ANNOUNCE_SKIP** ", "REPLY_SKIP."])
def test_a_skip_is_dropped(text):
    assert clean_assistant(text) == Reply("", "skip")


def test_talk_about_a_skip_stays():
    assert clean_assistant("I would say REPLY_SKIP") == Reply("I would say REPLY_SKIP")


@pytest.mark.parametrize(
    "text",
    [
        "HEARTBEAT_OK",
        "\nHEARTBEAT_OK\n",
        "**HEARTBEAT_OK**",
        "__HEARTBEAT_OK__",
        "`HEARTBEAT_OK`",
        "<b>HEARTBEAT_OK</b>",
        "HEARTBEAT_OK.",
        "HEARTBEAT_OK!!!",
        "HEARTBEAT_OK 🦞",
        "(HEARTBEAT_OK)",
        "HEARTBEAT_OK\n\nHEARTBEAT_OK",
        "HEARTBEAT_OK HEARTBEAT_OK",
        "HEARTBEAT_OK\nNO_REPLY",
        "NO_REPLY\nHEARTBEAT_OK",
        "[[reply_to_current]] HEARTBEAT_OK",
        "[[reply_to_current]]HEARTBEAT_OK",
    ],
)
def test_a_heartbeat_alone_is_exact(text):
    assert clean_assistant(text) == HEARTBEAT


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("All quiet.\n\nHEARTBEAT_OK", "All quiet."),
        ("All quiet. HEARTBEAT_OK", "All quiet."),
        ("All quiet HEARTBEAT_OK", "All quiet"),
        ("All quiet. HEARTBEAT_OK.", "All quiet."),
        ("All **quiet** **HEARTBEAT_OK**", "All **quiet**"),
        ("All quiet.\n`HEARTBEAT_OK`", "All quiet."),
        ("All quiet. HEARTBEAT_OK HEARTBEAT_OK", "All quiet."),
        ("HEARTBEAT_OK\n\nAll quiet.", "All quiet."),
        ("HEARTBEAT_OK All quiet.", "All quiet."),
        ("HEARTBEAT_OK - all quiet.", "all quiet."),
        ("HEARTBEAT_OK: all quiet.", "all quiet."),
        ("**HEARTBEAT_OK** all quiet.", "all quiet."),
        ("HEARTBEAT_OK\n- mail: none\n- disk: fine", "- mail: none\n- disk: fine"),
        ("HEARTBEAT_OK\nAll quiet.\nHEARTBEAT_OK", "All quiet."),
        ("`HEARTBEAT_OK`\nAll quiet.", "All quiet."),
    ],
)
def test_a_heartbeat_at_an_edge_is_cut_and_acknowledges(text, rest):
    assert clean_assistant(text) == Reply(rest, None, acknowledges=True, exact=False)


@pytest.mark.parametrize(("length", "acknowledges"), [(299, True), (300, True), (301, False), (5000, False)])
def test_a_long_rest_is_a_message_and_no_acknowledgement(length, acknowledges):
    for text in (f"{'x' * length}\nHEARTBEAT_OK", f"HEARTBEAT_OK\n{'x' * length}"):
        assert clean_assistant(text) == Reply("x" * length, None, acknowledges=acknowledges)


@pytest.mark.parametrize(
    "text",
    [
        "The word HEARTBEAT_OK means all is well, and nothing else.",
        "If nothing needs attention I reply HEARTBEAT_OK.",
        "If nothing needs attention I reply `HEARTBEAT_OK`",
        'I reply "HEARTBEAT_OK"',
        "`HEARTBEAT_OK` is the word I use.",
        "Set it to HEARTBEAT_OK, then restart the gateway.",
        "MY_HEARTBEAT_OKAY",
        "heartbeat ok",
        "HEARTBEAT_OKAY",
    ],
)
def test_talk_about_heartbeats_stays(text):
    assert clean_assistant(text) == Reply(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("[[reply_to_current]] Good morning", "Good morning"),
        ("[[ reply_to_current ]]\nGood morning", "Good morning"),
        ("[[reply_to:4711]]Good morning", "Good morning"),
        ("[[reply_to: 4711]] Good morning", "Good morning"),
        ("Good morning [[audio_as_voice]]", "Good morning"),
        ("Good [[audio_as_voice]] morning", "Good morning"),
        ("Good morning\nMEDIA:https://example.com/a.png", "Good morning"),
        ("MEDIA: ./out/a.png\nGood morning", "Good morning"),
        ("`MEDIA:/srv/a b.png`\nGood morning", "Good morning"),
        ("- MEDIA:a.png\nGood\n\n  morning", "Good\n\n  morning"),
    ],
)
def test_directives_are_stripped(text, rest):
    assert clean_assistant(text) == Reply(rest)


@pytest.mark.parametrize(
    "text",
    [
        "Write `[[reply_to_current]]` in front of it.",
        "if [[ -f x ]]; then echo yes; fi",
        "see [[Garden]] and [1]",
        "MEDIA: the press was there",
        "The MEDIA:/a.png line sends a file",
        "Like this:\n```\nMEDIA:/srv/a.png\n```\nOn a line of its own.",
    ],
)
def test_what_only_looks_like_a_directive_stays(text):
    assert clean_assistant(text) == Reply(text)


@pytest.mark.parametrize(
    "text", ["", " \n ", "[[reply_to_current]]", "MEDIA:/srv/a.png", "[[audio_as_voice]]\nMEDIA:/a.ogg"]
)
def test_an_answer_without_words_is_empty(text):
    assert clean_assistant(text) == Reply("", "empty")


def test_an_ordinary_answer_comes_back_byte_for_byte():
    text = "Done.\n\n```py\nx = a[0][1]\n```\n  - one\n\n  - two"
    assert clean_assistant(f"\n{text} \n") == Reply(text)
