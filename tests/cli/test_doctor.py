"""``memsyncd doctor`` at a terminal, in a pipe and as JSON."""

from __future__ import annotations

import json
import re
import sys
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from memsyncd.errors import PROBLEMS_FOUND
from tests.cli import scenarios
from tests.cli.transcripts import Ran, Stage, run
from tests.service.fakes import programs

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the doctor asks the machine's own service manager"
)


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A systemd of made-up programs: the person's own service must not show."""
    programs(tmp_path / "bin", tmp_path / "systemd.json")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


def doctor(*arguments: str, **how: Any) -> Ran:
    return run("doctor", *arguments, **how)


def checks(*arguments: str) -> list[dict[str, Any]]:
    found = json.loads(doctor("--json", *arguments).out)["checks"]
    assert isinstance(found, list)
    return found


def test_a_machine_in_order_exits_0_whatever_is_noted(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = doctor()
    assert (ran.code, ran.err) == (0, "")
    assert "  ok       openclaw/main    " in ran.out
    assert "PROBLEM" not in ran.out
    assert ran.out.splitlines()[-1].endswith(("note", "notes"))


def test_a_problem_exits_5_and_is_shouted() -> None:
    ran = doctor()
    assert ran.code == PROBLEMS_FOUND
    assert re.search(r"^  PROBLEM  sources +no agent with logs was found$", ran.out, re.MULTILINE)
    assert ran.out.splitlines()[-1].startswith("1 problem, ")


def test_each_area_is_a_heading_with_its_checks_below() -> None:
    headings = [line for line in doctor().out.splitlines()[:-1] if line and not line.startswith(" ")]
    assert headings == ["Program", "Configuration", "State", "Logs", "Watching", "Time", "Service"]


def test_advice_stands_below_its_finding_one_way_out_a_line(stage: Stage) -> None:
    scenarios.two_days(stage)
    own = stage.root / "own.toml"
    own.write_text("timezone = 'America/New_York'\n")
    lines = doctor("--config", str(own)).out.splitlines()
    finding = next(i for i, line in enumerate(lines) if "America/New_York (the configuration)" in line)
    assert lines[finding + 1].strip() == '-> agents.defaults.userTimezone = "America/New_York" in openclaw.json'
    assert lines[finding + 2].strip() == 'or timezone = "Europe/Berlin" in the configuration of memsyncd'


def test_json_is_one_document_with_every_check(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = doctor("--json")
    found = json.loads(ran.out)
    assert (ran.code, found["healthy"], found["problems"]) == (0, True, 0)
    assert found["notes"] == sum(check["verdict"] == "note" for check in found["checks"]) > 0
    assert {*found["checks"][0]} == {"area", "name", "verdict", "finding", "advice"}


def test_json_has_paths_in_full_and_the_terminal_the_short_form(stage: Stage) -> None:
    assert f"none at {stage.root}/.config/" in next(c["finding"] for c in checks() if c["name"] == "file")
    assert "none at ~/.config/" in doctor().out


def test_quiet_is_silent_when_nothing_is_wrong(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = doctor("--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_colour_stands_at_a_terminal_only_and_not_against_the_persons_will(stage: Stage) -> None:
    scenarios.two_days(stage)
    assert "\x1b[32m  ok       \x1b[0m" in doctor(terminal=True).out
    assert "\x1b" not in doctor(terminal=True, env={"NO_COLOR": "1"}).out
    assert "\x1b" not in doctor().out


def test_an_installed_service_is_judged(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("service", "install")
    told = {check["name"]: check for check in checks() if check["area"] == "Service"}
    assert told["service"]["verdict"] == "ok"
    assert told["program"]["finding"].startswith("it starts this memsyncd")
    assert told["at boot"]["advice"].startswith("to run from boot on: loginctl enable-linger")
    run("service", "stop")
    (stopped,) = [check for check in checks() if check["verdict"] == "problem"]
    assert stopped["advice"] == "memsyncd service start"


def test_a_store_that_is_damaged_exits_5(stage: Stage) -> None:
    scenarios.two_days(stage)
    run("catch-up")
    store = stage.state / "store.sqlite"
    store.write_bytes(b"no database at all" * 1_000)
    ran = doctor("--quiet")
    assert ran.code == PROBLEMS_FOUND
    assert "not a database" in ran.out
    assert store.read_bytes().startswith(b"no database")


def test_a_memory_folder_that_leads_elsewhere_exits_5(stage: Stage) -> None:
    scenarios.two_days(stage)
    elsewhere = stage.root / "notes"
    stage.memory.rename(elsewhere)
    stage.memory.symlink_to(elsewhere)
    ran = doctor("--quiet")
    assert (ran.code, f'memory_dir = "{elsewhere}"' in ran.out) == (PROBLEMS_FOUND, True)


def test_a_database_that_cannot_be_read_exits_5(stage: Stage) -> None:
    scenarios.two_days(stage)
    path = stage.openclaw.sessions.with_name("agent") / "openclaw-agent.sqlite"
    path.parent.mkdir()
    path.write_text("no database at all, but long enough to look at" * 50)
    ran = doctor("--quiet")
    assert (ran.code, str(path).removeprefix(f"{stage.root}/") in ran.out) == (PROBLEMS_FOUND, True)


def test_a_secret_in_a_configuration_is_not_repeated(stage: Stage) -> None:
    secret = "sk-ant-" + "api03-" + sha512(b"x").hexdigest()[:93] + "AA"
    own = stage.root / "own.toml"
    own.write_text(f"timezone = '{secret}'\n")
    for ran in (doctor("--config", str(own)), doctor("--config", str(own), "--json")):
        assert "timezone" in ran.out
        assert secret not in ran.out


def test_values_of_variables_are_never_shown(stage: Stage) -> None:
    ran = doctor(env={"OPENCLAW_PROFILE": "quiet-please", "OPENCLAW_INCLUDE_ROOTS": "/somewhere/private"})
    assert "OPENCLAW_PROFILE, OPENCLAW_INCLUDE_ROOTS" in ran.out
    assert "/somewhere/private" not in ran.out


def test_control_characters_in_a_name_do_not_reach_the_terminal(stage: Stage) -> None:
    for name in ("logs\x1b[2J", "notes"):
        (stage.root / name).mkdir()
    ran = doctor("--sessions-dir", str(stage.root / "logs\x1b[2J"), "--memory-dir", str(stage.root / "notes"))
    assert "logs\ufffd[2J" in ran.out
    assert "\x1b" not in ran.out
