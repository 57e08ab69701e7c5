from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import Any

import pytest

from memsyncd.adapters.daemon_file import DaemonState, write_daemon_state
from memsyncd.errors import PROBLEMS_FOUND
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run


def document(*, code: int = 0) -> dict[str, Any]:
    ran = run("status", "--json")
    assert ran.code == code
    found: dict[str, Any] = json.loads(ran.out)
    return found


def needs(out: str) -> list[str]:
    """What stands between the verdict and the first empty line."""
    return out.partition("\n\n")[0].splitlines()[1:]


def test_a_fresh_start_says_what_is_to_be_written(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "all well: nothing written yet, 2 days to write")
    assert "last run never (memsyncd catch-up)" in ran.out
    assert "0 days published, 2 to write" in ran.out


def test_after_a_run_all_is_well(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "all well: written up to 2026-01-15")
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


def test_what_is_seen_and_cannot_be_read_is_not_all_well(stage: Stage) -> None:
    """A database beside old session files: what is said today is not in memory."""
    scenarios.two_days(stage)
    run("catch-up")
    database = stage.openclaw.sessions.with_name("agent") / "openclaw-agent.sqlite"
    database.parent.mkdir()
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE transcript_events (session_id TEXT, seq INTEGER)")
        db.commit()
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[0]) == (PROBLEMS_FOUND, "something needs you: 1 problem")
    assert "(database)" in ran.out
    assert "openclaw-agent.sqlite" in ran.err


def test_an_empty_folder_of_logs_is_not_all_well(stage: Stage) -> None:
    assert stage.openclaw.sessions.is_dir()
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[0]) == (PROBLEMS_FOUND, "something needs you: 1 empty source")


def test_days_that_know_more_than_the_logs_are_named(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    for path in [*stage.state.glob("store.sqlite*"), *stage.openclaw.sessions.glob("*.jsonl*")]:
        path.unlink()
    assert "kept     2026-01-15  its logs are gone" in run("status").out


# --- how far memory reaches ---


def test_nothing_is_behind_after_a_run(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    assert "newest message 2026-01-15 10:03, published up to 10:03 (nothing behind)" in run("status").out
    (source,) = document()["sources"]
    assert (source["behind_seconds"], source["era"]) == (0, "session files")
    assert source["newest_message"] == source["published_until"]


def test_what_waits_is_told_by_time(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    stage.openclaw.live(scenarios.thursday().user("One more.", at="2026-01-15T09:20:00Z"))
    assert "newest message 2026-01-15 10:20, published up to 10:03 (17 min behind)" in run("status").out


def test_nothing_published_is_said(stage: Stage) -> None:
    scenarios.two_days(stage)
    assert "newest message 2026-01-15 10:03, none published yet" in run("status").out


def test_version_and_era_are_named(stage: Stage) -> None:
    scenarios.newer_openclaw(stage)
    scenarios.two_days(stage)
    assert "2 logs in ~/.openclaw/agents/main/sessions (OpenClaw 2026.7.35, session files)" in run("status").out


# --- what failed ---


def test_a_failed_day_is_told_with_what_to_do_long_after_the_run(stage: Stage) -> None:
    scenarios.two_days(stage)
    (stage.memory / "2026-01-15.md").symlink_to("elsewhere.md")
    run("catch-up")
    (stage.memory / "2026-01-15.md").unlink()
    ran = run("status")
    assert (ran.code, ran.out.splitlines()[0]) == (PROBLEMS_FOUND, "something needs you: 1 failed day")
    failed, advice = needs(ran.out)
    where = "~/.openclaw/workspace/memory/2026-01-15.md"
    assert failed.startswith(f"  failed   2026-01-15  refusing to touch: {where}: it is a symlink, since 20")
    assert advice == "           put a plain file in its place"
    (told,) = document(code=PROBLEMS_FOUND)["folders"][0]["failed"]
    assert (told["date"], told["hint"]) == ("2026-01-15", "put a plain file in its place")


def test_days_with_the_same_error_share_a_line_and_its_advice(stage: Stage) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    scenarios.two_days(stage)
    stage.memory.chmod(0o555)
    try:
        run("catch-up")
    finally:
        stage.memory.chmod(0o755)
    failed, _ = needs(run("status").out)
    start = (
        "failed   2026-01-14 to 2026-01-15, 2 days  cannot write: ~/.openclaw/workspace/memory: Permission denied"
    )
    assert failed.strip().startswith(start)


def test_a_damaged_file_comes_with_advice_and_is_not_told_twice(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    scenarios.end_marker_lost(stage)
    run("catch-up")
    damaged, advice = needs(run("status").out)
    assert damaged.startswith("  damaged  2026-01-15  2026-01-15.md: ")
    assert advice.strip().startswith("put the two memsyncd markers back")
    assert "last error" not in run("status").out


def test_an_error_that_is_over_is_told_without_advice(stage: Stage) -> None:
    scenarios.two_days(stage)
    (stage.memory / "2026-01-15.md").mkdir()
    run("catch-up")
    (stage.memory / "2026-01-15.md").rmdir()
    run("catch-up")
    ran = run("status")
    assert ran.code == 0
    assert "it is not a regular file; all has gone well since" in ran.out
    assert "put a plain file" not in ran.out
    assert document()["last_error"]["over"] is True


# --- counts and sizes ---


def test_writes_made_and_avoided_are_told(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    run("backfill", "--all")
    assert "2 files written, 2 writes avoided since 20" in run("status").out
    assert {"made": 2, "avoided": 2}.items() <= document()["writes"].items()


def test_sizes_are_told(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    out = run("status").out
    assert ": 7 turns, 1 tool call, 2 days" in out
    assert "; all in ~/.local/state/memsyncd" in out
    sizes = document()["sizes"]
    assert sizes["store"]["bytes"] == sum(path.stat().st_size for path in stage.state.glob("store.sqlite"))
    assert sizes["bases"]["files"] == 2


# --- a daemon that died ---


def test_the_word_of_a_daemon_that_died_is_not_believed_whoever_holds_the_lock(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    write_daemon_state(
        stage.state / "daemon.json", DaemonState(pid=999_999_999, version="1", started="2026-01-15")
    )
    for happens in (lambda: None, lambda: scenarios.at_work(stage)):
        happens()
        ran = run("status")
        assert "process 999999999, was killed or crashed" in ran.err
        assert (ran.code, "daemon   not running" in ran.out) == (PROBLEMS_FOUND, True)


def test_a_daemon_that_has_just_started_says_so(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    scenarios.at_work(stage)
    told = DaemonState(pid=os.getpid(), version="1", started="2026-01-15T10:00:00+00:00", mode="starting")
    write_daemon_state(stage.state / "daemon.json", told)
    ran = run("status")
    assert "starting: it reads what is new before it watches" in ran.out
    assert (ran.code, ran.err) == (0, "the daemon is at work; this shows what it has read so far\n")


# --- what a running daemon tells ---


def test_what_hinders_the_daemon_is_told_once_each(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    scenarios.at_work(stage)
    why = "paused: No space left on device: free some space; memsyncd goes on by itself"
    told = DaemonState(
        pid=os.getpid(),
        version="1",
        started="2026-01-15T10:00:00+00:00",
        mode="events",
        watched=1,
        written=3,
        avoided=2,
        problems=("inotify: too few watches",),
        failures={str(stage.memory): why, "cannot write to the store": "cannot write to the store: disk full"},
        paused={str(stage.memory): why},
        config_problem="colour: no such key",
    )
    write_daemon_state(stage.state / "daemon.json", told)
    ran = run("status")
    assert [line.strip() for line in needs(ran.out)] == [
        "daemon   inotify: too few watches",
        f"daemon   ~/.openclaw/workspace/memory: {why}",
        "daemon   the configuration in force is the one before: colour: no such key",
        "daemon   cannot write to the store: disk full",
    ]
    assert "3 files written, 2 left as they stood" in ran.out
    assert ran.code == PROBLEMS_FOUND
