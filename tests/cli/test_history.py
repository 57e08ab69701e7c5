"""``memsyncd history``: instants differ from run to run, so that a transcript cannot show it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memsyncd.adapters.history import History
from memsyncd.core.retention import Kind
from memsyncd.errors import PARTLY_FAILED
from tests.builders import OpenClawHome
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run

AT = datetime(2026, 1, 16, 9, 15, 0, 7_000, tzinfo=UTC)  # 10:15 in Berlin
NAME = "2026-01-15.md"


def saved(
    stage: Stage,
    data: str,
    *,
    kind: Kind = "edited",
    later: float = 0,
    name: str = NAME,
    folder: Path | None = None,
) -> str:
    """Puts a version into the history, ``later`` seconds after the first; returns its instant as listed."""
    at = AT + timedelta(seconds=later)
    where = folder or stage.memory
    assert History(stage.state / "history").save(where, name, data.encode("utf-8", "surrogateescape"), kind, at)
    return (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+01:00"


def edited_and_published(stage: Stage) -> str:
    """A person's notes, replaced by the run that brought one more message; returns the text that was replaced."""
    scenarios.two_days(stage)
    run("catch-up")
    scenarios.note_in_thursday(stage)
    text = (stage.memory / NAME).read_text("utf-8")
    scenarios.one_more_message(stage)
    run("catch-up")
    return text


# --- the list ---


def test_versions_are_listed_the_newest_first_with_what_they_would_change(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\ntwo\nthree\n")
    times = [
        saved(stage, "one\ntwo\n"),
        saved(stage, "one\n2\nthree\nfour\n", kind="undone", later=1.5),
        saved(stage, "one\ntwo\nthree\n", kind="leftover", later=100),
        saved(stage, "one\r\ntwo\r\nthree\r\n", later=200),
    ]
    ran = run("history", "2026-01-15")
    assert ran.out.splitlines() == [
        f"2026-01-15.md  {times[3]}  edited    17 B  other line ends",
        f"2026-01-15.md  {times[2]}  leftover  14 B  as it is now",
        f"2026-01-15.md  {times[1]}  undone    17 B  +2 -1",
        f"2026-01-15.md  {times[0]}  edited     8 B  +0 -1",
    ]
    assert (ran.code, ran.err) == (0, "4 versions; memsyncd undo 2026-01-15 brings one back\n")
    assert times[1] == "2026-01-16T10:15:01.507+01:00"


def test_without_a_day_all_days_are_listed_the_latest_first(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    for name in (NAME, "2026-02-01.md", "2026-01-15-memsyncd.md"):
        saved(stage, "then\n", name=name)
    ran = run("history")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["2026-02-01.md", NAME, "2026-01-15-memsyncd.md"]
    assert ran.err == "3 versions; memsyncd undo DATE brings one back\n"


def test_the_list_is_a_document_with_json(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\ntwo\n")
    at = saved(stage, "one\n")
    (version,) = json.loads(run("history", "--json").out)["versions"]
    assert version == {
        "date": "2026-01-15",
        "folder": str(stage.memory),
        "file": NAME,
        "at": at,
        "kind": "edited",
        "bytes": 4,
        "added": 0,
        "removed": 1,
        "present": False,
        "problem": None,
    }


def test_a_version_of_a_file_that_is_gone_is_all_to_be_added(stage: Stage) -> None:
    assert not any(stage.openclaw.memory.iterdir())
    saved(stage, "one\ntwo\n")
    assert run("history").out.endswith("+2 -0\n")


def test_what_a_run_replaced_is_in_the_list(stage: Stage) -> None:
    text = edited_and_published(stage)
    (version,) = json.loads(run("history", "2026-01-15", "--json").out)["versions"]
    assert (version["kind"], version["bytes"]) == ("edited", len(text.encode()))
    assert run("history", "2026-01-15", "--at", version["at"]).out == text


def test_a_history_without_versions_is_said_to_be_empty(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    assert (run("history").out, run("history").err) == ("", "no versions are saved\n")
    assert run("history", "2026-01-15").err == "no version of 2026-01-15 is saved\n"
    assert json.loads(run("history", "--json").out) == {"versions": []}


def test_a_damaged_version_does_not_hide_the_others(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "good\n")
    saved(stage, "bad\n", later=1)
    next((stage.state / "history").rglob("*.0002.*")).write_bytes(b"\0")
    ran = run("history")
    assert ran.code == PARTLY_FAILED
    assert [line.split()[-1] for line in ran.out.splitlines()] == ["unreadable", "-1"]
    assert "error: a saved version is damaged: " in ran.err
    bad, good = json.loads(run("history", "--json").out)["versions"]
    assert (bad["bytes"], bad["problem"]["error"]) == (None, "a saved version is damaged")
    assert (good["bytes"], good["problem"]) == (5, None)


# --- one version ---


def test_a_version_is_printed_to_the_byte(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    at = saved(stage, "mine\r\n\x1b[31m no newline")
    assert run("history", "2026-01-15", "--at", at).out == "mine\r\n\x1b[31m no newline"


def test_a_version_steers_no_terminal(stage: Stage) -> None:
    stage.openclaw.note(NAME, f"now\n{scenarios.HOSTILE}\n")
    saved(stage, f"then\r\n{scenarios.HOSTILE}\u2028")
    for arguments in (["--at", "latest"], ["--diff"], ["--at", "latest", "--json"], ["--diff", "--json"]):
        ran = run("history", "2026-01-15", *arguments, terminal=True)
        assert ran.code == 0
        assert not re.search("[\x1b\x07\x9b\u202e\u2028\r]", ran.out)


@pytest.mark.parametrize("at", ["2026-01-16T10:15:00.007+01:00", "2026-01-16T10:15:00", "2026-01-16 10:15:00"])
def test_a_version_is_named_by_its_instant_or_a_beginning_of_it(stage: Stage, at: str) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "first\n")
    saved(stage, "second\n", later=1)
    assert run("history", "2026-01-15", "--at", at).out == "first\n"
    assert run("history", "2026-01-15", "--at", "latest").out == "second\n"


def test_a_beginning_that_several_instants_have_names_none(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "first\n")
    saved(stage, "second\n", later=1)
    ran = run("history", "2026-01-15", "--at", "2026-01-16T10:15")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: which version?: 2026-01-16T10:15: 2 versions were saved at this time\n")


@pytest.mark.parametrize("arguments", [["--at", "2031"], ["--at", "latest", "--memory-dir", "elsewhere"]])
def test_a_version_that_there_is_not_is_an_error(stage: Stage, arguments: list[str]) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "mine\n")
    (stage.root / "elsewhere").mkdir()
    named = [str(stage.root / word) if word == "elsewhere" else word for word in arguments]
    ran = run("history", "2026-01-15", *named)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: no such version: ")
    assert "hint: memsyncd history lists" in ran.err


@pytest.mark.parametrize("option", [["--at", "latest"], ["--diff"]])
def test_one_version_is_one_of_a_day(stage: Stage, option: list[str]) -> None:
    ran = run("history", *option)
    assert (ran.code, ran.err.splitlines()[0]) == (2, "error: which day?")


def test_the_document_of_a_version_has_its_text(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "mine\n")
    found = json.loads(run("history", "2026-01-15", "--at", "latest", "--json").out)
    assert (found["text"], found["version"]["file"]) == ("mine\n", NAME)


# --- what changed since ---


def test_the_diff_goes_from_the_version_to_the_file_now(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\nthree\n")
    saved(stage, "one\ntwo\n")
    saved(stage, "one\n", later=1)
    latest = run("history", "2026-01-15", "--diff").out
    assert latest == "--- a/2026-01-15.md\n+++ b/2026-01-15.md\n@@ -1 +1,2 @@\n one\n+three\n"
    first = run("history", "2026-01-15", "--diff", "--at", "2026-01-16T10:15:00")
    assert first.out.endswith("@@ -1,2 +1,2 @@\n one\n-two\n+three\n")
    assert json.loads(run("history", "2026-01-15", "--diff", "--json").out)["diff"] == latest.rstrip("\n")


def test_a_diff_without_a_line_says_so(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\n")
    saved(stage, "one\n")
    ran = run("history", "2026-01-15", "--diff")
    assert (ran.out, ran.err) == ("", "no line is different\n")


def test_the_diff_of_a_file_that_is_gone_takes_all_away(stage: Stage) -> None:
    assert stage.openclaw.memory.exists()
    saved(stage, "one\n")
    ran = run("history", "2026-01-15", "--diff")
    assert ran.out == "--- a/2026-01-15.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"


# --- which folder ---


def test_a_memory_folder_is_enough(stage: Stage) -> None:
    notes = stage.root / "notes"
    notes.mkdir(parents=True)
    saved(stage, "mine\n", folder=notes)
    assert "2026-01-15.md  2026-01-16T09:15:00.007+00:00" in run("history", "--memory-dir", str(notes)).out
    without = run("history")
    assert (without.code, without.out) == (1, "")
    assert "hint: name it with --memory-dir" in without.err


def test_each_folder_is_named_where_there_are_several(stage: Stage) -> None:
    scenarios.two_days(stage)
    other = OpenClawHome(stage.root, agent="sam")
    other.configure({"agents": {"list": [{"id": "main", "default": True}, {"id": "sam"}]}})
    second = stage.root / ".openclaw" / "workspace-sam" / "memory"
    saved(stage, "mine\n")
    saved(stage, "theirs\n", folder=second)
    ran = run("history")
    assert len(ran.out.splitlines()) == 2
    assert [line[:2] for line in ran.err.splitlines()] == ["──", "──", "2 "]
    undone = run("undo", "2026-01-15")
    assert (undone.code, "hint: name the folder with --memory-dir" in undone.err) == (2, True)


def test_looking_needs_no_lock_and_reads_no_logs(stage: Stage) -> None:
    edited_and_published(stage)
    scenarios.at_work(stage)
    ran = run("history")
    assert (ran.code, ran.err.startswith("1 version;")) == (0, True)
