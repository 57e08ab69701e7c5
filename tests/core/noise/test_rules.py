"""Rules that hold for every text."""

from functools import reduce

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memsyncd.core.noise import Cleaned, Reply, clean_assistant, clean_user, first_user_verdict, session_verdict
from tests.core.noise import shapes
from tests.core.noise.shapes import MARK, STAMP, UNTRUSTED

WORDS = (
    "System Sender Read Run Exec Note: Current time: To send A background Context: Delivery: OpenClaw the garden is "
    "green, grün 緑 x=1; (really) 12:30 2026-01-30 a/b # - * ** ` ``` ```json {} $5 NO_REPLYS HEARTBEATS ok? “yes” 🦞"
)
words = st.sampled_from(WORDS.split())
spaces = st.sampled_from([" ", "  ", "\n", "\n\n", "\n    ", "\t"])


@st.composite
def ordinary(draw):
    """What people write: words that wrappers start with too, in any order, but no wrapper."""
    text = draw(st.sampled_from(["well", "so", "Hello"]))
    for word, space in draw(st.lists(st.tuples(words, spaces), max_size=12)):
        text += space + word
    return text + draw(st.sampled_from([" please", " thanks.", "\n\nbye"]))


WRAPPERS = {
    "stamp": lambda text: f"{STAMP} {text}",
    "envelope": lambda text: f"[Telegram Mara id:4711 +2m 2026-01-30 10:12 UTC] {text}",
    "group envelope": lambda text: f"[Discord Guild #general channel id:99 2026-01-30 10:12 UTC] Mara: {text}",
    "any envelope": lambda text: f"[Matrix 2026-01-30T10:12Z] {text}",
    "system": shapes.system,
    "untrusted system": lambda text: (
        f"System (untrusted): [2026-04-02 08:38:01 UTC] a\nSystem (untrusted): b\n\n{text}"
    ),
    "conversation": shapes.conversation,
    "sender": shapes.sender,
    "history": lambda text: f"Chat history since last reply (untrusted, for context):\n#1 Jo: hi\n\n{text}",
    "window": lambda text: f"Recent messages (untrusted, chronological, oldest first):\n#1 Jo: hi\n\n{text}",
    "marked": lambda text: shapes.fenced(f"Conversation info: {MARK}", {}, text),
    "marked plain": lambda text: f"Chat: {MARK}\n#1 Jo: hi\n\n{text}",
    "memory": lambda text: f"{UNTRUSTED}\n<active_memory_plugin>\ntea\n</active_memory_plugin>\n\n{text}",
    "recall": lambda text: f"<relevant-memories>\ntea\n</relevant-memories>\n{text}",
    "internal": lambda text: f"{shapes.internal()}\n{text}",
    "internal behind": lambda text: f"{text}\n\n{shapes.internal()}",
    "hint": lambda text: f"Delivery: to send a message, use the `message` tool.\n\n{text}",
    "image hint": lambda text: f"[media attached: /srv/a.jpg]\n{shapes.IMAGE_HINT}\n{text}",
    "media": lambda text: f"<media:image> {text}",
    "media behind": lambda text: f"{text}\n<media:image>",
    "message id": lambda text: f"{text}\n[message_id: 12]",
    "message id before": lambda text: f"[message_id: 12]\n{text}",
    "time": lambda text: f"{text}\n{shapes.TIME}",
    "channel context": lambda text: f"{text}\n\n{UNTRUSTED}\n\n{shapes.EXTERNAL}",
    "marked context": lambda text: f"{text}\n\nContext: {MARK}\ntopic",
    "chat": shapes.chat,
    "thread": shapes.thread,
    "thread history": lambda text: shapes.thread(text, kind="history"),
    "queue": shapes.queued,
    "bootstrap": lambda text: f"{shapes.BOOTSTRAP}\n\n{text}",
}


def wrapped(text, names):
    return reduce(lambda inner, name: WRAPPERS[name](inner), names, text)


@given(ordinary(), st.sampled_from(["", " ", "\n\n", "\t \n"]))
def test_ordinary_text_comes_back_unchanged(text, space):
    assert clean_user(f"{space}{text}{space}") == Cleaned(text)
    assert clean_assistant(f"{space}{text}{space}") == Reply(text)


@pytest.mark.parametrize("name", WRAPPERS)
def test_each_wrapper_gives_back_what_it_holds(name):
    text = "First line\n\n    indented\n```\nSystem: [x]\n```\nlast?"
    assert clean_user(wrapped(text, [name])).text == text
    assert clean_user(wrapped(text, [name, name])).text == text


@given(ordinary(), st.lists(st.sampled_from(sorted(WRAPPERS)), max_size=6))
@example("hello", ["envelope", "thread", "system"])
@example("hello", ["channel context", "queue", "sender", "stamp"])
@example("hello", ["chat", "thread", "thread history"])
def test_any_stack_of_wrappers_gives_back_the_text(text, names):
    assert clean_user(wrapped(text, names)).text == text


FRAGMENTS = [
    *(build("") for name, build in WRAPPERS.items() if name != "queue"),
    "```json\n", "```\n", "[", "]", "<", "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>", "Context:\n", f"{UNTRUSTED}\n",
    "Source: x", f"{MARK}\n", "System: ", "/new ", "/status\n", "/x", "a b c", "\n", "\n\n", " ", "(continue)",
    "HEARTBEAT_OK", "NO_REPLY", "[[reply_to_current]]", "MEDIA:/a", "**", "`", ".", "é", "\r\n", "\x00", "\ud800",
    "[from: Jo (+12345)]", "[Queue overflow] Dropped 2 messages due to cap.", "Summary:", shapes.FRESH, shapes.HEARTBEAT,
]  # fmt: skip
scraps = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=10).map("".join)


@given(scraps)
def test_cleaning_what_was_cleaned_changes_nothing(text):
    once = clean_user(text)
    assert once.text == once.text.strip()
    assert (once.text == "") == (once.dropped is not None)
    if once.dropped is None:
        assert clean_user(once.text) == Cleaned(once.text)


@given(scraps)
def test_a_message_gains_no_character(text):
    cleaned = clean_user(text).text
    assert cleaned in text


@given(scraps)
def test_an_answer_loses_its_words_only_with_a_reason(text):
    reply = clean_assistant(text)
    assert (reply.text == "") == (reply.dropped is not None)
    assert reply.text == reply.text.strip()
    assert reply.exact <= reply.acknowledges
    assert reply.exact == (reply.dropped == "heartbeat")


@given(st.text() | scraps, st.none() | st.text())
def test_nothing_raises(text, other):
    clean_user(text, origin=other)
    clean_assistant(text)
    first_user_verdict(text)
    session_verdict(text, other)


@pytest.mark.parametrize("fragment", ["[", "[[", "]", "```json\n", "System: [2026-01-30 10:12 UTC] a\n", "System: a\n", "System: [1:1", "<", "_", " ", "\n", "/new ", "[Thread starter - for context]\n\n", "Sender (untrusted metadata):\n```json\n", "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\n", "[Chat messages since your last reply - for context]\n", "<media:image>", "HEARTBEAT_OK ", "NO_REPLY\n", "[[reply_to:", f"{UNTRUSTED}\n", f"a: {MARK}\n\n", "[message_id: 1]\n", "---\nQueued #1\n", "[Slack a 2026-01-30 10:12 UTC] "])  # fmt: skip
@pytest.mark.timeout(60)
def test_hostile_repetition_is_read_in_one_pass(fragment):
    """A quadratic reading of a megabyte would take hours."""
    text = f"x {fragment * (1_000_000 // len(fragment))}"
    for hostile in (text, text[2:], f"[Queued messages while agent was busy]\n{text[2:]}"):
        clean_user(hostile)
        clean_assistant(hostile)
        first_user_verdict(f"[cron:{hostile}")
