"""``memsyncd status``: how memory stands, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import click

from memsyncd.adapters.daemon_file import DAEMON_FILE, DaemonState, read_daemon_state
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import Reading, opened_for_reading
from memsyncd.errors import PROBLEMS_FOUND
from memsyncd.sync.health import FileState, FolderHealth, Health, health_of

_RULES = 3  # that are named
_SHOWN = 10  # lines of one kind; --json lists all


@click.command()
@log_options
@shared_options
@invocation
def command(call: Invocation) -> int:
    r"""Show how memory stands.

    Last run, days to write, sections that your edits pinned, damaged and foreign files, broken sources. Exits 5
    when something needs a person.

    \b
    Examples:
      memsyncd status
      memsyncd status --json | jq .folders[].pinned
      memsyncd status --quiet || notify-send "memsyncd needs you"
    """
    with opened_for_reading(call) as reading:
        if note := _died(reading):
            call.out.warn(note)
            reading.engine.notes.append(note)
        health = health_of(reading.engine, reading.sources, _daemon(reading))
    if call.options.as_json:
        call.out.json({"healthy": health.healthy, **{f: getattr(health, f) for f in health.__struct_fields__}})
    else:
        _show(call, health)
    return 0 if health.healthy else PROBLEMS_FOUND


def _daemon(reading: Reading) -> DaemonState | None:
    """What the daemon tells; one that was killed left its words behind, but nobody holds the lock."""
    return read_daemon_state(reading.setup.state_dir / DAEMON_FILE) if reading.locked_out else None


def _died(reading: Reading) -> str | None:
    """Whether a daemon ended without order: its words are there, and nobody holds the lock."""
    left = None if reading.locked_out else read_daemon_state(reading.setup.state_dir / DAEMON_FILE)
    if left is None:
        return None
    return f"the daemon, process {left.pid}, was killed or crashed: memsyncd logs, memsyncd service start"


def _show(call: Invocation, health: Health) -> None:
    out = call.out
    out.data(f"last run: {health.last_run or 'never'}")
    for line in _daemon_lines(health.daemon):
        out.data(line)
    for source in health.sources:
        gone = f", {source.vanished:,} gone since the last run" if source.vanished else ""
        out.data(f"{source.source}: {count(source.files, 'log')} in {short_path(source.folder, call.env)}{gone}")
    for folder in health.folders:
        out.data(_headline(call, folder))
        for line in _details(folder):
            out.data(f"  {line}")
    out.data(f"secrets replaced: {_redacted(health)}")
    out.data(f"second detector: {_second(health)}")
    out.data("all well" if health.healthy else "something needs you: see above")


def _daemon_lines(daemon: DaemonState | None) -> Iterator[str]:
    if daemon is None:
        yield "daemon: not running"
        return
    yield f"daemon: process {daemon.pid} since {daemon.started}, version {daemon.version}"
    told = {"overflows": daemon.overflows, "caught by a sweep only": daemon.caught, "clock jumps": daemon.jumps}
    more = "".join(f", {number:,} {what}" for what, number in told.items() if number)
    yield f"  {daemon.mode}: {count(daemon.watched, 'folder')} watched, {daemon.waiting:,} waiting{more}"
    last = f", the last at {daemon.last_work}" if daemon.last_work else ""
    yield f"  {count(daemon.written, 'file')} written{last}"
    yield from (f"  missing  {folder}" for folder in daemon.missing)
    yield from (f"  problem  {problem}" for problem in daemon.problems)
    yield from (f"  failing  {what}: {why}" for what, why in daemon.failures.items())
    if daemon.config_problem:
        yield f"  the configuration in force is the one before: {daemon.config_problem}"


def _redacted(health: Health) -> str:
    total = sum(health.redacted.values())
    most = ", ".join(f"{number:,} {rule}" for rule, number in list(health.redacted.items())[:_RULES])
    return f"{total:,}" + (f" (most: {most})" if most else "")


def _second(health: Health) -> str:
    """How the second detector fares, in words."""
    look = health.second_detector
    if look is None or look.status == "ready":
        return "not needed yet"
    if look.status in ("ok", "failed"):
        what = f"{look.found:,} found in {count(look.texts, 'text')}" if look.status == "ok" else look.why
        return f"{look.status} at {look.at}: {what}"
    return {
        "absent": "not installed: pip install 'memsyncd[redact]'; the packaged rules decide alone",
        "off": "switched off: the packaged rules decide alone",
    }[look.status]


def _headline(call: Invocation, folder: FolderHealth) -> str:
    newest = f", the newest {folder.newest}" if folder.newest else ""
    where = short_path(folder.folder, call.env)
    return f"{where}: {count(folder.published, 'day')} published{newest}, {len(folder.pending):,} to write"


def _details(folder: FolderHealth) -> Iterator[str]:
    yield from _listed("damaged", ((state.date, f"{state.file}: {state.why}") for state in folder.damaged))
    yield from _listed("pinned", ((state.date, f"your lines stay in {state.why}") for state in folder.pinned))
    yield from _listed("kept", ((plan.date, plan.reason) for plan in folder.kept))
    yield from _listed("foreign", _files(folder.foreign))


def _files(states: Sequence[FileState]) -> Iterator[tuple[date, str]]:
    return ((state.date, f"{state.file}: {state.why}") for state in states)


def _listed(word: str, lines: Iterable[tuple[date, str]]) -> Iterator[str]:
    found = list(lines)
    for day, text in found[:_SHOWN]:
        yield f"{word:<8} {day}  {text}"
    if len(found) > _SHOWN:
        yield f"{word:<8} … and {len(found) - _SHOWN:,} more: --json lists them"
