"""``memsyncd --catch-up`` where a transcript cannot show it: other processes, several agents, odd places."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from memsyncd.errors import PARTLY_FAILED
from tests.builders import OpenClawHome, Transcript
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run

HOLD = """
import sys
from pathlib import Path
from memsyncd.adapters.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_process_that_holds_the_lock_is_named(stage: Stage) -> None:
    scenarios.two_days(stage)
    arguments = [sys.executable, "-c", HOLD, str(stage.state / "lock")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        ran = run("--catch-up", "--json")
        other.communicate()
    assert (ran.code, json.loads(ran.out)["exit_code"]) == (4, 4)
    assert f"process {other.pid} holds the lock" in ran.err
    assert run("--catch-up").code == 0


def test_it_works_as_a_process_of_its_own(stage: Stage) -> None:
    scenarios.two_days(stage)
    ended = subprocess.run(
        [sys.executable, "-m", "memsyncd", "--catch-up"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout.count(" new ")) == (0, 2)
    assert ended.stderr.startswith("2 logs, 6 new messages · 2 days written")
    assert sorted(path.name for path in stage.memory.iterdir()) == ["2026-01-14.md", "2026-01-15.md"]


def test_what_went_wrong_with_a_source_makes_the_exit_code_3(stage: Stage) -> None:
    scenarios.two_days(stage)
    (stage.openclaw.sessions / "sessions.json").write_text("{")
    ran = run("catch-up")
    assert ran.code == PARTLY_FAILED
    assert "error: cannot use the session index: " in ran.err
    assert "2 days written" in ran.err
    for command in (["plan"], ["backfill", "--all", "--dry-run"]):
        assert run(*command).code == PARTLY_FAILED


def test_a_note_on_a_source_is_in_the_document_too(stage: Stage) -> None:
    scenarios.two_days(stage)
    stage.openclaw.configure(
        {"agents": {"defaults": {"workspace": str(stage.memory.parent), "userTimezone": "Mars/X"}}}
    )
    (note,) = json.loads(run("catch-up", "--json").out)["notes"]
    assert "userTimezone = Mars/X is not the name of a time zone" in note
    assert f"warning: {note}\n" in run("catch-up").err


def test_several_agents_of_one_workspace_share_its_files(stage: Stage) -> None:
    scenarios.two_days(stage)
    other = OpenClawHome(stage.root, agent="sam")
    workspace = str(stage.openclaw.workspace)
    roster = [{"id": "main", "default": True}, {"id": "sam", "workspace": workspace}]
    other.configure({"agents": {"defaults": {"workspace": workspace}, "list": roster}})
    other.live(
        Transcript("0e0e0000-0000-4000-8000-00000000000e", "2026-01-15T11:00:00Z").user("Sam, book a room.")
    )
    assert run("catch-up").err.startswith("3 logs, 7 new messages · 2 days written")
    text = (stage.memory / "2026-01-15.md").read_text("utf-8")
    assert "from 5 session messages" in text
    assert "book a room" in text


def test_state_and_store_lie_where_the_configuration_says(stage: Stage) -> None:
    scenarios.two_days(stage)
    (stage.root / "c.toml").write_text('state_dir = "own/state"\n[store]\npath = "$HOME/turns.db"\n')
    assert run("catch-up", "--config", str(stage.root / "c.toml")).code == 0
    assert (stage.root / "own/state/state.json").exists()
    assert (stage.root / "turns.db").exists()
    assert not stage.state.exists()


@pytest.mark.parametrize("name", ["state.json", "store.sqlite", "lock"])
def test_only_the_owner_can_read_what_memsyncd_keeps(stage: Stage, name: str) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    assert (stage.state / name).stat().st_mode & 0o777 == 0o600
    assert stage.state.stat().st_mode & 0o777 == 0o700
