"""The launchd agent and the commands of ``launchctl``. Pure text, no I/O.

launchd has no watchdog, no memory limit and no credentials, and expands neither ``~`` nor variables. Its log file
is for what goes wrong before the daemon's own log is open: nobody rotates it.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from pathlib import Path

from memsyncd.service.model import Command, Service, UnitFile
from memsyncd.service.program import SYSTEM_PATHS, Program
from memsyncd.service.seal import SEAL, seal

LABEL = "io.github.memsyncd.agent"
"""The agent's name, which is also its file's; it never changes, or an update would start a second daemon."""

FILE = f"{LABEL}.plist"

DEFAULT_HOME = Path("/Users/you")
DEFAULT = Program(
    arguments=(f"{DEFAULT_HOME}/.local/pipx/venvs/memsyncd/bin/python", "-P", "-m", "memsyncd", "run"),
    environment=(("PATH", ":".join((f"{DEFAULT_HOME}/.local/bin", *SYSTEM_PATHS["darwin"]))),),
)
"""An installation with pipx by somebody called ``you``: ``launchd/`` in the repository has its agent."""

_BEGIN = b'<plist version="1.0">'
_COMMENT = f"""\
<!-- Written by `memsyncd service install`. Once this file differs from its checksum, memsyncd neither
     replaces nor removes it.
     {SEAL} -->
"""
_TRIES = 5  # bootout may answer before the old process has ended
_HINT = (
    "an agent lives in a graphical session: log in at the Mac's own screen, not only over ssh; then run it again"
)


def render_agent(program: Program, log: Path) -> bytes:
    """The property list; ``log`` is the file for whatever the daemon prints."""
    job = {
        "Label": LABEL,
        "ProgramArguments": list(program.arguments),
        "EnvironmentVariables": dict(program.environment),
        "RunAtLoad": True,
        # A daemon that ended with 0 was asked to; any other end is mended by a restart, 30 seconds apart.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ExitTimeOut": 45,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "LowPriorityBackgroundIO": True,
        "Nice": 10,
        "Umask": 0o077,
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    text = plistlib.dumps(job, sort_keys=False)
    return seal(text.replace(_BEGIN, _COMMENT.encode() + _BEGIN, 1).decode())


def log_path(home: Path) -> Path:
    """Where launchd puts what the daemon prints."""
    return home / "Library" / "Logs" / "memsyncd.log"


def service(program: Program | None, home: Path, uid: int) -> Service:
    """What launchd is given: an agent of the person's graphical session, and how ``launchctl`` takes it."""
    agent, log = home / "Library" / "LaunchAgents" / FILE, log_path(home)
    domain, target = f"gui/{uid}", f"gui/{uid}/{LABEL}"
    load = _launchctl("bootstrap", domain, str(agent), optional=True)
    unload = _launchctl("bootout", target, optional=True)

    def install(*, changed: bool, loaded: bool) -> Iterator[Command]:
        if changed and loaded:
            yield unload
        yield _launchctl("enable", target)
        if changed or not loaded:
            yield _launchctl("bootstrap", domain, str(agent), tries=_TRIES, hint=_HINT)
        yield _launchctl("kickstart", target, optional=True)

    return Service(
        name=LABEL,
        files=(UnitFile(path=agent, data=render_agent(program, log)),) if program else (),
        ours=(agent,),
        traces=(log,),
        install=install,
        start=(load, _launchctl("kickstart", target, optional=True)),
        stop=(unload,),
        restart=(load, _launchctl("kickstart", "-k", target)),
        unload=(unload,),
    )


def _launchctl(*arguments: str, optional: bool = False, tries: int = 1, hint: str = "") -> Command:
    return Command(arguments=("launchctl", *arguments), optional=optional, tries=tries, hint=hint)
