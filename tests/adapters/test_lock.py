"""One holder at a time, across processes, crashes and removed lock files."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from memsyncd.adapters.daemon_file import DAEMON_FILE, DaemonState, write_daemon_state
from memsyncd.adapters.lock import _is_named, exclusive
from memsyncd.errors import FileError, Locked

HOLDER = """
import pathlib, sys
from memsyncd.adapters.lock import exclusive
with exclusive(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

REMOVER = """
import os, pathlib, sys
from memsyncd.adapters.lock import exclusive
from memsyncd.errors import Locked
lock = pathlib.Path(sys.argv[1])
turns = 0
while turns < 500:
    try:
        with exclusive(lock):
            (lock.parent / "inside").touch(exist_ok=False)
            (lock.parent / "inside").unlink()
            lock.unlink()
            turns += 1
    except Locked:
        os.sched_yield()
"""


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "state" / "lock"


@pytest.fixture
def holder(lock):
    """Another process that holds the lock until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.stdin.close()


def test_the_lock_file_is_private_and_names_its_holder(lock):
    with exclusive(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert stat.S_IMODE(lock.parent.stat().st_mode) == 0o700


def test_a_second_process_is_refused_and_told_who_holds_it(lock, holder):
    with pytest.raises(Locked) as caught, exclusive(lock):
        pass
    assert caught.value.exit_code == 4
    assert caught.value.where == str(lock)
    assert caught.value.why == f"process {holder.pid} holds the lock"


def test_a_daemon_is_told_from_a_run_that_ends_by_itself(lock, holder):
    """Its word lies beside the lock; one that another daemon left behind says nothing of this holder."""
    for pid, advice in ((holder.pid, "memsyncd service stop"), (holder.pid + 1, "wait for it to end")):
        write_daemon_state(lock.parent / DAEMON_FILE, DaemonState(pid=pid, version="1", started="2026-01-15"))
        with pytest.raises(Locked) as caught, exclusive(lock):
            pass
        assert advice in caught.value.hint


def test_the_same_process_is_refused_too(lock):
    with exclusive(lock):
        with pytest.raises(Locked, match=str(os.getpid())), exclusive(lock):
            pass
        with pytest.raises(Locked), exclusive(lock):
            pass


def test_the_lock_is_free_after_its_body_even_if_that_fails(lock):
    with pytest.raises(ZeroDivisionError), exclusive(lock):
        raise ZeroDivisionError
    with exclusive(lock):
        pass


def test_a_killed_holder_frees_the_lock(lock, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with exclusive(lock):
        assert lock.read_text() == f"{os.getpid()}\n"


def test_waiting_gets_the_lock_once_it_is_free(lock, holder):
    holder.stdin.close()
    with exclusive(lock, wait=30):
        pass


def test_waiting_ends(lock):
    with exclusive(lock), pytest.raises(Locked), exclusive(lock, wait=0.01):
        pass


def test_a_lock_on_a_removed_file_keeps_others_out_of_nothing(lock):
    """Who takes the lock afterwards locks the new file of that name, and a third one is refused."""
    with exclusive(lock):
        lock.unlink()
        with exclusive(lock), pytest.raises(Locked), exclusive(lock):
            pass


def test_processes_that_remove_the_lock_file_under_each_other_still_take_turns(lock):
    removers = [subprocess.Popen([sys.executable, "-c", REMOVER, str(lock)]) for _ in range(3)]
    assert [remover.wait() for remover in removers] == [0, 0, 0]


def test_only_the_file_that_bears_the_name_counts_as_the_lock(lock):
    lock.parent.mkdir()
    with lock.open("wb") as file:
        assert _is_named(file.fileno(), lock)
        lock.unlink()
        assert not _is_named(file.fileno(), lock)
        lock.write_bytes(b"")
        assert not _is_named(file.fileno(), lock)


def test_a_child_started_by_exec_does_not_keep_the_lock(lock):
    with exclusive(lock):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child, exclusive(lock):
        child.stdin.close()


def test_a_shorter_process_id_replaces_a_longer_one(lock):
    lock.parent.mkdir()
    lock.write_text("99999999999\n")
    with exclusive(lock):
        assert lock.read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("written", ["", "not a number\n"])
def test_a_holder_that_is_not_known_is_not_made_up(lock, holder, written):
    lock.write_text(written)
    with pytest.raises(Locked, match="its lock is taken"), exclusive(lock):
        pass


def test_a_lock_that_cannot_be_made_is_a_file_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError), exclusive(tmp_path / "file" / "lock"):
        pass
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(FileError, match="cannot lock"), exclusive(tmp_path / "link"):
        pass
