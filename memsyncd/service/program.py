"""What a service manager starts: this installation's interpreter, by a path that updates leave in place.

A service sees nothing of the shell it was installed from. What decides there where things are is handed on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from memsyncd.errors import MemsyncdError, UsageError

# No secret may ever be listed: everybody who may ask the service manager can read a unit's environment.
HANDED_ON = (
    "TZ",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "MEMSYNCD_STATE_DIR",
    "OPENCLAW_HOME",
    "OPENCLAW_STATE_DIR",
    "OPENCLAW_CONFIG_PATH",
    "OPENCLAW_PROFILE",
    "OPENCLAW_WORKSPACE_DIR",
    "OPENCLAW_INCLUDE_ROOTS",
    "CLAWDBOT_STATE_DIR",
)
"""The variables that name folders, agents and the zone: without them a service would see other ones."""

SYSTEM_PATHS = {
    "linux": ("/usr/local/bin", "/usr/bin", "/bin"),
    "darwin": ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"),
}
"""Where programs such as git and ssh are looked for, behind ``~/.local/bin``."""


class Program(Struct, frozen=True, kw_only=True):
    """A command with its environment, as a service manager starts it."""

    arguments: tuple[str, ...]  # the interpreter's absolute path first
    environment: tuple[tuple[str, str], ...]  # in the order it is written


def program(
    interpreter: str, home: str, *, config: Path | None, env: Mapping[str, str], platform: str = sys.platform
) -> Program:
    """The daemon of this installation.

    ``interpreter`` is an absolute path, ``home`` the person's folder, ``config`` the configuration file that was
    named, ``env`` the environment of the command line. The search path does not come from there: it would change
    with every activated environment, and the service with it.

    Raises:
        UsageError: a path or value has characters that no unit can be trusted with.
    """
    # -P: the service starts in the home folder, whose files must not pass for Python's own modules.
    arguments = (interpreter, "-P", "-m", "memsyncd", "run", *(("--config", str(config)) if config else ()))
    path = ":".join((f"{home}/.local/bin", *SYSTEM_PATHS.get(platform, SYSTEM_PATHS["linux"])))
    environment = (("PATH", path), *((name, env[name]) for name in HANDED_ON if env.get(name)))
    for text in (*arguments, *(value for _, value in environment)):
        if not text.isprintable():
            raise UsageError(
                "cannot write a service",
                where=ascii(text),
                why="it holds a character that cannot be printed",
                hint="rename the file or folder, or set the variable to a plain path",
            )
    return Program(arguments=arguments, environment=environment)


def interpreter(executable: str = sys.executable, prefix: str = sys.prefix, base: str = sys.base_prefix) -> str:
    """The absolute path that starts this installation's Python, today and after an update.

    In a virtual environment, which pipx and uv make too, it is ``bin/python`` there, by whatever name it was
    started. Links are not followed: where they lead is the Python without memsyncd.

    Raises:
        MemsyncdError: Python does not know where it is.
    """
    inside = Path(prefix, "bin", "python")
    if prefix != base and inside.exists():
        return str(inside)
    if not Path(executable).is_absolute():
        why = f"Python calls itself {executable!r}"
        raise MemsyncdError("the path of the interpreter is unknown", why=why, hint="pipx install memsyncd")
    return executable


def refuse_passing(interpreter: str, home: str, env: Mapping[str, str]) -> None:
    """Refuses an interpreter in a cache, where ``uvx`` and ``pipx run`` keep theirs until they clean up.

    Raises:
        UsageError: it stands in one.
    """
    for cache in _caches(home, env):
        if Path(interpreter).is_relative_to(cache):
            raise UsageError(
                "this memsyncd is here for the moment only",
                where=interpreter,
                why=f"{cache} is cleaned up without asking, and the service would be gone",
                hint="install it first: uv tool install memsyncd, or pipx install memsyncd; --force goes on",
            )


def _caches(home: str, env: Mapping[str, str]) -> Iterator[Path]:
    named: Sequence[str] = [env.get(name, "") for name in ("XDG_CACHE_HOME", "UV_CACHE_DIR")]
    yield from (Path(folder) for folder in named if folder.startswith("/"))
    yield Path(home, ".cache")
    yield Path(home, "Library", "Caches")
    yield Path(home, ".local", "pipx", ".cache")
    yield Path(home, ".local", "share", "pipx", ".cache")
