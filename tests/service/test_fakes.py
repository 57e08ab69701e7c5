"""The fake managers behave as the real ones where it matters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.service.fakes import FakeLaunchd, FakeSystemd, programs

USER = ("systemctl", "--user")


def unit_in(home: Path) -> Path:
    path = home / ".local/share/systemd/user/x.service"
    path.parent.mkdir(parents=True)
    path.write_text("[Service]\n")
    return path


def test_systemd_knows_a_unit_after_a_reload_only(tmp_path: Path) -> None:
    fake = FakeSystemd(tmp_path)
    unit_in(tmp_path)
    assert fake((*USER, "start", "x.service")).code == 5
    assert fake((*USER, "daemon-reload")).code == 0
    assert fake((*USER, "start", "x.service")).code == 0
    assert "ActiveState=active" in fake((*USER, "show", "x.service", "--property=ActiveState")).out


def test_systemd_forgets_a_unit_that_is_gone_and_keeps_its_process(tmp_path: Path) -> None:
    fake = FakeSystemd(tmp_path)
    path = unit_in(tmp_path)
    for verb in ("daemon-reload", "enable", "start"):
        fake((*USER, verb, "x.service"))
    path.unlink()
    fake((*USER, "daemon-reload"))
    assert fake((*USER, "stop", "x.service")).code == 5
    assert fake.pid


def test_enabling_twice_says_something_once(tmp_path: Path) -> None:
    fake = FakeSystemd(tmp_path)
    unit_in(tmp_path)
    fake((*USER, "daemon-reload"))
    assert [bool(fake((*USER, "enable", "x.service")).out) for _ in range(2)] == [True, False]


def test_launchd_loads_an_agent_once(tmp_path: Path) -> None:
    fake = FakeLaunchd()
    path = tmp_path / "a.plist"
    path.write_bytes(b"<plist><dict/></plist>")
    command = ("launchctl", "bootstrap", "gui/501", str(path))
    assert [fake(command).code for _ in range(2)] == [0, 5]
    assert fake(("launchctl", "bootout", "gui/501/a")).code == 0
    assert fake(("launchctl", "bootout", "gui/501/a")).code == 3


def test_as_programs_they_remember(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    unit_in(home)
    programs(tmp_path / "bin", tmp_path / "memory")
    for verb in ("daemon-reload", "start"):
        subprocess.run([tmp_path / "bin" / "systemctl", "--user", verb, "x.service"], check=True)
    shown = subprocess.run([tmp_path / "bin" / "journalctl", "--user"], capture_output=True, text=True, check=True)
    assert shown.stdout == "daemon.ready"
