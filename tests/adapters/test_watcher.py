"""What changes in a watched folder is told: real folders, real events."""

import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from memsyncd.adapters.watcher import Watcher
from tests.adapters.heard import Heard, unsaid, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the events of Linux are tested")


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def watcher(heard, tmp_path):
    made = Watcher(heard, canary=tmp_path / "state" / "canary", emit=unsaid)
    yield made
    made.close()


@pytest.fixture
def root(tmp_path, watcher):
    """A folder with one file, watched."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "old.jsonl").write_text("{}\n")
    watcher.watch([folder])
    return folder


def test_an_append_is_told_while_the_file_stays_open(root, heard):
    with (root / "old.jsonl").open("a") as file:
        file.write("{}\n")
        file.flush()
        heard.wait_for(root / "old.jsonl")


def test_a_new_file_is_told(root, heard):
    (root / "new.jsonl").touch()
    heard.wait_for(root / "new.jsonl")


def test_both_names_of_a_renamed_file_are_told(root, heard):
    (root / "old.jsonl").rename(root / "new.jsonl")
    heard.wait_for(root / "old.jsonl", root / "new.jsonl")


def test_a_file_that_is_replaced_by_renaming_is_told(root, heard, tmp_path):
    (tmp_path / "draft").write_text("{}\n")
    (tmp_path / "draft").replace(root / "old.jsonl")
    heard.wait_for(root / "old.jsonl")


def test_a_file_that_is_moved_away_is_told(root, heard, tmp_path):
    (root / "old.jsonl").rename(tmp_path / "elsewhere")
    heard.wait_for(root / "old.jsonl")


def test_a_truncated_file_is_told(root, heard):
    os.truncate(root / "old.jsonl", 0)
    heard.wait_for(root / "old.jsonl")


def test_a_removed_file_is_told(root, heard):
    (root / "old.jsonl").unlink()
    heard.wait_for(root / "old.jsonl")


def test_a_file_is_told_by_its_name_whatever_its_bytes_are(root, heard):
    name = os.fsdecode(b"caf\xe9.jsonl")
    (root / name).touch()
    heard.wait_for(root / name)


def test_reading_is_not_told(root, heard):
    assert (root / "old.jsonl").read_text() == "{}\n"
    (root / "mark").touch()
    heard.wait_for(root / "mark")
    assert root / "old.jsonl" not in heard.paths


def test_folders_made_at_once_in_a_tree_are_told_with_their_files(tmp_path, watcher, heard):
    tree = tmp_path / "projects"
    tree.mkdir()
    watcher.watch([], [tree])
    (tree / "a" / "b" / "c").mkdir(parents=True)
    (tree / "a" / "b" / "c" / "new.jsonl").touch()
    heard.wait_for(tree / "a" / "b" / "c" / "new.jsonl")
    heard.forget()
    (tree / "a" / "b" / "c" / "new.jsonl").write_text("{}\n")
    heard.wait_for(tree / "a" / "b" / "c" / "new.jsonl")


def test_a_folder_moved_into_a_tree_is_told_with_its_files(tmp_path, watcher, heard):
    tree, other = tmp_path / "projects", tmp_path / "other"
    tree.mkdir()
    other.mkdir()
    (other / "file.jsonl").touch()
    watcher.watch([], [tree])
    other.rename(tree / "moved")
    heard.wait_for(tree / "moved", tree / "moved" / "file.jsonl")


def test_a_folder_moved_out_of_a_tree_tells_no_more(tmp_path, watcher, heard):
    tree = tmp_path / "projects"
    (tree / "a").mkdir(parents=True)
    watcher.watch([], [tree])
    (tree / "a").rename(tmp_path / "a")
    heard.wait_for(tree / "a")
    heard.forget()
    (tmp_path / "a" / "file.jsonl").touch()
    (tree / "mark").touch()
    heard.wait_for(tree / "mark")
    assert tree / "a" / "file.jsonl" not in heard.paths
    assert watcher.check(0) == [f"{tree} held folders that were not watched, or had moved"]
    assert watcher.state().folders == 1
    assert watcher.check(1000) == []


def test_links_in_a_tree_are_not_followed(tmp_path, watcher, heard):
    tree = tmp_path / "projects"
    tree.mkdir()
    (tree / "loop").symlink_to(tree)
    watcher.watch([], [tree])
    assert watcher.state().folders == 1


def test_a_folder_named_by_a_link_is_told_by_its_real_path(tmp_path, root, watcher, heard):
    (tmp_path / "link").symlink_to(root)
    watcher.watch([tmp_path / "link"])
    (root / "new.jsonl").touch()
    heard.wait_for(root / "new.jsonl")


def test_a_folder_that_is_watched_no_longer_tells_nothing(tmp_path, root, watcher, heard):
    other = tmp_path / "other"
    other.mkdir()
    watcher.watch([other])
    (root / "old.jsonl").unlink()
    (other / "new.jsonl").touch()
    heard.wait_for(other / "new.jsonl")
    assert heard.paths == [other / "new.jsonl"]


def test_a_folder_that_stays_goes_on_without_a_gap_when_others_come(tmp_path, root, watcher, heard):
    (tmp_path / "other").mkdir()
    watcher.watch([root, tmp_path / "other"])
    (root / "new.jsonl").touch()
    heard.wait_for(root / "new.jsonl")
    assert watcher.state().folders == 2


def test_a_notice_that_raises_stops_nothing_and_asks_for_a_sweep(tmp_path):
    heard = Heard()

    def clumsy(path):
        heard(path)
        if path.name == "bad":
            raise RuntimeError("dropped it")

    watcher = Watcher(clumsy, canary=tmp_path / "canary", emit=unsaid)
    try:
        watcher.watch([tmp_path])
        for name in ("bad", "good"):
            (tmp_path / name).touch()
            heard.wait_for(tmp_path / name)
        assert watcher.check(0) == ["a change could not be noted: RuntimeError: dropped it"]
        assert watcher.check(0) == []
    finally:
        watcher.close()


def test_after_an_overflow_every_folder_is_told_and_a_sweep_is_asked_for(tmp_path, root, watcher, heard):
    (tmp_path / "other").mkdir()
    watcher.watch([root, tmp_path / "other"])
    logging.getLogger("watchdog.observers.inotify_c").warning(
        "Inotify queue overflowed; filesystem events were lost"
    )
    assert heard.paths == [root, tmp_path / "other"]
    assert watcher.check(0) == ["the kernel dropped events"]
    assert watcher.state().overflows == 1


def test_an_overflow_is_seen_although_the_log_is_set_to_errors_only(root, watcher, heard):
    quiet = logging.getLogger("watchdog")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        logging.getLogger("watchdog.observers.inotify_c").warning("queue overflow")
    finally:
        quiet.setLevel(level)
    assert heard.paths == [root]


OVERFLOW = """
import pathlib, sys
from memsyncd.adapters.watcher import Watcher
from tests.adapters.heard import Heard, unsaid
base = pathlib.Path(sys.argv[1])
heard = Heard()
watcher = Watcher(heard, canary=base / "canary", emit=unsaid)
watcher.watch([base / "sessions"])
print("ready", flush=True)
heard.wait_for(base / "sessions")
print(watcher.state().overflows, watcher.check(0), flush=True)
watcher.close()
"""


def test_a_queue_that_really_overflows_is_noticed(tmp_path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", OVERFLOW, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        for number in range(limit // 2 + 10):  # each tells that it is made and that it is gone
            (folder / str(number)).touch()
            (folder / str(number)).unlink()
        os.kill(process.pid, signal.SIGCONT)
        assert process.stdout.readline() == "1 ['the kernel dropped events']\n"


def test_a_child_process_does_not_inherit_the_descriptor_of_the_events(root):
    events = [fd for fd, leads_to in descriptors().items() if "inotify" in leads_to]
    assert events
    assert not any(map(os.get_inheritable, events))


def test_closing_leaves_no_thread_and_no_descriptor(tmp_path):
    before = descriptors(), threading.active_count()
    log = logging.getLogger("watchdog.observers.inotify_c")
    level, handlers = log.level, list(log.handlers)
    watcher = Watcher(Heard(), canary=tmp_path / "canary", emit=unsaid)
    watcher.watch([tmp_path, tmp_path / "missing"], [tmp_path / "home"])
    watcher.check(0)
    watcher.close()
    until(lambda: (descriptors(), threading.active_count()) == before)
    assert (log.level, log.handlers) == (level, handlers)


def test_closing_twice_is_fine(root, watcher):
    watcher.close()
    assert watcher.state().folders == 0


def descriptors():
    """Our open descriptors, each with what it leads to."""
    found = {}
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found[int(path.name)] = str(path.readlink())
    return found
