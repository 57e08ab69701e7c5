"""What ``memsyncd service`` shows: what it did, what the manager answered, and how the service stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from memsyncd.adapters.config_file import load_config, state_dir
from memsyncd.adapters.service_manager import Answer, ServiceState
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.options import Invocation
from memsyncd.cli.output import printable, short_path, size
from memsyncd.config import Config
from memsyncd.core.loglines import LogLine, masked, parse_line, render
from memsyncd.errors import PROBLEMS_FOUND, ConfigError
from memsyncd.logs import default_file
from memsyncd.service.install import Plan, perform, words_of
from memsyncd.service.managers import ServiceManager
from memsyncd.service.model import Command


def planned(call: Invocation, manager: ServiceManager, plan: Plan) -> int:
    """Shows what would be done."""
    if call.out.as_json:
        commands = [{"command": " ".join(command.arguments)} for command in (*plan.before, *plan.after)]
        call.out.json({"manager": manager.name, "dry_run": True, **files(plan), "commands": commands})
        return 0
    for line in words_of(plan):
        call.out.data(line)
    if plan == Plan():
        call.out.say("nothing to do")
    return 0


def told(
    call: Invocation, manager: ServiceManager, commands: Sequence[Command], *, dry_run: bool, running: bool = True
) -> int:
    """Has the manager do something, and shows what came of it."""
    if dry_run:
        return planned(call, manager, Plan(after=tuple(commands)))
    return stands(call, manager, said([*perform(commands, manager.run, call.out.say)]), running=running)


def stands(call: Invocation, manager: ServiceManager, done: dict[str, object], *, running: bool = True) -> int:
    """Shows how the service stands after a change; exit code 5 when it is not as it should be now."""
    state = manager.state()
    if call.out.as_json:
        call.out.json({"manager": manager.name, "dry_run": False, **done, "state": state})
    else:
        call.out.data(f"memsyncd: {_activity(state)}")
    if state.running == running:
        return 0
    call.out.warn(f"it is {state.active}: memsyncd service status shows its last log lines")
    return PROBLEMS_FOUND


def files(plan: Plan) -> dict[str, object]:
    """A plan's files, for JSON."""
    written = [file.path for file in plan.write]
    return {"written": written, "unchanged": plan.unchanged, "removed": plan.remove}


def said(answers: Sequence[Answer]) -> dict[str, object]:
    """The manager's answers, for JSON."""
    return {"commands": [{"command": answer.line, "answer": answer.text} for answer in answers]}


def own_log(call: Invocation) -> Path:
    """The file that the daemon logs to without a journal; the default one when the configuration is wrong."""
    try:
        config, _ = load_config(call.options.config, call.env)
    except ConfigError:
        config = Config()
    return config.log.file or default_file(state_dir(config, call.env))


def log_lines(lines: Iterable[str]) -> list[LogLine]:
    """Lines of the log as records, without secrets: a breakdown may print what no rule of the log has seen."""
    from memsyncd.core.redact import redact  # noqa: PLC0415 — 50 ms that only status pays for

    return [masked(parse_line(line.encode()), redact) for line in lines]


def shown(call: Invocation, lines: Iterable[LogLine]) -> Iterator[str]:
    """Lines of the log for people, as ``memsyncd logs`` shows them."""
    zone = ZoneInfo(system_zone(call.env).name)
    return (render(line, zone, lambda text, _: text, printable) for line in lines)


def _activity(state: ServiceState) -> str:
    since = f" since {state.since.astimezone().isoformat(' ', 'seconds')}" if state.since else ""
    return f"{state.active}{since}" + (f", process {state.pid}" if state.pid else "")


def rows(call: Invocation, state: ServiceState) -> list[tuple[str, str]]:
    """What is known of the service, a line each."""
    known = {
        "service": _activity(state),
        "says": state.says,
        "at login": "" if state.enabled is None else "started" if state.enabled else "not started",
        "restarts": "" if state.restarts is None else f"{state.restarts:,}",
        "last exit": state.last_exit,
        "memory": "" if state.memory is None else size(state.memory),
        "file": short_path(state.file, call.env),
    }
    return [(name, value) for name, value in known.items() if value]
