"""Who spoke: only in groups, and only a name."""

import pytest

from memsyncd.core.noise import clean_user
from tests.core.noise import shapes
from tests.core.noise.shapes import MARK

GROUP = "Telegram Garden id:-100123 topic:5 +2m 2026-01-30 10:12 UTC"


@pytest.mark.parametrize(
    ("envelope", "name"),
    [
        (f"[{GROUP}] Mara: ", "Mara"),
        (f"[{GROUP}] Mara Bell (4711): ", "Mara Bell"),
        (f"[{GROUP}] Mara (@mara): ", "Mara"),
        (f"[{GROUP}] Mara id:4711: ", "Mara"),
        ("[Telegram Group Garden 2026-01-30 10:12 UTC] Mara: ", "Mara"),
        ("[WhatsApp 120363000@g.us 2026-01-30 10:12 UTC] Jo (+4312345): ", "Jo"),
        ("[Discord Guild #general channel id:99 +50s 2026-02-08 16:02 UTC] 春 子:\n", "春 子"),
        ("[Slack #general +1m 2026-02-08 16:02 UTC] Jo: ", "Jo"),
        (f"[{GROUP}] +4312345678: ", None),
        (f"[{GROUP}] 4711: ", None),
    ],
)
def test_a_groups_envelope_names_the_sender(envelope, name):
    cleaned = clean_user(f"{envelope}read this: now")
    assert (cleaned.text, cleaned.sender) == ("read this: now", name)


@pytest.mark.parametrize("envelope", ["[Telegram Mara id:4711 +2m 2026-01-30 10:12 UTC]", shapes.STAMP])
def test_a_colon_in_a_direct_message_names_nobody(envelope):
    cleaned = clean_user(f"{envelope} Note: call Jo")
    assert (cleaned.text, cleaned.sender) == ("Note: call Jo", None)


def test_a_group_message_without_a_label_keeps_its_words():
    cleaned = clean_user(f"[{GROUP}] see https://example.com")
    assert (cleaned.text, cleaned.sender) == ("see https://example.com", None)


@pytest.mark.parametrize(
    "group",
    [{"is_group_chat": True}, {"group_subject": "Garden"}, {"group_channel": "#garden"}, {"group_space": "77"}],
)
def test_a_groups_metadata_names_the_sender(group):
    text = shapes.conversation(sender="Mara", **group) + shapes.sender(label="Mara Bell (4711)", id="4711") + "hi"
    assert clean_user(text).sender == "Mara Bell"
    assert clean_user(shapes.conversation("hi", sender="Mara", **group)).sender == "Mara"
    assert clean_user(shapes.conversation("hi", sender_name="Mara", **group)).sender == "Mara"


def test_the_senders_block_wins_over_the_mention_whichever_comes_first():
    group = shapes.conversation(sender="4711", is_group_chat=True)
    person = shapes.sender(label="m (4711)", name="Mara", username="m")
    assert clean_user(group + person + "hi").sender == "Mara"
    assert clean_user(person + group + "hi").sender == "Mara"


def test_a_direct_conversation_names_nobody():
    assert clean_user(shapes.conversation(sender="Mara") + shapes.sender(name="Mara") + "hi").sender is None
    assert clean_user(shapes.sender(name="Mara") + "hi").sender is None
    assert clean_user(shapes.conversation("hi", sender="Mara", is_group_chat=False)).sender is None


def test_marked_metadata_names_the_sender():
    record = {"is_group_chat": True, "sender": {"id": "4711", "name": "Mara"}}
    assert clean_user(shapes.fenced(f"Conversation info: {MARK}", record, "hi")).sender == "Mara"


@pytest.mark.parametrize(
    "label",
    [
        "4711",
        "+4312345678",
        "4312345678@s.whatsapp.net",
        "user_0a1b2c",
        "openclaw-control-ui",
        "U0A1B2C3D4",
        "",
        7,
        None,
        "x" * 81,
        "a\nb",
    ],
)
def test_an_id_is_no_name(label):
    assert clean_user(shapes.conversation("hi", is_group_chat=True, sender=label)).sender is None


@pytest.mark.parametrize(
    "json", ["", "[]", "{", '"Mara"', '{"sender": "\ud800", "is_group_chat": true}', "[" * 5000]
)
def test_metadata_that_cannot_be_read_names_nobody(json):
    cleaned = clean_user(f"Conversation info (untrusted metadata):\n```json\n{json}\n```\n\nhi")
    assert cleaned.text == "hi"
    assert cleaned.sender in (None, "\ud800")


def test_a_huge_block_is_passed_over_unread():
    padding = "x" * 200_000
    cleaned = clean_user(shapes.conversation("hi", is_group_chat=True, sender="Mara", padding=padding))
    assert (cleaned.text, cleaned.sender) == ("hi", None)


def test_the_line_at_the_end_of_an_early_group_message_names_the_sender():
    cleaned = clean_user("hi all\n[from: Mara Bell (+4312345678)]\n[message_id: 3A]")
    assert (cleaned.text, cleaned.sender) == ("hi all", "Mara Bell")


def test_queued_messages_have_a_sender_when_it_is_the_same_throughout():
    mara, jo = (shapes.conversation("hi", is_group_chat=True, sender=name) for name in ("Mara", "Jo"))
    assert clean_user(shapes.queued(mara, mara)).sender == "Mara"
    assert clean_user(shapes.queued(mara, jo)).sender is None
