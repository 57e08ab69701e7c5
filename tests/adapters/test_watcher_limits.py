"""How far the limits of inotify are used up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from memsyncd.adapters.watcher_limits import Inotify, inotify, raising
from memsyncd.adapters.watcher_observer import Observation

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")


def test_what_is_left_is_never_negative() -> None:
    assert (Inotify(limit=10, used=4).left, Inotify(limit=10, used=12).left) == (6, 0)


@pytest.mark.parametrize(
    ("limit", "enough"), [(None, 524_288), (8_192, 524_288), (262_144, 524_288), (400_000, 800_000)]
)
def test_a_limit_is_raised_to_what_desktops_have_or_to_its_double(limit: int | None, enough: int) -> None:
    name = "fs.inotify.max_user_watches"
    assert raising("watches", limit) == (f"sudo sysctl {name}={enough}", f"{name} = {enough}")
    assert raising("instances", 128)[0] == "sudo sysctl fs.inotify.max_user_instances=1024"


@linux
def test_a_watcher_and_its_folder_are_counted(tmp_path: Path) -> None:
    before = inotify(os.getuid(), only_this_process(tmp_path))
    observation = Observation()
    observation.listen(str(tmp_path), lambda _: None)
    after = inotify(os.getuid(), only_this_process(tmp_path))
    observation.close()
    assert after["instances"].used == before["instances"].used + 1
    assert after["watches"].used > before["watches"].used
    assert after["watches"].limit == before["watches"].limit > 0


@linux
def test_other_users_and_closed_processes_are_passed_over(tmp_path: Path) -> None:
    assert inotify(os.getuid() + 1, only_this_process(tmp_path))["instances"].used == 0
    (tmp_path / "processes" / "99").mkdir()
    assert inotify(os.getuid(), only_this_process(tmp_path))["instances"].used >= 0


def only_this_process(folder: Path) -> Path:
    """A table of processes that holds this one alone: others come and go."""
    table = folder / "processes"
    table.mkdir(exist_ok=True)
    if not (table / "1").is_symlink():
        (table / "1").symlink_to(f"/proc/{os.getpid()}")
    return table
