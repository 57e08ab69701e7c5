from __future__ import annotations

import contextlib
import json
import sqlite3

from memsyncd.errors import PROBLEMS_FOUND
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run


def test_a_fresh_start_says_what_is_to_be_written(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = run("status")
    assert ran.code == 0
    assert "last run: never" in ran.out
    assert "0 days published, 2 to write" in ran.out


def test_after_a_run_all_is_well(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "all well")
    assert "2 days published, the newest 2026-01-15, 0 to write" in ran.out


def test_a_section_pinned_by_an_edit_is_named_until_the_conflict_is_gone(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    path = stage.memory / "2026-01-15.md"
    count = "messages*"
    path.write_text(path.read_text().replace(f"session {count}", f"session {count[:-1]}, says Mira*"))
    transcript = next(stage.openclaw.sessions.glob("*.jsonl"))
    last = json.loads(transcript.read_text().splitlines()[-1])
    last["message"] = {**last["message"], "role": "user", "content": "one more", "timestamp": 1_768_489_200_000}
    with transcript.open("a") as file:
        file.write(json.dumps(last) + "\n")
    run("catch-up")
    for _ in range(2):
        assert "pinned   2026-01-15  your lines stay in top" in run("status").out
        run("catch-up")
    (folder,) = json.loads(run("status", "--json").out)["folders"]
    assert [pin["date"] for pin in folder["pinned"]] == ["2026-01-15"]


def test_damaged_markers_need_a_person(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    path = stage.memory / "2026-01-15.md"
    path.write_text(path.read_text().replace("<!-- memsyncd:begin -->\n", ""))
    ran = run("status")
    assert ran.code == PROBLEMS_FOUND
    assert "damaged  2026-01-15  2026-01-15.md: the begin marker is missing" in ran.out
    assert "all well" not in ran.out


def test_foreign_files_are_listed_and_are_no_problem(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    (stage.memory / "2025-12-24.md").write_text("tree\n")
    ran = run("status")
    assert ran.code == 0
    assert "foreign  2025-12-24  2025-12-24.md: no block of memsyncd" in ran.out


def test_a_broken_source_is_not_well(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    (stage.openclaw.sessions / "sessions.json").write_text("{")
    ran = run("status")
    assert ran.code == PROBLEMS_FOUND
    assert "error: cannot use the session index" in ran.err


def test_what_is_seen_and_not_read_is_not_all_well(stage: Stage) -> None:
    """A database beside old session files: what is said today is not in memory."""
    scenarios.two_days(stage)
    run("catch-up")
    store = stage.openclaw.sessions.with_name("agent") / "openclaw-agent.sqlite"
    store.parent.mkdir()
    with contextlib.closing(sqlite3.connect(store)) as db:
        db.execute("CREATE TABLE transcript_events (session_id TEXT, seq INTEGER)")
        db.commit()
    ran = run("status")
    assert "warning: " in ran.err
    assert (ran.code, ran.out.splitlines()[-1]) == (PROBLEMS_FOUND, "something needs you: see above")
    assert json.loads(run("compare", "--json").out)["notes"]


def test_an_empty_folder_of_logs_is_not_all_well(stage: Stage) -> None:
    assert stage.openclaw.sessions.is_dir()
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[-1]) == (PROBLEMS_FOUND, "something needs you: see above")


def test_days_that_know_more_than_the_logs_are_named(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    for path in [*stage.state.glob("store.sqlite*"), *stage.openclaw.sessions.glob("*.jsonl*")]:
        path.unlink()
    assert "kept     2026-01-15  its logs are gone" in run("status").out
