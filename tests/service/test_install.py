"""Installing and uninstalling, with managers that behave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from memsyncd.errors import MemsyncdError, UsageError
from memsyncd.service.install import (
    Plan,
    carry_out,
    look,
    perform,
    plan_install,
    plan_uninstall,
    refuse_rival,
    words_of,
)
from memsyncd.service.managers import Launchd, ServiceManager, Systemd
from memsyncd.service.model import Service
from memsyncd.service.program import program
from tests.service.fakes import FakeLaunchd, FakeSystemd


class Rig:
    """A service manager that behaves, in a home folder."""

    def __init__(self, home: Path, kind: str) -> None:
        self.home = home
        self.fake: FakeSystemd | FakeLaunchd = FakeSystemd(home) if kind == "systemd" else FakeLaunchd()
        env = {"HOME": str(home), "XDG_RUNTIME_DIR": "/run/user/501", "USER": "mira"}
        self.manager: ServiceManager = (
            Systemd(env, 501, self.fake) if kind == "systemd" else Launchd(home, 501, self.fake)
        )
        self.told: list[str] = []
        self.pauses: list[float] = []

    def service(self, config: str = "/c.toml", credential: Path | None = None) -> Service:
        started = program("/v/bin/python", str(self.home), config=Path(config), env={})
        return self.manager.service(started, credential)

    def install(self, config: str = "/c.toml", *, force: bool = False, credential: Path | None = None) -> Plan:
        service = self.service(config, credential)
        plan = plan_install(service, look(service), loaded=self.manager.state().loaded, force=force)
        carry_out(plan, self.fake, self.told.append, self.pauses.append)
        return plan

    def uninstall(self, *, force: bool = False) -> Plan:
        service = self.manager.service()
        plan = plan_uninstall(service, look(service), loaded=self.manager.state().loaded, force=force)
        carry_out(plan, self.fake, self.told.append, self.pauses.append)
        return plan

    def perform(self, what: str) -> None:
        list(perform(getattr(self.manager.service(), what), self.fake, self.told.append, self.pauses.append))

    @property
    def file(self) -> Path:
        return self.service().files[0].path

    @property
    def files(self) -> list[str]:
        return sorted(path.relative_to(self.home).as_posix() for path in self.home.rglob("*") if not path.is_dir())

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Neither file nor service changes in the body."""
        before, pid = {path: path.read_bytes() for path in self.home.rglob("*") if path.is_file()}, self.fake.pid
        yield
        assert {path: path.read_bytes() for path in self.home.rglob("*") if path.is_file()} == before
        assert self.fake.pid == pid


@pytest.fixture(params=["systemd", "launchd"])
def rig(tmp_path: Path, request: pytest.FixtureRequest) -> Rig:
    return Rig(tmp_path / "home", request.param)


@pytest.fixture
def linux(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "home", "systemd")


@pytest.fixture
def mac(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "home", "launchd")


# --- what holds for both ---


def test_after_an_installation_the_service_runs_now_and_at_every_login(rig: Rig) -> None:
    rig.install()
    state = rig.manager.state()
    assert (state.running, state.enabled, state.pid) == (True, True, rig.fake.pid)
    assert rig.file.stat().st_mode & 0o777 == 0o600


def test_a_second_installation_changes_nothing_and_restarts_nothing(rig: Rig) -> None:
    rig.install()
    with rig.untouched():
        plan = rig.install()
    assert (plan.write, plan.unchanged) == ((), (rig.file,))


def test_an_installation_that_changes_the_file_restarts_the_service(rig: Rig) -> None:
    rig.install()
    pid = rig.fake.pid
    rig.install("/other.toml")
    assert rig.manager.state().running
    assert rig.fake.pid != pid
    assert "/other.toml" in rig.file.read_text()


def test_an_installation_starts_a_service_that_was_stopped(rig: Rig) -> None:
    rig.install()
    rig.perform("stop")
    assert not rig.manager.state().running
    rig.install()
    assert rig.manager.state().running


def test_stop_start_and_restart_do_what_they_say(rig: Rig) -> None:
    rig.install()
    pid = rig.fake.pid
    rig.perform("restart")
    assert rig.fake.pid not in (0, pid)
    pid = rig.fake.pid
    rig.perform("start")
    assert rig.fake.pid == pid
    for what, running in (("stop", False), ("start", True), ("stop", False), ("restart", True)):
        rig.perform(what)
        assert rig.manager.state().running == running


def test_after_uninstalling_nothing_is_left(rig: Rig) -> None:
    rig.install()
    rig.uninstall()
    assert (rig.files, rig.manager.state().loaded, rig.fake.pid) == ([], False, 0)


def test_uninstalling_what_is_not_installed_does_nothing(rig: Rig) -> None:
    assert rig.uninstall() == Plan()
    assert rig.told == []


def test_a_file_changed_by_hand_is_neither_replaced_nor_removed_and_the_service_goes_on(rig: Rig) -> None:
    rig.install()
    rig.file.write_bytes(rig.file.read_bytes() + b"\n")
    with rig.untouched():
        with pytest.raises(UsageError, match="refusing to replace"):
            rig.install()
        with pytest.raises(UsageError, match="refusing to remove"):
            rig.uninstall()


def test_force_replaces_and_removes_it(rig: Rig) -> None:
    rig.install()
    rig.file.write_bytes(b"mine\n")
    rig.install(force=True)
    assert rig.file.read_bytes() == rig.service().files[0].data
    rig.file.write_bytes(b"mine\n")
    rig.uninstall(force=True)
    assert rig.files == []


def test_a_file_of_an_older_memsyncd_is_replaced_without_force(rig: Rig) -> None:
    rig.install("/as-it-was-then.toml")
    assert len(rig.install().write) == 1


def test_a_dry_run_names_every_file_and_command_and_does_none(rig: Rig) -> None:
    service = rig.service()
    plan = plan_install(service, look(service), loaded=False, force=False)
    words = [*words_of(plan)]
    assert words[0] == f"would write {rig.file}"
    assert words[1:] == [f"would run {' '.join(command.arguments)}" for command in plan.after]
    assert rig.files == []


# --- systemd ---


def test_the_unit_and_what_a_person_says_about_it_stand_in_different_folders(linux: Rig) -> None:
    linux.install(credential=Path("/secret/key"))
    assert linux.files == [
        ".config/systemd/user/default.target.wants/memsyncd.service",
        ".config/systemd/user/memsyncd.service.d/credentials.conf",
        ".local/share/systemd/user/memsyncd.service",
    ]


def test_installing_again_without_the_key_keeps_its_drop_in_and_uninstalling_removes_it(linux: Rig) -> None:
    linux.install(credential=Path("/secret/key"))
    linux.install()
    assert "credentials.conf" in str(linux.files)
    linux.uninstall()
    assert linux.files == []


def test_drop_ins_of_a_persons_own_stay(linux: Rig) -> None:
    linux.install(credential=Path("/secret/key"))
    own = linux.home / ".config/systemd/user/memsyncd.service.d/override.conf"
    own.write_text("[Service]\nNice=19\n")
    linux.uninstall()
    assert linux.files == [own.relative_to(linux.home).as_posix()]


def test_empty_folders_of_units_go_and_others_stay(linux: Rig) -> None:
    linux.install()
    (linux.home / ".config/systemd/user/other.service").write_text("[Service]\n")
    linux.uninstall()
    folders = sorted(path.relative_to(linux.home).as_posix() for path in linux.home.rglob("*") if path.is_dir())
    assert folders == [".config", ".config/systemd", ".config/systemd/user", ".local", ".local/share"]


@pytest.mark.parametrize("masked", [True, False])
def test_a_unit_that_would_be_read_instead_of_ours_is_refused_before_anything_is_written(
    linux: Rig, masked: bool
) -> None:
    rival = linux.home / ".config/systemd/user/memsyncd.service"
    rival.parent.mkdir(parents=True)
    rival.symlink_to("/dev/null") if masked else rival.write_text("[Service]\n")
    with pytest.raises(UsageError, match="another unit of this name comes first"):
        refuse_rival(linux.service())


def test_a_unit_that_is_a_symlink_is_somebody_elses(linux: Rig) -> None:
    linux.file.parent.mkdir(parents=True)
    linux.file.symlink_to("/etc/hostname")
    with pytest.raises(MemsyncdError, match="symlink"):
        linux.install()


def test_what_the_manager_refuses_is_told_in_its_words(linux: Rig) -> None:
    assert isinstance(linux.fake, FakeSystemd)
    linux.fake.fails = "Job for memsyncd.service failed because of unavailable resources."
    with pytest.raises(MemsyncdError, match="unavailable resources") as failed:
        linux.install()
    assert "service status" in failed.value.hint
    assert linux.told[-1].startswith("systemctl --user enable")


# --- launchd ---


def test_a_job_that_is_still_ending_is_waited_for(mac: Rig) -> None:
    mac.install()
    assert isinstance(mac.fake, FakeLaunchd)
    mac.fake.slow = 2
    mac.install("/other.toml")
    assert (mac.manager.state().running, len(mac.pauses)) == (True, 2)


def test_without_a_graphical_session_the_way_out_is_named(mac: Rig) -> None:
    assert isinstance(mac.fake, FakeLaunchd)
    mac.fake.session = False
    with pytest.raises(MemsyncdError, match="Domain does not support") as failed:
        mac.install()
    assert "log in at the Mac's own screen" in failed.value.hint


def test_the_log_that_launchd_kept_goes_with_the_service(mac: Rig) -> None:
    mac.install()
    log = mac.home / "Library" / "Logs" / "memsyncd.log"
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\n")
    assert mac.manager.log_lines(1, mac.home / "none") == ["two"]
    mac.uninstall()
    assert mac.files == []


def test_launchd_takes_no_credential(mac: Rig) -> None:
    with pytest.raises(UsageError, match="is for systemd"):
        mac.service(credential=Path("/secret/key"))
