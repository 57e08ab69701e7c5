from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsyncd.config import MemoryConfig
from memsyncd.errors import FileError
from memsyncd.model import Source
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Target
from memsyncd.sync.targets import targets_of
from tests.builders import OpenClawHome, Transcript
from tests.hidden import hide
from tests.sync.rig import NOW


def source(name: str, memory_dir: Path, **more: Any) -> Source:
    fields: dict[str, Any] = {"kind": "openclaw", "agent": name, "path": Path("/logs") / name, **more}
    return Source(name=name, memory_dir=memory_dir, **fields)


def targets(*sources: Source, name: Any = "auto", zone: str | None = None) -> list[Target]:
    return targets_of(sources, MemoryConfig(name=name), zone=zone, system_zone="UTC")


def test_sources_of_one_folder_are_one_target(tmp_path: Path) -> None:
    a, b, c = (
        source("a", tmp_path / "m"),
        source("b", tmp_path / "other"),
        source("c", tmp_path / "x" / ".." / "m"),
    )
    assert [[one.name for one in target.sources] for target in targets(a, b, c)] == [["a", "c"], ["b"]]


def test_the_zone_is_the_users_then_the_agents_then_the_machines(tmp_path: Path) -> None:
    stated = source("a", tmp_path, timezone="Asia/Tokyo")
    assert targets(stated, zone="Europe/Berlin")[0].zone == "Europe/Berlin"
    assert targets(stated)[0].zone == "Asia/Tokyo"
    assert targets(source("a", tmp_path))[0].zone == "UTC"


@pytest.mark.parametrize(
    ("name", "distrusts", "sidecar"),
    [("auto", True, True), ("auto", False, False), ("daily", True, False), ("sidecar", False, True)],
)
def test_a_sidecar_is_chosen_where_the_agent_distrusts_edits(
    tmp_path: Path, name: str, distrusts: bool, sidecar: bool
) -> None:
    assert targets(source("a", tmp_path, sidecar=distrusts), name=name)[0].naming.sidecar is sidecar


def test_a_memory_folder_that_leads_out_of_the_workspace_is_not_written(tmp_path: Path) -> None:
    home = OpenClawHome(tmp_path)
    home.live(Transcript("s1").user("hi"))
    elsewhere = tmp_path / "elsewhere"
    home.memory.rename(elsewhere)
    home.memory.symlink_to(elsewhere)
    mine = source("a", home.memory, path=home.sessions, workspace=home.workspace)
    with Engine(tmp_path / "state", targets(mine), hide, now=lambda: NOW) as engine:
        (error,) = engine.catch_up().failures
    assert isinstance(error, FileError)
    assert "outside" in error.why
    assert "configuration" in error.hint
    assert list(elsewhere.iterdir()) == []
    named = source("a", elsewhere, path=home.sessions, workspace=home.workspace)
    with Engine(tmp_path / "state", targets(named), hide, now=lambda: NOW) as engine:
        assert engine.catch_up().failures == []
    assert [path.name for path in elsewhere.iterdir()] == ["2026-01-15.md"]
