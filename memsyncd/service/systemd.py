"""The systemd user unit, its drop-in for the API key, and the commands of ``systemctl``. Pure text, no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from memsyncd.adapters.journal import UNIT
from memsyncd.service.model import Command, Service, UnitFile
from memsyncd.service.program import Program
from memsyncd.service.seal import SEAL, seal

__all__ = ["CREDENTIAL", "DEFAULT", "UNIT", "render_credentials", "render_unit", "service"]

CREDENTIAL = "anthropic_api_key"
"""The name under which the daemon finds the API key in ``$CREDENTIALS_DIRECTORY``."""

_NOTIFY_RELOAD = 253  # the version of systemd that knows it; an older one falls back to Type=simple
_RESTART_STEPS = 254

HOME_ENV_FILE = "%h/.config/memsyncd/env"
DEFAULT = Program(
    arguments=("%h/.local/share/pipx/venvs/memsyncd/bin/python", "-P", "-m", "memsyncd", "run"),
    environment=(("PATH", "%h/.local/bin:/usr/local/bin:/usr/bin:/bin"),),
)
"""An installation with pipx, whoever's: the one of ``systemd/memsyncd.service`` in the repository."""

_UNIT = """\
# Written by `memsyncd service install`. Changes of your own belong into a drop-in: systemctl --user edit memsyncd.
# Once this file differs from its checksum, memsyncd neither replaces nor removes it.
# {seal}

[Unit]
Description=Dated Markdown memory from the logs of AI agents
{start_limit}

[Service]
{type}
# No child process may speak for the daemon.
NotifyAccess=main
ExecStart={command}
{environment}
# One NAME=value a line; what it sets wins over the lines above.
EnvironmentFile=-{env_file}

# Three heartbeats; one that hangs is killed and started again.
WatchdogSec=90
TimeoutStartSec=120
TimeoutStopSec=45
Restart=on-failure
{restart}
# The configuration is wrong: no restart mends it.
RestartPreventExitStatus=2

# Quiet: whatever else runs comes first. A leak ends here, not in the machine's memory.
Nice=10
IOSchedulingClass=idle
CPUWeight=20
MemoryHigh=300M
MemoryMax=600M
TasksMax=64
# A helper process that runs out of memory is not the end of the daemon.
OOMPolicy=continue

# What works in a unit of a user without a mount namespace of its own. In such a namespace a memory folder that is
# replaced would be read-only until the next restart, and files could not change places atomically.
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""

_CREDENTIALS = """\
# Written by `memsyncd service install --credential-file`. The daemon reads a copy that nobody else can see;
# without the file named here it does not start.
# {seal}

[Service]
LoadCredential={name}:{path}
"""


def render_unit(program: Program, *, version: int = 0, env_file: str = HOME_ENV_FILE) -> bytes:
    """The unit, for a systemd of this version; 0 writes what every one understands.

    A path may begin with ``%h``, systemd's word for the home folder.
    """
    reloads = version >= _NOTIFY_RELOAD
    steps = version >= _RESTART_STEPS
    text = _UNIT.format(
        seal=SEAL,
        type="Type=notify-reload" if reloads else "Type=notify\nExecReload=/bin/kill -HUP $MAINPID",
        # Delays that grow need no end; those that do not would wear out the machine.
        start_limit="StartLimitIntervalSec=0" if steps else "StartLimitIntervalSec=600\nStartLimitBurst=5",
        restart="RestartSec=5\nRestartSteps=8\nRestartMaxDelaySec=300" if steps else "RestartSec=5",
        command=_command_line(program.arguments),
        environment="\n".join(f"Environment={_quoted(value, f'{name}=')}" for name, value in program.environment),
        env_file=_specifiers(env_file),
    )
    return seal(text)


def render_credentials(path: Path) -> bytes:
    """The drop-in that hands the API key in the file ``path`` to the daemon."""
    return seal(_CREDENTIALS.format(seal=SEAL, name=CREDENTIAL, path=_specifiers(str(path))))


def service(
    program: Program | None,
    data: Path,
    config: Path,
    *,
    env_file: Path,
    version: int,
    credential: Path | None = None,
) -> Service:
    """What systemd is given.

    The unit goes below ``data`` (``~/.local/share/systemd/user``), where programs put theirs; what a person says
    about it, drop-ins and ``systemctl --user mask``, stands below ``config`` (``~/.config/systemd/user``) and is
    stronger. A unit in the second folder would be overwritten by ``mask``.
    """
    unit, drop_in = data / UNIT, config / f"{UNIT}.d" / "credentials.conf"
    files = []
    if program is not None:
        files.append(UnitFile(path=unit, data=render_unit(program, version=version, env_file=str(env_file))))
    if credential is not None:
        files.append(UnitFile(path=drop_in, data=render_credentials(credential)))
    return Service(
        name=UNIT,
        files=tuple(files),
        ours=(unit, drop_in),
        rivals=(config / UNIT,),
        folders=(drop_in.parent, config / "default.target.wants", *_folders(config), *_folders(data)),
        install=_install,
        start=(_FORGET, _systemctl("start", UNIT)),
        stop=(_systemctl("stop", UNIT),),
        restart=(_FORGET, _systemctl("restart", UNIT)),
        unload=(_systemctl("disable", "--now", UNIT),),
        forget=(_systemctl("daemon-reload"), _FORGET),
    )


def _systemctl(*arguments: str, optional: bool = False) -> Command:
    return Command(arguments=("systemctl", "--user", *arguments), optional=optional)


# A service that failed too often may not be started before this; one that never failed is not known here.
_FORGET = _systemctl("reset-failed", UNIT, optional=True)


def _install(*, changed: bool, loaded: bool) -> Iterator[Command]:  # noqa: ARG001 — as for launchd
    yield _systemctl("daemon-reload")
    yield _systemctl("enable", UNIT)
    yield _FORGET
    yield _systemctl("restart" if changed else "start", UNIT)


def _folders(units: Path) -> tuple[Path, Path]:
    return units, units.parent


def _command_line(arguments: tuple[str, ...]) -> str:
    # A colon before the program keeps systemd from filling in what looks like a variable.
    literally = ":" if any("$" in word for word in arguments) else ""
    return literally + " ".join(_quoted(word) for word in arguments)


def _quoted(word: str, head: str = "") -> str:
    """One word of a line, ``head`` as it is and ``word`` so that systemd changes nothing in it."""
    plain = head + _specifiers(word)
    if not any(char in word for char in " \"'\\;"):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _specifiers(text: str) -> str:
    home = "%h/" if text.startswith("%h/") else ""
    return home + text.removeprefix(home).replace("%", "%%")
