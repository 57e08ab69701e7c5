"""``memsyncd service``, with a systemd of made-up programs on the search path."""

from __future__ import annotations

import json
import sys
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from memsyncd.cli import COMMANDS
from memsyncd.errors import PROBLEMS_FOUND
from tests.cli.transcripts import Ran, run
from tests.service.fakes import programs

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the commands ask the machine's own kind of manager"
)


class Machine:
    """A home folder with a systemd in it."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.memory = root / "systemd.json"
        self.unit = self.home / ".local/share/systemd/user/memsyncd.service"

    def __call__(self, *arguments: str) -> Ran:
        return run("service", *arguments)

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        ran = self(*arguments, "--json")
        assert ran.code == code
        found = json.loads(ran.out)
        assert isinstance(found, dict)
        return found

    def breaks(self, why: str) -> None:
        """From now on a start fails."""
        memory = json.loads(self.memory.read_text()) if self.memory.exists() else {}
        self.memory.write_text(json.dumps({**memory, "fails": why}))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setitem(COMMANDS, "service", COMMANDS.get("service", "The daemon as a service."))
    found = Machine(tmp_path)
    programs(tmp_path / "bin", found.memory)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("USER", "mira")
    return found


def test_install_shows_what_it_wrote_and_what_the_manager_answered(machine: Machine) -> None:
    link = machine.home / ".config/systemd/user/default.target.wants/memsyncd.service"
    ran = machine("install")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        f"wrote {machine.unit}",
        "systemctl --user daemon-reload: ok",
        f"systemctl --user enable memsyncd.service: Created symlink {link}.",
        "systemctl --user restart memsyncd.service: ok",
        "hint: it runs while you are logged in; to run from boot on: loginctl enable-linger mira",
    ]
    assert ran.out == "memsyncd: active since 2026-11-21 18:48:00+00:00, process 1001\n"


def test_the_service_starts_this_very_interpreter(machine: Machine) -> None:
    machine("install")
    (command,) = (line for line in machine.unit.read_text().splitlines() if line.startswith("ExecStart="))
    python = command.removeprefix("ExecStart=").split()[0]
    assert Path(python).resolve() == Path(sys.executable).resolve()
    assert Path(python).is_relative_to(sys.prefix)


def test_a_second_install_finds_all_as_it_is(machine: Machine) -> None:
    machine("install")
    found = machine.json("install")
    assert (found["written"], found["unchanged"]) == ([], [str(machine.unit)])
    assert found["state"]["pid"] == 1001


def test_a_named_configuration_is_checked_and_passed_on(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine("install", "--config", str(tmp_path / "none.toml")).code == 2
    assert not machine.unit.exists()
    named = tmp_path / "m.toml"
    named.write_text("timezone = 'UTC'\n")
    assert f"run --config {named}\n" in machine("print", "--config", str(named)).out
    monkeypatch.setenv("MEMSYNCD_CONFIG", str(named))
    assert f"run --config {named}\n" in machine("print").out


def test_print_shows_what_install_writes(machine: Machine) -> None:
    printed = machine("print").out
    machine("install")
    assert machine.unit.read_text() == printed
    assert machine.json("print") == {"manager": "systemd", "text": printed}


@pytest.mark.parametrize("command", ["install", "uninstall", "start", "stop", "restart"])
def test_a_dry_run_does_nothing(machine: Machine, command: str) -> None:
    machine("install")
    machine.unit.write_bytes(b"# changed\n")
    before = json.loads(machine.memory.read_text())
    force = ["--force"] if command in ("install", "uninstall") else []
    shown = machine(command, "--dry-run", *force)
    assert (shown.code, machine.unit.read_bytes()) == (0, b"# changed\n")
    assert "would run systemctl --user" in shown.out
    assert machine.json(command, "--dry-run", *force)["dry_run"] is True
    after = json.loads(machine.memory.read_text())
    questions = ("systemctl --user show", "systemctl --version")
    assert [line for line in after["asked"][len(before["asked"]) :] if not line.startswith(questions)] == []


def test_status_says_how_it_stands(machine: Machine) -> None:
    machine("install")
    ran = machine("status")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "service   active since 2026-11-21 18:48:00+00:00, process 1001",
        "says      watching 2 sources",
        "at login  started",
        "restarts  0",
        "memory    43.2 MB",
        "file      ~/.local/share/systemd/user/memsyncd.service",
        "log",
        "  -          daemon.ready",
    ]
    found = machine.json("status")
    assert (found["running"], found["log"][0]["event"]) == (True, "daemon.ready")
    assert found["state"]["since"] == "2026-11-21T18:48:00Z"


def test_status_of_what_does_not_run_exits_5(machine: Machine) -> None:
    ran = machine("status")
    assert (ran.code, ran.out) == (PROBLEMS_FOUND, "service  not installed\n")
    assert "memsyncd service install" in ran.err
    machine("install")
    machine("stop")
    assert machine.json("status", code=PROBLEMS_FOUND)["state"]["active"] == "inactive"


def test_stop_start_and_restart_tell_the_managers_answer(machine: Machine) -> None:
    machine("install")
    stopped = machine("stop")
    assert (stopped.code, stopped.err) == (0, "systemctl --user stop memsyncd.service: ok\n")
    assert stopped.out == "memsyncd: inactive\n"
    assert machine("start").out.endswith("process 1002\n")
    assert machine.json("restart")["state"]["pid"] == 1003


@pytest.mark.parametrize("command", ["start", "stop", "restart"])
def test_what_is_not_installed_can_be_neither_started_nor_stopped(machine: Machine, command: str) -> None:
    ran = machine(command)
    assert ran.code == 1
    assert "the service is not installed" in ran.err


def test_a_service_that_does_not_start_is_an_error_in_the_managers_words(machine: Machine) -> None:
    machine.breaks("Job for memsyncd.service failed.")
    ran = machine("install")
    assert ran.code == 1
    assert "systemctl --user restart memsyncd.service: Job for memsyncd.service failed." in ran.err
    assert json.loads(machine("install", "--json").out)["why"] == "Job for memsyncd.service failed."


def test_a_broken_configuration_keeps_nobody_from_uninstalling(machine: Machine) -> None:
    machine("install")
    config = machine.home / ".config" / "memsyncd" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("nonsense = 1\n")
    assert machine("install").code == 2
    assert machine("uninstall").out == "memsyncd.service: removed\n"
    assert machine("uninstall").out == "memsyncd.service: not installed\n"


def test_a_unit_changed_by_hand_needs_force(machine: Machine) -> None:
    machine("install")
    machine.unit.write_text(machine.unit.read_text().replace("Nice=10", "Nice=19"))
    ran = machine("install")
    assert (ran.code, "Nice=19" in machine.unit.read_text()) == (2, True)
    assert "--force" in ran.err
    assert machine("install", "--force").code == 0
    assert "Nice=10" in machine.unit.read_text()


def test_nothing_is_installed_behind_a_unit_that_comes_first(machine: Machine) -> None:
    rival = machine.home / ".config/systemd/user/memsyncd.service"
    rival.parent.mkdir(parents=True)
    rival.symlink_to("/dev/null")
    ran = machine("install")
    assert (ran.code, machine.unit.exists()) == (2, False)
    assert "systemctl --user revert memsyncd.service" in ran.err


def test_an_interpreter_in_a_cache_needs_force(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", sys.prefix)
    ran = machine("install")
    assert (ran.code, machine.unit.exists()) == (2, False)
    assert "for the moment only" in ran.err
    assert machine("install", "--force").code == 0


def test_status_shows_no_secret_that_a_breakdown_printed(machine: Machine) -> None:
    machine("install")
    secret = "sk-ant-" + "api03-" + (sha512(b"x").hexdigest())[:93] + "AA"
    memory = json.loads(machine.memory.read_text())
    machine.memory.write_text(json.dumps({**memory, "log": [f"ValueError: {secret}"]}))
    for ran in (machine("status"), machine("status", "--json")):
        assert "ValueError" in ran.out
        assert secret not in ran.out


# --- the API key ---


def test_the_key_is_handed_over_by_a_drop_in_that_names_its_file(machine: Machine, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k\n")
    key.chmod(0o644)
    ran = machine("install", "--credential-file", str(key))
    assert f"others may read {key}" in ran.err
    drop_in = machine.home / ".config/systemd/user/memsyncd.service.d/credentials.conf"
    assert f"LoadCredential=anthropic_api_key:{key}\n" in drop_in.read_text()
    key.chmod(0o600)
    assert "others may read" not in machine("install", "--credential-file", str(key)).err


def test_a_file_with_the_key_that_is_not_there_stops_everything(machine: Machine, tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        assert machine("install", "--credential-file", str(path)).code == 2
    assert not machine.unit.exists()
