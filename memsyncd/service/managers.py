"""The service manager of this machine: what it is given, and how it is asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from memsyncd.adapters import service_manager as ask
from memsyncd.adapters.config_file import config_path
from memsyncd.adapters.launchctl import last_lines, launchd_state
from memsyncd.adapters.service_manager import Run, ServiceState, run_command
from memsyncd.errors import MemsyncdError, UsageError
from memsyncd.service import launchd, systemd
from memsyncd.service.model import Service
from memsyncd.service.program import Program


class ServiceManager(Protocol):
    """One way of running the daemon as a service."""

    name: str
    run: Run

    def service(self, program: Program | None = None, credential: Path | None = None) -> Service:
        """The files and commands for this program, and for the file that holds the API key.

        Without a program no file is to be written: enough to start, stop and uninstall.

        Raises:
            MemsyncdError: the manager cannot be reached.
            UsageError: it has no credentials.
        """

    def text(self, program: Program) -> str:
        """The main file, for a look; the manager need not be there."""

    def state(self) -> ServiceState:
        """How the service stands."""

    def problems(self, service: Service) -> Sequence[str]:
        """What the manager has against the files that were written."""

    def log_lines(self, count: int, own_log: Path) -> Sequence[str]:
        """The last lines that the service logged; ``own_log`` is the file that it logs to without a journal."""

    def advice(self) -> Sequence[str]:
        """What the person should know or do, so that it runs whenever it should."""


def manager_of(platform: str, env: Mapping[str, str], uid: int, run: Run = run_command) -> ServiceManager:
    """The service manager of this platform, as ``sys.platform`` names it.

    Raises:
        MemsyncdError: memsyncd knows none there.
    """
    if platform == "linux":
        return Systemd(env, uid, run)
    if platform == "darwin":
        return Launchd(home_of(env), uid, run)
    scheduler = "the Task Scheduler" if platform == "win32" else "cron"
    raise MemsyncdError(
        "memsyncd cannot install itself as a service here",
        why=f"it knows systemd and launchd, and this is {platform}",
        hint=f"let {scheduler} run `memsyncd --catch-up` every few minutes",
    )


def home_of(env: Mapping[str, str]) -> Path:
    """The person's home folder."""
    return Path(env.get("HOME") or Path.home())


class Systemd:
    """The person's own systemd, ``systemctl --user``."""

    name = "systemd"

    def __init__(self, env: Mapping[str, str], uid: int, run: Run) -> None:
        self.run = run
        self._env = env
        self._uid = uid

    def service(self, program: Program | None = None, credential: Path | None = None) -> Service:
        """What is given to systemd, in the folders where it looks."""
        facts = ask.systemd_facts(self.run, self._env, self._uid)
        return systemd.service(
            program,
            self._folder("XDG_DATA_HOME", ".local/share", facts.unit_paths),
            self._folder("XDG_CONFIG_HOME", ".config", facts.unit_paths),
            env_file=self._env_file(),
            version=facts.version,
            credential=credential,
        )

    def text(self, program: Program) -> str:
        """The unit for the systemd that is installed."""
        version = ask.systemd_version(self.run)
        return systemd.render_unit(program, version=version, env_file=str(self._env_file())).decode()

    def state(self) -> ServiceState:
        """How the unit stands."""
        ask.systemd_facts(self.run, self._env, self._uid)
        return ask.systemd_state(self.run, systemd.UNIT)

    def problems(self, service: Service) -> Sequence[str]:
        """What ``systemd-analyze verify`` prints about the unit."""
        return ask.verify_unit(self.run, service.files[0].path)

    def log_lines(self, count: int, own_log: Path) -> Sequence[str]:  # noqa: ARG002 — launchd's need
        """From the journal."""
        return ask.journal_lines(self.run, systemd.UNIT, count)

    def advice(self) -> Sequence[str]:
        """To linger, where logind says that the person does not."""
        user = self._env.get("USER") or self._env.get("LOGNAME") or str(self._uid)
        if ask.lingers(self.run, user) is not False:
            return []
        return [f"it runs while you are logged in; to run from boot on: loginctl enable-linger {user}"]

    def _env_file(self) -> Path:
        return config_path(self._env).with_name("env")

    def _folder(self, variable: str, below_home: str, unit_paths: Sequence[Path]) -> Path:
        """A folder for units where the manager looks, whose variables may be others than this shell's."""
        home = home_of(self._env)
        named = self._env.get(variable, "")
        bases = [Path(named)] if named.startswith("/") else []
        folders = [base / "systemd" / "user" for base in (*bases, home / below_home)]
        for folder in folders:
            if folder in unit_paths:
                return folder
        raise MemsyncdError(
            "the systemd user manager does not look for units where this shell would put them",
            where=folders[0],
            why=f"it was started with another HOME or {variable}",
            hint=f"compare with `systemctl --user show-environment`, and unset {variable} here or set it there",
        )


class Launchd:
    """The agents of the person's graphical session."""

    name = "launchd"

    def __init__(self, home: Path, uid: int, run: Run) -> None:
        self.run = run
        self._home = home
        self._uid = uid

    def service(self, program: Program | None = None, credential: Path | None = None) -> Service:
        """What is given to launchd; it takes no credential."""
        if credential is not None:
            raise UsageError(
                "--credential-file is for systemd",
                why="launchd hands no secrets to its agents",
                hint="let the configuration name a command that prints the key, e.g. `security`",
            )
        return launchd.service(program, self._home, self._uid)

    def text(self, program: Program) -> str:
        """The agent."""
        return launchd.render_agent(program, launchd.log_path(self._home)).decode()

    def state(self) -> ServiceState:
        """How the agent stands."""
        return launchd_state(self.run, f"gui/{self._uid}", launchd.LABEL, datetime.now(UTC))

    def problems(self, service: Service) -> Sequence[str]:  # noqa: ARG002 — launchd has no such check
        """None: launchd has no such check."""
        return []

    def log_lines(self, count: int, own_log: Path) -> Sequence[str]:
        """From the daemon's own log, or from the file that launchd keeps when a breakdown went there since."""
        files = [path for path in (own_log, launchd.log_path(self._home)) if path.is_file()]
        return last_lines(max(files, key=lambda path: path.stat().st_mtime), count) if files else []

    def advice(self) -> Sequence[str]:
        """None."""
        return []


def user_id() -> int:
    """The number of the user; 0 on Windows, which has none and no service manager that would ask."""
    return 0 if sys.platform == "win32" else os.getuid()
