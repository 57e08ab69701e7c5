"""What looking round finds, on real files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.daemon_file import DAEMON_FILE, DaemonState, write_daemon_state
from memsyncd.adapters.lock import exclusive
from memsyncd.adapters.service_manager import Answer
from memsyncd.doctor.facts import Facts, Retention
from memsyncd.doctor.gather import Asked, gather
from memsyncd.doctor.gather_service import service_of
from memsyncd.errors import SourceMissing
from memsyncd.service import launchd
from memsyncd.service.install import carry_out, look, plan_install
from memsyncd.service.managers import Systemd
from memsyncd.service.program import interpreter, program
from tests.builders import OpenClawHome, Transcript
from tests.doctor.builders import NOW
from tests.service.fakes import FakeLaunchd, FakeSystemd


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def openclaw(home: Path) -> OpenClawHome:
    found = OpenClawHome(home)
    found.live(Transcript().user("hello").assistant("hi"))
    return found


def looked(home: Path, env: Mapping[str, str] | None = None, run: Any = None, **asked: Any) -> Facts:
    environment = {"HOME": str(home), "TZ": "UTC", **(env or {})}
    return gather(Asked(env=environment, home=home, **asked), run or FakeSystemd(home), NOW)


def state_of(home: Path) -> Path:
    return home / ".local/state/memsyncd"


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# --- nothing is left behind ---


def test_an_empty_home_stays_empty(home: Path) -> None:
    found = looked(home)
    assert listing(home) == []
    assert (found.logs, found.memory, found.state.probe) == ((), (), None)
    assert found.state.folder.makeable


def test_looking_changes_nothing_in_any_folder(home: Path, openclaw: OpenClawHome) -> None:
    state_of(home).mkdir(parents=True)
    (state_of(home) / "state.json").write_bytes(b"\0" * 64)
    before = listing(home)
    looked(home)
    assert listing(home) == before
    assert (state_of(home) / "state.json").read_bytes() == b"\0" * 64


# --- configuration ---


def test_every_fault_of_a_configuration_is_a_fact_and_the_rest_goes_by_the_defaults(
    home: Path, openclaw: OpenClawHome
) -> None:
    config = home / "own.toml"
    config.write_text("timezone = 'Mars/Olympus'\ncolour = 'red'\n")
    found = looked(home, config=config)
    assert len(found.settings.wrong) == 2
    assert found.settings.file.path == config
    assert [one.source.name for one in found.logs] == ["openclaw/main"]


def test_a_configuration_that_is_not_there_is_a_fact(home: Path) -> None:
    found = looked(home, config=home / "none.toml")
    assert found.settings.wrong == ("there is no such file",)
    assert looked(home, {"MEMSYNCD_CONFIG": str(home / "none.toml")}).settings.wrong


def test_rules_that_cannot_be_read_are_a_fact(home: Path) -> None:
    config = home / "own.toml"
    config.write_text("[redaction]\nrules = ['gone.toml']\n[log]\nfile = 'a/log'\n")
    found = looked(home, config=config).settings
    assert found.rules is not None
    assert "gone.toml" in found.rules.words
    assert found.log is not None
    assert (found.log.kind, found.log.makeable) == ("missing", True)


def test_of_variables_only_names_are_kept(home: Path) -> None:
    found = looked(home, {"OPENCLAW_PROFILE": "secret-project", "OPENCLAW_HOME": ""})
    assert found.machine.variables == ("TZ", "OPENCLAW_PROFILE")
    assert "secret-project" not in repr(found.machine)


# --- state folder ---


def test_the_state_file_is_read_and_never_set_aside(home: Path) -> None:
    record = state_of(home) / "state.json"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"last_run": "2026-11-30T10:00:00+00:00", "last_successful_date": "2026-11-29"}))
    found = looked(home).state.record
    assert found.last_run is not None
    assert (found.last_run.hour, str(found.last_date), found.damage) == (10, "2026-11-29", "")


@pytest.mark.parametrize("text", ["{", '{"version": 99}', "\udcff", '{"last_run": 5}'])
def test_a_state_file_of_another_kind_is_a_fact(home: Path, text: str) -> None:
    record = state_of(home) / "state.json"
    record.parent.mkdir(parents=True)
    record.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert looked(home).state.record.damage


def test_an_instant_that_nobody_can_read_is_none(home: Path) -> None:
    record = state_of(home) / "state.json"
    record.parent.mkdir(parents=True)
    record.write_text('{"last_run": "yesterday"}')
    assert looked(home).state.record.last_run is None


def test_a_daemon_that_holds_the_lock_speaks_and_one_that_does_not_has_fallen(home: Path) -> None:
    folder = state_of(home)
    folder.mkdir(parents=True)
    write_daemon_state(folder / DAEMON_FILE, DaemonState(pid=os.getpid(), version="1", started=""))
    fallen = looked(home).state
    assert (fallen.daemon, fallen.fallen and fallen.fallen.pid) == (None, os.getpid())
    with exclusive(folder / "lock"):
        at_work = looked(home).state
    assert (at_work.daemon and at_work.daemon.pid, at_work.fallen) == (os.getpid(), None)
    assert at_work.lock.pid == os.getpid()


# --- logs ---


def test_only_session_files_count(home: Path, openclaw: OpenClawHome) -> None:
    openclaw.trajectory(Transcript())
    openclaw.know("main", Transcript())
    (found,) = looked(home).logs
    assert found.files == 1
    assert found.newest is not None
    assert (found.folder.kind, found.database.exists) == ("folder", False)


def test_a_folder_on_the_command_line_that_is_not_there_is_an_error(home: Path) -> None:
    with pytest.raises(SourceMissing):
        looked(home, sessions_dir=home / "nowhere")


def test_two_plain_folders_do(home: Path) -> None:
    for name in ("logs", "notes"):
        (home / name).mkdir()
    found = looked(home, sessions_dir=home / "logs", memory_dir=home / "notes")
    assert [one.folder.path for one in found.logs] == [home / "logs"]
    assert [one.folder.path for one in found.memory] == [home / "notes"]
    assert found.retention == ()


def test_sources_that_contradict_each_other_are_a_fact(home: Path, openclaw: OpenClawHome) -> None:
    config = home / "own.toml"
    entry = f"[[sources]]\npath = '{openclaw.sessions}'\nname = '%s'\n"
    config.write_text(entry % "a" + entry % "b")
    found = looked(home, config=config)
    assert found.lost is not None
    assert "named twice" in found.lost.words


@pytest.mark.parametrize(
    ("maintenance", "days", "stated"),
    [
        (None, 30, False),
        ({}, 30, False),
        ({"pruneAfter": "14d"}, 14, True),
        ({"pruneAfter": "12h"}, 0.5, True),
        ({"pruneAfter": "1d12h"}, 1.5, True),
        ({"pruneAfter": 7}, 7, True),
        ({"pruneDays": 3}, 3, True),
        ({"pruneAfter": "60d", "resetArchiveRetention": "2w"}, 14, True),
        ({"pruneAfter": "60d", "resetArchiveRetention": False}, 60, True),
        ({"pruneAfter": "for ever"}, 30, False),
        ("nonsense", 30, False),
    ],
)
def test_how_long_openclaw_keeps_logs_is_read_from_its_configuration(
    home: Path, openclaw: OpenClawHome, maintenance: object, days: float, stated: bool
) -> None:
    path = openclaw.configure({"session": {"maintenance": maintenance}})
    assert looked(home).retention == (Retention(file=path, days=days, stated=stated),)


@pytest.mark.parametrize(
    ("settings", "days", "stated"),
    [
        (None, 30, False),
        ('{"cleanupPeriodDays": 7, "env": {"NAME": "value"}}', 7, True),
        ('{"cleanupPeriodDays": "7"}', 30, False),
        ("{", 30, False),
    ],
)
def test_how_long_claude_code_keeps_logs_is_read_from_its_settings(
    home: Path, settings: str | None, days: float, stated: bool
) -> None:
    (home / ".claude/projects").mkdir(parents=True)
    (home / ".codex/sessions").mkdir(parents=True)
    path = home / ".claude/settings.json"
    if settings:
        path.write_text(settings)
    assert looked(home).retention == (Retention(program="Claude Code", file=path, days=days, stated=stated),)


def test_an_agent_that_the_configuration_leaves_out_is_told(home: Path, openclaw: OpenClawHome) -> None:
    (home / ".claude/projects").mkdir(parents=True)
    assert looked(home).passed_over == ()
    (other,) = looked(home, sessions_dir=openclaw.sessions).passed_over
    assert (other.kind, other.path) == ("claude-code", home / ".claude/projects")


def test_a_mode_that_only_warns_and_a_budget_are_read(home: Path, openclaw: OpenClawHome) -> None:
    openclaw.configure({"session": {"maintenance": {"mode": "warn", "maxDiskBytes": "500mb"}}})
    (found,) = looked(home).retention
    assert (found.warns_only, found.budget) == (True, "500mb")


def test_the_zone_of_a_memory_folder_is_the_agents(home: Path, openclaw: OpenClawHome) -> None:
    (found,) = looked(home).memory
    assert (found.target.zone, found.folder.path) == ("Europe/Berlin", openclaw.memory)


# --- the service ---

systemd = pytest.mark.skipif(sys.platform != "linux", reason="gather asks the machine's own kind of manager")


def install(home: Path, manager: FakeSystemd) -> Path:
    env = {"HOME": str(home), "TZ": "UTC"}
    mine = Systemd(env, 1000, manager)
    service = mine.service(program(interpreter(), str(home), config=None, env=env))
    carry_out(plan_install(service, look(service), loaded=False, force=False), manager, lambda _: None)
    return service.files[0].path


@systemd
def test_no_service_is_a_fact(home: Path) -> None:
    found = looked(home).service
    assert found.state is not None
    assert (found.state.loaded, found.file, found.interpreter) == (False, None, "")


@systemd
def test_a_service_of_this_memsyncd_is_recognised(home: Path) -> None:
    manager = FakeSystemd(home)
    unit = install(home, manager)
    found = looked(home, run=manager).service
    assert (found.file, found.interpreter, found.interpreter_there) == (unit, found.own, True)
    assert (found.by_hand, found.outdated) == (False, False)
    assert found.advice


@systemd
def test_other_variables_make_the_unit_out_of_date(home: Path) -> None:
    manager = FakeSystemd(home)
    install(home, manager)
    assert looked(home, {"OPENCLAW_PROFILE": "work"}, run=manager).service.outdated


@systemd
def test_a_unit_of_another_interpreter_changed_by_hand_is_seen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = FakeSystemd(home)
    unit = install(home, manager)
    text = unit.read_text().replace(looked(home).service.own, '"/opt/my py/100%%/python"')
    unit.write_text(text)
    found = looked(home, run=manager).service
    assert (found.interpreter, found.interpreter_there, found.by_hand) == ("/opt/my py/100%/python", False, True)


@systemd
def test_a_manager_that_does_not_answer_is_a_fact(home: Path) -> None:
    def silent(arguments: Any) -> Answer:
        return Answer(arguments=tuple(arguments), code=1, err="no bus")

    found = looked(home, run=silent).service
    assert found.state is None
    assert found.trouble is not None
    assert found.trouble.hint


def test_an_agent_of_launchd_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    agent = home / "Library/LaunchAgents" / launchd.FILE
    agent.parent.mkdir(parents=True)
    agent.write_bytes(launchd.render_agent(launchd.DEFAULT, launchd.log_path(home)))
    found = service_of({"HOME": str(home)}, 501, FakeLaunchd(), None)
    assert (found.manager, found.file) == ("launchd", agent)
    assert found.interpreter == launchd.DEFAULT.arguments[0]
    agent.write_bytes(b"<plist>")
    assert service_of({"HOME": str(home)}, 501, FakeLaunchd(), None).interpreter == ""


def test_a_platform_without_a_manager_is_a_fact(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "freebsd14")
    found = service_of({"HOME": str(home)}, 1001, FakeLaunchd(), None)
    assert found.trouble is not None
    assert "freebsd14" in found.trouble.words


def test_an_installation_in_a_cache_is_a_fact(home: Path) -> None:
    found = looked(home, {"XDG_CACHE_HOME": sys.prefix}).service
    assert found.passing is not None
    assert "for the moment" in found.passing.words
