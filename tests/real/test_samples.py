"""Real logs, made by running OpenClaw, through the command line; skipped where the samples are not at hand.

What must be found in them stands in the samples' own README.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.cli.transcripts import Stage, run

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FILES, MIGRATED, NEW = "openclaw-2026.7.35", "openclaw-2026.9.6-migrated", "openclaw-2026.9.6-new"
SESSION = "8b476afa-8abb-4373-b56a-638689a92546"
DAY = "2026-11-21"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"there are no samples in {SAMPLES}"),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(tmp_path / "home", stack)


def copied(name: str, stage: Stage) -> Path:
    """A copy of a sample's state folder below the home folder."""
    return Path(shutil.copytree(SAMPLES / name / "state", stage.root / name / "state"))


@pytest.fixture
def state(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample of the file era, as the state folder that the environment names."""
    copy = copied(FILES, stage)
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(copy))
    return copy


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def document(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").out)


# --- the file era ---


def test_the_messages_of_the_one_day_are_found(state: Path) -> None:
    ran = run("--catch-up")
    assert ran.code == 0
    assert [path.name for path in (state / "workspace/memory").iterdir()] == [f"{DAY}.md"]
    text = (state / f"workspace/memory/{DAY}.md").read_text("utf-8")
    assert text.startswith(
        "# 2026-11-21 (Saturday)\n\n<!-- memsyncd:begin -->\n*Auto-generated from 7 session messages*\n"
    )
    assert "Messages: 3 user, 4 assistant; 1 step" in text
    assert "RUNTOOL please" in text


def test_every_turn_is_as_the_log_has_it(state: Path) -> None:
    turns = document("extract")
    assert [(turn["role"], turn["text"]) for turn in turns] == [
        ("user", "Hello first"),
        ("assistant", "Mock reply number 6."),
        ("user", "RUNTOOL please"),
        ("assistant", "Mock reply number 8."),
        ("assistant", "Mock reply number 9."),
        ("user", "after new"),
        ("assistant", "Mock reply number 10."),
    ]
    assert {turn["session"] for turn in turns} == {SESSION}
    assert turns[0]["at"] == "2026-11-21T12:43:05.319+00:00"
    assert {(turn["provider"], turn["model"]) for turn in turns[1::2]} >= {("mock", "test")}


def test_every_line_is_understood_and_the_trajectory_is_not_opened(state: Path) -> None:
    (state / "agents/main/sessions" / f"{SESSION}.trajectory.jsonl").write_text("never read\n")
    (source,) = document("catch-up")["sources"]
    assert (source["files"], source["lines"], source["malformed"], source["unknown"]) == (1, 18, 0, 0)
    assert source["not_read"] == {"index": 1, "trajectory": 1}


def test_numbers_are_those_of_the_log(state: Path) -> None:
    (folder,) = document("stats")["folders"]
    assert (folder["messages"], folder["days"], folder["first_day"]) == (7, 1, DAY)
    (model,) = folder["models"]
    assert (model["provider"], model["model"], model["answers"]) == ("mock", "test", 5)


def test_the_day_is_that_of_the_zone(state: Path, stage: Stage) -> None:
    (stage.root / "c.toml").write_text('timezone = "Pacific/Kiritimati"\n')
    assert run("--catch-up", "--config", str(stage.root / "c.toml")).code == 0
    assert [path.name for path in (state / "workspace/memory").iterdir()] == ["2026-11-22.md"]


def test_the_logs_are_only_read(state: Path) -> None:
    before = hashes(SAMPLES / FILES / "state")
    for command in (["--catch-up"], ["compare"], ["stats"], ["extract"], ["backfill", "--all"]):
        assert run(*command).code == 0
    assert hashes(state / "agents") == {name.removeprefix("agents/"): mark for name, mark in before.items()}
    assert sorted(path.name for path in state.iterdir()) == ["agents", "workspace"]
    assert hashes(SAMPLES / FILES / "state") == before


def test_a_second_run_changes_nothing(state: Path) -> None:
    run("--catch-up")
    before = hashes(state)
    assert document("--catch-up")["days"] == []
    assert hashes(state) == before


@pytest.mark.parametrize("below", [".", "agents/main", "agents/main/sessions"])
def test_the_folder_named_may_be_state_agent_or_sessions(stage: Stage, below: str) -> None:
    copy = copied(FILES, stage)
    (stage.root / "memory").mkdir()
    ran = run("--catch-up", "--sessions-dir", str(copy / below), "--memory-dir", str(stage.root / "memory"))
    assert ran.code == 0
    assert "Auto-generated from 7 session messages" in (stage.root / f"memory/{DAY}.md").read_text("utf-8")
    assert not (copy / "workspace").exists()


def test_discovery_tells_what_it_found_and_guesses_no_version(state: Path) -> None:
    (target,) = document("init", "--dry-run")["targets"]
    (source,) = target["sources"]
    assert (source["name"], source["agent"], source["origin"]) == ("openclaw/main", "main", "discovered")
    assert source["path"] == str(state / "agents/main/sessions")
    assert target["folder"] == str(state / "workspace/memory")
    assert (target["zone"], source["version"], source["sidecar"]) == ("UTC", None, False)


def test_with_the_configuration_of_that_version_the_day_gets_a_sidecar(state: Path) -> None:
    config = {
        "meta": {"lastTouchedVersion": "2026.7.35"},
        "agents": {"defaults": {"userTimezone": "America/New_York"}},
    }
    (state / "openclaw.json").write_text(json.dumps(config))
    (target,) = document("init", "--dry-run")["targets"]
    assert (target["zone"], target["sources"][0]["version"]) == ("America/New_York", "2026.7.35")
    assert run("--catch-up").code == 0
    assert [path.name for path in (state / "workspace/memory").iterdir()] == [f"{DAY}-memsyncd.md"]


# --- the database era ---


def published(name: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The memory files that a sample gives, each with its bytes; in all of these versions a sidecar."""
    copy = copied(name, stage)
    if name == FILES:  # a database tells its version itself
        (copy / "openclaw.json").write_text('{"meta": {"lastTouchedVersion": "2026.7.35"}}')
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(copy))
    monkeypatch.setenv("MEMSYNCD_STATE_DIR", str(stage.root / name / "own"))
    assert run("--catch-up").code == 0
    return {path.name: path.read_bytes() for path in (copy / "workspace/memory").iterdir()}


def test_the_migrated_sample_gives_the_bytes_of_the_files(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = published(FILES, stage, monkeypatch), published(MIGRATED, stage, monkeypatch)
    assert list(before) == [f"{DAY}-memsyncd.md"]
    assert before == after


def test_the_sample_that_never_had_files_is_read_whole(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = published(NEW, stage, monkeypatch)
    text = memory.pop(f"{DAY}-memsyncd.md").decode()
    assert "*Auto-generated from 9 session messages*" in text
    assert "Messages: 4 user, 5 assistant" in text
    assert memory == {}


def test_every_message_of_the_database_is_as_its_row_has_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(copied(NEW, stage)))
    said = [turn for turn in document("extract") if turn["role"] == "user"]
    assert [turn["text"].split(".")[0] for turn in said] == [
        "Hello, first test message",
        "RUNTOOL please",
        "Please remember this",
        "After reset message",
    ]
    assert len(said[2]["text"]) > 3000  # this row is packed
    assert said[0]["at"] == "2026-11-21T12:40:54.061+00:00"


@pytest.mark.parametrize(("name", "rows"), [(MIGRATED, 18), (NEW, 19)])
def test_every_row_is_understood(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, rows: int) -> None:
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(copied(name, stage)))
    (source,) = document("catch-up")["sources"]
    assert (source["files"], source["lines"], source["malformed"], source["unknown"]) == (1, rows, 0, 0)
    assert source["problems"] == []


@pytest.mark.parametrize("name", [MIGRATED, NEW])
def test_the_database_is_only_read(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    copy = copied(name, stage)
    monkeypatch.setenv("OPENCLAW_STATE_DIR", str(copy))
    before = hashes(copy / "agents")
    for command in (["--catch-up"], ["plan"], ["compare"], ["stats"], ["extract"], ["show", DAY]):
        assert run(*command).code == 0
    assert hashes(copy / "agents") == before


@pytest.mark.parametrize("name", [MIGRATED, NEW])
def test_a_second_run_on_a_database_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    published(name, stage, monkeypatch)
    before = hashes(stage.root / name / "state")
    assert document("--catch-up")["days"] == []
    assert hashes(stage.root / name / "state") == before


def test_files_beside_the_database_that_took_them_over_add_nothing(state: Path) -> None:
    run("--catch-up")
    before = hashes(state / "workspace/memory")
    shutil.copytree(SAMPLES / MIGRATED / "state/agents/main/agent", state / "agents/main/agent")
    found = document("--catch-up")
    assert (found["days"], found["sources"][0]["added"]) == ([], 0)
    assert found["sources"][0]["known"] > 0
    assert hashes(state / "workspace/memory") == before
