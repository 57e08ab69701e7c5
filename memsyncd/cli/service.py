"""``memsyncd service``: the daemon as a service of systemd or launchd."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import click

from memsyncd.adapters.config_file import load_config
from memsyncd.cli.options import Function, Invocation, invocation, shared_options
from memsyncd.cli.service_report import files, log_lines, own_log, planned, rows, said, shown, stands, told
from memsyncd.errors import PROBLEMS_FOUND, MemsyncdError, UsageError
from memsyncd.service.install import (
    Plan,
    carry_out,
    look,
    plan_install,
    plan_uninstall,
    refuse_rival,
)
from memsyncd.service.managers import ServiceManager, home_of, manager_of, user_id
from memsyncd.service.model import Service
from memsyncd.service.program import Program, interpreter, program, refuse_passing

_LOG_LINES = 10

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")


def _changing(function: Function) -> Function:
    """Adds ``--dry-run`` and ``--force``."""
    force = click.option("--force", is_flag=True, help="Even where a file was changed by hand.")
    return dry_run_option(force(function))


@click.group()
@shared_options
@invocation
def command(call: Invocation) -> None:
    """Run the daemon as a service: systemd on Linux, launchd on macOS."""


@command.command()
@click.option(
    "--credential-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File with the Anthropic API key, handed over as a systemd credential.",
)
@_changing
@shared_options
@invocation
def install(call: Invocation, credential_file: Path | None, dry_run: bool, force: bool) -> int:
    r"""Start the daemon now and at every login.

    May be repeated: an unchanged file stays, a changed one is replaced and the service restarted. A file that you
    changed by hand is left alone without --force.

    \b
    Examples:
      memsyncd service install
      memsyncd service install --dry-run
      memsyncd service install --credential-file ~/.secrets/anthropic
    """
    manager = _manager(call)
    started = _program(call)
    if not force:
        refuse_passing(started.arguments[0], str(home_of(call.env)), call.env)
    credential = _checked(call, credential_file)
    service = manager.service(started, credential)
    refuse_rival(service)
    plan = plan_install(service, look(service), loaded=manager.state().loaded, force=force)
    if dry_run:
        return planned(call, manager, plan)
    answers = carry_out(plan, manager.run, call.out.say)
    problems, advice = manager.problems(service), manager.advice()
    for problem in problems:
        call.out.warn(problem)
    for line in advice:
        call.out.say(f"hint: {line}")
    return stands(call, manager, {**files(plan), **said(answers), "problems": problems, "advice": advice})


@command.command()
@_changing
@shared_options
@invocation
def uninstall(call: Invocation, dry_run: bool, force: bool) -> int:
    r"""Stop the service and remove what install wrote, nothing else.

    Memory, configuration and drop-ins of your own stay. A file that you changed by hand is left alone, and the
    service with it, without --force.

    \b
    Examples:
      memsyncd service uninstall
      memsyncd service uninstall --dry-run
    """
    manager = _manager(call)
    service = manager.service()
    plan = plan_uninstall(service, look(service), loaded=manager.state().loaded, force=force)
    if dry_run:
        return planned(call, manager, plan)
    answers = carry_out(plan, manager.run, call.out.say)
    if call.out.as_json:
        call.out.json({"manager": manager.name, "dry_run": False, **files(plan), **said(answers)})
    else:
        call.out.data(f"{service.name}: {'removed' if plan != Plan() else 'not installed'}")
    return 0


@command.command()
@dry_run_option
@shared_options
@invocation
def start(call: Invocation, dry_run: bool) -> int:
    r"""Start the installed service, and wait until it is ready.

    \b
    Examples:
      memsyncd service start
    """
    manager, service = _installed(call)
    return told(call, manager, service.start, dry_run=dry_run)


@command.command()
@dry_run_option
@shared_options
@invocation
def stop(call: Invocation, dry_run: bool) -> int:
    r"""Stop the service until the next login or boot.

    \b
    Examples:
      memsyncd service stop
    """
    manager, service = _installed(call)
    return told(call, manager, service.stop, dry_run=dry_run, running=False)


@command.command()
@dry_run_option
@shared_options
@invocation
def restart(call: Invocation, dry_run: bool) -> int:
    r"""Stop the service and start it again, after an update for example.

    \b
    Examples:
      memsyncd service restart
    """
    manager, service = _installed(call)
    return told(call, manager, service.restart, dry_run=dry_run)


@command.command()
@shared_options
@invocation
def status(call: Invocation) -> int:
    r"""Show how the service stands and what it logged last. Exits 5 when it is not running.

    \b
    Examples:
      memsyncd service status
      memsyncd service status --json | jq .state.pid
      memsyncd service status --quiet || memsyncd service start
    """
    manager = _manager(call)
    state = manager.state()
    lines = log_lines(manager.log_lines(_LOG_LINES, own_log(call)))
    if call.out.as_json:
        call.out.json(
            {
                "manager": manager.name,
                "running": state.running,
                "state": state,
                "log": [line.as_dict() for line in lines],
            }
        )
        return 0 if state.running else PROBLEMS_FOUND
    call.out.table(rows(call, state))
    if lines:
        call.out.data("log")
    for line in shown(call, lines):
        call.out.data(f"  {line}")
    if not state.loaded:
        call.out.say("hint: memsyncd service install")
    return 0 if state.running else PROBLEMS_FOUND


@command.command(name="print")
@shared_options
@invocation
def print_(call: Invocation) -> int:
    r"""Print the unit or agent that install would write, for a look or a manager of your own.

    \b
    Examples:
      memsyncd service print
      memsyncd service print > ~/memsyncd.service
    """
    manager = _manager(call)
    text = manager.text(_program(call))
    if call.out.as_json:
        call.out.json({"manager": manager.name, "text": text})
    else:
        call.out.data(text.rstrip("\n"))
    return 0


# --- what the commands share ---


def _manager(call: Invocation) -> ServiceManager:
    return manager_of(sys.platform, call.env, user_id())


def _program(call: Invocation) -> Program:
    """The daemon, with the configuration file that was named, once that is known to be right."""
    _, file = load_config(call.options.config, call.env)
    named = call.options.config or call.env.get("MEMSYNCD_CONFIG")
    return program(interpreter(), str(home_of(call.env)), config=file if named else None, env=call.env)


def _checked(call: Invocation, credential: Path | None) -> Path | None:
    """The file with the API key, by its absolute path."""
    if credential is None:
        return None
    path = credential.expanduser().absolute()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise UsageError(
            "--credential-file is no file that can be read",
            where=path,
            hint="write the key into it, and nothing else",
        )
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        call.out.warn(f"others may read {path}: chmod 600 {path}")
    return path


def _installed(call: Invocation) -> tuple[ServiceManager, Service]:
    manager = _manager(call)
    service = manager.service()
    if not manager.state().loaded and not any(path.exists() for path in service.ours):
        raise MemsyncdError("the service is not installed", where=service.name, hint="memsyncd service install")
    return manager, service
