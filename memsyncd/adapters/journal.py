"""Reads what systemd's journal holds of the user's service, through ``journalctl``. Changes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

from memsyncd.core.loglines import LogLine, parse_entry
from memsyncd.errors import MemsyncdError
from memsyncd.model import Millis

UNIT = "memsyncd.service"

_SECONDS = 10.0  # in which systemctl has answered
# --all: journalctl says null for a text of more than 4 KiB without it. --user-unit looks into the system's journal
# too: without a journal on disk, systems keep the users' lines there.
_READ = ("journalctl", "--output=json", "--all", "--quiet", "--no-pager")
_FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER"


class Journal:
    """The journal of one unit of the user's service manager, from the instant ``since`` on."""

    def __init__(self, env: Mapping[str, str], *, since: Millis | None = None, unit: str = UNIT) -> None:
        self.name = f"the journal of {unit}"
        self._env = env
        self._since = () if since is None else (f"--since=@{since / 1000:.3f}",)
        self._unit = unit
        self._cursor: str | None = None  # of the newest entry seen

    def installed(self) -> bool:
        """Whether the service manager knows the unit."""
        command = ("systemctl", "--user", "show", "--property=LoadState", "--value", self._unit)
        try:
            ended = subprocess.run(  # noqa: S603 — our own words
                command, env=self._env, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ended.stdout.strip() == "loaded"

    def speaks(self) -> bool:
        """Whether there is an entry; not where there is no journal at all."""
        try:
            with self._reading("--lines=1") as entries:
                return any(entries)
        except MemsyncdError:
            return False

    def newest_first(self) -> Generator[LogLine, None, None]:
        """The entries that are there, the last first.

        Raises:
            MemsyncdError: journalctl does not work.
        """
        with self._reading("--reverse", *self._since) as entries:
            for number, entry in enumerate(entries):
                line, cursor = parse_entry(entry)
                if number == 0:
                    self._cursor = cursor
                yield line

    def follow(self) -> Generator[LogLine, None, None]:
        """What is written after what ``newest_first`` gave first, for ever.

        Raises:
            MemsyncdError: journalctl does not work, or has ended.
        """
        begin = (f"--after-cursor={self._cursor}",) if self._cursor else self._since
        with self._reading("--follow", "--no-tail", *begin) as entries:
            for entry in entries:
                line, self._cursor = parse_entry(entry)
                yield line
        raise _failed("it ended")

    @contextmanager
    def _reading(self, *how: str) -> Iterator[Iterator[bytes]]:
        command = (*_READ, f"--output-fields={_FIELDS}", f"--user-unit={self._unit}", *how)
        try:
            process = subprocess.Popen(  # noqa: S603 — our own words
                command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise _failed(error.strerror or str(error)) from error
        with process:
            try:
                yield _whole(process)
            finally:
                process.kill()


def _whole(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The lines of a process that ends well."""
    yield from process.stdout or ()
    said = process.stderr.read() if process.stderr else b""
    words = said.decode("utf-8", "replace").strip().splitlines()
    if process.wait():
        raise _failed(words[-1] if words else f"it ended with {process.returncode}")


def _failed(why: str) -> MemsyncdError:
    return MemsyncdError("the journal cannot be read", where="journalctl", why=why)
