"""Where no events come from, folders are looked at every few seconds."""

import os
import threading

import pytest

from memsyncd.adapters.watcher import Watcher
from memsyncd.adapters.watcher_poll import Poller
from tests.adapters.heard import Heard, unsaid, until

QUICK = 0.02  # seconds between two looks


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def poller(heard):
    made = Poller(heard, QUICK)
    yield made
    made.close()


@pytest.fixture
def root(tmp_path, poller, heard):
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "old.jsonl").write_text("{}\n")
    poller.add(str(folder), tree=False)
    heard.wait_for(folder)
    return folder


def test_new_changed_renamed_and_removed_files_are_told(root, heard):
    (root / "new.jsonl").touch()
    heard.wait_for(root / "new.jsonl")
    (root / "old.jsonl").write_text("{}\n{}\n")
    heard.wait_for(root / "old.jsonl")
    (root / "new.jsonl").rename(root / "newer.jsonl")
    heard.wait_for(root / "newer.jsonl")
    heard.forget()
    (root / "old.jsonl").unlink()
    heard.wait_for(root / "old.jsonl")


def test_a_change_of_the_same_size_is_told(root, heard):
    os.utime(root / "old.jsonl", ns=(0, 12345))
    heard.wait_for(root / "old.jsonl")


def test_what_stays_is_told_once_at_most(root, heard):
    heard.forget()
    for name in ("a", "b"):
        (root / name).touch()
        heard.wait_for(root / name)
    assert sorted(set(heard.paths)) == [root / "a", root / "b"]
    assert root / "old.jsonl" not in heard.paths


def test_the_folders_of_a_tree_are_looked_at_too(tmp_path, poller, heard):
    (tmp_path / "tree" / "a").mkdir(parents=True)
    poller.add(str(tmp_path / "tree"), tree=True)
    heard.wait_for(tmp_path / "tree")
    (tmp_path / "tree" / "a" / "new.jsonl").touch()
    heard.wait_for(tmp_path / "tree" / "a" / "new.jsonl")
    (tmp_path / "tree" / "b" / "c").mkdir(parents=True)
    (tmp_path / "tree" / "b" / "c" / "new.jsonl").touch()
    heard.wait_for(tmp_path / "tree" / "b" / "c" / "new.jsonl")


def test_a_folder_that_comes_later_is_told(tmp_path, poller, heard):
    folder = tmp_path / "later"
    poller.add(str(folder), tree=False)
    until(lambda: poller.absent() == {str(folder)})
    folder.mkdir()
    heard.wait_for(folder)
    assert poller.absent() == frozenset()


def test_what_changed_while_a_folder_was_away_is_told_when_it_is_back(root, poller, heard, tmp_path):
    root.rename(tmp_path / "away")
    until(poller.absent)
    (tmp_path / "away" / "new.jsonl").touch()
    heard.forget()
    (tmp_path / "away").rename(root)
    heard.wait_for(root / "new.jsonl")
    assert root / "old.jsonl" not in heard.paths


def test_the_thread_lives_only_while_there_are_folders(tmp_path, heard):
    before = threading.active_count()
    poller = Poller(heard, QUICK)
    assert threading.active_count() == before
    poller.add(str(tmp_path), tree=False)
    assert threading.active_count() == before + 1
    poller.remove(str(tmp_path))
    until(lambda: threading.active_count() == before)
    poller.add(str(tmp_path), tree=False)
    heard.wait_for(tmp_path)
    poller.close()
    assert threading.active_count() == before


@pytest.fixture
def watching(tmp_path, heard):
    """Makes watchers that poll quickly."""
    made = []

    def make(**options):
        watcher = Watcher(heard, canary=tmp_path / "canary", emit=unsaid, poll_seconds=QUICK, **options)
        made.append(watcher)
        return watcher

    yield make
    for watcher in made:
        watcher.close()


def test_polling_can_be_wanted_and_then_starts_no_observer(root, watching, heard):
    before = threading.active_count()
    watcher = watching(force_polling=True)
    watcher.watch([root])
    assert threading.active_count() == before + 1
    (root / "new.jsonl").touch()
    heard.wait_for(root / "new.jsonl")
    assert watcher.check(0) == []
    state = watcher.state()
    assert (state.mode, state.folders, state.problems) == ("polling", 0, ())
    assert state.polled == (f"{root}: the configuration wants it so",)


def test_a_network_share_is_polled_from_the_start(root, watching):
    table = f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {root} rw - nfs4 host:/x rw\n"
    watcher = watching(mounts=lambda: table)
    watcher.watch([root, root.parent])
    state = watcher.state()
    assert (state.mode, state.polled) == ("mixed", (f"{root}: events of nfs4 are not reliable",))


def test_a_folder_whose_changes_are_missed_three_times_in_a_row_is_polled(root, watching, heard):
    watcher = watching()
    watcher.watch([root])
    for count in (1, 5, 0, 1, 1):
        watcher.missed(root, count)
    assert watcher.state().mode == "events"
    watcher.missed(root, 1)
    assert watcher.state().polled == (f"{root}: changes were found that no event had told",)
    assert watcher.state().folders == 0
    assert [watcher.check(now) for now in (0, 1000)] == [[], []]
    assert watcher.state().mode == "polling"


def test_what_is_missed_in_a_folder_that_nobody_watches_counts_for_nothing(tmp_path, watching):
    watcher = watching()
    watcher.watch([tmp_path])
    for _ in range(4):
        watcher.missed(tmp_path / "other", 1)
    assert watcher.state().mode == "events"


def test_a_polled_folder_that_is_not_there_is_missing(tmp_path, watching):
    watcher = watching(force_polling=True)
    watcher.watch([tmp_path / "later"])
    until(lambda: watcher.state().missing == (str(tmp_path / "later"),))
