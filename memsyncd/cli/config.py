"""``memsyncd config``: what the configuration amounts to, and whether it is right."""

from __future__ import annotations

import click
import msgspec

from memsyncd.adapters.config_file import config_path, load_config, state_dir
from memsyncd.cli.options import Invocation, invocation, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import set_up
from memsyncd.config import render_config


@click.group()
@shared_options
@invocation
def command(call: Invocation) -> None:
    """Show or check the configuration."""


@command.command()
@shared_options
@invocation
def show(call: Invocation) -> int:
    r"""Print the configuration in force, every key with its value.

    \b
    Examples:
      memsyncd config show
      memsyncd config show --json | jq .config.memory
    """
    config, file = load_config(call.options.config, call.env)
    if call.out.as_json:
        plain = msgspec.to_builtins(config, enc_hook=str)
        call.out.json({"file": file, "state_dir": state_dir(config, call.env), "config": plain})
        return 0
    where = (
        short_path(file, call.env)
        if file
        else f"defaults ({short_path(config_path(call.env), call.env)} is absent)"
    )
    call.out.say(f"# {where}")
    call.out.data(render_config(config).rstrip("\n"))
    return 0


@command.command()
@shared_options
@invocation
def check(call: Invocation) -> int:
    r"""Read the configuration, find its sources, and report every problem. Exits 2 when it is wrong.

    \b
    Examples:
      memsyncd config check
      memsyncd config check --config new.toml && mv new.toml ~/.config/memsyncd/config.toml
    """
    setup = set_up(call)
    if call.out.as_json:
        call.out.json({"file": setup.config_file, "sources": setup.sources, "notes": setup.notes, "problems": []})
        return 0
    for note in setup.notes:
        call.out.warn(note)
    for source in setup.sources:
        logs, memory = short_path(source.path, call.env), short_path(source.memory_dir, call.env)
        call.out.data(f"{source.name}: {logs} → {memory}")
    if not setup.sources:
        call.out.warn("no agent with session logs was found")
    file = short_path(setup.config_file, call.env) if setup.config_file else "the defaults"
    call.out.say(f"{file}: no problems, {count(len(setup.sources), 'source')}")
    return 0
