"""What the managers are asked, and what is made of their answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memsyncd.adapters.launchctl import last_lines, launchd_state
from memsyncd.adapters.service_manager import (
    Answer,
    run_command,
    systemd_facts,
    systemd_state,
    systemd_version,
    verify_unit,
)
from memsyncd.errors import MemsyncdError
from memsyncd.service.managers import Launchd, Systemd, manager_of
from memsyncd.service.program import Program
from tests.service.fakes import FakeLaunchd, FakeSystemd

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
PROGRAM = Program(arguments=("/v/bin/python",), environment=())


def answering(out: str = "", code: int = 0, err: str = "") -> Callable[[Sequence[str]], Answer]:
    return lambda arguments: Answer(arguments=tuple(arguments), code=code, out=out, err=err)


def showing(**told: object) -> Callable[[Sequence[str]], Answer]:
    return answering("\n".join(f"{name}={value}" for name, value in told.items()))


def linux(home: Path, fake: FakeSystemd, **env: str) -> Systemd:
    return Systemd({"HOME": str(home), "USER": "mira", **env}, 501, fake)


# --- which manager ---


def test_linux_has_systemd_and_macos_launchd() -> None:
    assert isinstance(manager_of("linux", {}, 1), Systemd)
    assert isinstance(manager_of("darwin", {}, 1), Launchd)


@pytest.mark.parametrize(("platform", "scheduler"), [("win32", "Task Scheduler"), ("freebsd14", "cron")])
def test_elsewhere_the_scheduler_to_use_instead_is_named(platform: str, scheduler: str) -> None:
    with pytest.raises(MemsyncdError, match=platform) as failed:
        manager_of(platform, {}, 1)
    assert scheduler in failed.value.hint
    assert "memsyncd --catch-up" in failed.value.hint


# --- no user manager ---


def why_not(code: int, err: str, uid: int, env: Mapping[str, str], runtimes: Path = Path("/none")) -> str:
    with pytest.raises(MemsyncdError, match="no systemd user manager answers here") as failed:
        systemd_facts(answering(code=code, err=err), env, uid, runtimes)
    return f"{failed.value.why} -> {failed.value.hint}"


BUS = "Failed to connect to bus: No medium found"


def test_without_systemd_cron_and_the_foreground_are_left() -> None:
    advice = why_not(127, "systemctl: No such file or directory", 501, {})
    assert "systemctl: No such file" in advice
    assert "`memsyncd run` in the foreground, or `memsyncd --catch-up` from cron" in advice


def test_in_a_container_there_is_no_session() -> None:
    assert "in containers" in why_not(1, BUS, 501, {})


def test_under_sudo_the_user_who_called_it_is_the_one() -> None:
    assert "run it without sudo, as mira" in why_not(1, BUS, 0, {"SUDO_USER": "mira"})


def test_a_runtime_folder_that_is_there_and_not_named_is_named(tmp_path: Path) -> None:
    (tmp_path / "501").mkdir()
    assert f"export XDG_RUNTIME_DIR={tmp_path}/501" in why_not(1, BUS, 501, {}, tmp_path)


def test_anything_else_is_told_as_the_manager_says_it() -> None:
    advice = why_not(1, "Failed to connect: refused", 501, {"XDG_RUNTIME_DIR": "/run/user/501"})
    assert "refused" in advice
    assert "systemctl status user@501.service" in advice


# --- systemd ---


def test_its_version_decides_about_the_unit(tmp_path: Path) -> None:
    for version, kind in (("252.38-1~deb12u1", "Type=notify\n"), ("256.4", "Type=notify-reload\n")):
        fake = FakeSystemd(tmp_path, version=version)
        manager = linux(tmp_path, fake)
        assert kind in manager.service(PROGRAM).files[0].data.decode()
        assert manager.text(PROGRAM) == manager.service(PROGRAM).files[0].data.decode()


def test_the_unit_can_be_printed_where_there_is_no_systemd() -> None:
    absent = answering(code=127, err="systemctl: not found")
    assert systemd_version(absent) == 0
    assert "Type=notify\n" in Systemd({"HOME": "/h"}, 501, absent).text(PROGRAM)


def test_units_go_where_the_manager_looks_whatever_this_shell_says(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fake = FakeSystemd(home)
    elsewhere = tmp_path / "data"
    manager = linux(home, fake, XDG_DATA_HOME=str(elsewhere))
    assert manager.service(PROGRAM).files[0].path.is_relative_to(home)
    fake.units.append(elsewhere / "systemd" / "user")
    assert manager.service(PROGRAM).files[0].path.is_relative_to(elsewhere)


def test_a_manager_with_another_home_is_told_of_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(MemsyncdError, match="does not look for units where"):
        linux(tmp_path / "home", FakeSystemd(tmp_path / "other")).service(PROGRAM)


@pytest.mark.parametrize(("lingers", "advised"), [("no", True), ("yes", False), ("", False)])
def test_lingering_is_advised_where_it_is_off(tmp_path: Path, lingers: str, advised: bool) -> None:
    advice = "\n".join(linux(tmp_path, FakeSystemd(tmp_path, lingers=lingers)).advice())
    assert ("loginctl enable-linger mira" in advice) == advised


def test_what_systemd_shows_of_a_running_service_is_read() -> None:
    state = systemd_state(
        showing(
            LoadState="loaded",
            ActiveState="active",
            SubState="running",
            MainPID=108,
            ActiveEnterTimestamp="Sat 2026-11-21 18:48:00 UTC",
            NRestarts=2,
            Result="success",
            ExecMainCode=0,
            ExecMainStatus=0,
            MemoryCurrent=43_200_000,
            UnitFileState="enabled",
            FragmentPath="/u/memsyncd.service",
            StatusText="3 days = pending",
        ),
        "memsyncd.service",
    )
    assert (state.running, state.pid, state.restarts, state.memory) == (True, 108, 2, 43_200_000)
    assert (state.since, state.says) == (datetime(2026, 11, 21, 18, 48, tzinfo=UTC), "3 days = pending")
    assert state.last_exit == ""


@pytest.mark.parametrize(
    ("result", "code", "status", "words"),
    [
        ("exit-code", 1, 2, "exit code 2"),
        ("signal", 2, 9, "signal 9"),
        ("watchdog", 3, 6, "signal 6 (watchdog)"),
        ("oom-kill", 2, 9, "signal 9 (oom-kill)"),
        ("start-limit-hit", 0, 0, "start-limit-hit"),
    ],
)
def test_how_the_last_process_ended_is_put_into_words(result: str, code: int, status: int, words: str) -> None:
    told = {"LoadState": "loaded", "ActiveState": "failed", "Result": result}
    state = systemd_state(showing(**told, ExecMainCode=code, ExecMainStatus=status), "u")
    assert (state.active, state.running, state.last_exit) == ("failed", False, words)


def test_a_service_that_waits_for_its_restart_does_not_run() -> None:
    told = {"LoadState": "loaded", "ActiveState": "activating", "SubState": "auto-restart", "Result": "watchdog"}
    state = systemd_state(showing(**told), "u")
    assert (state.active, state.running) == ("activating (auto-restart)", False)


def test_figures_that_systemd_does_not_have_are_none() -> None:
    for nothing in ("[not set]", 2**64 - 1, ""):
        state = systemd_state(showing(LoadState="loaded", ActiveState="active", MemoryCurrent=nothing), "u")
        assert (state.memory, state.pid, state.since) == (None, None, None)


def test_a_masked_unit_says_so_and_an_unknown_one_is_not_installed() -> None:
    assert systemd_state(showing(LoadState="masked", ActiveState="inactive"), "u").active == "masked"
    assert not systemd_state(showing(LoadState="not-found", ActiveState="inactive"), "u").loaded


def test_a_state_that_cannot_be_had_is_never_taken_for_not_installed() -> None:
    with pytest.raises(MemsyncdError, match="state of the service is unknown"):
        systemd_state(answering(code=1, err="timed out"), "u")


def test_only_what_is_said_about_the_unit_itself_is_a_problem() -> None:
    printed = answering("other.service: Unknown key\n/u/memsyncd.service:7: Unknown key name 'Foo'")
    assert verify_unit(printed, Path("/u/memsyncd.service")) == ["/u/memsyncd.service:7: Unknown key name 'Foo'"]
    assert verify_unit(answering(code=127, err="memsyncd.service"), Path("/u/memsyncd.service")) == []


# --- launchd ---


def test_what_launchctl_and_ps_show_is_read() -> None:
    fake = FakeLaunchd()
    fake.job, fake.pid, fake.runs = {}, 501, 3
    state = launchd_state(fake, "gui/501", "label", NOW)
    assert (state.running, state.pid, state.restarts, state.last_exit) == (True, 501, 2, "")
    assert (state.since, state.memory) == (datetime(2026, 11, 21, 18, 57, 57, tzinfo=UTC), 44032 * 1024)


def test_an_agent_that_failed_does_not_run() -> None:
    shown = "gui/501/x = {\n\tstate = not running\n\truns = 7\n\tlast exit code = 2\n}\n"
    state = launchd_state(answering(shown), "gui/501", "label", NOW)
    assert (state.running, state.active, state.last_exit) == (False, "not running", "exit code 2")


def test_on_macos_the_log_that_was_written_last_is_shown(tmp_path: Path) -> None:
    own, theirs = tmp_path / "own.jsonl", tmp_path / "Library" / "Logs" / "memsyncd.log"
    manager = Launchd(tmp_path, 501, FakeLaunchd())
    assert manager.log_lines(5, own) == []
    theirs.parent.mkdir(parents=True)
    for path, at in ((own, 1_000), (theirs, 2_000)):
        path.write_text(f"{path.name}\n")
        os.utime(path, (at, at))
        assert manager.log_lines(5, own) == [path.name]


# --- running commands ---


def test_a_command_is_run_in_utc_and_both_its_streams_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, sys; print(os.environ['TZ']); print('no', file=sys.stderr); sys.exit(3)"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    answer = run_command([sys.executable, "-c", code])
    assert (answer.code, answer.out.strip(), answer.text.split()) == (3, "UTC", ["UTC", "no"])


def test_a_command_that_is_not_there_is_an_answer() -> None:
    answer = run_command(["/no/such/systemctl", "--user"])
    assert (answer.code, answer.line) == (127, "/no/such/systemctl --user")
    assert answer.text == f"/no/such/systemctl: {os.strerror(2)}"


def test_the_last_lines_of_a_log_are_read_and_none_where_there_is_none(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log, 2) == []
    log.write_text("".join(f"line {number}\n" for number in range(20_000)))
    assert last_lines(log, 2) == ["line 19998", "line 19999"]
