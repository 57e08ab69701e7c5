"""``memsyncd demo``: the whole way from made-up logs to memory files, then a daemon that is watched at work."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from memsyncd.cli.demo_live import play, why_not
from memsyncd.demo import DemoFolders, lay_out
from memsyncd.errors import MemsyncdError
from tests.cli.transcripts import Ran, run

STARTED = re.compile(r"daemon started pid=(\d+)")
MESSAGE = "the rack goes on top of the wardrobe"
FRIDAY = "workspace/memory/2026-01-16.md"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "here"


@pytest.fixture(scope="module")
def ran(place: Path) -> Ran:
    return run("demo", "--dir", str(place))


def test_it_writes_a_file_for_each_day_of_its_week(ran: Ran, place: Path) -> None:
    assert ran.code == 0
    names = [path.name for path in sorted((place / "workspace/memory").iterdir())]
    assert names == [f"2026-01-{day}.md" for day in range(12, 17)]


def test_it_shows_the_fullest_day_and_lists_the_files(ran: Ran, place: Path) -> None:
    assert ran.out in [path.read_text("utf-8") for path in (place / "workspace/memory").iterdir()]
    assert all(f"2026-01-{day}.md  " in ran.err for day in range(12, 17))


def test_the_note_that_a_person_wrote_stays(ran: Ran, place: Path) -> None:
    from memsyncd import demo  # noqa: PLC0415 — where the bundled files lie

    note = Path(demo.__file__).with_name("demo_logs") / "workspace/memory/2026-01-13.md"
    assert (place / "workspace/memory/2026-01-13.md").read_text("utf-8").startswith(note.read_text("utf-8"))


def test_the_command_that_it_ends_with_finds_nothing_to_do(ran: Ran, place: Path) -> None:
    """It runs in a shell as it stands, on the demo's own state and not on the person's."""
    before = {path: path.read_bytes() for path in (place / "workspace/memory").iterdir()}
    again = subprocess.run(shlex.split(ran.err.splitlines()[-1]), capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert "0 new messages · 0 days written, 5 up to date" in again.stderr
    assert {path: path.read_bytes() for path in (place / "workspace/memory").iterdir()} == before


def test_secrets_are_counted_and_in_no_file_that_it_wrote(ran: Ran, place: Path) -> None:
    assert "redacted" in ran.err
    with sqlite3.connect(place / "memsyncd/store.sqlite") as store:
        dump = "\n".join(store.iterdump())
    assert "[REDACTED-GITHUB-TOKEN]" in dump
    assert "ghp_" not in dump
    assert "sk_live_" not in dump


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ran = run("demo", "--dir", str(tmp_path))
    assert ran.code != 0
    assert f"the folder is not empty: {tmp_path}" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "mine.txt"]


def test_a_program_is_told_what_came_out(tmp_path: Path) -> None:
    ran = run("demo", "--dir", str(tmp_path / "new"), "--json")
    found = json.loads(ran.out)
    assert len(found["files"]) == len(found["days"]) == 5
    assert found["folder"] == str(tmp_path / "new")
    assert found["live"] == {
        "seconds": found["live"]["seconds"], "day": "2026-01-16", "lines_added": 7, "exit_code": 0,
    }  # fmt: skip
    assert ran.err == ""


# --- the live part ---


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_message_reaches_its_day_while_the_daemon_runs(ran: Ran, place: Path) -> None:
    live = ran.err.partition("\nNow live:\n")[2]
    events = re.findall(r"info     (\w+ \w+)", live)
    assert events == ["daemon started", "source ingested", "source ingested", "day published", "daemon stopped"]
    assert re.search(rf"    \+ - 23:07 Agreed: {MESSAGE}", live)
    assert "    - *Auto-generated from 30 session messages*\n    + *Auto-generated from 31" in live
    assert MESSAGE in (place / FRIDAY).read_text("utf-8")


def test_the_daemon_is_stopped_and_gone(ran: Ran, place: Path) -> None:
    started = STARTED.search(ran.err)
    assert started
    assert "memsyncd run has ended with exit code 0\n" in ran.err
    assert gone(int(started[1]))
    assert not (place / "memsyncd/daemon.json").exists()


def test_what_a_person_has_set_up_is_not_the_demo_s_business(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    config = tmp_path / "wrong.toml"
    config.write_text("colour = 1\n")
    env = {
        "MEMSYNCD_CONFIG": str(config),
        "MEMSYNCD_STATE_DIR": str(theirs),
        "OPENCLAW_STATE_DIR": str(theirs),
        "NOTIFY_SOCKET": str(theirs),
        "SHOP_TOKEN": "wardrobe-wardrobe-1",
    }
    ran = run("demo", "--dir", str(tmp_path / "new"), "--quiet", env=env)
    assert (ran.code, ran.err) == (0, "")
    assert not theirs.exists()
    assert list((tmp_path / "home").iterdir()) == []


def test_it_can_be_left_out(tmp_path: Path) -> None:
    ran = run("demo", "--dir", str(tmp_path / "new"), "--no-live")
    assert ran.code == 0
    assert "\nThe live part was left out: --no-live was given.\n" in ran.err
    assert MESSAGE not in (tmp_path / "new" / FRIDAY).read_text("utf-8")


def test_a_program_is_told_that_it_was_left_out(tmp_path: Path) -> None:
    ran = run("demo", "--dir", str(tmp_path / "new"), "--no-live", "--json")
    assert json.loads(ran.out)["live"] is None
    assert ran.err == ""


@pytest.mark.parametrize(("platform", "possible"), [("linux", True), ("darwin", True), ("win32", False)])
def test_it_needs_signals(platform: str, possible: bool) -> None:
    assert (why_not(platform) is None) is possible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_ends_the_demo_ends_the_daemon_too(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "memsyncd", "demo", "--dir", str(tmp_path / "new")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        started = next(filter(None, map(STARTED.search, process.stderr)))
        process.send_signal(number)
        last = process.stderr.read()
    assert process.returncode == 130
    assert "interrupted" in last
    assert "Traceback" not in last
    assert gone(int(started[1]))


# --- a daemon that is not as it should be ---

PRETEND = """
import json, os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
state = pathlib.Path(sys.argv[sys.argv.index("--config") + 1]).with_name("memsyncd")
told = {"pid": os.getpid(), "version": "0", "started": ""}
(state / "daemon.json").write_text(json.dumps(told))
"""
HANG = "\ntime.sleep(600)\n"
WRITE = """
memory = pathlib.Path(sys.argv[sys.argv.index("--memory-dir") + 1])
log = pathlib.Path(sys.argv[sys.argv.index("--sessions-dir") + 1]) / "c20d9e17-48f6-4e02-b3ac-7d8851f0a975.jsonl"
while "wardrobe, out of" not in log.read_text():
    time.sleep(0.01)
(memory / "2026-01-16.md").write_text("written\\n" * 14)
print(json.dumps({"event": "day.published"}), file=sys.stderr, flush=True)
"""


class Pretended:
    """The demo's folders, and programs that pass for a daemon there."""

    def __init__(self, root: Path) -> None:
        self.demo: DemoFolders = lay_out(root, Random(1), Path.write_bytes)
        self.state = root / "memsyncd"
        self.state.mkdir()
        self.said: list[str] = []

    def fails(self, code: str, *, limit: float = 30) -> MemsyncdError:
        """Why the live part fails with a daemon of this code."""
        command = [sys.executable, "-c", code]
        with pytest.raises(MemsyncdError) as raised:
            play(self.demo, self.state, os.environ, self.said.append, command=command, limit=limit)
        return raised.value

    @property
    def pid(self) -> int:
        return int(json.loads((self.state / "daemon.json").read_text())["pid"])


@pytest.fixture
def pretended(tmp_path: Path) -> Pretended:
    return Pretended(tmp_path / "demo")


def test_one_that_never_watches_is_told_by_the_time_limit(pretended: Pretended) -> None:
    error = pretended.fails("import time; time.sleep(600)", limit=0.2)
    assert str(error) == "the daemon did not begin to watch: 0.2 s are over"
    assert error.exit_code == 1
    assert "--no-live" in error.hint


def test_one_that_never_writes_is_told_and_not_left_behind(pretended: Pretended) -> None:
    """Not even one that does not listen to SIGTERM."""
    error = pretended.fails(PRETEND + HANG, limit=3)
    assert str(error) == "the daemon did not write the memory file: 3 s are over"
    assert gone(pretended.pid)


def test_one_that_does_not_stop_is_told_and_not_left_behind(pretended: Pretended) -> None:
    error = pretended.fails(PRETEND + WRITE + HANG, limit=3)
    assert str(error) == "the daemon did not end: 3 s are over"
    assert pretended.said.count("    + written") == 12
    assert "    and 2 lines more" in pretended.said
    assert gone(pretended.pid)


def test_one_that_ends_at_once_is_told_with_its_last_words(pretended: Pretended) -> None:
    error = pretended.fails("raise SystemExit('no such luck')")
    assert str(error) == "the daemon did not begin to watch: it ended with exit code 1: no such luck"
    assert pretended.said[-1].endswith(" no such luck")


def test_one_that_ends_badly_is_told(pretended: Pretended) -> None:
    badly = "\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
    error = pretended.fails(PRETEND + badly + WRITE + HANG)
    assert str(error) == "the daemon did not end well: exit code 7"
