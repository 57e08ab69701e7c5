"""``memsyncd init``: finds the installed agents and writes a commented configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from memsyncd.adapters.config_file import config_path
from memsyncd.adapters.discover import discover, passed_over
from memsyncd.adapters.files import read_or_none, write_private
from memsyncd.adapters.openclaw_probe import era_of
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.options import Invocation, invocation, shared_options
from memsyncd.cli.output import PROGRAMS, short_path
from memsyncd.config import Config, render_config, source_config
from memsyncd.errors import UsageError
from memsyncd.model import Source
from memsyncd.sync.publish import Target
from memsyncd.sync.targets import targets_of


@click.command()
@click.option("--force", is_flag=True, help="Replace a configuration file that exists; it stays as FILE.bak.")
@click.option("--dry-run", is_flag=True, help="Print the file instead of writing it.")
@shared_options
@invocation
def command(call: Invocation, force: bool, dry_run: bool) -> int:
    r"""Find the agents on this machine and write a commented config.toml.

    Nothing of the agents' own is changed. Without a configuration file memsyncd finds the same sources each time
    it runs; the file is the place to choose among them and to change the defaults.

    \b
    Examples:
      memsyncd init
      memsyncd init --dry-run
      memsyncd --config ~/memsyncd.toml init
    """
    out, env = call.out, call.env
    found = discover(env, Path.home())
    config = Config(sources=tuple(source_config(source) for source in found.sources))
    file = (call.options.config or _named(call) or config_path(env)).absolute()
    text = render_config(config)
    if not dry_run:
        _write(file, text, force=force)
    zone = system_zone(env)
    targets = targets_of(found.sources, config.memory, zone=None, system_zone=zone.name)
    if out.as_json:
        out.json({"config": file, "written": not dry_run, "targets": targets, "notes": found.notes})
        return 0
    if dry_run:
        out.data(text.rstrip("\n"))
    _tell(call, targets, [*found.notes, *filter(None, [zone.note])])
    if not dry_run:
        out.say(f"wrote {short_path(file, env)}; next: memsyncd --catch-up")
    return 0


def _named(call: Invocation) -> Path | None:
    named = call.env.get("MEMSYNCD_CONFIG")
    return Path(named).expanduser() if named else None


def _write(file: Path, text: str, *, force: bool) -> None:
    if file.exists() and not force:
        raise UsageError(
            "there is a configuration file already",
            where=file,
            hint="memsyncd config check looks it over; init --force replaces it",
        )
    if old := read_or_none(file):
        write_private(file.with_name(f"{file.name}.bak"), old.data)
    write_private(file, text.encode())


def _tell(call: Invocation, targets: list[Target], notes: list[str]) -> None:
    out, env = call.out, call.env
    for target in targets:
        for source in target.sources:
            out.say(f"found {source.name}: {_found(source, env)}")
        name = "YYYY-MM-DD-memsyncd.md" if target.naming.sidecar else "YYYY-MM-DD.md"
        out.say(f"  → {short_path(target.folder, env)}/{name}, days in {target.zone}")
    sources = [source for target in targets for source in target.sources]
    for other in passed_over(sources, env, Path.home()) if sources else ():
        out.say(f"no {PROGRAMS[other.kind]}: {short_path(other.path, env)}: {other.why}")
    for note in notes:
        out.warn(note)
    if not targets:
        out.warn("no agent with session logs was found; edit [[sources]] before the first run")


def _found(source: Source, env: Mapping[str, str]) -> str:
    """Which program a source comes from, and where that keeps its transcripts."""
    program = f"{PROGRAMS[source.kind]}{f' {source.version}' if source.version else ''}"
    if source.database and era_of(source.database) == "database":
        return f"{program}, transcripts in its database {short_path(source.database, env)}"
    return f"{program}, session files in {short_path(source.path, env)}"
