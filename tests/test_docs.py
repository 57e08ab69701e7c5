"""README, CONTRIBUTING, CHANGELOG and Makefile say what the program does, and nothing else."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from memsyncd import cli
from memsyncd.cli import COMMANDS
from memsyncd.core.markers import BEGIN

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def command(name: str) -> click.Command:
    found = cli.cli.get_command(click.Context(cli.cli), name)
    assert found is not None
    return found


def options(of: click.Command) -> set[str]:
    """Every option of a command and of those below it."""
    own = {name for parameter in of.params for name in (*parameter.opts, *parameter.secondary_opts)}
    below = of.commands.values() if isinstance(of, click.Group) else ()
    return own.union(*map(options, below))


def table(text: str, heading: str) -> dict[str, str]:
    """The rows of the table below a heading: the first cell and the line."""
    _, _, section = text.partition(f"\n## {heading}\n")
    rows = re.findall(r"^\|([^|\n]+)\|.*$", section.partition("\n## ")[0], re.MULTILINE)
    lines = re.findall(r"^\|.*$", section.partition("\n## ")[0], re.MULTILINE)
    return dict(zip((row.strip() for row in rows[2:]), lines[2:], strict=True))


def called(cell: str) -> str:
    """The command that the first cell of README's table is about."""
    return re.findall(r"`(?:memsyncd )?([a-z-]+)", cell)[-1].split()[0]


# --- README ---


def test_readme_lists_every_command_and_no_other() -> None:
    assert sorted(called(cell) for cell in table(README, "Commands")) == sorted(COMMANDS)


def test_readme_shows_only_options_that_its_commands_have() -> None:
    everywhere = options(cli.cli) | {"--help"}
    for cell, line in table(README, "Commands").items():
        assert set(OPTION.findall(line)) <= options(command(called(cell))) | {"--catch-up"}, cell
    every = everywhere.union(*(options(command(name)) for name in COMMANDS))
    assert set(OPTION.findall(README)) <= every


def test_every_command_line_in_readme_names_a_command() -> None:
    lines = re.findall(r"(?:^\$ |`)memsyncd ([a-z-]+)", README, re.MULTILINE)
    assert set(lines) <= {*COMMANDS, "--catch-up"}


def test_the_exit_codes_in_readme_are_those_of_help() -> None:
    in_help = re.findall(r"^  (\d)  (.+)$", cli.EXIT_CODES, re.MULTILINE)
    sentence = README.partition("Exit codes: ")[2].partition(".")[0]
    in_readme = re.findall(r"(\d) ([^,]+)", " ".join(sentence.split()))
    assert in_readme == in_help


def test_the_make_targets_of_readme_and_contributing_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", README + CONTRIBUTING)) - {"are"}
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_the_comments_at_the_top_of_the_makefile_name_targets() -> None:
    named = set(re.findall(r"^# make ([a-z]+)", MAKEFILE, re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_readme_shows_the_markers_as_they_are_written() -> None:
    assert f"\n{BEGIN.decode()}\n" in README


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_within_the_project_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_what_ci_runs_is_what_readme_says() -> None:
    last = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1]
    assert last == "make test"
    assert "$ make test" in README


# --- CONTRIBUTING ---


def test_contributing_gives_a_reason_for_every_dependency_and_for_no_other() -> None:
    needed = [
        re.split(r"[<>=;\[ ]", line)[0]
        for line in PROJECT["project"]["dependencies"]
        if "sys_platform" not in line
    ]
    extra = [re.split(r"[<>=]", line)[0] for line in PROJECT["project"]["optional-dependencies"]["redact"]]
    named = [name for name in table(CONTRIBUTING, "Dependencies") if name not in ("---", "package")]
    assert sorted(named) == sorted(needed + extra)


def test_contributing_names_every_development_dependency() -> None:
    words = CONTRIBUTING.partition("For development: ")[2]
    for line in PROJECT["project"]["optional-dependencies"]["dev"]:
        name = re.split(r"[<>=\[]", line)[0].removeprefix("pytest-")
        assert re.search(rf"\b{name}\b", words), name


def test_the_layers_of_contributing_are_those_that_are_checked() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    checked = {name.strip().removeprefix("memsyncd.") for layer in layers for name in layer.split("|")}
    cells = " ".join(table(CONTRIBUTING, "How it is laid out"))
    told = {name.removesuffix(".py").rstrip("/") for name in re.findall(r"`([^`]+)`", cells)}
    assert told == checked - {"config_reader"}  # a part of config.py that stands in a file of its own


# --- CHANGELOG, pyproject.toml, hints ---


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert re.match(r"# Changelog\n\n## Unreleased\n\n- ", CHANGELOG)


def test_the_changelog_names_only_commands_that_there_are() -> None:
    named = set(re.findall(r"`(?:memsyncd )?([a-z][a-z-]*)(?: [a-z]+)?`", CHANGELOG))
    assert named == set(COMMANDS)


TO_COME = "run summarize why search history undo forget redact status doctor logs service pull export backup restore report skill"


def hints(path: Path) -> Iterator[str]:
    """What a module's errors advise: every text that is given, or assigned, as ``hint``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        given = isinstance(node, ast.keyword) and node.arg == "hint"
        assigned = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint"
        if given or assigned:
            yield ast.unparse(node.value)


def test_no_hint_names_a_command_that_is_still_to_come() -> None:
    found = [(path.name, hint) for path in sorted((ROOT / "memsyncd").rglob("*.py")) for hint in hints(path)]
    named = {(name, word) for name, hint in found for word in re.findall(r"\bmemsyncd ([a-z][a-z-]*)", hint)}
    assert {word for _, word in named} >= {"stats", "init"}
    assert [pair for pair in sorted(named) if pair[1] in {*TO_COME.split()} - {*COMMANDS}] == []
