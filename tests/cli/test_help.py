"""What ``--help`` shows of every command."""

from __future__ import annotations

import re

import click
import pytest

from memsyncd import cli
from memsyncd.cli import COMMANDS
from memsyncd.errors import PARTLY_FAILED, PROBLEMS_FOUND, ConfigError, Locked, MemsyncdError, UsageError
from tests.cli.transcripts import run

LOOK_AT_LOGS = {
    "",
    "run",
    "catch-up",
    "backfill",
    "plan",
    "show",
    "history",
    "undo",
    "status",
    "sources",
    "doctor",
    "compare",
    "validate",
    "grade",
    "stats",
    "transitions",
    "extract",
}


def leaves() -> list[str]:
    """Every command that does something, with its group's name."""
    found = [""]
    for name in COMMANDS:
        command = cli.cli.get_command(click.Context(cli.cli), name)
        assert command is not None
        parts = command.commands if isinstance(command, click.Group) else {}
        found += [f"{name} {part}" for part in parts] or [name]
    return found


def shown(command: str) -> str:
    ran = run(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def options_of(command: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", shown(command).partition("Options:")[2]))


@pytest.mark.parametrize("command", leaves())
def test_every_command_takes_the_shared_options(command: str) -> None:
    # A filter reports where --report says; what the daemon has to say is its log.
    as_json = set() if command in ("redact", "run") else {"--json"}
    assert options_of(command) >= {"--config", "--quiet", "--verbose", "--help"} | as_json


@pytest.mark.parametrize("command", leaves())
def test_the_two_folders_are_options_where_logs_are_read_or_memory_is_written(command: str) -> None:
    folders = {"--sessions-dir", "--memory-dir"}
    assert options_of(command) & folders == (folders if command in LOOK_AT_LOGS else set())


@pytest.mark.parametrize("command", leaves()[1:])
def test_every_command_shows_examples_of_itself_a_line_each(command: str) -> None:
    _, _, examples = shown(command).partition("\n  Examples:\n")
    lines = examples.partition("\n\n")[0].splitlines()
    assert lines
    name = command.rsplit(maxsplit=1)[-1]
    assert all(re.match(rf"    memsyncd .*\b{name}\b", line) for line in lines)


def test_the_examples_use_only_options_that_there_are() -> None:
    for command in leaves()[1:]:
        examples = shown(command).partition("\n  Examples:\n")[2].partition("\n\n")[0]
        used = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", examples))
        assert used <= options_of(command) | {"--catch-up"}, command


def test_no_line_of_help_was_run_together_or_cut_short() -> None:
    for command in ("", "config", *leaves()):
        text = shown(command)
        assert "\\b" not in text
        assert not re.search(r"^  .*\.\.\.$", text, re.MULTILINE)


def test_the_commands_are_listed_in_order_without_being_imported() -> None:
    listed = re.findall(r"^  ([a-z-]+)  ", shown("").partition("Commands:")[2], re.MULTILINE)
    assert listed == list(COMMANDS)


def test_every_command_stands_in_the_module_of_its_name() -> None:
    for name in COMMANDS:
        command = cli.cli.get_command(click.Context(cli.cli), name)
        assert isinstance(command, click.Command)
        assert command.help


def test_the_exit_codes_in_help_are_those_of_the_errors() -> None:
    codes = dict(re.findall(r"^    (\d)  (.+)$", shown("").partition("Exit codes:")[2], re.MULTILINE))
    assert list(codes) == ["0", "1", "2", "3", "4", "5"]
    errors = {MemsyncdError: "failed", UsageError: "usage or configuration", ConfigError: "usage or configuration"}
    errors[Locked] = "another memsyncd holds the lock"
    assert all(codes[str(kind.exit_code)] == words for kind, words in errors.items())
    assert codes[str(PARTLY_FAILED)] == "part of the work failed"
    assert codes[str(PROBLEMS_FOUND)] == "a check found problems"


def test_without_any_argument_the_help_is_shown() -> None:
    ran = run()
    assert (ran.code, ran.out) == (0, shown(""))
