"""This machine and this installation, as far as they can be known."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from memsyncd.adapters.machine import clock_is_set_by_network, this_machine


def program(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_python_and_system_are_told() -> None:
    found = this_machine({}, 1000)
    assert found.python == sys.version.split()[0]
    assert (found.platform, found.executable, found.user) == (sys.platform, sys.executable, 1000)
    assert found.names == sys.getfilesystemencoding()


def test_extras_are_looked_up_and_not_imported() -> None:
    found = this_machine({}, 1000)
    assert set(found.extras) == {"summarize", "redact", "postgres"}
    assert found.extras["redact"] is None  # hidden from all tests
    assert "anthropic" not in sys.modules


def test_of_the_variables_asked_for_those_that_are_set_are_named() -> None:
    assert this_machine({"A": "1", "B": "", "C": "1"}, 1000, ("A", "B", "D")).variables == ("A",)


@pytest.mark.parametrize(("user", "env", "through"), [(0, {"SUDO_USER": "mira"}, True), (0, {}, False)])
def test_root_is_told_apart_from_a_person_with_sudo(user: int, env: dict[str, str], through: bool) -> None:
    assert this_machine(env, user).through_sudo is through
    assert not this_machine({"SUDO_USER": "mira"}, 1000).through_sudo


def test_the_command_that_the_shell_starts_is_the_first_on_its_path(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "memsyncd").write_text("not executable")
    found = program(tmp_path / "b" / "memsyncd")
    program(tmp_path / "c" / "memsyncd")
    path = os.pathsep.join(str(tmp_path / name) for name in "abc")
    installation = this_machine({"PATH": path}, 1000).installation
    assert (installation.command, installation.own_command) == (found, False)
    assert this_machine({}, 1000).installation.command is None


def test_a_link_to_our_own_command_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = program(tmp_path / "venv" / "bin" / "memsyncd")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "memsyncd").symlink_to(real)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(real.parent))
    assert this_machine({"PATH": str(tmp_path / "bin")}, 1000).installation.own_command


@pytest.mark.parametrize(
    ("prefix", "by"),
    [
        ("/home/m/.local/share/pipx/venvs/memsyncd", "pipx"),
        ("/home/m/.local/share/uv/tools/memsyncd", "uv"),
        ("/srv/venv", "venv"),
    ],
)
def test_who_installed_it_shows_in_the_prefix(prefix: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    assert this_machine({}, 1000).installation.by == by
    monkeypatch.setattr(sys, "base_prefix", prefix)
    expected = "system" if by == "venv" else by
    assert this_machine({}, 1000).installation.by == expected


@pytest.mark.parametrize(
    ("answer", "known"),
    [("echo yes", True), ("echo no", False), ("echo perhaps", None), ("exit 1", None)],
)
def test_who_sets_the_clock_is_asked_of_timedatectl(
    answer: str, known: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin" / "timedatectl", answer)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert clock_is_set_by_network() is known


def test_without_timedatectl_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert clock_is_set_by_network() is None
