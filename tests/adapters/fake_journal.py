"""A machine whose journal is a file: a journalctl and a systemctl that behave, for the PATH of a test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

JOURNALCTL = '''#!{python} -IS
"""journalctl: entries from a file, one a line, with their time in microseconds as cursor."""
import json, sys, time
options = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:])
assert options["output"] == "json" and "quiet" in options and "no-pager" in options, sys.argv
assert options["user-unit"] == "memsyncd.service"
file = open({entries!r})
def cursor(line): return json.loads(line)["__CURSOR"]
def shown(line):
    entry = json.loads(line)
    long = len(str(entry["MESSAGE"])) > 4096 and "all" not in options
    return json.dumps({{**entry, "MESSAGE": None if long else entry["MESSAGE"]}})
lines = file.read().splitlines()
if "since" in options:
    since = float(options["since"].removeprefix("@")) * 1e6
    lines = [line for line in lines if int(json.loads(line)["__REALTIME_TIMESTAMP"]) >= since]
if "after-cursor" in options:
    lines = lines[[cursor(line) for line in lines].index(options["after-cursor"]) + 1 :]
if "lines" in options:
    lines = lines[-int(options["lines"]) :]
elif "follow" in options and "no-tail" not in options:
    lines = lines[-10:]
if "reverse" in options:
    lines.reverse()
for line in lines:
    print(shown(line), flush=True)
while "follow" in options:
    line = file.readline()
    if line: print(shown(line), flush=True)
    else: time.sleep(0.01)
'''
SYSTEMCTL = """#!/bin/sh
test "$*" = "--user show --property=LoadState --value memsyncd.service" && echo {state}
"""


class Scripted:
    """A machine whose journal is a file."""

    def __init__(self, folder: Path) -> None:
        self._bin = folder / "bin"
        self._bin.mkdir(parents=True)
        self._entries = folder / "entries"
        self._entries.touch()
        self._count = 0
        self.command("journalctl", JOURNALCTL.format(python=sys.executable, entries=str(self._entries)))
        self.service("not-found")

    @property
    def env(self) -> dict[str, str]:
        """The environment in which it is found."""
        return {"PATH": str(self._bin)}

    def command(self, name: str, script: str) -> None:
        """Puts a command there."""
        (self._bin / name).write_text(script)
        (self._bin / name).chmod(0o755)

    def service(self, state: str) -> None:
        """Lets systemctl say this of the service."""
        self.command("systemctl", SYSTEMCTL.format(state=state))

    def log(self, *events: str, **fields: object) -> None:
        """The service writes events, one a second."""
        for event in events:
            self.say(json.dumps({"timestamp": "2026-01-15T12:00:00Z", "level": "info", "event": event, **fields}))

    def say(self, message: object, **fields: object) -> None:
        """Something gets into the journal."""
        self._count += 1
        known = {"MESSAGE": message, "__REALTIME_TIMESTAMP": f"{self._count}000000", "__CURSOR": f"c{self._count}"}
        with self._entries.open("a") as file:
            file.write(json.dumps({**known, **fields}) + "\n")
