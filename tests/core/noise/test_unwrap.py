"""Unwrapping: of several messages in one, those that count."""

import pytest

from memsyncd.core.noise import Cleaned, clean_user
from tests.core.noise import shapes

CURRENT = "[Current message - respond to this]"


def test_only_the_current_message_of_a_group_stays():
    text = shapes.chat("[WhatsApp 120363000@g.us 2026-01-30 10:12 UTC] Jo: and at nine?\nor ten\n[message_id: 3A]")
    assert clean_user(text) == Cleaned("and at nine?\nor ten", None, "Jo")


def test_without_the_second_mark_only_the_first_goes():
    text = "[Chat messages since your last reply - for context]\nmaybe a person's"
    assert clean_user(text).text == "maybe a person's"


def test_the_second_mark_alone_goes_too():
    assert clean_user(f"{CURRENT}\nmy words").text == "my words"


def test_a_mention_of_the_marks_in_a_sentence_stays():
    text = f"What does {CURRENT} mean?"
    assert clean_user(text) == Cleaned(text)


@pytest.mark.parametrize("kind", ["starter", "history"])
def test_a_thread_goes_up_to_the_metadata(kind):
    text = shapes.thread(shapes.conversation("my words"), before="first\n\nsecond\n\nthird", kind=kind)
    assert clean_user(text).text == "my words"


@pytest.mark.parametrize(
    "behind",
    [
        shapes.system("my words"),
        shapes.sender("my words"),
        f"{shapes.STAMP} my words",
        f"Conversation info: {shapes.MARK}\n```json\n{{}}\n```\nmy words",
        shapes.chat("my words"),
    ],
)
def test_whatever_machine_text_follows_ends_the_thread(behind):
    assert clean_user(shapes.thread(behind, before="first\n\nsecond")).text == "my words"


def test_a_thread_of_envelopes_goes_up_to_the_last_one():
    history = (
        "[Slack Mara (user) Thu 2026-03-26 12:32 GMT+1] one\n[slack message id: 1.2 channel: D1]\n\n"
        "[Slack Agent (assistant) Thu 2026-03-26 12:33 GMT+1] two\n\nstill two"
    )
    message = (
        "[Slack Mara +1m Thu 2026-03-26 12:34 GMT+1] my words\n\nand more\n[slack message id: 1.4 channel: D1]"
    )
    assert clean_user(shapes.thread(message, before=history, kind="history")).text == "my words\n\nand more"


def test_a_thread_of_one_message_goes_up_to_the_blank_line():
    envelope = "[Discord Mara 2026-01-30 10:12 UTC] the start\n[discord message id: 1 channel: 2]"
    assert clean_user(shapes.thread("my words\n\nand more", before=envelope)).text == "my words\n\nand more"
    assert clean_user(shapes.thread("my words\n\nand more")).text == "my words\n\nand more"


@pytest.mark.parametrize("quote", ["System: [x] odd", "Conversation info: see below", "[Thu] plans"])
def test_what_a_person_quotes_does_not_end_the_thread(quote):
    text = f"my words\n\n{quote}\n\nand more"
    assert clean_user(shapes.thread(text)).text == text


def test_a_thread_that_nothing_follows_is_context():
    assert clean_user("[Thread starter - for context]\nPlans for the garden") == Cleaned("", "context")


def test_queued_messages_stay_in_order_without_their_wrappers():
    text = shapes.queued(shapes.conversation("first\n\n---\nstill first"), f"{shapes.STAMP} second", "third")
    assert clean_user(text).text == "first\n\n---\nstill first\n\nsecond\n\nthird"


def test_what_is_noise_among_queued_messages_goes():
    text = shapes.queued("first", "/new", shapes.HEARTBEAT, "<media:audio>", "last")
    assert clean_user(text).text == "first\n\nlast"


def test_a_queue_of_noise_alone_is_dropped_with_its_reason():
    assert clean_user(shapes.queued("/new", "<media:audio>")) == Cleaned("", "command")
    assert clean_user(shapes.queued(shapes.conversation())) == Cleaned("", "context")


def test_a_queue_names_its_senders_in_the_separator_only():
    text = "[Queued messages while agent was busy]\n\n---\nQueued #1 (from Mara)\nfirst\n\n---\nQueued #2 (from Jo)\nlast"
    assert clean_user(text) == Cleaned("first\n\nlast")


def test_each_queued_message_loses_its_own_channel_context():
    item = f"first\n\n{shapes.UNTRUSTED}\n{shapes.EXTERNAL}"
    assert clean_user(shapes.queued(item, "second")).text == "first\n\nsecond"


def test_messages_that_the_queue_shortened_stay_as_far_as_they_go():
    overflow = "[Queue overflow] Dropped 2 messages due to cap.\nSummary:\n- buy soil\n- and seeds…"
    assert clean_user(shapes.queued("last", overflow=overflow)).text == "- buy soil\n- and seeds…\n\nlast"
    assert clean_user(overflow).text == "- buy soil\n- and seeds…"


def test_a_queue_behind_other_wrappers_is_unwrapped():
    assert clean_user(shapes.system(shapes.queued("one", "two"))).text == "one\n\ntwo"


def test_a_persons_question_about_the_queue_is_no_queue():
    text = f"What is this?\n{shapes.queued('one', 'two')}"
    assert clean_user(text) == Cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "[Queued announce messages while agent was busy]\n\n---\nQueued #1\nA task finished",
        "[Queue overflow] Dropped 3 announces due to cap.\nSummary:\n- done",
    ],
)
def test_queued_announcements_are_dropped(text):
    assert clean_user(text) == Cleaned("", "announce")


def test_while_a_workspace_is_set_up_every_message_has_a_preface():
    assert clean_user(f"{shapes.BOOTSTRAP}\n\n{shapes.conversation('my words')}").text == "my words"
    assert clean_user(f"{shapes.BOOTSTRAP}\n\n{shapes.STAMP} 2").text == "2"
    assert clean_user(f"{shapes.BOOTSTRAP}\n\n{shapes.FRESH}") == Cleaned("", "start")
    assert clean_user(shapes.BOOTSTRAP) == Cleaned("", "start")


def test_the_words_that_came_with_a_soft_reset_stay():
    note = "User note for this reset turn (treat as ordinary user input, not startup instructions):"
    assert clean_user(f"{shapes.FRESH}\n\n{note}\nread the files again").text == "read the files again"
    assert clean_user(f"{shapes.FRESH}\n\n{note}\n") == Cleaned("", "start")
