"""Transcripts: what commands print and leave behind, as a person at a terminal would see it.

A transcript is a text file:

    # words            for its reader
    * NAME             something happens: the function of this name in ``scenarios``
    $ memsyncd …       a command, quoted as in a shell; NAME=VALUE before it sets its environment
      …                indented below it: its stdout
    ! …                its stderr
    ? 3                its exit code; 0 goes without saying
    = PATH             there is such a file; indented below it: its text (of a folder: the names in it)
    - PATH             there is nothing of this name

``$LOGS``, ``$MEMORY``, ``$STATE`` and ``$HOME`` stand for their folders; what differs from run to run is shown as
``0.0 s``, ``PID``, ``NOW``, ``TODAY`` or ``VERSION``. Playing a transcript gives its text anew, from its comments, happenings,
commands and paths; the test compares the two. ``UPDATE_TRANSCRIPTS=1`` writes it instead, for a look at the diff.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pytest

from memsyncd import __version__
from memsyncd.cli import main
from tests.builders import OpenClawHome

_ASSIGNMENT = re.compile(r"([A-Z_]+)=(.*)", re.DOTALL)
_VARYING = (
    (re.compile(r"\b\d+\.\d+ s\b"), "0.0 s"),
    (re.compile(r'("seconds": )[\d.e-]+'), r"\g<1>0.0"),
    (re.compile(r'("timestamp": )"[^"]+"'), r'\1"NOW"'),
    (re.compile(r"\bprocess \d+"), "process PID"),
    (re.compile(rf"(?<=version ){re.escape(__version__)}"), "VERSION"),
)


class Stage:
    """A home folder, in which things happen and commands run."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.root = home
        self.stack = stack  # what happened there is cleared away with it
        self.state = home / ".local" / "state" / "memsyncd"

    @cached_property
    def openclaw(self) -> OpenClawHome:
        """The agent's folders, made on first use."""
        return OpenClawHome(self.root)

    @property
    def memory(self) -> Path:
        """The folder of the memory files, whether or not it is there."""
        return self.root / ".openclaw" / "workspace" / "memory"

    @property
    def folders(self) -> dict[str, Path]:
        """What the names in transcripts stand for, the longest paths first."""
        agent = self.root / ".openclaw" / "agents" / "main" / "sessions"
        return {"$LOGS": agent, "$MEMORY": self.memory, "$STATE": self.state, "$HOME": self.root}


class Ran:
    """What a command came to."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


class Stream(io.TextIOWrapper):
    """A text stream in memory that can pass for a terminal."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        """Everything written so far."""
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


def run(*arguments: str, env: Mapping[str, str] | None = None, terminal: bool = False) -> Ran:
    """Runs ``memsyncd`` in this process; with ``terminal`` at one."""
    out, err = Stream(terminal=terminal), Stream(terminal=terminal)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        code = main(list(arguments))
    return Ran(code, out.text, err.text)


def play(transcript: str, stage: Stage, happenings: Mapping[str, object]) -> str:
    """Plays a transcript and returns what it says now."""
    lines = transcript.splitlines()
    told: list[str] = []
    for number, line in enumerate(lines):
        mark, words = line[:1], line[2:]
        if mark in ("#", "*", "$") and told and told[-1][:1] not in ("#", "*"):
            told.append("")
        if mark == "#":
            told.append(line)
        elif mark == "*":
            happening = happenings[words]
            assert callable(happening)
            happening(stage)
            told.append(line)
        elif mark == "$":
            told += [line, *_command(words, stage)]
        elif mark in ("=", "-"):
            below = lines[number + 1] if number + 1 < len(lines) else ""
            told += _look(words, stage, inside=mark == "=" and below.startswith(" "))
    return "".join(f"{line}\n" for line in told)


def _command(words: str, stage: Stage) -> Iterator[str]:
    program, *arguments = shlex.split(_filled_in(words, stage))
    env = {}
    while assignment := _ASSIGNMENT.fullmatch(program):
        env[assignment[1]] = assignment[2]
        program, *arguments = arguments
    assert program == "memsyncd", f"transcripts run memsyncd, not {program}"
    ran = run(*arguments, env=env)
    yield from (f"  {line}".rstrip() for line in _steady(ran.out, stage).splitlines())
    yield from (f"! {line}".rstrip() for line in _steady(ran.err, stage).splitlines())
    if ran.code:
        yield f"? {ran.code}"


def _look(words: str, stage: Stage, *, inside: bool) -> Iterator[str]:
    path = Path(_filled_in(words, stage))
    yield f"{'=' if path.exists() else '-'} {words}"
    if inside and path.is_dir():
        names = sorted(f"  {entry.name}{'/' if entry.is_dir() else ''}" for entry in path.iterdir())
        yield from names or ["  (nothing)"]
    elif inside and path.exists():
        yield from (f"  {line}".rstrip() for line in _steady(path.read_text("utf-8"), stage).splitlines())


def _filled_in(words: str, stage: Stage) -> str:
    for name, path in stage.folders.items():
        words = words.replace(name, str(path))
    return words


def _steady(text: str, stage: Stage) -> str:
    """The text without what differs from run to run."""
    for name, path in stage.folders.items():
        text = text.replace(str(path), name)
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return text.replace(datetime.now(UTC).date().isoformat(), "TODAY")
