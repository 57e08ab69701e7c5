"""Lives through a service's life under a real systemd, inside the box, and prints what it saw as JSON.

``python -m tests.service.lifecycle standin`` puts the stand-in in the daemon's place, with a hurried watchdog;
``… real`` takes the daemon as it is; ``… words`` starts a program that tells which words reached it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from memsyncd.cli import COMMANDS, main
from memsyncd.service.program import Program
from memsyncd.service.systemd import render_unit

ROOT = Path(__file__).parents[2]
HOME = Path.home()
DROP_IN = HOME / ".config/systemd/user/memsyncd.service.d/override.conf"
WORDS = (
    "a b",
    'say "x"',
    "it's",
    "100%h",
    "$HOME",
    "${HOME}",
    "back\\slash\\n",
    "semi;colon",
    "tilde~",
    "#x",
    "é 日本",
)
STANDIN = f"""\
[Service]
ExecStart=
ExecStart={sys.executable} {ROOT}/tests/service/standin.py
Environment=PYTHONPATH={ROOT}
WatchdogSec=1
RestartSec=100ms
"""


def memsyncd(*arguments: str) -> dict[str, object]:
    """Runs a command and returns its exit code, its JSON and what it said."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["service", *arguments, "--json"])
    out.seek(0)
    return {"code": code, "json": json.loads(out.read() or "null"), "said": err.getvalue().splitlines()}


def systemctl(*arguments: str) -> str:
    ran = subprocess.run(["systemctl", "--user", *arguments], capture_output=True, text=True, check=False)
    return (ran.stdout + ran.stderr).strip()


def shown(name: str) -> str:
    return systemctl("show", "memsyncd.service", f"--property={name}", "--value")


def pid_after(old: int) -> int:
    """The process that runs in place of ``old``, once it has said that it is ready; 0 when none came."""
    return until(lambda: shown("ActiveState") == "active" and int(shown("MainPID")) not in (0, old)) * int(
        shown("MainPID")
    )


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not (now := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return now


def journal() -> list[str]:
    command = ["journalctl", "--user", "--unit", "memsyncd", "--output", "cat", "--no-pager"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def files() -> list[str]:
    return sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*") if not path.is_dir())


def installed(seen: dict[str, object]) -> int:
    """Installs the service; its process."""
    seen["install"] = memsyncd("install")
    unit = HOME / ".local/share/systemd/user/memsyncd.service"
    verify = ["systemd-analyze", "--user", "verify", str(unit)]
    seen["verify"] = subprocess.run(verify, capture_output=True, text=True, check=False).stderr
    seen["status"] = memsyncd("status")
    return int(shown("MainPID"))


def removed(seen: dict[str, object], pid: int) -> None:
    seen["uninstall"] = memsyncd("uninstall")
    seen["known"] = systemctl("show", "memsyncd.service", "--property=LoadState", "--value")
    seen["alive"] = Path(f"/proc/{pid}").exists()


def standin(seen: dict[str, object]) -> None:
    """Ready, killed, hung, stopped, uninstalled."""
    DROP_IN.parent.mkdir(parents=True)
    DROP_IN.write_text(STANDIN)
    pid = installed(seen)
    seen["again"] = memsyncd("install")
    os.kill(pid, signal.SIGKILL)
    pid = pid_after(pid)
    seen["after_kill"] = {"pid": pid, "restarts": shown("NRestarts")}
    os.kill(pid, signal.SIGUSR2)
    pid = pid_after(pid)
    seen["after_hang"] = {"pid": pid, "restarts": shown("NRestarts")}
    seen["stop"] = memsyncd("stop")
    seen["stopped"] = memsyncd("status")
    seen["start"] = memsyncd("start")
    pid = int(shown("MainPID"))
    key = HOME / "key"
    key.write_text("k\n")
    key.chmod(0o600)
    seen["with_key"] = memsyncd("install", "--credential-file", str(key))
    key.unlink()
    seen["journal"] = journal()
    removed(seen, pid)
    DROP_IN.unlink()
    seen["left"] = files()


def real(seen: dict[str, object]) -> None:
    """The daemon itself: ready, reloaded, stopped, uninstalled."""
    sessions = HOME / ".openclaw/agents/main/sessions"
    sessions.mkdir(parents=True)
    pid = installed(seen)
    seen["reload"] = systemctl("reload", "memsyncd.service")
    seen["after_reload"] = {"same": until(lambda: int(shown("MainPID")) == pid), "active": shown("ActiveState")}
    began = time.monotonic()
    seen["stop"] = memsyncd("stop")
    seen["stop_seconds"] = time.monotonic() - began
    seen["result"] = shown("Result")
    seen["journal"] = journal()
    removed(seen, pid)
    seen["left"] = [name for name in files() if "systemd" in name]


def words(seen: dict[str, object]) -> None:
    """A unit full of characters that mean something to systemd."""
    units, told, env_file = HOME / ".local/share/systemd/user", HOME / "told.json", HOME / "a b 50%" / "env"
    units.mkdir(parents=True)
    env_file.parent.mkdir()
    env_file.write_text("FROM_FILE=yes\n")
    code = "import json, os, sys; json.dump([sys.argv[2:], dict(os.environ)], open(sys.argv[1], 'w'))"
    program = Program(
        arguments=(sys.executable, "-c", code, str(told), *WORDS), environment=(("NAME", "".join(WORDS)),)
    )
    (units / "memsyncd.service").write_bytes(render_unit(program, version=252, env_file=str(env_file)))
    systemctl("daemon-reload")
    systemctl("start", "--no-block", "memsyncd.service")
    until(lambda: told.exists() and told.stat().st_size > 0)
    arguments, environment = json.loads(told.read_text())
    seen["arguments"] = arguments
    seen["environment"] = {name: environment.get(name) for name in ("NAME", "FROM_FILE")}
    systemctl("stop", "memsyncd.service")


if __name__ == "__main__":
    COMMANDS.setdefault("service", "The daemon as a service.")
    facts: dict[str, object] = {}
    {"standin": standin, "real": real, "words": words}[sys.argv[1]](facts)
    json.dump(facts, sys.stdout)
