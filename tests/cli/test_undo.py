"""``memsyncd undo``, from a person's edit to the runs after it came back."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli import scenarios
from tests.cli.test_history import NAME, edited_and_published, saved
from tests.cli.transcripts import Stage, run


def text_of(stage: Stage) -> str:
    return (stage.memory / NAME).read_bytes().decode()


def test_the_newest_version_comes_back_and_what_was_there_is_saved(stage: Stage) -> None:
    edited = edited_and_published(stage)
    published = text_of(stage)
    ran = run("undo", "2026-01-15")
    assert ran.code == 0
    row = r"2026-01-15  restored  \S+T\S+\+01:00  ~/\.openclaw/workspace/memory/2026-01-15\.md  \+\d -\d\n"
    assert re.fullmatch(row, ran.out)
    assert ran.err == "what was there is saved; memsyncd undo 2026-01-15 brings it back\n"
    assert text_of(stage) == edited
    assert run("history", "2026-01-15", "--at", "latest").out == published


def test_undo_undoes_itself_again_and_again(stage: Stage) -> None:
    edited = edited_and_published(stage)
    published = text_of(stage)
    for expected in (edited, published, edited, published):
        assert run("undo", "2026-01-15").code == 0
        assert text_of(stage) == expected


def test_after_it_catch_up_writes_nothing_until_there_is_a_new_message(stage: Stage) -> None:
    edited = edited_and_published(stage)
    run("undo", "2026-01-15")
    again = run("catch-up")
    assert (again.code, again.out) == (0, "")
    assert run("plan", "--json").out.count('"write"') == 0
    assert text_of(stage) == edited
    path = stage.openclaw.path(scenarios.thursday())
    talk = scenarios.thursday().user("One more: archive the old folder.").user("And lock it.")
    path.write_bytes(talk.data)
    assert "2026-01-15  updated" in run("catch-up").out
    text = text_of(stage)
    assert "And lock it." in text
    assert text.endswith("\n## My Notes\ncall Ada\n")
    assert "\n- I call the tax office on Monday.\n" in text


def test_a_dry_run_shows_the_diff_and_writes_nothing(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\nthree\n")
    saved(stage, "one\ntwo\n")
    ran = run("undo", "2026-01-15", "--dry-run")
    assert ran.out == "--- a/2026-01-15.md\n+++ b/2026-01-15.md\n@@ -1,2 +1,2 @@\n one\n-three\n+two\n"
    assert (ran.code, ran.err) == (0, "nothing was written\n")
    assert text_of(stage) == "one\nthree\n"
    assert run("history").err.startswith("1 version;")
    assert not (stage.state / "lock").exists()


def test_it_is_a_document_with_json(stage: Stage) -> None:
    stage.openclaw.note(NAME, "one\nthree\n")
    at = saved(stage, "one\ntwo\n")
    for arguments, written in ((["--dry-run"], False), ([], True)):
        found = json.loads(run("undo", "2026-01-15", "--json", *arguments).out)
        assert (found["version"]["at"], found["written"], found["notes"]) == (at, written, [])
        assert found["diff"].endswith("\n-three\n+two")
    assert text_of(stage) == "one\ntwo\n"


def test_any_version_can_be_chosen(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    first, _ = saved(stage, "first\r\n"), saved(stage, "second\n", later=1)
    assert run("undo", "2026-01-15", "--at", first[:19]).code == 0
    assert text_of(stage) == "first\r\n"


def test_the_newest_is_the_newest_that_would_change_something(stage: Stage) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "before\n")
    saved(stage, "now\n", later=1)
    assert run("undo", "2026-01-15").code == 0
    assert text_of(stage) == "before\n"


def test_of_a_daily_file_and_a_sidecar_the_one_saved_last_comes_back(stage: Stage) -> None:
    sidecar = "2026-01-15-memsyncd.md"
    stage.openclaw.note(NAME, "daily\n")
    stage.openclaw.note(sidecar, "sidecar\n")
    saved(stage, "a daily file\n")
    saved(stage, "a sidecar\n", later=1, name=sidecar)
    assert run("undo", "2026-01-15").code == 0
    assert (stage.memory / sidecar).read_text() == "a sidecar\n"
    assert text_of(stage) == "daily\n"


def test_a_memory_folder_is_enough(stage: Stage) -> None:
    notes = stage.root / "notes"
    notes.mkdir(parents=True)
    saved(stage, "mine\n", folder=notes)
    ran = run("undo", "2026-01-15", "--memory-dir", str(notes))
    assert (ran.code, (notes / NAME).read_text()) == (0, "mine\n")


# --- what keeps it from its work ---


def test_without_a_version_there_is_nothing_to_undo(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    ran = run("undo", "2026-01-15")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: nothing to undo: 2026-01-15: no version of this day is saved\n")


@pytest.mark.parametrize("arguments", [[], ["--at", "latest"], ["--at", "2026-01-16"], ["--dry-run"]])
def test_a_version_that_is_in_place_is_nothing_to_undo(stage: Stage, arguments: list[str]) -> None:
    stage.openclaw.note(NAME, "now\n")
    at = saved(stage, "now\n")
    ran = run("undo", "2026-01-15", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: nothing to undo: {at}: the file is as this version has it\n")


@pytest.mark.parametrize(("at", "code"), [("2031", 1), ("2026-01-16T10:15", 2)])
def test_a_version_must_be_named_well(stage: Stage, at: str, code: int) -> None:
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "first\n")
    saved(stage, "second\n", later=1)
    assert run("undo", "2026-01-15", "--at", at).code == code
    assert text_of(stage) == "now\n"


def test_while_another_memsyncd_is_at_work_nothing_comes_back(stage: Stage) -> None:
    edited_and_published(stage)
    before = text_of(stage)
    scenarios.at_work(stage)
    ran = run("undo", "2026-01-15", "--json")
    assert (ran.code, json.loads(ran.out)["exit_code"]) == (4, 4)
    assert run("undo", "2026-01-15", "--dry-run").code == 0
    assert text_of(stage) == before


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_what_is_no_plain_file_is_refused(stage: Stage, kind: str) -> None:
    saved(stage, "mine\n", folder=stage.openclaw.memory)
    path = stage.memory / NAME
    if kind == "symlink":
        (stage.root / "elsewhere.md").write_text("elsewhere\n")
        path.symlink_to(stage.root / "elsewhere.md")
    else:
        path.mkdir()
    ran = run("undo", "2026-01-15")
    assert (ran.code, "error: refusing to touch" in ran.err) == (1, True)


# --- --keep-all ---


@pytest.mark.parametrize(
    ("arguments", "config"),
    [
        (["catch-up", "--keep-all"], ""),
        (["backfill", "2026-01-15", "--keep-all"], ""),
        (["catch-up"], "[history]\nkeep_all = true\n"),
        (["--catch-up"], "[history]\nkeep_all = true\n"),
    ],
)
def test_our_own_rewrites_are_saved_on_request(stage: Stage, arguments: list[str], config: str) -> None:
    scenarios.two_days(stage)
    (stage.root / "c.toml").write_text(config)
    run("catch-up")
    before = text_of(stage)
    scenarios.one_more_message(stage)
    assert run(*arguments, "--config", str(stage.root / "c.toml")).code == 0
    assert run("undo", "2026-01-15").code == 0
    assert text_of(stage) == before


def test_the_configuration_says_how_many_versions_stay(stage: Stage) -> None:
    (stage.root / "c.toml").parent.mkdir(exist_ok=True)
    (stage.root / "c.toml").write_text("[history]\nversions = 1\n")
    stage.openclaw.note(NAME, "now\n")
    saved(stage, "first\n")
    saved(stage, "second\n", later=1)
    scenarios.two_days(stage)
    assert run("catch-up", "--config", str(stage.root / "c.toml")).code == 0
    assert run("history", "2026-01-15", "--at", "latest").out == "now\n"
    assert run("history").err.startswith("1 version;")
