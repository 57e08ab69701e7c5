"""How a command ends that cannot do its work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import click
import pytest

from memsyncd.errors import StoreError
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run

MEMSYNCD = [sys.executable, "-m", "memsyncd"]


def stand_in(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Puts a command that raises ``error`` in the place of ``memsyncd demo``."""

    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setitem(sys.modules, "memsyncd.cli.demo", SimpleNamespace(command=command))  # type: ignore[arg-type]


# --- errors that nobody foresaw ---


def test_an_internal_error_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ZeroDivisionError("there are no sevens"))
    ran = run("demo")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.splitlines()[0] == "error: internal error: ZeroDivisionError: there are no sevens"
    assert "--verbose" in ran.err
    assert "Traceback" not in ran.err


def test_verbose_adds_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ZeroDivisionError("there are no sevens"))
    ran = run("--verbose", "demo")
    assert ran.err.startswith("Traceback (most recent call last):\n")
    assert "error: internal error: ZeroDivisionError: there are no sevens\n" in ran.err


def test_an_internal_error_is_a_document_with_json(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, ZeroDivisionError("there are no sevens"))
    found = json.loads(run("--json", "demo").out)
    assert (found["error"], found["exit_code"]) == ("internal error", 1)
    assert found["why"] == "ZeroDivisionError: there are no sevens"


# --- errors that were foreseen ---


def test_a_foreseen_error_has_no_traceback_even_with_verbose(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, StoreError("the store is damaged", where="/there", why="page 7", hint="restore it"))
    ran = run("--verbose", "demo")
    assert ran.code == 1
    assert ran.err == "error: the store is damaged: /there: page 7\n  hint: restore it\n"


def test_control_characters_in_an_error_reach_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, StoreError("the store is damaged", where="/\x1b[2Jthere\x9b\u202e"))
    ran = run("demo")
    assert ran.err == "error: the store is damaged: /\ufffd[2Jthere\ufffd\ufffd\n"


@pytest.mark.parametrize("arguments", [["--json", "show"], ["show", "--json"], ["show", "nonsense", "--json"]])
def test_a_wrong_command_line_is_a_document_with_json(arguments: list[str]) -> None:
    ran = run(*arguments)
    found = json.loads(ran.out)
    assert (ran.code, found["exit_code"]) == (2, 2)
    assert "DATE" in found["error"]
    assert ran.err.startswith("Usage: memsyncd show ")


# --- ends that are no errors of ours ---


def test_an_interrupted_command_says_that_it_can_be_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, KeyboardInterrupt())
    ran = run("demo")
    assert ran.code == 128 + signal.SIGINT
    assert ran.err.strip() == "interrupted; what was done is kept, run it again to go on"


@pytest.mark.parametrize("arguments", [["extract"], ["show", "2026-01-15", "--json"]])
def test_a_reader_that_goes_away_is_no_failure(stage: Stage, arguments: list[str]) -> None:
    scenarios.two_days(stage)
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        ended = subprocess.run([*MEMSYNCD, *arguments], stdout=gone, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_a_character_that_the_stream_does_not_know_is_no_failure(stage: Stage, encoding: str) -> None:
    scenarios.two_days(stage)
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    ended = subprocess.run([*MEMSYNCD, "transitions"], capture_output=True, check=False, env=env)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"anthropic/claude-sonnet-4-5 " in ended.stdout
    ended = subprocess.run([*MEMSYNCD, "transitions", "--json"], capture_output=True, check=True, env=env)
    assert json.loads(ended.stdout.decode("utf-8"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_folder_whose_name_is_not_utf8_is_refused_in_words(stage: Stage) -> None:
    scenarios.two_days(stage)
    odd = os.fsencode(stage.root) + b"/memory-\xff"
    os.mkdir(odd)  # noqa: PTH102 — the name is bytes
    ran = run("catch-up", "--sessions-dir", str(stage.openclaw.sessions), "--memory-dir", os.fsdecode(odd))
    assert ran.code == 2
    assert "a folder has a name that is not UTF-8" in ran.err
    assert "memory-\\xff" in ran.err
