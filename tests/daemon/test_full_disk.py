"""Real disks that are full and real folders that are closed: the daemon pauses, and goes on by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.memory_dir import Naming
from memsyncd.adapters.room import ROOM, looks_writable, nearest, try_to_write
from memsyncd.model import Source
from memsyncd.sync.health import health_of
from memsyncd.sync.publish import Target
from tests.builders import OpenClawHome, Transcript
from tests.daemon.rig import Life
from tests.daemon.test_process import Box
from tests.daemon.test_process import box as box  # noqa: PLC0414 — a fixture is taken over by importing it

DAY, NEXT = "2026-01-15T10:00:00Z", "2026-01-16T10:00:00Z"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="services of Unix")


def run(*command: str | Path) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"{command[0]} needs root, and a file system that knows it: {error}")


class Disk:
    """A file system in memory, mounted on a folder, that can be filled to the last byte."""

    def __init__(self, folder: Path, options: str = "size=8m") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ballast = folder / "ballast"
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)

    def fill(self) -> None:
        for size in (1 << 16, 1):
            with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
                while True:
                    file.write(bytes(size))

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def mounted() -> Iterator[Callable[..., Disk]]:
    """Mounts disks on folders; they are gone afterwards."""
    with ExitStack() as stack:

        def mount(folder: Path, *options: str) -> Disk:
            disk = Disk(folder, *options)
            stack.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
            return disk

        yield mount


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """Nobody may make or remove a name in the folder, not even root."""
    run("chattr", "+i", folder)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder is on a file system that is mounted read-only."""
    run("mount", "--bind", folder, folder)
    try:
        run("mount", "-o", "remount,bind,ro", folder)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """This user may not write into the folder."""
    if os.geteuid() == 0:
        pytest.skip("root may write to any folder")
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


CLOSED = [sealed, read_only, closed]


@pytest.fixture
def life(tmp_path: Path) -> Life:
    life = Life(tmp_path)
    life.home.live(Transcript("s1", DAY).user("please fix the build").assistant("done"))
    return life


def say(life: Life, session: str, at: str, text: str) -> None:
    life.home.live(Transcript(session, at).user(text).assistant("yes"))


def paused(life: Life) -> dict[str, Any]:
    """Waits for the pause; its folder is not tried again by itself for an hour from then on."""
    told = life.heard("publish.paused")
    life.clock.behind += 3600
    return told


# --- the memory folder ---


def test_a_full_memory_folder_is_paused_and_caught_up_when_there_is_room(life, mounted):
    disk = mounted(life.home.memory)
    with life.running() as daemon:
        disk.fill()
        say(life, "s2", NEXT, "while it is full")
        assert paused(life)["reason"] == "No space left on device"
        say(life, "s3", "2026-01-17T10:00:00Z", "still full")
        life.heard("source.ingested", added=2)  # what is said is stored meanwhile
        assert "free some space" in daemon.worker.tally.paused[str(life.home.memory)]
        assert "1 folder paused" in daemon.summary()
        disk.free()
        daemon.heartbeat()  # every half minute
        life.heard("publish.resumed", folder=str(life.home.memory))
        assert (daemon.worker.tally.paused, daemon.worker.tally.failures) == ({}, {})
    assert "while it is full" in life.day("2026-01-16")
    assert "still full" in life.day("2026-01-17")


def test_while_it_is_paused_no_day_is_tried_and_nothing_more_is_told(life, mounted):
    disk = mounted(life.home.memory)
    with life.running() as daemon:
        disk.fill()
        say(life, "s2", NEXT, "while it is full")
        paused(life)
        for number in range(3):
            say(life, f"t{number}", NEXT, f"number {number}")
            life.heard("source.ingested", files=3 + number)
            life.ask(daemon, "catch_up")
            life.heard("source.ingested", read=0)
        told = {"day.failed", "work.failed", "publish.paused"} & set(life.heard_so_far())
        assert told == set()
        disk.free()


@pytest.mark.parametrize("close", CLOSED)
def test_a_closed_memory_folder_is_paused_and_caught_up_when_it_is_open(life, close):
    with life.running() as daemon:
        with close(life.home.memory):
            say(life, "s2", NEXT, "while it is closed")
            assert paused(life)["folder"] == str(life.home.memory)
        daemon.heartbeat()  # every half minute
        life.heard("publish.resumed")
    assert "while it is closed" in life.day("2026-01-16")


@pytest.mark.parametrize("close", CLOSED)
def test_a_memory_folder_that_is_closed_from_the_start_does_not_keep_it_from_beginning(life, close):
    life.home.memory.mkdir(parents=True, exist_ok=True)
    with close(life.home.memory), life.running():
        paused(life)


def test_another_memory_folder_goes_on(life, tmp_path, mounted):
    other = OpenClawHome(tmp_path / "other", agent="work")
    source = Source(name="work", kind="openclaw", agent="work", path=other.sessions, memory_dir=other.memory)
    life.targets.append(Target(folder=other.memory, sources=(source,), zone=life.zone, naming=Naming()))
    disk = mounted(life.home.memory)
    with life.running():
        disk.fill()
        say(life, "s2", NEXT, "while it is full")
        paused(life)
        other.live(Transcript("w1", NEXT).user("goes on").assistant("yes"))
        life.heard("day.published", day="2026-01-16")
        assert "goes on" in (other.memory / "2026-01-16.md").read_text()
        disk.free()


def test_one_day_that_is_closed_keeps_no_other_from_being_written(life):
    say(life, "s2", NEXT, "open")
    with life.running() as daemon, sealed(life.home.memory / "2026-01-15.md"):
        say(life, "s3", DAY, "for the closed day")
        say(life, "s4", NEXT, "for the open day")
        life.heard("day.published", day="2026-01-16", status="replace")
        assert life.heard("work.failed")["what"] == "2026-01-15"
        assert list(daemon.worker.tally.failures) == ["2026-01-15"]
        assert daemon.worker.tally.paused == {}


# --- memsyncd's own folder ---


def test_on_a_full_state_folder_nothing_is_stored_and_nothing_missing_afterwards(life, mounted):
    disk = mounted(life.state_dir)
    with life.running() as daemon:
        disk.fill()
        talk = Transcript("s2", NEXT)
        for number in range(200):
            talk.user(f"message {number} while it is full").assistant("yes")
        life.home.live(talk)
        paused(life)
        assert list(daemon.worker.tally.paused) == [str(life.state_dir)]
        assert not (life.home.memory / "2026-01-16.md").exists()
        disk.free()
        daemon.heartbeat()  # every half minute
        life.heard("publish.resumed")
    assert "400 session messages" in life.day("2026-01-16")


def test_where_everything_lies_on_one_full_disk_it_recovers_too(tmp_path, mounted):
    disk = mounted(tmp_path / "disk")
    life = Life(tmp_path / "disk")
    talk = Transcript("s1", DAY).user("please fix the build").assistant("done")
    life.home.live(talk)
    with life.running() as daemon:
        disk.fill()
        daemon.backlog.mark(life.source.name, None, now=True)  # a full disk takes no new message either
        (life.home.memory / "2026-01-15.md").unlink()
        disk.fill()
        life.ask(daemon, "catch_up")
        paused(life)
        disk.free()
        daemon.heartbeat()  # every half minute
        life.heard("publish.resumed")
    assert "please fix the build" in life.day("2026-01-15")


@pytest.mark.parametrize("close", [sealed, closed])
def test_a_state_folder_that_is_closed_pauses_everything(life, close):
    with life.running() as daemon:
        with close(life.state_dir):
            say(life, "s2", NEXT, "while it is closed")
            assert paused(life)["folder"] == str(life.state_dir)
        daemon.heartbeat()  # every half minute
        life.heard("publish.resumed")
    assert "while it is closed" in life.day("2026-01-16")


def test_it_waits_with_its_beginning_until_the_store_has_room(life, mounted):
    """Five restarts in ten minutes, and a service manager starts it no more."""
    disk = mounted(life.state_dir)
    disk.fill()
    daemon = life.daemon()
    daemon.wake = lambda: life.pokes.put(None)
    told: list[str] = []
    daemon._tell = lambda daemon: told.append(daemon.summary())
    with life.thread_of(daemon):
        paused(life)
        assert not daemon.ready.is_set()
        disk.free()
        life.pokes.put(None)  # half a minute is over
        assert daemon.ready.wait(30)
        life.heard("publish.resumed")
    assert "1 folder paused" in told[0]
    assert "please fix the build" in life.day("2026-01-15")


# --- what a person sees ---


def test_status_names_the_paused_folder_with_advice(box: Box, mounted):
    disk = mounted(box.home.memory)
    status = [sys.executable, "-m", "memsyncd", "status", "--json"]
    with box.running():
        disk.fill()
        box.home.live(Transcript("s2", NEXT).user("while it is full").assistant("yes"))
        failures: dict[str, str] = {}
        while not failures:
            shown = subprocess.run(status, env=box.env, capture_output=True, text=True, check=False)
            failures = json.loads(shown.stdout)["daemon"]["failures"]
        assert (list(failures), shown.returncode) == ([str(box.home.memory)], 5)
        assert "free some space" in failures[str(box.home.memory)]


# --- whether a folder takes files ---


def test_trying_leaves_nothing_behind(tmp_path):
    before = list(tmp_path.rglob("*"))
    assert try_to_write(tmp_path) is None
    assert looks_writable(tmp_path)
    assert list(tmp_path.rglob("*")) == before


def test_a_full_disk_refuses_and_looks_so(tmp_path, mounted):
    mounted(tmp_path / "disk").fill()
    refusal = try_to_write(tmp_path / "disk")
    assert refusal is not None
    assert (refusal.where, "No space left" in refusal.why) == (str(tmp_path / "disk"), True)
    assert not looks_writable(tmp_path / "disk")
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["ballast"]


def test_a_disk_without_room_for_another_name_refuses_and_looks_so(tmp_path, mounted):
    mounted(tmp_path / "disk", "size=8m,nr_inodes=1")
    assert try_to_write(tmp_path / "disk") is not None
    assert not looks_writable(tmp_path / "disk")


def test_a_disk_with_less_room_than_asked_for_refuses(tmp_path, mounted):
    mounted(tmp_path / "disk")
    assert try_to_write(tmp_path / "disk", ROOM) is None
    assert try_to_write(tmp_path / "disk", 9 << 20) is not None
    assert list((tmp_path / "disk").iterdir()) == []


@pytest.mark.parametrize("close", CLOSED)
def test_a_closed_folder_refuses(tmp_path, close):
    with close(tmp_path):
        assert try_to_write(tmp_path) is not None
    assert try_to_write(tmp_path) is None


def test_for_a_folder_that_is_missing_the_one_above_is_asked(tmp_path):
    assert nearest(tmp_path / "a" / "b") == tmp_path
    assert try_to_write(tmp_path / "a" / "b") is None
    (tmp_path / "file").write_text("")
    assert nearest(tmp_path / "file" / "b") == tmp_path


def test_a_folder_that_takes_no_file_is_told_although_the_daemon_could_not_say_so(
    life: Life, mounted: Callable[..., Disk]
) -> None:
    """The daemon's words are as old as the last time that they could be written."""
    with life.engine() as engine:
        assert health_of(engine, engine.ingest()).healthy
    disk = mounted(life.home.memory)
    disk.fill()
    with life.engine() as engine:
        health = health_of(engine, engine.ingest())
    assert [problem.where for problem in health.problems] == [str(life.home.memory)]
    assert "1 problem" in health.needs
