"""``memsyncd run`` as a process: signals, the lock, the service manager, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.builders import OpenClawHome, Transcript
from tests.core.redact.expressions import expand
from tests.core.redact.shapes import survivors

PATIENCE = 30.0
DAY = "2026-01-15T10:00:00Z"
CONFIG = """
redaction.second_detector = "off"
[watch]
quiet_seconds = 0.1
ceiling_seconds = 1
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="services of Unix")


class Box:
    """A home folder, the manager's socket, and the daemon that runs there."""

    def __init__(self, root: Path, listening: socket.socket) -> None:
        self.root = root
        self.home = OpenClawHome(root)
        self.state = root / "state"
        self.config = root / "config.toml"
        self.config.write_text(CONFIG)
        self._listening = listening
        self.env = {
            **os.environ,
            "HOME": str(root),
            "MEMSYNCD_STATE_DIR": str(self.state),
            "MEMSYNCD_CONFIG": str(self.config),
            "NOTIFY_SOCKET": listening.getsockname(),
        }

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "memsyncd", "run"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.env, cwd=Path(__file__).parents[2], text=True, **pipes)

    def told(self, wanted: str) -> str:
        """The next message to the manager that begins like this."""
        while not (message := self._listening.recv(4096).decode()).startswith(wanted):
            pass
        return message

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        with self.start() as process:
            try:
                self.told("READY=1")
                yield process
            finally:
                process.kill()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "n"))
        listening.settimeout(PATIENCE)
        made = Box(tmp_path / "box", listening)
        made.home.live(Transcript("s1", DAY).user("please fix the build").assistant("done"))
        yield made


def ended(process: subprocess.Popen[str], send: Callable[[], None]) -> tuple[int, list[dict[str, object]]]:
    send()
    _, err = process.communicate(timeout=5)
    return process.returncode, [json.loads(line) for line in err.splitlines()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(box: Box, number: signal.Signals) -> None:
    with box.running() as process:
        code, lines = ended(process, lambda: process.send_signal(number))
    assert code == 0
    assert [lines[0]["event"], lines[-1]["event"]] == ["daemon.started", "daemon.stopped"]
    assert box.told("STOPPING=1")
    assert not (box.state / "daemon.json").exists()
    assert "please fix the build" in (box.home.memory / "2026-01-15.md").read_text()


def test_a_second_one_is_refused_and_the_holder_named(box: Box) -> None:
    with box.running() as process:
        other = subprocess.run(
            [sys.executable, "-m", "memsyncd", "run"], env=box.env, capture_output=True, text=True, check=False
        )
        assert other.returncode == 4
        assert f"process {process.pid} holds the lock" in other.stderr
        assert "memsyncd service stop ends it" in other.stderr


def test_status_shows_the_daemon_and_a_wrong_new_configuration(box: Box) -> None:
    with box.running() as process:
        box.config.write_text("colour = 1\n")
        process.send_signal(signal.SIGHUP)
        box.told("RELOADING=1")
        box.told("READY=1")
        box.config.write_text(CONFIG)
        status = [sys.executable, "-m", "memsyncd", "status", "--json"]
        document: dict[str, object] = {}
        while not (document.get("daemon") or {}).get("config_problem"):  # type: ignore[attr-defined]
            shown = subprocess.run(status, env=box.env, capture_output=True, text=True, check=False)
            document = json.loads(shown.stdout)
        assert document["daemon"]["pid"] == process.pid  # type: ignore[index]
        assert shown.returncode == 5
        process.send_signal(signal.SIGHUP)
        box.told("RELOADING=1")
        box.told("READY=1")


def test_what_the_daemon_tells_of_a_problem_holds_no_secret(box: Box) -> None:
    """A wrong key is repeated in the problem, and a token may have been pasted into its place."""
    token = expand("gh|p_{alnum:36}").text
    with box.running() as process:
        box.config.write_text(f"{token} = 1\n")
        process.send_signal(signal.SIGHUP)
        box.told("RELOADING=1")
        box.told("READY=1")
        told = (box.state / "daemon.json").read_text()
        process.terminate()
        _, err = process.communicate(timeout=5)
    assert "no such key" in told
    assert survivors(token, told + err) == []


def test_what_was_killed_is_made_good_by_the_next_one(box: Box) -> None:
    with box.running() as process:
        process.kill()
        process.wait(PATIENCE)
    status = [sys.executable, "-m", "memsyncd", "status"]
    shown = subprocess.run(status, env=box.env, capture_output=True, text=True, check=False)
    assert (shown.returncode, f"process {process.pid}, was killed" in shown.stderr) == (5, True)
    box.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("meanwhile").assistant("yes"))
    with box.running():
        assert "meanwhile" in (box.home.memory / "2026-01-16.md").read_text()


def metrics(box: Box, process: subprocess.Popen[str], wanted: str) -> str:
    """The metrics file, once it has this line."""
    file = box.root / "memsyncd.prom"
    while not file.exists() or wanted not in (text := file.read_text()):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return text


def test_the_metrics_file_says_whether_the_daemon_lives(box: Box) -> None:
    box.config.write_text(CONFIG + "[log]\nmetrics_file = 'memsyncd.prom'\n")
    with box.running() as process:
        alive = metrics(box, process, "memsyncd_up 1")
        ended(process, process.terminate)
    assert "memsyncd_days_published 1\n" in alive
    assert "memsyncd_watched_folders 1\n" in alive
    left = metrics(box, process, "memsyncd_up 0")
    assert "memsyncd_days_published 1\n" in left
    assert "memsyncd_watched_folders" not in left


def test_a_metrics_file_that_cannot_be_written_is_told_and_the_work_goes_on(box: Box) -> None:
    box.config.write_text(CONFIG + "[log]\nmetrics_file = 'no/memsyncd.prom'\n")
    with box.running() as process:
        status = [sys.executable, "-m", "memsyncd", "status", "--json"]
        document: dict[str, Any] = {}
        while not (document.get("daemon") or {}).get("metrics_problem"):
            shown = subprocess.run(status, env=box.env, capture_output=True, text=True, check=False)
            document = json.loads(shown.stdout)
        code, lines = ended(process, process.terminate)
    assert "create the folder" in document["daemon"]["metrics_problem"]
    assert (shown.returncode, document["needs"]) == (5, ["1 unwritten metrics file"])
    assert code == 0
    assert "metrics.unwritten" in [line["event"] for line in lines]
    assert (box.home.memory / "2026-01-15.md").exists()


def test_neither_the_second_detector_nor_a_model_s_library_is_loaded(box: Box) -> None:
    """They run in processes of their own; a month of their memory is a month too long."""
    box.config.write_text(CONFIG.replace('"off"', '"auto"'))
    with box.running() as process:
        maps = Path(f"/proc/{process.pid}/maps")
        if not maps.exists():
            pytest.skip("there is no /proc")
        assert "kingfisher" not in maps.read_text()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children == []
