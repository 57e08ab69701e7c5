"""The live part of ``memsyncd demo``: a real daemon on the demo's folders, and one more message in a log.

Each thing is told when it happens, with the daemon's own log lines between. The daemon never outlives this part.
"""

from __future__ import annotations

import os
import select
import signal
import site
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path
from threading import current_thread, main_thread
from typing import IO, Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.daemon_file import DAEMON_FILE, read_daemon_state
from memsyncd.adapters.files import write_private
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.output import count, printable
from memsyncd.config import Config, LogConfig, RedactionConfig, ScheduleConfig, WatchConfig, render_config
from memsyncd.core.loglines import LogLine, parse_line, render
from memsyncd.core.redact import cut
from memsyncd.demo import DemoFolders, say_one_more
from memsyncd.errors import MemsyncdError

Say: TypeAlias = Callable[[str], None]
"""Tells a person something, a line or more."""

RUN: Final = (sys.executable, "-P", "-m", "memsyncd", "run")
"""What is started; ``-P``: no file of the folder that this runs in passes for one of Python's modules."""

TIME_LIMIT: Final = 15.0
"""Seconds that the whole may take; it takes about three."""

_LOOK_EVERY: Final = 0.02  # seconds
_PIPE_BYTES: Final = 65_536  # as much as a pipe holds
_WIDTH: Final = 96  # characters of a line that is shown
_MOST_CHANGES: Final = 12  # lines
_GIVEN: Final = ("source", "file", "version")  # fields that say nothing where there is one of each
_FRAME: Final = "<!-- memsyncd:"  # the markers' own lines, whose checksum changes each time
_FOREIGN: Final = ("MEMSYNCD_", "OPENCLAW_", "CLAWDBOT_", "XDG_", "NOTIFY_", "WATCHDOG_")
"""Variables that would lead the daemon to a person's own folders, or to somebody else's service manager."""


class Live(Struct, frozen=True, kw_only=True):
    """What the live part came to."""

    seconds: float  # from the message in the log to its day in the memory file
    day: str  # YYYY-MM-DD
    lines_added: int
    exit_code: int  # of the daemon


def why_not(platform: str = sys.platform) -> str | None:
    """Why there can be no live part here; None: there can."""
    return "this system has no signals to stop a daemon with" if platform == "win32" else None


def play(
    demo: DemoFolders,
    state_dir: Path,
    env: Mapping[str, str],
    say: Say,
    *,
    command: Sequence[str] = RUN,
    limit: float = TIME_LIMIT,
) -> Live:
    """Starts the daemon with ``command``, appends a message, waits for the memory file, stops the daemon.

    Raises:
        MemsyncdError: something did not happen within ``limit`` seconds, or the daemon did not end well.
    """
    place, memory = state_dir.parent, demo.memory_dir
    with _started([*command, *_arguments(demo, state_dir)], _environment(env, place)) as process:
        daemon = _Daemon(process, ZoneInfo(system_zone(env).name), say, limit)
        say("  memsyncd run starts and catches up")
        daemon.until("begin to watch", lambda: _watches(state_dir))
        before = _texts(memory)
        said, began = say_one_more(demo), time.monotonic()
        say(f"\n  A message is appended to {cut(str(said.log.relative_to(place)), _WIDTH)}\n    {said.text}")
        daemon.until("write the memory file", lambda: _texts(memory) != before)
        seconds = time.monotonic() - began
        daemon.until("log what it wrote", lambda: "day.published" in daemon.events)
        file, changes = _changed(before, _texts(memory))
        say(f"\n  {seconds:.1f} s after the message, {file.relative_to(place)} has changed")
        _show(changes, say)
        say("\n  SIGTERM is sent")
        code = daemon.stop()
        say(f"  memsyncd run has ended with exit code {code}")
    added = sum(line.startswith("+") for line in changes)
    return Live(seconds=round(seconds, 2), day=file.stem, lines_added=added, exit_code=code)


# --- the daemon ---


class _Daemon:
    """A daemon at work: what it logs is told as it comes."""

    def __init__(self, process: subprocess.Popen[bytes], zone: ZoneInfo, say: Say, limit: float) -> None:
        self.events: set[str] = set()
        self._process = process
        self._zone = zone
        self._say = say
        self._limit = limit
        self._deadline = time.monotonic() + limit
        self._torn = b""  # a line that is not written to its end yet
        self._last = ""

    def until(self, what: str, done: Callable[[], bool]) -> None:
        """Waits until ``done``; ``what`` it is that the daemon is to do.

        Raises:
            MemsyncdError: the time is over, or the daemon has ended.
        """
        while not done():
            if (code := self._process.poll()) is not None and not done():
                self._hear()
                why = ": ".join(filter(None, (f"it ended with exit code {code}", self._last)))
                raise MemsyncdError(f"the daemon did not {what}", why=why)
            if time.monotonic() > self._deadline:
                hint = "memsyncd demo --no-live leaves this part out"
                why = f"{self._limit:g} s are over"
                raise MemsyncdError(f"the daemon did not {what}", why=why, hint=hint)
            self._hear()
            time.sleep(_LOOK_EVERY)
        self._hear()

    def stop(self) -> int:
        """Asks it to end and returns its exit code.

        Raises:
            MemsyncdError: it did not end, or not with 0.
        """
        self._process.send_signal(signal.SIGTERM)
        self.until("end", lambda: self._process.poll() is not None)
        if self._process.returncode:
            raise MemsyncdError("the daemon did not end well", why=f"exit code {self._process.returncode}")
        return 0

    def _hear(self) -> None:
        """Tells the lines that have come since."""
        pipe = self._process.stderr
        if pipe is not None and _readable(pipe):
            *lines, self._torn = (self._torn + os.read(pipe.fileno(), _PIPE_BYTES)).split(b"\n")
            for line in map(parse_line, lines):
                self._tell(line)

    def _tell(self, line: LogLine) -> None:
        self.events.add(line.event)
        line = replace(line, fields={name: line.fields[name] for name in line.fields if name not in _GIVEN})
        told = render(line, self._zone, lambda text, _: text, printable)
        self._last = line.event if line.raw else told
        self._say(f"    {told}")


@contextmanager
def _started(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, which is killed should it still run at the end: what it works on is made to survive that."""
    with (
        _ended_like_ctrl_c(),
        subprocess.Popen(  # noqa: S603 — our own program
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Makes the signals that end a program at once end it in order; one that is ignored stays so."""
    numbers = (signal.SIGTERM, signal.SIGHUP) if current_thread() is main_thread() else ()
    before = {number: signal.getsignal(number) for number in numbers}
    own = [number for number, handler in before.items() if handler == signal.SIG_DFL]
    for number in own:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in own:
            signal.signal(number, signal.SIG_DFL)


def _arguments(demo: DemoFolders, state_dir: Path) -> tuple[str, ...]:
    config = Config(
        state_dir=state_dir,
        watch=WatchConfig(quiet_seconds=1, ceiling_seconds=5),
        schedule=ScheduleConfig(nightly=None),
        redaction=RedactionConfig(known_variables=(), second_detector="off"),
        log=LogConfig(format="json"),
    )
    file = state_dir.parent / "config.toml"
    write_private(file, render_config(config).encode())
    folders = ("--sessions-dir", str(demo.sessions_dir), "--memory-dir", str(demo.memory_dir))
    return "--config", str(file), *folders


def _environment(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment with the demo as home; what pip installed in the person's own is found all the same."""
    kept = {name: value for name, value in env.items() if not name.startswith(_FOREIGN)}
    return {**kept, "HOME": str(home), "PYTHONUSERBASE": site.getuserbase()}


def _readable(pipe: IO[bytes]) -> bool:
    return bool(select.select([pipe], [], [], 0)[0])


# --- the memory files ---


def _watches(state_dir: Path) -> bool:
    told = read_daemon_state(state_dir / DAEMON_FILE)
    return told is not None and told.mode != "starting"


def _texts(folder: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}


def _changed(before: Mapping[Path, str], after: Mapping[Path, str]) -> tuple[Path, list[str]]:
    """The file that changed, and its changed lines behind a ``-`` or a ``+``."""
    file = next(path for path, text in after.items() if before.get(path) != text)
    old, new = before.get(file, "").splitlines(), after[file].splitlines()
    _, _, *lines = unified_diff(old, new, n=0, lineterm="")
    return file, [line for line in lines if line[0] in "-+" and not line[1:].startswith(_FRAME)]


def _show(changes: Sequence[str], say: Say) -> None:
    for line in changes[:_MOST_CHANGES]:
        say(f"    {line[0]} {cut(line[1:], _WIDTH)}")
    if (more := len(changes) - _MOST_CHANGES) > 0:
        say(f"    and {count(more, 'line')} more")
