"""The command line: one file per command, loaded when it is called, and the one place where errors end.

A command returns its exit code, or None for 0; what keeps it from its work is raised as a ``MemsyncdError``.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from memsyncd import __version__
from memsyncd.cli.options import Invocation, Options, invocation, log_options, shared_options
from memsyncd.cli.output import Output
from memsyncd.errors import MemsyncdError, UsageError

COMMANDS = {
    "catch-up": "Read what is new, write the days that changed, stop.",
    "init": "Find the agents, write a commented configuration.",
    "backfill": "Write chosen days again.",
    "plan": "Which days would be written, why, and the diff.",
    "show": "One day's memory.",
    "run": "The daemon: watch the logs, write the days that change.",
    "service": "Run it always: a systemd user unit, a launchd agent.",
    "logs": "The structured log, for people; --follow goes on.",
    "history": "The versions of memory files that were replaced.",
    "undo": "Bring an earlier version of a day's file back.",
    "status": "How memory stands, and what needs you.",
    "sources": "The agents whose logs are read, and those whose are not.",
    "doctor": "Does this machine let memsyncd work, and what to do where not.",
    "compare": "Days whose files are missing, sparse or stale.",
    "validate": "Are the memory files sound?",
    "grade": "How much of a day can be found through its file.",
    "stats": "Sources, days, models, tokens and cost in numbers.",
    "transitions": "Where one model took over from another.",
    "extract": "The conversation itself, without noise and secrets.",
    "redact": "A filter that takes the secrets out of a text.",
    "config": "Show or check the configuration.",
    "demo": "A made-up week, in a folder of its own.",
}
"""What ``--help`` says of each, in its order; a command stands in the module of its name as ``command``."""

EXIT_CODES = """\b
Exit codes:
  0  fine
  1  failed
  2  usage or configuration
  3  part of the work failed
  4  another memsyncd holds the lock
  5  a check found problems
"""

_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


class _Commands(click.Group):
    """Finds commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 — click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"memsyncd.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        # click would import every command to ask it for its first sentence, and cut that short.
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, invoke_without_command=True, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="memsyncd")
@click.option(
    "--catch-up", "catch_up", is_flag=True, help="Read what is new, write the days that changed, and stop."
)
@log_options
@shared_options
@invocation
def cli(call: Invocation, catch_up: bool) -> int | None:
    r"""Turn the logs that AI agents leave behind into dated Markdown memory.

    \b
    First time:         memsyncd init && memsyncd --catch-up
    Any two folders:    memsyncd --catch-up --sessions-dir LOGS --memory-dir MEMORY
    See it work:        memsyncd demo
    """
    context = click.get_current_context()
    if catch_up and context.invoked_subcommand:
        raise UsageError("--catch-up stands alone", why=f"it was given together with {context.invoked_subcommand}")
    if catch_up:
        from memsyncd.cli.catch_up import run  # noqa: PLC0415 — loaded when called, as every command

        return run(call)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return None


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns the exit code; every error ends here."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # What a stream cannot show, such as an arrow in Latin-1, must not end a command whose work is done.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    # A broken command line has no parsed options yet, and its error must be JSON all the same.
    as_json, verbose = "--json" in arguments, bool({"-v", "--verbose"} & {*arguments})
    try:
        result: Any = cli.main(arguments, prog_name="memsyncd", standalone_mode=False)
    except MemsyncdError as error:
        return _fail(error, as_json=as_json)
    except click.ClickException as error:
        return _fail_usage(error, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was done is kept, run it again to go on", err=True)
        return _INTERRUPTED
    except SystemExit:
        # click's answer to a reader (head, less) that has gone, which is no failure of ours.
        return 0
    except Exception as error:  # noqa: BLE001 — the last net: a person sees words, not a traceback
        if verbose:
            traceback.print_exc()
        return _fail(_internal(error), as_json=as_json)
    return result if isinstance(result, int) else 0


def _fail(error: MemsyncdError, *, as_json: bool) -> int:
    out = Output(as_json=as_json)
    if as_json:
        out.json(error)
    out.error(error)
    return error.exit_code


def _fail_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        what = UsageError(error.format_message())
        Output(as_json=True).json(what)
    error.show()
    return 2


def _internal(error: Exception) -> MemsyncdError:
    return MemsyncdError(
        "internal error",
        why=f"{type(error).__name__}: {error}",
        hint="run it again with --verbose and report what it prints; your files were left in order",
    )


__all__ = ["COMMANDS", "Options", "cli", "main"]
