"""The launchd agent: its property list, as the manual wants it."""

from __future__ import annotations

import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from memsyncd.service import launchd
from memsyncd.service.program import program
from memsyncd.service.seal import is_untouched
from tests.service.launchd_keys import KEYS, PROCESS_TYPES

ROOT = Path(__file__).parents[2]
HOME = Path("/Users/mira & co")
CHECK = os.environ.get("MEMSYNCD_PLIST_CHECK", "")


def agent() -> bytes:
    config = HOME / "a <b>.toml"
    found = program(
        f"{HOME}/v/bin/python", str(HOME), config=config, env={"TZ": "Europe/Vienna"}, platform="darwin"
    )
    return launchd.render_agent(found, launchd.log_path(HOME))


def test_the_file_in_the_repository_is_what_is_rendered_by_default() -> None:
    log = launchd.log_path(launchd.DEFAULT_HOME)
    assert (ROOT / "launchd" / launchd.FILE).read_bytes() == launchd.render_agent(launchd.DEFAULT, log)


def test_the_agent_is_sealed_and_still_a_property_list() -> None:
    assert is_untouched(agent())
    assert plistlib.loads(agent())["Label"] == launchd.LABEL


def test_every_key_is_documented_and_of_its_type() -> None:
    job = plistlib.loads(agent())
    assert {key: type(value) for key, value in job.items()} == KEYS
    assert job["ProcessType"] in PROCESS_TYPES
    assert job["KeepAlive"] == {"SuccessfulExit": False}
    assert {type(value) for value in job["EnvironmentVariables"].values()} == {str}


def test_paths_are_absolute_and_leave_nothing_to_expand() -> None:
    job = plistlib.loads(agent())
    for path in (job["ProgramArguments"][0], job["StandardOutPath"], job["StandardErrorPath"]):
        assert path.startswith("/")
    assert not any(char in str(job) for char in "~$%")


def test_the_umask_is_octal_077() -> None:
    assert plistlib.loads(agent())["Umask"] == int("77", 8)


def test_what_a_path_holds_comes_back_as_it_was() -> None:
    job = plistlib.loads(agent())
    assert job["ProgramArguments"][-2:] == ["--config", f"{HOME}/a <b>.toml"]
    assert job["EnvironmentVariables"]["TZ"] == "Europe/Vienna"


@pytest.mark.skipif(not CHECK, reason="MEMSYNCD_PLIST_CHECK names no checker of property lists")
def test_the_checker_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / launchd.FILE).write_bytes(agent())
    files = [tmp_path / launchd.FILE, ROOT / "launchd" / launchd.FILE]
    checked = subprocess.run([CHECK, *files], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
