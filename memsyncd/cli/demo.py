"""``memsyncd demo``: the main job on bundled, made-up logs, in a folder of its own; then the daemon, live."""

from __future__ import annotations

import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from shutil import which

import click

from memsyncd.adapters.discover import sources_from_folders
from memsyncd.adapters.files import make_folder, write_private
from memsyncd.cli import demo_live
from memsyncd.cli.demo_live import Live
from memsyncd.cli.options import Invocation, invocation, shared_options
from memsyncd.cli.output import count, short_path, size
from memsyncd.cli.report import word
from memsyncd.config import MemoryConfig
from memsyncd.core.redact import Redactor
from memsyncd.demo import DemoFolders, lay_out
from memsyncd.errors import MemsyncdError
from memsyncd.sync.engine import Engine
from memsyncd.sync.runs import RunReport
from memsyncd.sync.targets import targets_of

_STATE = "memsyncd"  # memsyncd's own folder, beside the logs


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Work here, not in a new folder."
)
@click.option("--no-live", is_flag=True, help="Leave out the last part, in which the daemon runs.")
@shared_options
@invocation
def command(call: Invocation, folder: Path | None, no_live: bool) -> int:
    r"""Run memsyncd on a made-up week of logs and show the memory files that come out.

    Then a daemon starts there, a message is appended to a log, the memory file changes, and the daemon is stopped.
    Nothing of yours is read or written: logs, memory and state lie in one new folder that you may delete.

    \b
    Examples:
      memsyncd demo
      memsyncd demo --dir /tmp/memsyncd-demo --no-live
    """
    place = (folder or Path(tempfile.mkdtemp(prefix="memsyncd-demo-"))).absolute()
    if folder and place.exists() and any(place.iterdir()):
        raise MemsyncdError("the folder is not empty", where=place, hint="name a new one")
    make_folder(place)
    demo = lay_out(place, Random(), write_private)  # noqa: S311 — made-up secrets
    report = _run(call, demo, place)
    files = sorted(demo.memory_dir.glob("*.md"))
    _refuse_leaks(demo, place / _STATE)
    if not call.out.as_json:
        _show(call, demo, report, files)
    live = _live(call, demo, place / _STATE, left_out="--no-live was given" if no_live else demo_live.why_not())
    _refuse_leaks(demo, place / _STATE)
    if call.out.as_json:
        call.out.json({"folder": place, "days": report.days, "files": files, "live": live})
    else:
        call.out.say("")
        call.out.say(
            "None of the planted secrets is in any of these files. Edit one, run it again, and your words stay:"
        )
        call.out.say(f"  {_again(demo, place / _STATE)}")
    return 0


def _run(call: Invocation, demo: DemoFolders, place: Path) -> RunReport:
    found = sources_from_folders(demo.sessions_dir, demo.memory_dir, {"HOME": str(place)}, place)
    targets = targets_of(found.sources, MemoryConfig(name="daily"), zone="Europe/Berlin", system_zone="UTC")
    state = place / _STATE
    make_folder(state, 0o700)
    with (
        call.out.progress() as progress,
        Engine(state, targets, Redactor.default(), now=lambda: datetime.now(UTC), progress=progress) as engine,
    ):
        return engine.catch_up()


def _live(call: Invocation, demo: DemoFolders, state: Path, *, left_out: str | None) -> Live | None:
    say = call.out.say if not call.out.as_json else _unheard
    say("")
    if left_out:
        say(f"The live part was left out: {left_out}.")
        return None
    say("Now live:")
    return demo_live.play(demo, state, call.env, say)


def _unheard(_text: str) -> None:
    """Where a program listens, nothing is told on the way."""


def _refuse_leaks(demo: DemoFolders, state: Path) -> None:
    """Ends the demo if one of the planted secrets stands in a file that it wrote."""
    written = [path for root in (demo.memory_dir, state) for path in root.rglob("*") if path.is_file()]
    secrets = [secret.encode() for secret in demo.secrets]
    if leaks := [path for path in written if any(secret in path.read_bytes() for secret in secrets)]:
        raise MemsyncdError("a planted secret came out", where=leaks[0], hint="please report this")


def _show(call: Invocation, demo: DemoFolders, report: RunReport, files: list[Path]) -> None:
    out, env = call.out, call.env
    logs = sum(source.files for source in report.sources)
    lines = sum(source.lines for source in report.sources)
    secrets = sum(source.redactions for source in report.sources)
    redacted = count(secrets, "secret")
    out.say(f"read {count(lines, 'line')} of {count(logs, 'log')} in {report.seconds:.2f} s, redacted {redacted}")
    out.say("")
    fullest = max(report.days, key=lambda day: day.messages)
    out.data((demo.memory_dir / fullest.file).read_text("utf-8").rstrip("\n"))
    out.say("")
    by_name = {day.file: day for day in report.days}
    for path in files:
        day = by_name.get(path.name)
        told = f"{count(day.messages, 'message')}, {word(day)}" if day else "left alone"
        out.say(f"  {short_path(path, env)}  {size(path.stat().st_size)}  ({told})")


def _again(demo: DemoFolders, state: Path) -> str:
    """The command that runs on the same folders, as a shell takes it."""
    program = ["memsyncd"] if which("memsyncd") else [sys.executable, "-m", "memsyncd"]
    folders = ["--sessions-dir", str(demo.sessions_dir), "--memory-dir", str(demo.memory_dir)]
    return shlex.join(["env", f"MEMSYNCD_STATE_DIR={state}", *program, "--catch-up", *folders])
