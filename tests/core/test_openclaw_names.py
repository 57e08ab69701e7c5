from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.openclaw_names import (
    classify,
    classify_cold,
    classify_imported,
    in_a_file_name,
    reason_not_imported,
    reason_not_read,
    without_topic,
)

SID = "8b476afa-8abb-4373-b56a-638689a92546"
UUID = "0f9b4c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e"
HEX32 = "0123456789abcdef0123456789abcdef"
TEN = 1_768_471_200_000  # 2026-01-15T10:00:00Z

STAMPS = st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STEMS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,40}", fullmatch=True)


def file_stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(":", "-")


@pytest.mark.parametrize(
    ("name", "artefact"),
    [
        (f"{SID}.jsonl", Artefact("live", SID)),
        (f"{SID}-topic-5.jsonl", Artefact("live", f"{SID}-topic-5")),
        ("2026-01-15T10-00-00-000Z_abc.jsonl", Artefact("live", "2026-01-15T10-00-00-000Z_abc")),
        ("a b.jsonl", Artefact("live", "a b")),
        ("sessions.jsonl", Artefact("live", "sessions")),
        (f"{SID}.jsonl.reset.2026-01-15T10-00-00.123Z", Artefact("reset", SID, TEN + 123)),
        (f"{SID}.jsonl.reset.2026-01-15T10-00-00Z", Artefact("reset", SID, TEN)),
        (f"{SID}.jsonl.reset.2026-01-15T10-00-00.123Z.zst", Artefact("reset", SID, TEN + 123, compressed=True)),
        (f"{SID}-topic-5.jsonl.deleted.2026-01-15T10-00-00.5Z", Artefact("deleted", f"{SID}-topic-5", TEN + 500)),
        (f"{SID}.jsonl.deleted.2026-01-15T10-00-00.000Z.{HEX32}", Artefact("deleted", SID, TEN)),
        (
            f"{SID}.jsonl.deleted.2026-01-15T10-00-00.000Z.{HEX32}.zst",
            Artefact("deleted", SID, TEN, compressed=True),
        ),
        (f"{SID}.jsonl.bak.2026-01-15T10-00-00.000Z", Artefact("bak", SID, TEN)),
        (f"{SID}.jsonl.bak.2026-01-15T10:00:00.000Z", Artefact("bak", SID, TEN)),
        (f"{SID}.jsonl.bak.2026-01-15T12:00:00+02:00", Artefact("bak", SID, TEN)),
    ],
)
def test_transcripts_are_recognised_by_name(name, artefact):
    assert classify(name) == artefact
    assert reason_not_read(name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"{SID}.trajectory.jsonl", "trajectory"),
        (f"{SID}.trajectory.jsonl.deleted.2026-01-15T10-00-00.000Z", "trajectory"),
        (f"{SID}.trajectory-path.json", "trajectory"),
        (f"{SID}.checkpoint.{UUID}.jsonl", "checkpoint"),
        (f"{SID}.checkpoint.{UUID.upper()}.jsonl", "checkpoint"),
        (f"{SID}.jsonl.corrupt-2026-01-15T10-00-00.000Z-0a1b2c3d.jsonl", "corrupt copy"),
        (f"{SID}.jsonl.pre-doctor-branch-repair-2026-01-15T10-00-00.000Z.bak", "repair copy"),
        (f"{SID}.jsonl.pre-doctor-openai-codex-repair-1768471200000.bak", "repair copy"),
        (f"{SID}.jsonl.bak-4711-1768471200000", "repair copy"),
        (f"{SID}.jsonl.lock", "lock"),
        (f"{SID}.jsonl.bak.2026-01-15T10-00-00.000Z.lock", "lock"),
        ("sessions.json", "index"),
        ("sessions.json.bak.1768471200000", "index"),
        (f"sessions.json.{UUID}.tmp", "index"),
        (f"{SID}.jsonl.deleted.1768471200", "hand-made copy"),
        (f"{SID}.jsonl.full_backup", "hand-made copy"),
        (f"{SID}.jsonl.repair-1", "other"),
        (f"{SID}.jsonl.reset.yesterday", "other"),
        (f"{SID}.jsonl.reset.2026-01-15T10-00-00.000Z.{HEX32}", "other"),
        (f"{SID}.jsonl.zst", "other"),
        (f"._{SID}.jsonl", "other"),
        (".jsonl", "other"),
        ("skills-prompts", "other"),
        ("", "other"),
    ],
)
def test_everything_else_is_never_read_and_says_why(name, reason):
    assert classify(name) is None
    assert reason_not_read(name) == reason


def test_an_archive_whose_name_holds_no_possible_instant_is_still_read():
    assert classify(f"{SID}.jsonl.reset.2026-13-45T99-99-99Z") == Artefact("reset", SID)
    assert classify(f"{SID}.jsonl.bak.2026-01-15T10-00-00") == Artefact("bak", SID)


def test_digits_of_other_scripts_make_no_instant():
    assert classify(f"{SID}.jsonl.reset.٢٠٢٦-01-15T10-00-00Z") is None


@given(STEMS, STAMPS, st.sampled_from(["reset", "deleted", "bak"]), st.booleans())
def test_every_archive_name_gives_back_its_session_its_instant_and_its_form(stem, at, kind, compressed):
    name = f"{stem}.jsonl.{kind}.{file_stamp(at)}{'.zst' if compressed else ''}"
    millis = int(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000
    assert classify(name) == Artefact(kind, stem, millis, compressed)


@given(st.text(max_size=60) | st.from_regex(r"[a-z.]{0,8}\.jsonl[a-z0-9.TZ-]{0,40}", fullmatch=True))
def test_every_name_is_either_read_or_has_a_reason(name):
    assert (classify(name) is None) == bool(reason_not_read(name))


@given(STEMS, st.sampled_from([".jsonl", f".jsonl.deleted.2026-01-15T10-00-00.000Z.{HEX32}", ".jsonl.reset.x"]))
def test_no_trajectory_is_ever_read_whatever_its_ending(stem, ending):
    assert classify(f"{stem}.trajectory{ending}") is None


# --- the archive of imports ---


@pytest.mark.parametrize(
    ("name", "session"),
    [
        (f"agent_main_main.{SID}.jsonl", SID),
        (f"agent_main_recovered_{SID}.{SID}.jsonl", SID),
        (f"agent_main_telegram_group_-100_topic_5.{SID}-topic-5.jsonl", f"{SID}-topic-5"),
        (f"agent_main_matrix_channel_room_matrix.example.org.{SID}.jsonl", SID),
        (f"archive-tier.{SID}.jsonl", SID),
        ("agent_main_main.my_chat.jsonl", "my_chat"),
        ("agent_main_main.my.chat.v2.jsonl", "my.chat.v2"),
        ("agent_main_explicit_my.chat.my.chat.jsonl", "my.chat"),
        ("agent_main_explicit_a.a.jsonl", "a"),
        ("agent_main_main.2026-01-15T10-00-00-000Z_abc.jsonl", "2026-01-15T10-00-00-000Z_abc"),
        ("session.main.jsonl", "main"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".1", ".17"])
def test_imported_transcripts_are_recognised_whatever_dots_key_and_session_hold(name, session, ending):
    imported = f"{name}.imported-{TEN}{ending}"
    assert classify_imported(imported) == Artefact("imported", session, TEN)
    assert reason_not_imported(imported) == ""


def test_an_archive_taken_over_at_an_import_is_still_what_it_was():
    former = f"{SID}.jsonl.reset.2026-01-15T10-00-00.000Z.zst"
    assert classify_imported(f"archive-tier.{former}.imported-1") == Artefact("reset", SID, TEN, compressed=True)
    assert classify_imported(f"agent_main_main.{former}.imported-1") == classify(former)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"archive-tier.{SID}.checkpoint.{UUID}.jsonl.imported-{TEN}", "checkpoint"),
        (f"agent_main_main.{SID}.checkpoint.{UUID}.jsonl.imported-{TEN}", "checkpoint"),
        (f"agent_main_main.{SID}.trajectory.jsonl.imported-{TEN}", "trajectory"),
        (f"archive-tier.{SID}.trajectory.jsonl.imported-{TEN}.1", "trajectory"),
        (f"agent_main_main.{SID}.trajectory-path.json.imported-{TEN}", "trajectory"),
        (f"legacy-store.sessions.json.imported-{TEN}", "index"),
        (f"agent_main_main.{SID}.jsonl", "other"),
        (f"agent_main_main.{SID}.jsonl.imported-", "other"),
        (f"agent_main_main.{SID}.jsonl.imported-{TEN}.tmp", "other"),
        (f"agent_main_main.notes.txt.imported-{TEN}", "other"),
        (f"{SID}.jsonl.imported-{TEN}", "other"),
        (f".jsonl.imported-{TEN}", "other"),
        ("", "other"),
    ],
)
def test_everything_else_among_the_imports_is_never_read_and_says_why(name, reason):
    assert classify_imported(name) is None
    assert reason_not_imported(name) == reason


KEYS = st.from_regex(r"agent_[a-z0-9]{1,8}_[A-Za-z0-9_.-]{1,60}", fullmatch=True)


@given(KEYS, st.uuids(), st.sampled_from(["", "-topic-7"]), st.integers(0, 10**13))
def test_a_session_that_is_a_uuid_is_found_behind_any_key(key, uuid, topic, millis):
    name = f"{key}.{uuid}{topic}.jsonl.imported-{millis}"
    assert classify_imported(name) == Artefact("imported", f"{uuid}{topic}", millis)


@given(
    st.text(max_size=60) | st.from_regex(r"[a-z_.]{0,12}\.jsonl(\.imported-[0-9]{1,3})?(\.[0-9])?", fullmatch=True)
)
def test_every_name_among_the_imports_is_either_read_or_has_a_reason(name):
    assert (classify_imported(name) is None) == bool(reason_not_imported(name))


# --- cold transcripts, and names of sessions ---


def test_cold_transcripts_are_named_by_a_hash():
    assert classify_cold(f"{HEX32 * 2}.jsonl.zst") == Artefact("archived", HEX32 * 2, compressed=True)
    for name in (
        f"{HEX32}.jsonl.zst",
        f"{HEX32 * 2}.jsonl",
        f"{HEX32 * 2}.JSONL.ZST",
        f"../{HEX32 * 2}.jsonl.zst",
    ):
        assert classify_cold(name) is None


def test_the_transcript_of_a_topic_belongs_to_a_session():
    assert without_topic(f"{SID}-topic-5") == SID
    assert without_topic(f"{SID}-topic-a%3Ab") == SID
    assert without_topic("topic-5") == "topic-5"
    assert without_topic(SID) == SID


def test_what_a_file_name_should_not_hold_becomes_a_line():
    assert in_a_file_name("a b: c/ä") == "a_b_c_"
    assert in_a_file_name(f"{SID}-topic-5") == f"{SID}-topic-5"
