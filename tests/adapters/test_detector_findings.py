"""Texts are cut without losing a place in them, and findings come back in characters, with our labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.adapters.detector_findings import PIECE, batches, encoded, findings_in, label, pieces
from memsyncd.adapters.detector_worker import Found
from memsyncd.core.redact import LABELS
from memsyncd.core.redact.placeholders import placeholder
from tests.core.redact import test_must_stay as innocent

KEY = "betterleaks.shippo-api-token"
TEXTS = st.text(st.characters() | st.sampled_from("\n\0\ufeff é😀\ud800"))


def found(text, secret, rule=KEY, *, helper=False):
    """What the scanner says when it finds ``secret`` in ``text``."""
    start = encoded(text).index(encoded(secret))
    return Found(rule, start, start + len(encoded(secret)), helper)


def seen(text, *secrets, rule=KEY, helper=False):
    findings = findings_in(text, [found(text, secret, rule, helper=helper) for secret in secrets])
    return [text[one.start : one.end] for one in findings]


# --- pieces ---


@given(TEXTS, st.integers(20, 60))
def test_pieces_cover_the_text_and_overlap(text, size):
    raw, overlap, end = encoded(text), 8, 0
    for offset, piece in pieces(raw, size, overlap):
        assert raw[offset : offset + len(piece)] == piece
        assert 0 < len(piece) <= size
        assert offset <= max(0, end - overlap)
        assert offset + len(piece) > end
        piece.decode()
        end = offset + len(piece)
    assert end == len(raw)


def test_a_cut_falls_at_the_end_of_a_line():
    raw = b"\n".join(b"line %03d" % number for number in range(100))
    cut = [piece for _, piece in pieces(raw, 100, 20)]
    assert all(piece.endswith(b"\n") for piece in cut[:-1])


def test_many_small_texts_are_one_batch():
    texts = ["hello", "", "world"]
    assert [[(piece.text, piece.offset, piece.raw) for piece in batch] for batch in batches(texts)] == [
        [(0, 0, b"hello"), (2, 0, b"world")]
    ]


def test_no_batch_is_larger_than_a_piece():
    found = list(batches(["a" * 200_000, "b" * 100_000, "c" * 600_000]))
    assert [sum(len(piece.raw) for piece in batch) <= PIECE for batch in found] == [True] * len(found)
    assert {piece.text for batch in found for piece in batch} == {0, 1, 2}


@given(TEXTS)
def test_encoding_keeps_every_character(text):
    assert len(encoded(text).decode()) == len(text)
    assert b"\0" not in encoded(text)


# --- places ---


@pytest.mark.parametrize("before", ["", "ключ: ", "👩‍💻 ", "\ufeff", "\0\0", "\ud83d\ude00 ", "é" * 300])
def test_places_are_in_characters(before):
    text = f"{before}Zk9xQw82 und Größe Qq77Ww88\0"
    assert seen(text, "Zk9xQw82", "Qq77Ww88") == ["Zk9xQw82", "Qq77Ww88"]


@given(TEXTS, st.data())
def test_no_place_is_outside_the_text_or_within_a_character(text, data):
    size = len(encoded(text))
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    before, after = encoded(text)[:start].decode("utf-8", "ignore"), encoded(text)[end:].decode("utf-8", "ignore")
    for one in findings_in(text, [Found(KEY, start, end)]):
        assert len(before) <= one.start < one.end <= len(text) - len(after)


def test_findings_of_overlapping_pieces_are_one():
    text = "a Zk9xQw82 b"
    assert seen(text, "Zk9xQw82", "Zk9xQw82") == ["Zk9xQw82"]
    assert seen(text, "Zk9xQ", "xQw82") == ["Zk9xQw82"]


def test_findings_side_by_side_stay_two():
    assert seen("Zk9xQw82", "Zk9x", "Qw82") == ["Zk9x", "Qw82"]


def test_where_findings_overlap_the_label_that_says_more_wins():
    text = "Zk9xQw82mVt4"
    whole, part = found(text, text, "betterleaks.mystery"), found(text, "Qw82", "betterleaks.github-pat")
    assert [(one.rule, one.label) for one in findings_in(text, [whole, part])] == [
        ("betterleaks.github-pat", "GITHUB-TOKEN")
    ]


# --- what is a secret ---


def test_of_a_url_only_the_password_goes():
    text = "see mongodb://bob:Zk9xQw82@db.corp:27017/app?x=1"
    assert seen(text, text[4:], rule="betterleaks.mongodb-connection-string") == ["Zk9xQw82"]


def test_of_a_user_with_password_only_the_password_goes():
    assert seen("curl -u bob:Zk9x:Qw82", "bob:Zk9x:Qw82", rule="betterleaks.curl-auth-user") == ["Zk9x:Qw82"]


def test_of_a_key_file_only_the_secrets_go():
    text = '{"client_id": "app", "client_secret": "Zk9xQw82", "refresh_token": "1//Qq77"}'
    rule = "betterleaks.gcp-application-default-credentials"
    assert seen(text, text, rule=rule) == ["Zk9xQw82", "1//Qq77"]


def test_what_looks_otherwise_than_expected_goes_whole():
    assert seen("x Zk9xQw82", "Zk9xQw82", rule="betterleaks.mongodb-connection-string") == ["Zk9xQw82"]


@pytest.mark.parametrize(
    "rule", ["auth0-domain.1", "azure-tenant-id", "supabase-project-url", "cloudinary-cloud-name"]
)
def test_what_only_names_an_account_or_a_host_stays(rule):
    assert seen("at acme-1234.eu", "acme-1234.eu", rule=f"betterleaks.{rule}", helper=True) == []


def test_a_helper_that_finds_secrets_counts():
    assert seen("is Zk9xQw82", "Zk9xQw82", rule="betterleaks.aws-secret-access-key", helper=True) == ["Zk9xQw82"]


@pytest.mark.parametrize("value", ["password", "changeme", "$PASS", "***", placeholder("URL-PASSWORD")])
def test_what_stands_for_a_secret_stays(value):
    text = f"postgres://user:{value}@localhost/db"
    assert seen(text, value, rule="betterleaks.generic-credential-uri") == []


def test_what_is_redacted_already_is_cut_out():
    text = f"key Zk9x{placeholder('SECRET')}Qw82"
    assert seen(text, text[4:]) == ["Zk9x", "Qw82"]


# --- labels ---


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("betterleaks.github-fine-grained-pat", "GITHUB-TOKEN"),
        ("betterleaks.slack-bot-token", "SLACK-TOKEN"),
        ("betterleaks.slack-webhook-url", "WEBHOOK-URL"),
        ("betterleaks.slack-session-cookie", "COOKIE"),
        ("betterleaks.pinecone-api-key.2", "LLM-KEY"),
        ("betterleaks.generic-credential-uri", "URL-PASSWORD"),
        ("betterleaks.planetscale-password", "PASSWORD"),
        ("betterleaks.lob-api-key", "API-KEY"),
        ("veles.secrets/grokxaiapikey", "LLM-KEY"),
        ("veles.secrets/npmjsaccesstoken", "REGISTRY-TOKEN"),
        ("somebody.else", "SECRET"),
    ],
)
def test_a_rule_has_our_label(rule, expected):
    assert label(rule) == expected


@given(st.text("abcdefghijklmnopqrstuvwxyz-./1", max_size=40))
def test_every_label_is_a_known_one(rule):
    assert label(rule) in LABELS


def test_nothing_found_in_innocent_texts_would_be_of_the_tests_making():
    """The texts that must stay hold stand-ins: each of those in a URL is known as one."""
    urls = [text for text in innocent.VALUES if "user:password@" in text]
    assert urls
    for text in urls:
        assert seen(text, "password", rule="betterleaks.generic-credential-uri") == []
