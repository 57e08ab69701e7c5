"""Stripping: each wrapper goes, and the words in it stay as they were typed."""

import pytest

from memsyncd.core.noise import Cleaned, clean_user
from tests.core.noise import shapes
from tests.core.noise.shapes import MARK, STAMP, UNTRUSTED

WORDS = """Please look at this:

```py
if broken:
    fix()   # two spaces
```

  - and that
Thanks [1]."""


def said(text, **options):
    return clean_user(text, **options).text


# --- metadata blocks ---


@pytest.mark.parametrize(
    "header",
    [
        "Conversation info (untrusted metadata):",
        "Sender (untrusted metadata):",
        "Thread starter (untrusted, for context):",
        "Reply target of current user message (untrusted, for context):",
        "Replied message (untrusted, for context):",
        "Reply chain of current user message (untrusted, nearest first):",
        "Forwarded message context (untrusted metadata):",
        "Location (untrusted metadata):",
        "Chat history since last reply (untrusted, for context):",
        "Current local chat window (untrusted, chronological, before current message):",
        f"Conversation info: {MARK}",
        f"Sender: {MARK}",
        f"Anything at all {MARK}",
    ],
)
def test_a_fenced_block_goes_and_the_text_behind_it_stays_byte_for_byte(header):
    assert said(shapes.fenced(header, {"body": "a\n```\nb"}, WORDS)) == WORDS


@pytest.mark.parametrize(
    "header",
    [
        "Chat history since last reply (untrusted, for context):",
        "Recent messages (untrusted, chronological, oldest first):",
        "Conversation context (untrusted, chronological):",
        f"Chat history since last reply: {MARK}",
    ],
)
def test_a_plain_block_goes_up_to_the_blank_line(header):
    assert said(f"{header}\n#1 2026-04-02 08:30 UTC Mara: hi\n#2 ->#1 Jo: yo\n\n{WORDS}") == WORDS


def test_a_very_long_line_is_never_a_header():
    text = f"{'word ' * 400}(untrusted, chronological):\n#1 Mara: hi"
    assert said(text) == text


def test_a_fenced_header_without_its_fence_is_the_persons_sentence():
    text = "Sender (untrusted metadata):\nwhat does this line mean?"
    assert clean_user(text) == Cleaned(text)


def test_a_marked_line_that_is_no_label_is_the_persons_sentence():
    text = f"What is {MARK}\nand where does it come from?"
    assert said(text) == text


@pytest.mark.parametrize("header", ["Sender (untrusted metadata):", f"Sender: {MARK}"])
def test_a_block_that_never_closes_loses_only_its_header(header):
    assert said(f'{header}\n```json\n{{"name": "Jo"\n\nmy words') == '```json\n{"name": "Jo"\n\nmy words'


def test_text_behind_a_closing_fence_on_its_line_stays():
    assert said(f"Sender: {MARK}\n```json\n{{}}\n```  my words") == "my words"


def test_a_block_with_windows_line_ends_goes():
    assert said("Sender (untrusted metadata):\r\n```json\r\n{}\r\n```\r\n\r\nhello") == "hello"


def test_a_persons_own_fence_behind_the_metadata_stays():
    assert said(shapes.conversation("```json\n{}\n```")) == "```json\n{}\n```"


# --- the channel's own text at the end ---


def test_a_channels_text_at_the_end_goes():
    assert said(f"{WORDS}\n\n{UNTRUSTED}\n\n{shapes.EXTERNAL}\n\n{shapes.EXTERNAL}") == WORDS


@pytest.mark.parametrize(
    "start", ["<<<EXTERNAL_UNTRUSTED_CONTENT", "UNTRUSTED channel metadata (x)", "Source: mail"]
)
def test_the_channels_text_is_known_by_how_it_starts(start):
    assert said(f"hello\n\n{UNTRUSTED}\n{start}\nmore\n\nand more") == "hello"


def test_the_same_header_before_other_text_is_kept():
    text = f"Where does this come from?\n{UNTRUSTED}\nIt was in the log. Source: none."
    assert said(text) == text


def test_the_header_inside_a_sentence_is_kept():
    text = f"It says {UNTRUSTED}\nSource: x"
    assert said(text) == text


def test_a_marked_context_line_ends_the_message():
    assert said(f"hello\n\nContext: {MARK}\nchannel topic\n\nmore") == "hello"


def test_a_message_of_channel_text_alone_is_dropped():
    assert clean_user(f"{UNTRUSTED}\n{shapes.EXTERNAL}") == Cleaned("", "context")


def test_recalled_memory_goes_and_does_not_take_the_message_with_it():
    memory = "<active_memory_plugin>\nLikes tea.\n</active_memory_plugin>"
    assert said(f"{UNTRUSTED}\n{memory}\n\nSource: me. {WORDS}") == f"Source: me. {WORDS}"
    assert said(f"Context:\n{memory}\n\n{WORDS}") == WORDS
    assert said(f"{memory}\n{WORDS}") == WORDS


def test_the_memory_plugins_recall_goes():
    assert said(f"<relevant-memories>\n1. [fact] tea\n</relevant-memories>\n\n{WORDS}") == WORDS


def test_an_unclosed_tag_takes_no_words_with_it():
    assert said("<active_memory_plugin>\nmy words") == "my words"


# --- System: lines ---


def test_system_lines_go_and_the_text_behind_them_stays():
    assert clean_user(shapes.system(WORDS)) == Cleaned(WORDS)


@pytest.mark.parametrize(
    "lines",
    [
        "System: [2026-04-02 08:38:01 UTC] Node: up",
        "System (untrusted): [2026-04-02 08:38:01 GMT+2] Exec completed (calm-sea, code 0) :: done…",
        "System: [unknown-time] Something",
        "System: [2026-04-02 08:38:01 UTC] first\nSystem: its second line\nSystem:\nSystem: [2026-04-02 08:39 UTC] next",
        "System: WhatsApp: linked\nSystem: [2026-04-02 08:38:01 UTC] Node connected",
        "System: [2026-04-02 08:38:01 UTC] Exec finished (gateway id=1, code 0)\nout\nSystem: [2026-04-02 08:39:01 UTC] b",
    ],
)
def test_every_form_of_system_line_goes(lines):
    assert said(f"{lines}\n{WORDS}") == WORDS
    assert clean_user(lines) == Cleaned("", "event")


def test_real_text_right_below_a_system_line_stays():
    assert (
        said("System: [2026-04-02 08:38:01 UTC] Exec finished (a, code 1)\nwhy did it fail?") == "why did it fail?"
    )


@pytest.mark.parametrize(
    "text", ["System: please restart", "System: [urgent] the server is down", "System of a Down"]
)
def test_a_persons_own_system_line_stays(text):
    assert clean_user(text) == Cleaned(text)


def test_order_matters_what_stands_behind_system_lines_is_judged_for_itself():
    """OpenClaw's newest rule drops whatever starts with ``System:``; in real logs something always follows."""
    heartbeat = clean_user(shapes.system(f"{shapes.HEARTBEAT}\n{shapes.TIME}"))
    assert heartbeat == Cleaned("", "heartbeat")
    assert said(shapes.system(shapes.conversation(WORDS))) == WORDS
    assert said(shapes.system(f"[Telegram Jo id:4711 +2m 2026-01-30 10:12 UTC] {WORDS}")) == WORDS
    assert clean_user(shapes.system("[cron:1 Backup] check")) == Cleaned("", "cron")


# --- internal context ---


def test_internal_context_goes_before_and_behind_the_words():
    assert said(f"{shapes.internal()}\n\n{WORDS}") == WORDS
    assert said(f"{WORDS}\n\n{shapes.internal()}") == WORDS


def test_internal_context_that_a_person_quotes_stays():
    text = f"Why do I see this:\n{shapes.internal()}\nin my chat?"
    assert said(text) == text


def test_an_end_without_a_beginning_stays():
    text = f"What is {shapes.END_INTERNAL}"
    assert said(text) == text


def test_internal_context_that_never_closes_loses_only_its_mark():
    assert said(f"{shapes.BEGIN_INTERNAL}\nmy words") == "my words"


def test_the_early_form_of_internal_context_goes():
    notice = "OpenClaw runtime context (internal):\nThis context is runtime-generated, not user-authored."
    assert said(f"{notice}\n\n{WORDS}") == WORDS
    assert clean_user(f"{notice}\n\n[Internal task completion event]\nsource: subagent") == Cleaned("", "task")


# --- lines for the agent ---


@pytest.mark.parametrize(
    "line",
    [
        "Delivery: to send a message, use the `message` tool.",
        "Delivery: Final assistant text is not automatically delivered in this run. Use the `message` tool to send user-visible output.",
        "Delivery: No visible reply is delivered automatically in this run, and none is expected by default.",
        "Note: The previous agent run was aborted by the user. Resume carefully or ask for clarification.",
        shapes.IMAGE_HINT,
        shapes.TIME,
        "Current time: Monday, February 2nd, 2026 — 9:14 AM (America/Bogota)",
        "Reference UTC: 2026-02-02 14:14 UTC",
        "[message_id: 1475536160901300385]",
        "[slack message id: 1774524773.177779 channel: D0AAA]",
        "[media attached: /srv/in/a.jpg (image/jpeg) | /srv/in/a.jpg]",
        "[media attached: 2 files]\n[media attached 1/2: /srv/in/a.jpg (image/jpeg)]",
    ],
)
def test_a_line_for_the_agent_goes(line):
    assert said(f"{line}\n{WORDS}") == WORDS


@pytest.mark.parametrize(
    "line",
    [
        "Delivery: tomorrow at noon",
        "Note: The previous agent run was odd",
        "To send an image back to the customer, what do I do?",
        "Current time: is it 2026 or 10:30?",
        "Current time: 5pm",
        "[from: my notes]",
    ],
)
def test_a_line_that_only_starts_like_one_stays(line):
    assert said(line) == line
    assert said(f"{WORDS}\n{line}") == f"{WORDS}\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        shapes.TIME,
        "[message_id: 12]",
        "[slack message id: 17.2 channel: C1]",
        "<media:image>",
        "[media attached: /a.png]",
    ],
)
def test_a_trailing_note_goes(line):
    assert said(f"{WORDS}\n{line}") == WORDS
    assert said(f"{WORDS}\n{line}\n[message_id: 13]\n") == WORDS


def test_notes_in_the_middle_are_the_persons():
    text = "the log says\n[message_id: 12]\nwhat is that?"
    assert said(text) == text


def test_text_on_the_line_of_a_note_stays():
    assert said("[media attached: /a.jpg] see [1]") == "see [1]"
    assert said("<media:image> look at this") == "look at this"
    assert said("<media:document> (2 files) look") == "look"
    assert said("look at this <media:image>") == "look at this"


@pytest.mark.parametrize(
    "text", ["<media:audio>", "[media attached: /a.ogg (audio/ogg)]\n<media:audio>", f"{STAMP} <media:image>"]
)
def test_a_message_of_a_file_alone_is_dropped_as_media(text):
    assert clean_user(text) == Cleaned("", "media")


# --- times and envelopes ---


@pytest.mark.parametrize(
    "prefix",
    [
        "[Thu 2026-04-02 08:38 UTC]",
        "[Sun 2026-04-12 05:40 GMT+3]",
        "[Thu 2026-08-27 13:51:22 EDT]",
        "[Telegram Jo id:4711 +2m 2026-01-30 10:12 UTC]",
        "[WhatsApp +43123 2026-01-30 10:12 CET]",
        "[iMessage +1555 Mon 2026-02-23 16:05:10]",
        "[Google Chat Jo]",
        "[WebChat 2026-01-30T10:12Z]",
        "[Mattermost jo 2026-01-30 10:12 GMT+5:30]",
        "[Slack [ops] Jo 2026-01-30 10:12 Europe/Vienna]",
        "[2026-01-30 10:12]",
        "[2026-01-30T10:12Z]",
    ],
)
def test_a_time_or_envelope_in_front_goes(prefix):
    assert clean_user(f"{prefix} {WORDS}") == Cleaned(WORDS)
    assert clean_user(f"{prefix}") == Cleaned("", "context")


@pytest.mark.parametrize(
    "text",
    [
        "[x] water the plants",
        "[TODO] call Mara on 2026-01-30 at 10:00",
        "[meeting 2026-01-30 10:00 with Mara] prepare",
        "[2026-01-30] notes",
        "[2026-01-30 10:12:33] ERROR disk full",
        "[2026-01-30T10:12:33.123Z] WARN slow",
        "[Telegramm] hi",
        "[unclosed 2026-01-30 10:12 UTC",
        "[link](https://example.com/2026-01-30)",
    ],
)
def test_a_persons_own_bracket_stays(text):
    assert clean_user(text) == Cleaned(text)


# --- together ---


def test_everything_at_once_in_the_order_of_2026_4():
    text = (
        shapes.system()
        + "Note: The previous agent run was aborted by the user. Resume carefully or ask for clarification.\n\n"
        + "[media attached: /srv/in/a.jpg (image/jpeg) | /srv/in/a.jpg]\n"
        + f"{shapes.IMAGE_HINT}\n"
        + shapes.conversation(sender="Jo")
        + shapes.sender(name="Jo")
        + f"{STAMP} {WORDS}\n\n{UNTRUSTED}\n\n{shapes.EXTERNAL}"
    )
    assert clean_user(text) == Cleaned(WORDS)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_blank_message_is_empty(text):
    assert clean_user(text) == Cleaned("", "empty")


def test_a_message_of_wrappers_alone_is_context():
    assert clean_user(shapes.conversation() + STAMP) == Cleaned("", "context")


@pytest.mark.parametrize(
    ("origin", "reason"), [("inter_session", "inter-session"), ("internal_system", "runtime")]
)
def test_what_another_session_or_the_system_wrote_is_dropped(origin, reason):
    assert clean_user("hello", origin=origin) == Cleaned("", reason)


@pytest.mark.parametrize("origin", [None, "external_user", "something new"])
def test_what_a_person_wrote_is_kept(origin):
    assert clean_user(" hello ", origin=origin) == Cleaned("hello")
