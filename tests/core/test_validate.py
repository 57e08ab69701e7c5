"""The checks of memory files."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.markers import BEGIN, canonical, end_marker, short_sum
from memsyncd.core.validate import FileCheck, Issue, check_file, check_names, check_pairs
from memsyncd.model import Finding, Redaction

DAY = date(2026, 1, 15)
HEADING = "# 2026-01-15 (Thursday)\n\n"
SECTIONS = (
    "## Topics Covered\n- the harbour plan\n\n## Key Decisions\n- 14:00 build the pier first\n\n## Session Flow\n"
)
WORD = "swordfish"


def redact(text: str) -> Redaction:
    """Finds one word and calls it a password."""
    findings = []
    start = text.find(WORD)
    while start >= 0:
        findings.append(Finding("test.word", "PASSWORD", start, start + len(WORD)))
        start = text.find(WORD, start + 1)
    return Redaction(text.replace(WORD, "[REDACTED-PASSWORD]"), tuple(findings))


def block(body: str = SECTIONS) -> str:
    text = canonical(f"*Auto-generated from 3 session messages*\n\n{body}").decode()
    return f"{BEGIN.decode()}\n{text}{end_marker(short_sum(text)).decode()}\n"


def check(
    text: str | bytes, name: str = "2026-01-15.md", day: date | None = DAY, *, orphan: bool = False
) -> FileCheck:
    data = text if isinstance(text, bytes) else text.encode()
    return check_file(name, day, data, redact, orphan=orphan)


def only(found: FileCheck) -> Issue:
    (issue,) = found.issues
    return issue


def test_a_file_as_we_write_it_is_in_order() -> None:
    found = check(HEADING + block())
    assert found.issues == ()
    assert (found.block, found.day, found.size) == ("intact", DAY, len((HEADING + block()).encode()))


def test_hand_written_notes_without_a_heading_are_in_order() -> None:
    assert check("- bought nails\n").issues == ()
    assert check("").issues == ()


# --- heading ---


@pytest.mark.parametrize(
    "heading",
    [
        "# 2026-01-15 (Thursday)",
        "# 2026-01-15",
        "# 2026-01-15, THURSDAY",
        "# 2026-01-15 (Donnerstag)",
        "\ufeff# 2026-01-15 (Thursday)\r",
        "# Plan for 2026-02-01",
        "## 2026-01-14",
        "#2026-01-14",
        "# 2026-01-150",
    ],
)
def test_a_heading_that_fits_or_bears_no_date_is_in_order(heading: str) -> None:
    assert check(f"{heading}\n\ntext\n").issues == ()


def test_a_heading_with_another_date_is_an_error_at_its_line() -> None:
    issue = only(check("\n# 2026-01-14 (Wednesday)\n"))
    assert (issue.severity, issue.check, issue.line) == ("error", "heading", 2)
    assert issue.message == "the heading says 2026-01-14, the file's name 2026-01-15"


def test_a_wrong_weekday_is_an_error_that_names_the_true_one() -> None:
    issue = only(check("# 2026-01-15 (Friday)\n"))
    assert (issue.check, issue.message) == ("heading", "the heading says Friday, 2026-01-15 was a Thursday")


def test_only_the_first_heading_of_the_first_level_counts() -> None:
    assert check(f"{HEADING}# 2026-01-14 (Monday)\n").issues == ()


# --- markers, encoding ---


def test_damaged_markers_are_an_error_with_their_lines() -> None:
    issue = only(check(f"{HEADING}{BEGIN.decode()}\ntext\n{BEGIN.decode()}\n"))
    assert (issue.severity, issue.check, issue.line) == ("error", "markers", 3)
    assert "doubled (markers in line 3, 5)" in issue.message


def test_bytes_that_are_no_utf8_are_an_error_at_their_line() -> None:
    issue = only(check(b"# 2026-01-15\n\ncaf\xe9\n"))
    assert (issue.severity, issue.check, issue.line) == ("error", "encoding", 3)
    assert "0xe9" in issue.message


def test_utf16_is_reported_though_no_marker_can_be_found_in_it() -> None:
    checks = {issue.check for issue in check((HEADING + block()).encode("utf-16")).issues}
    assert checks == {"encoding", "markers"}


# --- secrets ---


def test_a_secret_in_a_note_is_reported_by_line_and_kind_and_never_shown() -> None:
    issue = only(check(f"{HEADING}{block()}\n\nthe key is {WORD}\n"))
    assert (issue.severity, issue.check) == ("error", "secret")
    assert issue.line == len((HEADING + block()).splitlines()) + 3
    assert issue.message.startswith("PASSWORD in hand-written text")
    assert WORD not in issue.message


def test_a_secret_in_the_block_is_told_apart_from_one_in_a_note() -> None:
    found = check(f"{HEADING}ä {WORD}\n{block(f'- {WORD}')}")
    assert [issue.line for issue in found.issues] == [3, 7]
    assert ["hand-written" in issue.message for issue in found.issues] == [True, False]


def test_a_secret_in_the_predecessors_block_counts_as_generated() -> None:
    legacy = f"*Auto-generated from 3 session messages*\n- {WORD}\n*Review and edit this draft.*\n\nnotes\n"
    issue = only(check(HEADING + legacy))
    assert "generated part" in issue.message


def test_a_secret_that_stands_twice_in_a_line_is_reported_once() -> None:
    assert only(check(f"{WORD} {WORD}\n")).line == 1


# --- what OpenClaw reads ---


def test_sections_within_the_first_1200_characters_are_read_whole() -> None:
    reads = check(HEADING + block()).startup
    assert (reads.topics, reads.decisions) == ("all", "all")
    assert reads.characters == len(HEADING + block())
    assert reads.text == HEADING + block()


def test_at_most_1200_characters_are_read_counted_as_javascript_counts() -> None:
    assert check("ä" * 1300).startup.characters == 1200
    reads = check("\U0001f642" * 700).startup
    assert (reads.characters, len(reads.text)) == (1200, 600)


def test_what_is_shown_of_it_holds_no_secret_not_even_half_of_one() -> None:
    text = f"{WORD} is it\n".ljust(1195, "-") + WORD
    reads = check(text).startup
    assert reads.characters == 1200
    assert reads.text == text[:1195].replace(WORD, "[REDACTED-PASSWORD]") + "[REDACTED-PASSWORD]"


def test_a_section_that_is_cut_is_read_in_part() -> None:
    body = "## Topics Covered\n" + "- a topic\n" * 200 + "\n## Key Decisions\n- 14:00 go\n"
    reads = check(HEADING + block(body)).startup
    assert (reads.topics, reads.decisions) == ("part", "none")


def test_topics_behind_long_notes_are_not_read_and_noted() -> None:
    found = check(HEADING + "a line of notes\n" * 100 + block())
    assert found.startup.topics == "none"
    assert (only(found).severity, only(found).check) == ("note", "startup")


def test_a_heading_alone_is_not_the_section() -> None:
    before = "x" * (1200 - len("\n## Topics Covered\n"))
    assert check(f"{before}\n## Topics Covered\n- a topic\n").startup.topics == "none"


def test_a_file_without_our_sections_has_none_to_read() -> None:
    reads = check("- bought nails\n").startup
    assert (reads.topics, reads.decisions) == (None, None)


@pytest.mark.parametrize(("size", "characters", "issues"), [(16_384, 1200, 0), (16_385, 0, 1)])
def test_a_file_above_16384_bytes_is_skipped_whole(size: int, characters: int, issues: int) -> None:
    found = check("x" * size)
    assert (found.startup.characters, len(found.issues)) == (characters, issues)
    assert all(issue.severity == "warning" and issue.check == "size" for issue in found.issues)


def test_a_file_that_is_no_days_file_has_no_heading_and_no_size_to_check() -> None:
    assert check("# 2026-01-14\n" + "x" * 20_000, "MEMORY.md", None).issues == ()


# --- the folder ---


def test_a_block_of_a_day_without_messages_is_noted_and_other_files_are_not() -> None:
    issue = only(check(HEADING + block(), orphan=True))
    assert (issue.severity, issue.check) == ("note", "orphan")
    assert check("- bought nails\n", orphan=True).issues == ()


def test_two_files_of_a_day_that_both_hold_our_block_are_errors() -> None:
    daily, sidecar = check(HEADING + block()), check(HEADING + block(), "2026-01-15-memsyncd.md")
    assert [issue.file for issue in check_pairs([daily, sidecar])] == [daily.file, sidecar.file]


def test_a_sidecar_beside_a_foreign_daily_file_is_in_order() -> None:
    assert check_pairs([check("notes\n"), check(HEADING + block(), "2026-01-15-memsyncd.md")]) == []
    other = check("# 2026-01-16\n" + block(), "2026-01-16.md", date(2026, 1, 16))
    assert check_pairs([check(HEADING + block()), other]) == []


@pytest.mark.parametrize(
    "name",
    [
        "2026-01-15.sync-conflict-20260116-101112-ABCDEFG.md",
        "2026-01-15 (conflicted copy 2026-01-16).md",
        "2026-01-15 (Ann's conflicted copy 2026-01-16).md",
        "2026-01-15 2.md",
        "2026-01-15-memsyncd 2.md",
        "2026-01-15 (1).md",
        "MEMORY.sync-conflict-20260116-101112-ABCDEFG.md",
    ],
)
def test_copies_of_synchronising_programs_are_warned_about(name: str) -> None:
    (issue,) = check_names([name])
    assert (issue.file, issue.severity, issue.check) == (name, "warning", "copy")


@pytest.mark.parametrize(
    "name",
    [
        "2026-02-30.md",
        "2026-13-01-memsyncd.md",
        "2025-02-29-harbour.md",
        "2026-1-5.md",
        "20260115.md",
        "2026_01_15.md",
        "2026-01-15.MD",
        "2026-01-15.txt",
        "2026-01-15.markdown",
    ],
)
def test_names_that_look_like_a_day_and_are_none_are_warned_about(name: str) -> None:
    (issue,) = check_names([name])
    assert (issue.file, issue.severity, issue.check) == (name, "warning", "name")


@pytest.mark.parametrize(
    "name",
    [
        "2026-01-15.md",
        "2026-01-15-memsyncd.md",
        "2026-01-15-harbour-plan.md",
        "2026-01-15-1430.md",
        "2024-02-29.md",
        "MEMORY.md",
        "Chapter 2.md",
        "notes (1).md",
        ".dreams",
        "2026-01-15.md.bak",
    ],
)
def test_other_names_are_in_order(name: str) -> None:
    assert check_names([name]) == []


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: HEADING.encode() + text.encode("utf-8")))
def test_any_bytes_can_be_checked(data: bytes) -> None:
    found = check(data)
    lines = data.count(b"\n") + 1
    assert all(issue.line is None or 1 <= issue.line <= lines for issue in found.issues)
    assert found.startup.characters <= 1200
