"""The options that several commands share, and how they reach a command.

``--config``, ``--json``, ``--quiet`` and ``--verbose`` stand on every command, the two folders on every command
that reads logs or writes memory. They may also be given before the command's name; the command's own word wins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from memsyncd.cli.output import Output

Function = TypeVar("Function", bound=Callable[..., Any])

_NAMES = ("config", "as_json", "quiet", "verbose", "sessions_dir", "memory_dir")


class Options(Struct, frozen=True, kw_only=True):
    """The shared options as given; None and False mean: not given."""

    config: Path | None = None
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    sessions_dir: Path | None = None
    memory_dir: Path | None = None


class Invocation(Struct, frozen=True, kw_only=True):
    """What a command is called with: the shared options, where to print, and the environment."""

    options: Options
    out: Output
    env: Mapping[str, str]


def shared_options(function: Function, *, as_json: bool = True) -> Function:
    """Adds ``--config``, ``--json``, ``--quiet`` and ``--verbose``."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Show log lines, and a traceback if something breaks."),
        click.option("-q", "--quiet", is_flag=True, help="Only warnings and errors on stderr."),
        *(
            [click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")]
            if as_json
            else []
        ),
        click.option(
            "--config", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file to use."
        ),
    ):
        function = option(function)
    return function


def log_options(function: Function) -> Function:
    """Adds ``--sessions-dir`` and ``--memory-dir``, which need no configuration."""
    folder = click.Path(path_type=Path)
    for option in (
        click.option("--memory-dir", type=folder, metavar="DIR", help="Folder of the memory files."),
        click.option("--sessions-dir", type=folder, metavar="DIR", help="Folder of the session logs to read."),
    ):
        function = option(function)
    return function


def invocation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hands the command an ``Invocation`` as its first argument in place of the shared options."""

    @wraps(function)
    def call(*args: object, **values: Any) -> Any:  # noqa: ANN401 — a command's own options
        context = click.get_current_context()
        given = {name: values.pop(name) for name in _NAMES if name in values}
        before = context.obj if isinstance(context.obj, Options) else Options()
        options = replace(before, **{name: value for name, value in given.items() if value})
        context.obj = options
        out = Output(as_json=options.as_json, quiet=options.quiet, verbose=options.verbose)
        return function(Invocation(options=options, out=out, env=os.environ), *args, **values)

    # click keeps the lines of a paragraph that begins with the character \b, which a raw docstring cannot hold.
    call.__doc__ = (function.__doc__ or "").replace(r"\b", "\b")
    return call
