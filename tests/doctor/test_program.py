"""Python, the installation, its libraries, the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsyncd.config import RedactionConfig
from memsyncd.doctor.checks.program import program
from tests.doctor.builders import configured, facts, installation, machine, only


def on(**changes: Any) -> Any:
    return program(facts(machine=machine(**changes)))


def test_the_versions_and_where_they_come_from_are_told() -> None:
    told = {check.name: check.finding for check in on()}
    assert told["Python"] == "3.12.4 on Linux 6.12 x86_64"
    assert told["memsyncd"].startswith("1.2.3, installed by pipx in /home/mira/")
    assert told["extras"] == "summarize: not installed; postgres: not installed"


def test_a_checkout_and_each_way_of_installing_are_told_apart() -> None:
    words = {
        next(check.finding for check in on(installation=installation(by=by)) if check.name == "memsyncd")
        for by in ("pipx", "uv", "venv", "system")
    }
    assert len(words) == 4
    checkout = on(installation=installation(by="venv", checkout=Path("/src")))
    assert "from the checkout /src, in the environment" in next(
        c.finding for c in checkout if c.name == "memsyncd"
    )


def test_an_extra_that_is_there_is_told_with_its_version() -> None:
    extras = {"summarize": "2.12.0", "redact": "1.5.0", "postgres": None}
    told = next(check.finding for check in on(extras=extras) if check.name == "extras")
    assert told == "summarize: anthropic 2.12.0; postgres: not installed"


@pytest.mark.parametrize(
    ("by", "advice"),
    [("pipx", "pipx ensurepath"), ("uv", "uv tool update-shell"), ("venv", "/bin/memsyncd"), ("system", "PATH")],
)
def test_a_command_that_the_shell_does_not_find_is_noted_with_what_each_installer_does(
    by: str, advice: str
) -> None:
    check = only(on(installation=installation(by=by, command=None, own_command=False)))
    assert (check.verdict, check.name) == ("note", "command")
    assert advice in (check.advice or "")


def test_a_command_of_another_installation_is_named() -> None:
    check = only(on(installation=installation(command=Path("/usr/bin/memsyncd"), own_command=False)))
    assert "/usr/bin/memsyncd, which belongs to another installation" in check.finding


def test_root_through_sudo_is_told_to_go_without() -> None:
    assert only(on(through_sudo=True, user=0)).advice == "run it without sudo"


@pytest.mark.parametrize(
    ("by", "command"),
    [
        ("pipx", "pipx inject memsyncd google-re2"),
        ("uv", "uv tool install memsyncd --with google-re2"),
        ("venv", "-m pip install google-re2"),
    ],
)
def test_redaction_without_a_linear_engine_is_noted_with_the_installers_own_command(by: str, command: str) -> None:
    check = only(on(linear=False, installation=installation(by=by)))
    assert (check.verdict, check.name) == ("note", "redaction")
    assert (check.advice or "").endswith(command)


def test_both_libraries_of_redaction_are_asked_for_at_once() -> None:
    assert only(on(linear=False, keywords=False)).advice == "pipx inject memsyncd google-re2 ahocorasick-rs"


def test_a_second_detector_that_is_absent_is_noted_unless_it_is_switched_off() -> None:
    extras = {"summarize": None, "redact": None, "postgres": None}
    assert only(on(extras=extras)).advice == "pipx inject memsyncd kingfisher-secret-scanner"
    off = configured(redaction=RedactionConfig(second_detector="off"))
    told = program(facts(machine=machine(extras=extras), settings=off))
    assert {check.verdict for check in told} == {"ok"}


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8"])
def test_every_spelling_of_utf_8_is_fine(encoding: str) -> None:
    assert {check.verdict for check in on(encoding=encoding, names=encoding)} == {"ok"}


def test_another_encoding_of_output_or_of_names_is_noted() -> None:
    assert "ascii, not UTF-8" in only(on(encoding="ascii")).finding
    assert "no known encoding" in only(on(encoding="")).finding
    assert only(on(names="latin-1")).name == "file names"
