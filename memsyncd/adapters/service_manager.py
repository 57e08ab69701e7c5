"""Asks the manager of a person's own services: systemd by ``systemctl --user``, launchd.

What both have in common, and systemd; ``launchctl`` is the other. What they are told to do, and the files they
read, is the business of ``memsyncd.service``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from memsyncd.errors import MemsyncdError

_LONGEST = 600  # seconds: a start lasts as long as the first reading of the logs
_RUNTIMES = Path("/run/user")  # a folder for each user whose manager runs
_NOT_FOUND, _NO_ANSWER = 127, 124  # as shells and timeout(1) say it

_WITHOUT = "or run it without one: `memsyncd run` in the foreground, or `memsyncd --catch-up` from cron"

_PROPERTIES = (
    "LoadState,ActiveState,SubState,MainPID,ActiveEnterTimestamp,NRestarts,Result,ExecMainCode,ExecMainStatus,"
    "MemoryCurrent,UnitFileState,FragmentPath,StatusText"
)
_CLD_EXITED = "1"  # of ExecMainCode: the process ended by itself, not by a signal


class Answer(Struct, frozen=True, kw_only=True):
    """What a command of the service manager came to."""

    arguments: tuple[str, ...]
    code: int
    out: str = ""
    err: str = ""

    @property
    def line(self) -> str:
        """The command as one line."""
        return " ".join(self.arguments)

    @property
    def text(self) -> str:
        """All that it said."""
        return "\n".join(part for part in (self.out.strip(), self.err.strip()) if part)


Run = Callable[[Sequence[str]], Answer]
"""Runs a command to its end; one that is not there is an answer too."""


class ServiceState(Struct, frozen=True, kw_only=True):
    """How the service stands; None and empty where the manager does not say."""

    loaded: bool  # the manager knows the service
    active: str = "not installed"  # systemd's words: active, activating, inactive, failed, …
    enabled: bool | None = None  # it is started at login, or at boot where the person lingers
    pid: int | None = None
    since: datetime | None = None
    restarts: int | None = None  # by the manager, since it was last started by hand
    last_exit: str = ""
    memory: int | None = None  # bytes
    says: str = ""  # the daemon's own words
    file: str = ""  # the unit that the manager read

    @property
    def running(self) -> bool:
        """Whether it does its work now."""
        return self.active in ("active", "reloading")


def run_command(arguments: Sequence[str]) -> Answer:
    """Runs a command with the process's environment, times in UTC, and no terminal."""
    from subprocess import DEVNULL, TimeoutExpired, run  # noqa: PLC0415 — 10 ms that only this command pays

    command = tuple(arguments)
    env = {**os.environ, "TZ": "UTC", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    try:
        ran = run(  # noqa: S603 — the service manager's own programs, no shell
            command, stdin=DEVNULL, capture_output=True, timeout=_LONGEST, env=env, check=False
        )
    except OSError as error:
        return Answer(arguments=command, code=_NOT_FOUND, err=f"{command[0]}: {error.strerror}")
    except TimeoutExpired:
        return Answer(arguments=command, code=_NO_ANSWER, err=f"no answer within {_LONGEST} s")
    out, err = (stream.decode(errors="replace") for stream in (ran.stdout, ran.stderr))
    return Answer(arguments=command, code=ran.returncode, out=out, err=err)


# --- systemd ---


class SystemdFacts(Struct, frozen=True, kw_only=True):
    """What the user manager says of itself."""

    version: int  # 0 when unknown
    unit_paths: tuple[Path, ...]  # where it looks for units, the strongest first


def systemd_version(run: Run) -> int:
    """The version of the systemd that is installed; 0 when there is none."""
    found = re.search(r"\bsystemd (\d+)", run(("systemctl", "--version")).out)
    return int(found[1]) if found else 0


def systemd_facts(run: Run, env: Mapping[str, str], uid: int, runtimes: Path = _RUNTIMES) -> SystemdFacts:
    """Asks the user manager who it is.

    Raises:
        MemsyncdError: there is none, or it cannot be reached from here; the hint says what to do instead.
    """
    answer = run(("systemctl", "--user", "show", "--property=Version,UnitPath"))
    if answer.code:
        raise _unreachable(answer, env, uid, runtimes / str(uid))
    told = _properties(answer.out)
    version = re.match(r"\d+", told.get("Version", ""))
    paths = tuple(Path(path) for path in told.get("UnitPath", "").split())
    return SystemdFacts(version=int(version[0]) if version else 0, unit_paths=paths)


def systemd_state(run: Run, unit: str) -> ServiceState:
    """How the unit stands.

    Raises:
        MemsyncdError: the manager does not say.
    """
    answer = run(("systemctl", "--user", "show", unit, f"--property={_PROPERTIES}"))
    if answer.code:
        raise MemsyncdError("the state of the service is unknown", where=answer.line, why=answer.text)
    told = _properties(answer.out)
    if told.get("LoadState") == "not-found" and told.get("ActiveState") == "inactive":
        return ServiceState(loaded=False)
    masked = told.get("LoadState") == "masked"
    return ServiceState(
        loaded=True,
        active="masked" if masked else _activity(told),
        enabled=told.get("UnitFileState", "").startswith("enabled"),
        pid=number(told.get("MainPID")) or None,
        since=_moment(told.get("ActiveEnterTimestamp", "")) if told.get("ActiveState") == "active" else None,
        restarts=number(told.get("NRestarts")),
        last_exit=_ending(told),
        memory=number(told.get("MemoryCurrent")),
        says="" if told.get("ActiveState") == "inactive" else told.get("StatusText", ""),
        file=told.get("FragmentPath", ""),
    )


def journal_lines(run: Run, unit: str, count: int) -> list[str]:
    """The last lines that the unit logged; none where the journal cannot be read."""
    answer = run(("journalctl", "--user", "--unit", unit, "--lines", str(count), "--output", "cat", "--no-pager"))
    return [line for line in answer.out.splitlines() if not line.startswith("-- ")] if answer.code == 0 else []


def lingers(run: Run, user: str) -> bool | None:
    """Whether the person's services run while nobody is logged in; None when logind does not say."""
    answer = run(("loginctl", "show-user", user, "--property=Linger", "--value"))
    return {"yes": True, "no": False}.get(answer.out.strip()) if answer.code == 0 else None


def verify_unit(run: Run, path: Path) -> list[str]:
    """What systemd has against the unit, a problem a line, other units' left out."""
    answer = run(("systemd-analyze", "--user", "verify", str(path)))
    return [line for line in answer.text.splitlines() if path.name in line] if answer.code != _NOT_FOUND else []


def _unreachable(answer: Answer, env: Mapping[str, str], uid: int, runtime: Path) -> MemsyncdError:
    """The error for a user manager that does not answer: each place where that happens has its own way out."""
    what = "no systemd user manager answers here"
    if answer.code == _NOT_FOUND:
        why, hint = answer.text, f"start it with the service manager of this system, {_WITHOUT}"
    elif not env.get("XDG_RUNTIME_DIR") and runtime.is_dir():
        why = "XDG_RUNTIME_DIR is not set, as it is under sudo, su and cron"
        hint = f"export XDG_RUNTIME_DIR={runtime}, or log in as this user over ssh or with machinectl shell"
    elif uid == 0 and env.get("SUDO_USER"):
        why = "root, whom sudo made you, has no services of this kind"
        hint = f"run it without sudo, as {env['SUDO_USER']}"
    elif not env.get("XDG_RUNTIME_DIR"):
        why = "this user has no session: that is so in containers and where nobody has logged in"
        hint = f"on a machine with systemd: sudo loginctl enable-linger $(id -un), then log in again; {_WITHOUT}"
    else:
        why, hint = answer.text, f"see `systemctl status user@{uid}.service`; {_WITHOUT}"
    return MemsyncdError(what, why=why, hint=hint)


def _properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _activity(told: Mapping[str, str]) -> str:
    active, sub = told.get("ActiveState", ""), told.get("SubState", "")
    return f"{active} ({sub})" if active == "activating" else active


def _ending(told: Mapping[str, str]) -> str:
    """How the last process ended, in words; empty while none has."""
    result, code, status = (told.get(name, "") for name in ("Result", "ExecMainCode", "ExecMainStatus"))
    if code in ("", "0"):
        return "" if result == "success" else result
    how = f"exit code {status}" if code == _CLD_EXITED else f"signal {status}"
    return how if result in ("success", "exit-code", "signal") else f"{how} ({result})"


def number(text: str | None) -> int | None:
    """A figure of the manager's; None where it has none, for which systemd writes [not set] or 64 bits of ones."""
    figure = int(text) if text and text.isdecimal() else None
    return None if figure == 2**64 - 1 else figure


def _moment(text: str) -> datetime | None:
    """The instant of a time such as ``Sat 2026-11-21 18:48:00 UTC``, which ``TZ=UTC`` asks for."""
    with suppress(ValueError, IndexError):
        _, day, time, *_ = text.split()
        return datetime.fromisoformat(f"{day}T{time}+00:00")
    return None
