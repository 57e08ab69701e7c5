"""What events do not tell is found by looking: folders replaced, threads that ended, limits that are reached."""

import json
import subprocess
import sys
import threading

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
    folder = tmp_path / "sessions"
    folder.mkdir()
    watcher.watch([folder])
    assert watcher.check(0) == []
    return folder


def tells(root, heard, name="new.jsonl"):
    heard.forget()
    (root / name).write_text("{}\n")
    heard.wait_for(root / name)


def test_nothing_is_wrong_as_long_as_all_is_well(root, watcher):
    assert [watcher.check(30.0 * beat) for beat in range(1, 30)] == [[]] * 29
    state = watcher.state()
    assert (state.mode, state.folders, state.missing, state.problems, state.rebuilt) == ("events", 1, (), (), 0)


def test_a_folder_that_appears_is_told_and_then_watched(tmp_path, watcher, heard):
    root = tmp_path / "agents" / "main" / "sessions"
    watcher.watch([root])
    assert watcher.state().missing == (str(root),)
    root.mkdir(parents=True)
    heard.wait_for(root)
    assert watcher.check(0) == [f"{root} appeared"]
    assert watcher.state().missing == ()
    tells(root, heard)


def test_a_folder_that_appears_step_by_step_is_told(tmp_path, watcher, heard):
    root = tmp_path / "agents" / "main" / "sessions"
    watcher.watch([root])
    root.parent.mkdir(parents=True)
    heard.wait_for(root)
    assert watcher.check(0) == []
    heard.forget()
    root.mkdir()
    heard.wait_for(root)


def test_a_missing_folder_does_not_disturb_the_watched_one_that_it_will_be_in(root, watcher, heard):
    watcher.watch([root, root / "sub"])
    tells(root, heard)
    (root / "sub").mkdir()
    heard.wait_for(root / "sub")
    assert watcher.check(0) == [f"{root / 'sub'} appeared"]
    tells(root, heard, "other.jsonl")
    tells(root / "sub", heard)


def test_a_folder_that_is_removed_is_missing(root, watcher, heard):
    root.rmdir()
    heard.wait_for(root)
    assert watcher.check(0) == [f"{root} is gone"]
    assert watcher.state().missing == (str(root),)
    assert watcher.check(1) == []


def test_a_folder_that_is_removed_and_made_again_is_watched_again(root, watcher, heard):
    root.rmdir()
    heard.wait_for(root)
    root.mkdir()
    assert len(watcher.check(0)) == 1
    tells(root, heard)


def test_a_folder_that_is_renamed_is_let_go_and_its_name_is_watched(root, watcher, heard, tmp_path):
    root.rename(tmp_path / "away")
    (tmp_path / "away" / "late.jsonl").touch()
    assert watcher.check(0) == [f"{root} is gone"]
    root.mkdir()
    heard.wait_for(root)
    assert watcher.check(1) == [f"{root} appeared"]
    tells(root, heard)


def test_a_folder_that_another_one_took_the_name_of_is_watched_in_its_place(root, watcher, heard, tmp_path):
    (tmp_path / "new").mkdir()
    root.rename(tmp_path / "old")
    (tmp_path / "new").rename(root)
    assert watcher.check(0) == [f"{root} is another folder now"]
    tells(root, heard)


def test_a_link_that_comes_to_lead_elsewhere_is_followed(root, watcher, heard, tmp_path):
    link, other = tmp_path / "link", tmp_path / "other"
    other.mkdir()
    link.symlink_to(root)
    watcher.watch([link])
    link.unlink()
    link.symlink_to(other)
    assert watcher.check(0) == [f"{link} is another folder now"]
    tells(other, heard)


MOUNT = """
import pathlib, subprocess, sys
from memsyncd.adapters.watcher import Watcher
from tests.adapters.heard import Heard, unsaid
base = pathlib.Path(sys.argv[1])
root = base / "sessions"
heard = Heard()
watcher = Watcher(heard, canary=base / "canary", emit=unsaid)
watcher.watch([root])
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", root], check=True)
print(watcher.check(0))
(root / "new").touch()
heard.wait_for(root / "new")
subprocess.run(["umount", "-l", root], check=True)
print(watcher.check(1))
(root / "below").touch()
heard.wait_for(root / "below")
watcher.close()
"""


def test_a_folder_that_is_mounted_over_is_watched_as_it_now_is(tmp_path):
    root = tmp_path / "sessions"
    root.mkdir()
    lines = confined(MOUNT, tmp_path, "unshare", "-U", "-r", "-m")
    assert lines == [f"['{root} is another folder now']"] * 2


UNREADABLE = """
import pathlib, sys
from memsyncd.adapters.watcher import Watcher
from tests.adapters.heard import Heard, unsaid
base = pathlib.Path(sys.argv[1])
root = base / "sessions"
heard = Heard()
watcher = Watcher(heard, canary=base / "canary", emit=unsaid)
watcher.watch([root])
root.chmod(0)
print(watcher.check(0))
print(watcher.state().problems)
root.chmod(0o700)
print(watcher.check(1), watcher.state().problems)
(root / "new").touch()
heard.wait_for(root / "new")
watcher.close()
"""


def test_a_folder_that_cannot_be_read_is_a_problem_by_name(tmp_path):
    root = tmp_path / "sessions"
    root.mkdir()
    # Without the rights of root, which may read everything.
    shut, problems, opened = confined(UNREADABLE, tmp_path, "unshare", "-U")
    assert shut == f"['{root} cannot be read any more']"
    assert f"{root} cannot be read" in problems
    assert opened == f"['{root} can be read again'] ()"


def test_a_file_in_the_place_of_a_folder_counts_as_missing(tmp_path, watcher):
    (tmp_path / "sessions").touch()
    watcher.watch([tmp_path / "sessions"])
    assert watcher.state().missing == (str(tmp_path / "sessions"),)


def test_an_observer_whose_thread_ended_is_replaced(root, watcher, heard):
    observer = watcher._ears._observation._observer
    observer.stop()
    observer.join()
    assert watcher.check(30) == ["the thread that hands events on has ended"]
    assert watcher.state().rebuilt == 1
    tells(root, heard)


def test_a_reader_of_events_whose_thread_ended_is_replaced(root, watcher, heard):
    reader = watcher._ears._observation._reader
    reader.stop()
    reader.join()
    assert watcher.check(30) == ["the thread that reads events has ended"]
    tells(root, heard)


def test_a_watch_whose_thread_ended_is_renewed(root, watcher, heard):
    (emitter,) = (each for each in watcher._ears._observation._observer.emitters if each.watch.path == str(root))
    emitter.stop()
    emitter.join()
    assert watcher.check(30) == [f"{root} was watched no longer"]
    tells(root, heard)


def test_an_observer_that_hangs_is_found_by_the_canary_and_left_behind(tmp_path):
    hang, free, said = threading.Event(), threading.Event(), []
    heard = Heard()

    def notice(path):
        heard(path)
        if path.name == "bad":
            hang.set()
            assert free.wait(60)

    watcher = Watcher(notice, canary=tmp_path / "canary", emit=lambda event, **_: said.append(event))
    (tmp_path / "sessions").mkdir()
    try:
        watcher.watch([tmp_path / "sessions"])
        (tmp_path / "sessions" / "bad").touch()
        assert hang.wait(20)
        assert watcher.check(0) == []
        assert watcher.check(30) == ["no event arrives"]
        assert said == ["watch.stuck"]
        tells(tmp_path / "sessions", heard)
    finally:
        free.set()
        watcher.close()
    until(lambda: not any(thread.name == "watch-end" for thread in threading.enumerate()))


def test_a_canary_whose_folder_is_removed_sings_again(root, watcher, heard, tmp_path):
    canary = tmp_path / "state" / "canary"
    (canary / "canary").unlink()
    canary.rmdir()
    assert watcher.check(60) == []
    assert watcher.check(120) == ["no event arrives"]
    assert watcher.check(180) == watcher.check(240) == []
    tells(root, heard)


def test_a_canary_that_has_no_place_is_a_problem_and_no_alarm(tmp_path, heard):
    (tmp_path / "state").touch()
    watcher = Watcher(heard, canary=tmp_path / "state" / "canary", emit=unsaid)
    try:
        watcher.watch([tmp_path])
        assert [watcher.check(30.0 * beat) for beat in range(4)] == [[]] * 4
        assert "cannot be tested" in watcher.state().problems[0]
        (tmp_path / "state").unlink()
        assert watcher.check(150) == []
        assert watcher.state().problems == ()
        tells(tmp_path, heard)
    finally:
        watcher.close()


def test_a_watcher_that_fails_again_and_again_comes_to_poll(root, heard, tmp_path):
    watcher = Watcher(heard, canary=tmp_path / "other" / "canary", emit=unsaid, poll_seconds=0.02)
    try:
        watcher.watch([root])
        for beat in range(3):
            watcher._ears._observation._observer.stop()
            watcher._ears._observation._observer.join()
            assert watcher.check(beat) != []
        assert watcher.state().mode == "polling"
        heard.wait_for(root)
        tells(root, heard)
    finally:
        watcher.close()


LIMITED = """
import json, pathlib, sys
from memsyncd.adapters.watcher import Watcher
from tests.adapters.heard import Heard
base, limit, name = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
pathlib.Path("/proc/sys/user", name).write_text(limit)
heard, said = Heard(), []
watcher = Watcher(heard, canary=base / "canary", emit=lambda event, **f: said.append(event), poll_seconds=0.02)
watcher.watch([base / "flat"], [base / "tree"])
heard.wait_for(base / "tree")
(base / "tree" / "49" / "new").touch()
(base / "flat" / "new").touch()
heard.wait_for(base / "tree" / "49" / "new", base / "flat" / "new")
first = watcher.state()
watcher.check(0)
watcher.check(400)
again = len(said)
pathlib.Path("/proc/sys/user", name).write_text("1000")
reasons = watcher.check(800)
state = watcher.state()
print(json.dumps([first.mode, first.polled, first.problems, said, again, reasons, state.mode, state.folders]))
watcher.close()
"""


def limited(tmp_path, limit, name):
    (tmp_path / "flat").mkdir()
    for number in range(50):
        (tmp_path / "tree" / str(number)).mkdir(parents=True)
    (line,) = confined(LIMITED, tmp_path, "unshare", "-U", "-r", arguments=(limit, name))
    return json.loads(line)


def test_a_tree_with_more_folders_than_may_be_watched_is_polled_until_more_may(tmp_path):
    tree = str(tmp_path / "tree")
    mode, polled, problems, said, again, reasons, later, folders = limited(tmp_path, "20", "max_inotify_watches")
    assert mode == "mixed"
    assert [line.split(": ")[0] for line in polled] == [tree]
    assert "fs.inotify.max_user_watches is 20" in problems[0]
    assert "sudo sysctl fs.inotify.max_user_watches=524288" in problems[0]
    assert (said, again) == (["watch.polling"], 1)
    assert (later, folders) == ("events", 52)
    assert reasons == [f"{tree} is watched by events again"]


@pytest.mark.parametrize("name", ["max_inotify_watches", "max_inotify_instances"])
def test_without_any_watch_or_instance_everything_is_polled_until_there_are_some(tmp_path, name):
    mode, polled, problems, said, again, _, later, folders = limited(tmp_path, "0", name)
    assert (mode, len(polled), again) == ("polling", 2, 2)
    assert said == ["watch.polling"] * 2
    assert any("sudo sysctl fs.inotify.max_user_" in problem for problem in problems)
    assert (later, folders) == ("events", 52)


def confined(program, base, *unshare, arguments=()):
    """The lines that a program prints in namespaces of its own."""
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        pytest.skip(f"{' '.join(unshare)} is refused here")
    done = subprocess.run(
        [*unshare, sys.executable, "-c", program, str(base), *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
