"""The agents' logs, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from memsyncd.adapters.discover import PassedOver
from memsyncd.adapters.openclaw_probe import Database
from memsyncd.doctor.checks.logs import logs as checks_of
from memsyncd.doctor.facts import Record, Retention, Trouble
from tests.doctor.builders import (
    HOME,
    NOW,
    SESSIONS,
    ago,
    facts,
    folder,
    logs,
    machine,
    missing,
    odd,
    only,
    source,
    state,
)

TRANSCRIPTS = Database(exists=True, transcripts=True)
EMPTY = {"files": 0, "newest": None}


def having(**changes: Any) -> Any:
    return checks_of(facts(logs=(logs(**changes),)))


# --- one source ---


def test_a_source_is_told_with_its_files_their_age_and_the_version() -> None:
    told = next(iter(having()))
    assert told.finding == f"12 session files in {SESSIONS}, the newest 3 h old, OpenClaw 2026.7.35"


def test_where_a_link_leads_is_told() -> None:
    linked = folder(SESSIONS, real=HOME / "elsewhere")
    assert f"{SESSIONS} (really {HOME}/elsewhere)" in next(iter(having(folder=linked))).finding


@pytest.mark.parametrize(
    "changes",
    [
        {"folder": missing(SESSIONS), **EMPTY},
        {"folder": folder(SESSIONS, kind="file"), **EMPTY},
        {"folder": folder(SESSIONS, refused="Permission denied"), **EMPTY},
        {"folder": folder(SESSIONS, kind="unknown", refused="Permission denied"), **EMPTY},
        EMPTY,
    ],
)
def test_logs_that_are_not_there_or_cannot_be_read_are_a_problem(changes: dict[str, Any]) -> None:
    check = only(having(**changes))
    assert (check.verdict, check.name, str(SESSIONS) in check.finding) == ("problem", "openclaw/main", True)


def test_a_closed_folder_is_opened_by_its_owner() -> None:
    closed = folder(SESSIONS, refused="Permission denied")
    assert only(having(folder=closed)).advice == f"chmod u+rx {SESSIONS}"
    foreign = only(having(folder=replace(closed, owner=0)))
    assert "run memsyncd as user 0" in (foreign.advice or "")


def test_logs_that_nobody_wrote_to_for_long_are_noted() -> None:
    assert odd(having(newest=ago(days=30))) == []
    assert only(having(newest=ago(days=31))).verdict == "note"


def test_a_network_file_system_is_noted() -> None:
    assert "lies on nfs4" in only(having(folder=folder(SESSIONS, file_system="nfs4"))).finding


# --- eras ---


def test_transcripts_in_a_database_need_no_session_files() -> None:
    for there in (folder(SESSIONS), missing(SESSIONS)):
        told = list(having(folder=there, database=TRANSCRIPTS, **EMPTY))
        assert odd(told) == []
        assert "there are no session files" in told[0].finding


def test_both_eras_side_by_side_are_told() -> None:
    assert "openclaw-agent.sqlite, and 12 session files" in next(iter(having(database=TRANSCRIPTS))).finding


@pytest.mark.parametrize(("version", "pending"), [("2026.7.35", False), ("2026.8.1", True), ("2026.9.6", True)])
def test_session_files_of_a_version_that_keeps_a_database_mean_a_migration_is_pending(
    version: str, pending: bool
) -> None:
    checks = odd(having(source=source(version=version)))
    assert [check.verdict for check in checks] == (["note"] if pending else [])
    assert odd(having(source=source(version=version), database=TRANSCRIPTS)) == []


def test_a_database_that_cannot_be_read_is_a_problem() -> None:
    check = only(having(database=Database(exists=True, readable=False)))
    assert (check.verdict, "cannot be read" in check.finding) == ("problem", True)


# --- what the search said ---


def test_no_source_at_all_is_a_problem() -> None:
    assert only(checks_of(facts(logs=(), retention=()))).name == "sources"


def test_a_search_that_failed_is_one_problem_in_its_own_words() -> None:
    check = only(checks_of(facts(logs=(), retention=(), lost=Trouble("named twice", "mend it"))))
    assert (check.finding, check.advice) == ("named twice", "mend it")


def test_what_was_passed_over_is_noted_once() -> None:
    check = only(checks_of(facts(notes=("a profile without a workspace", "a profile without a workspace"))))
    assert (check.verdict, check.finding) == ("note", "a profile without a workspace")


def test_tables_newer_than_those_known_are_noted() -> None:
    assert odd(having(database=replace(TRANSCRIPTS, schema=23))) == []
    check = only(having(database=replace(TRANSCRIPTS, schema=24)))
    assert (check.verdict, "version 24, newer than those known (up to 23)" in check.finding) == ("note", True)


def test_logs_that_nobody_asked_for_are_noted() -> None:
    other = PassedOver(kind="codex", path=HOME / ".codex", why="others are named", found=True)
    check = only(checks_of(facts(passed_over=(other,))))
    assert (check.verdict, check.advice) == ("note", "memsyncd sources")
    assert "the logs in /home/mira/.codex are not read: others are named" in check.finding


# --- retention ---


def keeping(days: float = 30.0, *, last: timedelta | None, **changes: Any) -> Any:
    record = Record(exists=True, last_run=NOW - last) if last is not None else Record()
    kept = Retention(file=HOME / ".openclaw/openclaw.json", **{"days": days, **changes})
    return checks_of(facts(retention=(kept,), state=state(record=record)))


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(0.1, None), (14.9, None), (15, "note"), (29.9, "note"), (30, "problem"), (90, "problem")],
)
def test_how_long_ago_the_last_run_was_decides(days: float, verdict: str | None) -> None:
    assert [check.verdict for check in odd(keeping(last=timedelta(days=days)))] == ([verdict] if verdict else [])


def test_logs_that_were_never_read_are_noted() -> None:
    assert only(keeping(last=None)).advice == "memsyncd --catch-up"


def test_a_shorter_retention_counts() -> None:
    assert only(keeping(2.0, last=timedelta(days=2))).verdict == "problem"


def test_an_openclaw_that_only_warns_removes_nothing() -> None:
    assert odd(keeping(last=timedelta(days=300), warns_only=True)) == []


def test_a_daemon_that_runs_reads_logs_in_time() -> None:
    long_ago = replace(facts().state, record=Record(exists=True, last_run=ago(days=300)))
    assert odd(checks_of(facts(state=long_ago))) == []


def test_the_default_and_a_budget_are_told() -> None:
    assert "after 30 days, as it does by default" in list(keeping(last=timedelta()))[-1].finding
    told = list(keeping(7.5, last=timedelta(), stated=True, budget="500mb"))[-1].finding
    assert told.startswith("OpenClaw may remove logs after 7.5 days, or where they exceed 500mb; ")
    claude = only(keeping(program="Claude Code", last=timedelta(days=31)))
    assert (claude.verdict, claude.finding.partition(" may")[0]) == ("problem", "Claude Code")


# --- macOS ---


@pytest.mark.parametrize(
    ("below", "words"),
    [
        ("Documents/logs", "macOS closes ~/Documents"),
        ("Desktop", "macOS closes ~/Desktop"),
        ("Library/Mobile Documents/com~apple~CloudDocs/logs", "cloud drive"),
        ("Library/CloudStorage/Box/logs", "cloud drive"),
    ],
)
def test_folders_that_macos_guards_are_noted_there_and_only_there(below: str, words: str) -> None:
    guarded = (logs(folder=folder(HOME / below)),)
    check = only(checks_of(facts(logs=guarded, machine=machine(platform="darwin"))))
    assert (check.verdict, words in check.finding) == ("note", True)
    assert odd(checks_of(facts(logs=guarded))) == []


def test_other_folders_of_a_mac_are_free() -> None:
    assert odd(checks_of(facts(machine=machine(platform="darwin")))) == []
    outside = (logs(folder=folder(HOME.parent / "Documents")),)
    assert odd(checks_of(facts(logs=outside, machine=machine(platform="darwin")))) == []
