"""What a service manager starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from memsyncd.errors import MemsyncdError, UsageError
from memsyncd.service.program import HANDED_ON, interpreter, program, refuse_passing

HOME = "/home/mira"
PYTHON = f"{HOME}/.local/share/pipx/venvs/memsyncd/bin/python"


def started(config: Path | None = None, /, platform: str = "linux", **env: str) -> tuple[str, dict[str, str]]:
    found = program(PYTHON, HOME, config=config, env=env, platform=platform)
    return " ".join(found.arguments), dict(found.environment)


def test_the_daemon_is_started_by_the_interpreter_and_never_from_the_home_folders_own_modules() -> None:
    assert started()[0] == f"{PYTHON} -P -m memsyncd run"


def test_a_configuration_that_was_named_is_passed_on() -> None:
    assert started(Path("/etc/m.toml"))[0].endswith("run --config /etc/m.toml")


def test_the_search_path_is_the_same_whatever_shell_installs_the_service() -> None:
    _, environment = started(PATH="/opt/venv/bin:/usr/bin", VIRTUAL_ENV="/opt/venv")
    assert environment == {"PATH": f"{HOME}/.local/bin:/usr/local/bin:/usr/bin:/bin"}
    assert "/opt/homebrew/bin" in started(platform="darwin")[1]["PATH"]


def test_what_names_folders_and_the_zone_is_handed_on_and_nothing_else() -> None:
    env = {name: f"/x/{name}" for name in HANDED_ON}
    _, environment = started(None, "linux", **env, ANTHROPIC_API_KEY="never", EDITOR="vi")
    environment.pop("PATH")
    assert environment == env


def test_no_variable_that_is_handed_on_is_named_like_a_secret() -> None:
    assert [name for name in HANDED_ON if any(word in name for word in ("KEY", "TOKEN", "SECRET", "PASS"))] == []


@pytest.mark.parametrize("text", ["/a\nExecStartPre=/bin/rm", "/a\x07", "/a\udcff", "/a\u202e"])
def test_a_path_that_could_write_lines_of_its_own_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be printed"):
        started(Path(text))
    with pytest.raises(UsageError, match="cannot be printed"):
        started(XDG_STATE_HOME=text)


# --- the interpreter ---


def test_in_a_virtual_environment_it_is_that_environments_python_by_its_plainest_name(tmp_path: Path) -> None:
    inside = tmp_path / "bin" / "python"
    inside.parent.mkdir()
    inside.symlink_to(sys.executable)
    for name in ("python", "python3", "python3.11"):
        assert interpreter(str(tmp_path / "bin" / name), str(tmp_path), "/usr") == str(inside)


def test_outside_of_one_it_is_the_path_that_it_was_started_by(tmp_path: Path) -> None:
    assert (
        interpreter("/opt/homebrew/opt/python/bin/python3", "/usr", "/usr")
        == "/opt/homebrew/opt/python/bin/python3"
    )
    assert interpreter("/x/Scripts/python", str(tmp_path), "/usr") == "/x/Scripts/python"


def test_a_python_that_does_not_know_where_it_is_installs_nothing() -> None:
    with pytest.raises(MemsyncdError, match="path of the interpreter is unknown"):
        interpreter("", "/usr", "/usr")


@pytest.mark.parametrize(
    "python",
    [f"{HOME}/.cache/uv/archive-v0/x/bin/python", f"{HOME}/Library/Caches/x/bin/python", "/big/uv/x/bin/python"],
)
def test_an_interpreter_in_a_cache_is_refused(python: str) -> None:
    with pytest.raises(UsageError, match="for the moment only") as failed:
        refuse_passing(python, HOME, {"UV_CACHE_DIR": "/big/uv"})
    assert "uv tool install memsyncd" in failed.value.hint


@pytest.mark.parametrize(
    "python",
    [PYTHON, "/usr/bin/python3", f"{HOME}/.local/share/uv/tools/memsyncd/bin/python", f"{HOME}/v/bin/python"],
)
def test_an_interpreter_of_an_installation_is_fine(python: str) -> None:
    refuse_passing(python, HOME, {"XDG_CACHE_HOME": "relative"})
