"""Asks the service manager how the daemon's service stands, and reads what it is given. Changes nothing."""

from __future__ import annotations

import os
import plistlib
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError

from memsyncd.adapters.service_manager import Run, ServiceState
from memsyncd.doctor.facts import Service, Trouble
from memsyncd.errors import MemsyncdError
from memsyncd.service.managers import ServiceManager, home_of, manager_of
from memsyncd.service.program import interpreter, program, refuse_passing
from memsyncd.service.seal import is_untouched

_COMMAND = re.compile(rb'^ExecStart=:?(?:"((?:[^"\\]|\\.)*)"|(\S+))', re.MULTILINE)


def service_of(env: Mapping[str, str], user: int, run: Run, config: Path | None) -> Service:
    """How the service stands; ``config`` is the configuration file that was named for it."""
    own, passing = _own(env)
    try:
        manager = manager_of(sys.platform, env, user, run)
        state = manager.state()
        advice = tuple(manager.advice()) if state.loaded else ()
        file = _file(manager, state)
    except MemsyncdError as error:
        return Service(
            trouble=Trouble(": ".join(filter(None, (error.what, error.why))), error.hint), own=own, passing=passing
        )
    data = _read(file) if file else b""
    started = _interpreter(data)
    return Service(
        manager=manager.name,
        state=state,
        file=file,
        interpreter=started,
        interpreter_there=not started or _is_there(started),
        by_hand=bool(data) and not is_untouched(data),
        outdated=bool(data) and started == own and _outdated(manager, env, own, config, data),
        advice=advice,
        own=own,
        passing=passing,
    )


def _own(env: Mapping[str, str]) -> tuple[str, Trouble | None]:
    """The interpreter that a service of this installation starts, and why it had better not."""
    try:
        own = interpreter()
    except MemsyncdError as error:
        return "", Trouble(str(error), error.hint)
    except OSError as error:  # it stands in a folder that is closed to this user
        return "", Trouble(f"the path of the interpreter is unknown: {error.strerror}", "pipx install memsyncd")
    try:
        refuse_passing(own, str(home_of(env)), env)
    except MemsyncdError as error:
        return own, Trouble(f"{error.what}: {error.why}", error.hint)
    return own, None


def _file(manager: ServiceManager, state: ServiceState) -> Path | None:
    """The file that the manager reads, or would read once told to look again."""
    if state.file:
        return Path(state.file)
    return next((path for path in manager.service().ours if path.exists()), None)


def _is_there(program: str) -> bool:
    try:
        return Path(program).exists()
    except OSError:  # not for us to see, and no proof that it is gone
        return True


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _interpreter(data: bytes) -> str:
    """The program that a unit or an agent starts; empty when it cannot be told."""
    if found := _COMMAND.search(data):
        quoted, plain = found.groups()
        word = re.sub(rb"\\(.)", rb"\1", quoted) if quoted is not None else plain
        return os.fsdecode(word.replace(b"%%", b"%"))
    try:
        arguments = plistlib.loads(data).get("ProgramArguments", [])
    except (ValueError, ExpatError, AttributeError):
        return ""
    return str(arguments[0]) if arguments else ""


def _outdated(manager: ServiceManager, env: Mapping[str, str], own: str, config: Path | None, data: bytes) -> bool:
    """Whether an installation would write another file now: other variables are set, or memsyncd was updated."""
    try:
        wanted = manager.service(program(own, str(home_of(env)), config=config, env=env))
    except MemsyncdError:
        return False
    return wanted.files[0].data != data
