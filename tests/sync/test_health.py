"""Health: what is looked at, what counts as a need, and that looking changes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.state import SecondLook
from memsyncd.config import Config, LogConfig
from memsyncd.sync.folder_health import FolderHealth
from memsyncd.sync.health import Health, health_of
from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase
from tests.sync.rig import NOW, Rig

DAY, BEFORE = "2026-01-15", "2026-01-14"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.home.live(Transcript("s1", f"{DAY}T10:00:00Z").user("please fix the build").assistant("done"))
    rig.home.live(Transcript("s2", f"{BEFORE}T10:00:00Z").user("buy oat milk").assistant("noted"))
    return rig


def look(rig: Rig, daemon: DaemonState | None = None, config: Config | None = None) -> Health:
    with rig.engine() as engine:
        return health_of(engine, engine.ingest(), daemon, config)


def folder(rig: Rig) -> FolderHealth:
    (found,) = look(rig).folders
    return found


def running(**told: object) -> DaemonState:
    return DaemonState(pid=1, version="1", started=NOW.isoformat(), **told)  # type: ignore[arg-type]


def days(items: tuple[object, ...]) -> list[str]:
    return [str(item.date) for item in items]  # type: ignore[attr-defined]


# --- days ---


def test_days_are_pending_until_they_are_written(rig: Rig) -> None:
    assert days(folder(rig).pending) == [BEFORE, DAY]
    rig.catch_up()
    assert (folder(rig).pending, folder(rig).published) == ((), 2)


def test_a_day_that_failed_is_told_with_its_error_and_is_not_pending_too(rig: Rig) -> None:
    (rig.home.memory / f"{DAY}.md").mkdir()
    rig.catch_up()
    found = folder(rig)
    (failed,) = found.failed
    assert (str(failed.date), failed.why, failed.since) == (DAY, "it is not a regular file", NOW.isoformat())
    assert failed.hint
    assert found.pending == ()
    assert look(rig).needs == ["1 damaged file"]  # the same file, as it stands now


def test_a_day_whose_file_was_mended_by_hand_counts_as_failed_until_it_is_tried_again(rig: Rig) -> None:
    blocked = rig.home.memory / f"{DAY}.md"
    blocked.symlink_to("elsewhere.md")
    rig.catch_up()
    assert look(rig).needs == ["1 damaged file"]
    blocked.unlink()
    assert look(rig).needs == ["1 failed day"]  # nobody has tried again
    rig.catch_up()
    assert look(rig).healthy


def test_a_failure_of_a_day_that_needs_no_write_any_more_is_not_told(rig: Rig) -> None:
    """The state file remembers it, but the plan has nothing to do."""
    rig.catch_up()
    path = rig.state_dir / "state.json"
    state = json.loads(path.read_bytes())
    state["failed"] = {str(rig.home.memory.resolve()): {DAY: {"what": "cannot write"}}}
    path.write_text(json.dumps(state))
    assert (folder(rig).failed, look(rig).healthy) == ((), True)


def test_damaged_markers_come_with_advice(rig: Rig) -> None:
    rig.catch_up()
    path = rig.home.memory / f"{DAY}.md"
    path.write_text(path.read_text().replace("<!-- memsyncd:begin -->\n", ""))
    (damaged,) = folder(rig).damaged
    assert "put the two memsyncd markers back" in damaged.hint


def test_a_folder_that_cannot_be_listed_is_a_need_and_its_days_fail_one_by_one(rig: Rig) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    rig.catch_up()
    rig.home.memory.chmod(0)
    try:
        report = rig.catch_up()
        needs = look(rig).needs
    finally:
        rig.home.memory.chmod(0o755)
    assert [day.action for day in report.days] == ["failed", "failed"]
    assert needs == ["2 failed days", "1 closed memory folder"]


# --- what else there is ---


def test_sizes_count_what_memsyncd_keeps(rig: Rig) -> None:
    rig.catch_up()
    sizes = look(rig).sizes
    assert (sizes.days, sizes.store.turns, sizes.bases.files, sizes.history.files) == (2, 4, 2, 0)
    assert sizes.state.bytes > sizes.bases.bytes > 0


def test_writes_are_told_since_when(rig: Rig) -> None:
    rig.catch_up()
    rig.catch_up(again=True)
    writes = look(rig).writes
    assert (writes.since, writes.made, writes.avoided) == (NOW.isoformat(), 2, 2)


def test_an_old_error_is_told_and_needs_nobody(rig: Rig) -> None:
    blocked = rig.home.memory / f"{DAY}.md"
    blocked.mkdir()
    rig.catch_up()
    blocked.rmdir()
    rig.catch_up()
    health = look(rig)
    assert health.healthy
    assert health.last_error is not None
    assert health.last_error.over


def test_looking_changes_neither_memory_nor_state(rig: Rig) -> None:
    rig.catch_up()
    watched = [*rig.home.memory.iterdir(), rig.state_dir / "state.json"]
    before = [(path, path.stat().st_mtime_ns) for path in watched]
    look(rig, running())
    assert [(path, path.stat().st_mtime_ns) for path in watched] == before


# --- needs ---


def test_what_the_daemon_tells_is_a_need_each(rig: Rig) -> None:
    rig.catch_up()
    told = running(
        problems=("inotify: raise the limit",),
        config_problem="no such key",
        failures={"/memory": "paused", "cannot write to the store": "disk full"},
        paused={"/memory": "paused"},
    )
    assert look(rig, told).needs == [
        "1 paused folder",
        "1 daemon failure",
        "1 watching problem",
        "1 refused configuration",
    ]


def test_a_day_that_failed_is_not_told_again_as_the_daemon_s(rig: Rig) -> None:
    (rig.home.memory / f"{DAY}.md").symlink_to("elsewhere.md")
    rig.catch_up()
    (rig.home.memory / f"{DAY}.md").unlink()
    assert look(rig, running(failures={DAY: "refusing to touch"})).needs == ["1 failed day"]


def test_a_second_detector_that_failed_is_a_need(rig: Rig) -> None:
    with rig.engine() as engine:
        engine.state.second_detector = SecondLook(status="failed", why="it did not start")
        assert health_of(engine, engine.ingest()).needs == ["1 failed second detector"]


def test_a_metrics_file_that_cannot_be_written_is_a_need(rig: Rig, tmp_path: Path) -> None:
    config = Config(log=LogConfig(metrics_file=tmp_path / "no" / "memsyncd.prom"))
    rig.catch_up()
    health = look(rig, config=config)
    assert health.needs == ["1 unwritten metrics file"]
    assert health.metrics is not None
    assert health.metrics.written is None


def test_the_daemon_s_own_word_on_the_metrics_file_counts_too(rig: Rig, tmp_path: Path) -> None:
    """A service may be kept from writing where this user may."""
    rig.catch_up()
    config = Config(log=LogConfig(metrics_file=tmp_path / "memsyncd.prom"))
    assert look(rig, running(), config).healthy
    assert look(rig, running(metrics_problem="read-only"), config).needs == ["1 unwritten metrics file"]


def test_an_empty_source_is_a_need_whether_or_not_a_daemon_runs(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    with rig.engine() as engine:
        assert health_of(engine, (), running()).needs == ["1 empty source"]


def test_a_move_to_the_database_that_has_stopped_is_noted(tmp_path: Path) -> None:
    database = tmp_path / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
    rig = Rig(tmp_path, database=database)
    transcript = Transcript("s1", f"{DAY}T10:00:00Z").user("please fix the build").assistant("done")
    rig.home.live(transcript)
    with OpenClawDatabase(database) as openclaw:
        assert ["finishes the move" in note for note in look(rig).notes] == [True]
        openclaw.put(transcript)
    assert look(rig).notes == ()
