"""This machine and this installation: Python, how memsyncd was installed, what else is there, limits, the clock.

Libraries are looked up, never imported. Of the environment only names are kept, never values.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from memsyncd.core.redact.patterns import LINEAR

if sys.platform != "win32":
    import resource

Installer: TypeAlias = Literal["pipx", "uv", "venv", "system"]

EXTRAS: Mapping[str, tuple[str, str]] = {
    "summarize": ("anthropic", "anthropic"),
    "redact": ("kingfisher_sdk", "kingfisher-secret-scanner"),
    "postgres": ("psycopg", "psycopg"),
}
"""Extra → the module that tells whether it is there, and the package that brings it."""

_SECONDS = 3.0  # in which timedatectl has answered


class Installation(Struct, frozen=True, kw_only=True):
    """How this memsyncd came here."""

    by: Installer
    prefix: Path  # folder of the Python environment
    checkout: Path | None = None  # the source folder that it runs from
    command: Path | None = None  # what the shell starts as `memsyncd`
    own_command: bool = False  # that belongs to this installation


class Machine(Struct, frozen=True, kw_only=True):
    """What a program finds here."""

    python: str  # version
    executable: str
    system: str  # e.g. "Linux 6.18 x86_64"
    platform: str  # as sys.platform
    user: int  # id
    through_sudo: bool  # root, but somebody else's terminal
    installation: Installation
    extras: Mapping[str, str | None]  # as EXTRAS → version; None: not installed
    linear: bool  # redaction has a regular expression engine that no text can hold up
    keywords: bool  # redaction has the library that finds all keywords in one pass
    encoding: str  # of what is printed
    names: str  # encoding of file names
    files: int | None  # how many files a process may have open; None: as many as it likes
    variables: tuple[str, ...] = ()  # names of those that are set, among the ones asked for


def this_machine(env: Mapping[str, str], user: int, variables: tuple[str, ...] = ()) -> Machine:
    """Looks around. ``user`` is the user's id, ``variables`` the names to look for in ``env``."""
    return Machine(
        python=platform.python_version(),
        executable=sys.executable,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        platform=sys.platform,
        user=user,
        through_sudo=user == 0 and sys.platform != "win32" and bool(env.get("SUDO_USER")),
        installation=_installation(env),
        extras={name: _version(*where) for name, where in EXTRAS.items()},
        linear=LINEAR,
        keywords=find_spec("ahocorasick_rs") is not None,
        encoding=sys.stdout.encoding or "",
        names=sys.getfilesystemencoding(),
        files=_open_files(),
        variables=tuple(name for name in variables if env.get(name)),
    )


def clock_is_set_by_network() -> bool | None:
    """Whether a time server sets this machine's clock; None where nothing here says so."""
    from subprocess import DEVNULL, SubprocessError, run  # noqa: PLC0415 — 10 ms that only this question costs

    command = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
    try:
        ran = run(command, stdin=DEVNULL, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 — no shell
    except (OSError, SubprocessError):
        return None
    return {b"yes": True, b"no": False}.get(ran.stdout.strip())


def _installation(env: Mapping[str, str]) -> Installation:
    prefix = Path(sys.prefix)
    command = _found("memsyncd", env)
    scripts = Path(sysconfig.get_path("scripts"))
    try:
        package = Distribution.from_name("memsyncd")
    except PackageNotFoundError:
        package = None
    return Installation(
        by=_installer(prefix),
        prefix=prefix,
        checkout=_checkout(package) if package else Path(__file__).parents[2],
        command=command,
        own_command=command is not None and command.resolve().parent in (scripts, scripts.resolve()),
    )


def _installer(prefix: Path) -> Installer:
    parts = prefix.parts
    if "pipx" in parts and "venvs" in parts:
        return "pipx"
    if "uv" in parts and "tools" in parts:
        return "uv"
    return "venv" if sys.prefix != sys.base_prefix else "system"


def _checkout(package: Distribution) -> Path | None:
    """The folder of an editable installation, which packaging tools record in ``direct_url.json``."""
    try:
        origin = msgspec.json.decode(package.read_text("direct_url.json") or "{}", type=_Origin)
    except msgspec.MsgspecError:
        return None
    return Path(__file__).parents[2] if origin.dir_info.get("editable") else None


class _Origin(Struct):
    dir_info: dict[str, bool] = {}


def _found(program: str, env: Mapping[str, str]) -> Path | None:
    """What a shell with this environment starts under that name."""
    places = (Path(folder, program) for folder in env.get("PATH", "").split(os.pathsep) if folder)
    return next((path for path in places if os.access(path, os.X_OK) and path.is_file()), None)


def _version(module: str, package: str) -> str | None:
    if find_spec(module) is None:
        return None
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


def _open_files() -> int | None:
    limit = None
    if sys.platform != "win32":
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = None if soft == resource.RLIM_INFINITY else soft
    return limit
