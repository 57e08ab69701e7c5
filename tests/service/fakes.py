"""Service managers that behave: they read unit files when told to, know what is enabled and running, and answer.

``FakeSystemd`` and ``FakeLaunchd`` are called as ``adapters.service_manager.Run``. As programs of their names on a
``PATH`` (``programs``) they keep their memory in a file, and import little, because every command is a new process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memsyncd.adapters.service_manager import Answer


class Fake:
    """Remembers the commands that it was given, in ``asked``."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> Answer:
        from memsyncd.adapters.service_manager import Answer  # noqa: PLC0415 — as said above

        code, text = self.ask(arguments)
        return Answer(arguments=tuple(arguments), code=code, **({"err": text} if code else {"out": text}))

    def ask(self, arguments: Sequence[str]) -> tuple[int, str]:
        """The same without words of memsyncd's own."""
        self.asked.append(" ".join(arguments))
        return self.answer(*arguments)

    def answer(self, program: str, *arguments: str) -> tuple[int, str]:
        """The status of a command and what it prints."""
        raise NotImplementedError


class FakeSystemd(Fake):
    """``systemctl --user`` and its companions, for one unit, with the folders of ``home``."""

    def __init__(self, home: Path, *, version: str = "252.38-1", lingers: str = "no", fails: str = "") -> None:
        super().__init__()
        self.version = version
        self.lingers = lingers  # empty: no logind
        self.fails = fails  # how a start fails
        self.units = [home / ".config/systemd/user", home / ".local/share/systemd/user"]
        self.loaded: dict[str, str] = {}  # file of each unit, as of the last daemon-reload
        self.pid = 0
        self.starts = 0
        self.log: list[str] = []

    def answer(self, program: str, *arguments: str) -> tuple[int, str]:
        words = [word for word in arguments if not word.startswith("-")]
        if program == "loginctl":
            return (
                (0, self.lingers) if self.lingers else (1, "Failed to connect to bus: No such file or directory")
            )
        if program == "journalctl":
            return 0, "\n".join(self.log)
        if program == "systemd-analyze":
            return 0, ""
        if arguments == ("--version",):
            return 0, f"systemd {self.version.partition('.')[0]} ({self.version})\n+PAM"
        verb, *units = words
        answer: tuple[int, str] = getattr(self, f"_{verb.replace('-', '_')}")(units[0] if units else "", arguments)
        return answer

    def _show(self, unit: str, arguments: Sequence[str]) -> tuple[int, str]:
        if not unit:
            return 0, f"Version={self.version}\nUnitPath={' '.join(map(str, self.units))}"
        running = self.pid > 0
        told = {
            "LoadState": "loaded" if unit in self.loaded or running else "not-found",
            "ActiveState": "active" if running else "inactive",
            "SubState": "running" if running else "dead",
            "MainPID": self.pid,
            "ActiveEnterTimestamp": "Sat 2026-11-21 18:48:00 UTC" if running else "",
            "NRestarts": 0,
            "Result": "success",
            "ExecMainCode": 0,
            "ExecMainStatus": 0,
            "MemoryCurrent": 43_200_000 if running else "[not set]",
            "UnitFileState": "enabled" if self._wanted(unit).is_symlink() else "disabled",
            "FragmentPath": self.loaded.get(unit, ""),
            "StatusText": "watching 2 sources" if running else "",
        }
        return 0, "\n".join(f"{name}={value}" for name, value in told.items())

    def _daemon_reload(self, *_: object) -> tuple[int, str]:
        files = [path for folder in reversed(self.units) if folder.is_dir() for path in folder.glob("*.service")]
        self.loaded = {path.name: str(path) for path in files}
        return 0, ""

    def _enable(self, unit: str, _: object) -> tuple[int, str]:
        link = self._wanted(unit)
        if unit not in self.loaded:
            return 1, f"Failed to enable unit: Unit file {unit} does not exist."
        if link.is_symlink():
            return 0, ""
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(self.loaded[unit])
        return 0, f"Created symlink {link}."

    def _disable(self, unit: str, arguments: Sequence[str]) -> tuple[int, str]:
        if unit not in self.loaded:
            return 1, f"Failed to disable unit: Unit file {unit} does not exist."
        self.pid = 0 if "--now" in arguments else self.pid
        self._wanted(unit).unlink(missing_ok=True)
        return 0, f'Removed "{self._wanted(unit)}".'

    def _start(self, unit: str, _: object) -> tuple[int, str]:
        if unit not in self.loaded:
            return 5, f"Failed to start {unit}: Unit {unit} not found."
        if self.fails:
            return 1, self.fails
        if not self.pid:
            self.starts += 1
            self.pid = 1000 + self.starts
            self.log.append("daemon.ready")
        return 0, ""

    def _stop(self, unit: str, _: object) -> tuple[int, str]:
        if unit not in self.loaded:
            return 5, f"Failed to stop {unit}: Unit {unit} not loaded."
        self.pid = 0
        return 0, ""

    def _restart(self, unit: str, arguments: Sequence[str]) -> tuple[int, str]:
        self.pid = 0
        return self._start(unit, arguments)

    def _reset_failed(self, unit: str, _: object) -> tuple[int, str]:
        return (0, "") if unit in self.loaded else (1, f"Unit {unit} not loaded.")

    def _wanted(self, unit: str) -> Path:
        return self.units[0] / "default.target.wants" / unit


class FakeLaunchd(Fake):
    """``launchctl`` and ``ps``, for one agent. ``slow`` is how many bootstraps fail while the old job still ends."""

    def __init__(self, *, session: bool = True, slow: int = 0) -> None:
        super().__init__()
        self.session = session  # somebody is logged in at the screen
        self.slow = slow
        self.job: dict[str, object] | None = None
        self.pid = 0
        self.runs = 0

    def answer(self, program: str, *arguments: str) -> tuple[int, str]:
        if program == "ps":
            return 0, "  01:02:03  44032\n"
        verb, *words = arguments
        answer: tuple[int, str] = getattr(self, f"_{verb}")(words)
        return answer

    def _bootstrap(self, words: list[str]) -> tuple[int, str]:
        if not self.session:
            return 125, "Bootstrap failed: 125: Domain does not support specified action"
        import plistlib  # noqa: PLC0415 — likewise

        if self.job is not None or self.slow:
            self.slow -= self.slow > 0
            return 5, "Bootstrap failed: 5: Input/output error"
        self.job = plistlib.loads(Path(words[1]).read_bytes())
        self._run()
        return 0, ""

    def _bootout(self, _: list[str]) -> tuple[int, str]:
        if self.job is None:
            return 3, "Boot-out failed: 3: No such process"
        self.job, self.pid = None, 0
        return 0, ""

    def _enable(self, _: list[str]) -> tuple[int, str]:
        return 0, ""

    def _kickstart(self, words: list[str]) -> tuple[int, str]:
        if self.job is None:
            return 113, "Could not find service in domain"
        if "-k" in words or not self.pid:
            self._run()
        return 0, ""

    def _print(self, _: list[str]) -> tuple[int, str]:
        if self.job is None:
            return 113, "Bad request.\nCould not find service in domain for user gui: 501"
        state = f"\tstate = running\n\tpid = {self.pid}\n" if self.pid else "\tstate = not running\n"
        inner = "\tenvironment = {\n\t\tPATH => /usr/bin\n\t}\n"
        return (
            0,
            f"gui/501/x = {{\n\tpath = /x.plist\n{state}\truns = {self.runs}\n{inner}\tlast exit code = (never exited)\n}}\n",
        )

    def _run(self) -> None:
        self.runs += 1
        self.pid = 500 + self.runs


# --- as programs ---


def programs(folder: Path, memory: Path) -> None:
    """Puts systemd's programs into ``folder``, as the fake that is kept in the file ``memory``."""
    folder.mkdir()
    for name in ("systemctl", "loginctl", "journalctl", "systemd-analyze"):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -ISs {__file__} {memory} {name} "$@"\n')
        script.chmod(0o755)


def main(memory: Path, arguments: Sequence[str]) -> int:
    """One command, between reading the memory and writing it."""
    fake = FakeSystemd(Path(os.environ["HOME"]))
    if memory.exists():
        vars(fake).update({**json.loads(memory.read_text()), "units": fake.units})
    code, text = fake.ask(arguments)
    memory.write_text(json.dumps({name: value for name, value in vars(fake).items() if name != "units"}))
    (sys.stderr if code else sys.stdout).write(text)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
