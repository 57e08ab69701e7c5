"""A service's life under a real systemd user manager: the box that ``MEMSYNCD_SYSTEMD_BOX`` names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import COMMANDS
from tests.service.lifecycle import WORDS

ROOT = Path(__file__).parents[2]
BOX = os.environ.get("MEMSYNCD_SYSTEMD_BOX", "")
BROKEN = 125  # the box's status when the box itself failed

pytestmark = pytest.mark.real


def boxed(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the box, where its user can reach this interpreter and this checkout."""
    closed = [path for path in (sys.base_prefix, str(ROOT)) if not _is_open(Path(path).resolve())]
    readable = [word for path in closed for word in ("--readable", path)]
    return subprocess.run([BOX, *readable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def _is_open(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@cache
def life(kind: str) -> dict[str, Any]:
    """What was seen of a whole life."""
    if not BOX:
        pytest.skip("MEMSYNCD_SYSTEMD_BOX names no box with a systemd user manager")
    if (tried := boxed("true")).returncode == BROKEN:
        pytest.skip(tried.stderr.strip())
    ran = boxed("env", "PYTHONDONTWRITEBYTECODE=1", sys.executable, "-m", "tests.service.lifecycle", kind)
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert isinstance(seen, dict)
    return seen


@pytest.fixture
def standin() -> dict[str, Any]:
    return life("standin")


@pytest.fixture
def daemon() -> dict[str, Any]:
    if "run" not in COMMANDS:
        pytest.skip("this memsyncd has no daemon")
    return life("real")


# --- with a stand-in for the daemon ---


def test_installed_it_runs_and_has_said_that_it_is_ready(standin: dict[str, Any]) -> None:
    state = standin["install"]["json"]["state"]
    assert (standin["install"]["code"], state["active"], state["says"]) == (0, "active", "standing in")
    assert standin["status"]["json"]["running"] is True
    logged = [line["event"] for line in standin["status"]["json"]["log"]]
    assert "stand-in ready, credentials absent" in logged


def test_systemd_finds_nothing_wrong_with_the_unit(standin: dict[str, Any]) -> None:
    assert standin["verify"] == ""
    assert standin["install"]["json"]["problems"] == []


def test_installing_again_leaves_the_process_alone(standin: dict[str, Any]) -> None:
    again = standin["again"]["json"]
    assert (len(again["unchanged"]), again["written"]) == (1, [])
    assert again["state"]["pid"] == standin["install"]["json"]["state"]["pid"]


def test_killed_it_is_started_again(standin: dict[str, Any]) -> None:
    assert standin["after_kill"]["pid"] != 0
    assert standin["after_kill"]["restarts"] == "1"


def test_hanging_it_is_killed_by_the_watchdog_and_started_again(standin: dict[str, Any]) -> None:
    assert standin["after_hang"]["pid"] not in (0, standin["after_kill"]["pid"])
    assert standin["after_hang"]["restarts"] == "2"
    assert any("Watchdog timeout" in line for line in standin["journal"])


def test_stopped_it_is_stopped_and_started_it_runs(standin: dict[str, Any]) -> None:
    assert (standin["stop"]["code"], standin["stopped"]["code"], standin["start"]["code"]) == (0, 5, 0)
    assert standin["stopped"]["json"]["state"]["active"] == "inactive"


def test_a_key_reaches_the_daemon_as_a_credential(standin: dict[str, Any]) -> None:
    assert standin["with_key"]["code"] == 0
    assert "stand-in ready, credentials there" in standin["journal"]


def test_uninstalled_nothing_is_left(standin: dict[str, Any]) -> None:
    assert standin["uninstall"]["code"] == 0
    assert (standin["known"], standin["alive"], standin["left"]) == ("not-found", False, [])


# --- words ---


def test_every_word_reaches_the_program_as_it_was_meant() -> None:
    seen = life("words")
    assert seen["arguments"] == list(WORDS)
    assert seen["environment"] == {"NAME": "".join(WORDS), "FROM_FILE": "yes"}


# --- the daemon itself ---


def test_the_daemon_becomes_ready_under_the_unit_as_it_is(daemon: dict[str, Any]) -> None:
    assert daemon["install"]["code"] == 0, daemon["install"]
    assert daemon["status"]["json"]["running"] is True
    assert daemon["journal"]


def test_the_daemon_reloads_in_place(daemon: dict[str, Any]) -> None:
    assert daemon["after_reload"] == {"same": True, "active": "active"}


def test_the_daemon_stops_within_five_seconds_and_leaves_no_service(daemon: dict[str, Any]) -> None:
    assert (daemon["stop"]["code"], daemon["result"]) == (0, "success")
    assert daemon["stop_seconds"] < 5  # what the service manager's user is promised
    assert (daemon["known"], daemon["alive"], daemon["left"]) == ("not-found", False, [])
