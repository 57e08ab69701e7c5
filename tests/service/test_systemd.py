"""The systemd unit: its text, for every version and any path."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from memsyncd.service import systemd
from memsyncd.service.program import Program
from memsyncd.service.seal import is_untouched

ROOT = Path(__file__).parents[2]


def unit(*arguments: str, version: int = 252, env_file: str = "/c/env", **environment: str) -> str:
    program = Program(arguments=arguments or ("/v/bin/python",), environment=tuple(environment.items()))
    return systemd.render_unit(program, version=version, env_file=env_file).decode()


def settings(text: str) -> dict[str, list[str]]:
    """The keys of a unit, each with its values, under which section they stand left out."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def test_the_file_in_the_repository_is_what_is_rendered_by_default() -> None:
    assert (ROOT / "systemd" / systemd.UNIT).read_bytes() == systemd.render_unit(systemd.DEFAULT)


def test_the_unit_is_sealed() -> None:
    assert is_untouched(unit().encode())


def test_the_daemon_is_watched_restarted_and_not_restarted_for_a_wrong_configuration() -> None:
    said = settings(unit())
    expected = {
        "Type": "notify",
        "NotifyAccess": "main",
        "WatchdogSec": "90",
        "Restart": "on-failure",
        "RestartPreventExitStatus": "2",
        "ExecReload": "/bin/kill -HUP $MAINPID",
        "EnvironmentFile": "-/c/env",
        "WantedBy": "default.target",
    }
    assert {key: said[key] for key in expected} == {key: [value] for key, value in expected.items()}


def test_no_directive_needs_a_mount_namespace_or_rights_that_a_user_lacks() -> None:
    needs = r"^(Protect|Private|ReadWrite|ReadOnly|DynamicUser|Capability|StateDirectory|IPAddress)"
    assert [key for key in settings(unit()) if re.match(needs, key)] == []


@pytest.mark.parametrize(
    ("version", "kind", "steps"),
    [
        (0, "notify", False),
        (252, "notify", False),
        (253, "notify-reload", False),
        (254, "notify-reload", True),
        (260, "notify-reload", True),
    ],
)
def test_a_newer_systemd_is_told_in_newer_words(version: int, kind: str, steps: bool) -> None:
    said = settings(unit(version=version))
    assert said["Type"] == [kind]
    assert ("ExecReload" in said) == (kind == "notify")
    assert ("RestartSteps" in said) == ("RestartMaxDelaySec" in said) == steps
    assert said["StartLimitIntervalSec"] == (["0"] if steps else ["600"])


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/a b/python", '"/a b/python"'),
        ('/a"b', '"/a\\"b"'),
        ("/a\\b", '"/a\\\\b"'),
        ("/100%/x", "/100%%/x"),
        ("/%h/x", "/%%h/x"),
        ("%h/x", "%h/x"),
        ("/a;b", '"/a;b"'),
    ],
)
def test_systemd_finds_in_a_word_what_was_meant(word: str, written: str) -> None:
    said = settings(unit("/p", word, NAME=word))
    assert said["ExecStart"] == [f"/p {written}"]
    assert said["Environment"] == [f"NAME={written}" if written[0] != '"' else f'"NAME={written[1:]}']


def test_a_dollar_in_a_path_is_no_variable() -> None:
    assert settings(unit("/p", "/a$HOME"))["ExecStart"] == [":/p /a$HOME"]


def test_the_environment_file_keeps_its_spaces_and_is_optional() -> None:
    assert settings(unit(env_file="/a b/100%/env"))["EnvironmentFile"] == ["-/a b/100%%/env"]


def test_the_key_comes_from_a_file_and_never_stands_in_the_unit() -> None:
    drop_in = systemd.render_credentials(Path("/s/key 100%"))
    assert is_untouched(drop_in)
    assert settings(drop_in.decode()) == {"LoadCredential": [f"{systemd.CREDENTIAL}:/s/key 100%%"]}
