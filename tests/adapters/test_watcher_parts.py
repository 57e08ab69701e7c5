"""The parts of the watcher by themselves: places, refusals, the canary."""

import errno
import logging
import os
import stat
import sys

import pytest

from memsyncd.adapters.watcher_limits import out_of_watches, refusal
from memsyncd.adapters.watcher_observer import Canary, Observation, OverflowAlarm
from memsyncd.adapters.watcher_place import Place, anchor_of, change, place_of
from memsyncd.adapters.watcher_poll import folders_below
from tests.adapters.heard import until

HERE = Place("/a", (1, 2), readable=True)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (HERE, HERE, None),
        (Place("/a"), Place("/a"), None),
        (Place("/a"), HERE, "appeared"),
        (HERE, Place("/a"), "is gone"),
        (HERE, Place("/a", (1, 3), readable=True), "is another folder now"),
        (HERE, Place("/a", (2, 2), readable=True), "is another folder now"),
        (HERE, Place("/b", (1, 2), readable=True), "is another folder now"),
        (HERE, Place("/a", (1, 2)), "cannot be read any more"),
        (Place("/a", (1, 2)), HERE, "can be read again"),
    ],
)
def test_what_became_of_a_folder_is_told_by_its_identity(before, after, what):
    assert change(before, after) == what


def test_a_place_is_known_without_links_whether_it_is_there_or_not(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert place_of(tmp_path / "link") == Place(str(tmp_path / "real"))
    (tmp_path / "real").mkdir()
    assert place_of(tmp_path / "link") == place_of(tmp_path / "real")
    assert place_of(tmp_path / "link").usable


def test_a_missing_folder_will_appear_in_the_nearest_one_above_it(tmp_path):
    assert anchor_of(Place(str(tmp_path / "a" / "b"))) == str(tmp_path)
    (tmp_path / "a").touch()
    assert anchor_of(Place(str(tmp_path / "a" / "b"))) == str(tmp_path)
    assert anchor_of(Place("/nowhere/at/all")) == "/"


def test_the_folders_below_one_are_listed_without_following_links(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    expected = {tmp_path, tmp_path / "home", tmp_path / "a", tmp_path / "a" / "b"}
    assert set(folders_below(str(tmp_path))) == set(map(str, expected))
    assert folders_below(str(tmp_path / "missing")) == []


@pytest.mark.parametrize(("number", "name"), [(errno.ENOSPC, "watches"), (errno.EMFILE, "instances")])
def test_a_limit_is_named_with_the_number_to_set(number, name):
    found = refusal(OSError(number, "limit reached"))
    assert f"no inotify {name} are left (fs.inotify.max_user_{name} is " in found.why
    assert f"sudo sysctl fs.inotify.max_user_{name}=" in found.advice
    assert found.passing


def test_the_number_to_set_is_above_the_one_that_was_not_enough():
    advice = out_of_watches().advice
    limit, enough = advice.split(" is ")[1].split(")")[0], advice.split("=")[1].split("'")[0]
    assert limit == "unknown" or int(enough) >= 2 * int(limit)


def test_any_other_refusal_keeps_the_words_of_the_system():
    found = refusal(OSError(errno.EACCES, os.strerror(errno.EACCES)))
    assert found.why == "Permission denied"
    assert found.advice.startswith("Permission denied: ")


@pytest.fixture
def observation():
    made = Observation()
    yield made
    assert made.close()


linux = pytest.mark.skipif(sys.platform != "linux", reason="the events of Linux are tested")


@linux
def test_a_canary_that_is_heard_is_not_silent(tmp_path, observation):
    canary = Canary(tmp_path / "state" / "canary")
    for now in (0.0, 60.0, 120.0):
        canary.sing(now, observation)
        until(canary.answered.is_set)
        assert not canary.silent(now + 30)
    assert stat.S_IMODE((tmp_path / "state" / "canary").stat().st_mode) == 0o700
    assert (tmp_path / "state" / "canary" / "canary").read_bytes() == b""


@linux
def test_a_canary_writes_nothing_when_it_sings(tmp_path, observation):
    canary, file = Canary(tmp_path / "canary"), tmp_path / "canary" / "canary"
    canary.sing(0, observation)
    before = file.stat(), file.parent.stat()
    until(canary.answered.is_set)
    canary.sing(60, observation)
    until(canary.answered.is_set)
    assert (file.stat(), file.parent.stat()) == before


@linux
def test_a_canary_has_some_seconds_before_its_silence_counts(tmp_path):
    canary, deaf = Canary(tmp_path / "canary"), Observation()
    assert deaf.close()
    canary.sing(10, deaf)
    canary.sing(12, deaf)
    assert not canary.silent(14)
    assert canary.silent(15)


def test_a_canary_that_never_sang_is_not_silent(tmp_path):
    assert not Canary(tmp_path).silent(1e9)


def test_only_overflows_set_off_the_alarm():
    heard = []
    alarm = OverflowAlarm(lambda: heard.append("overflow"))
    log = logging.getLogger("watchdog.observers.inotify_c")
    try:
        log.warning("something else")
        log.debug("overflow in a line for developers")
        log.warning("Inotify queue overflowed")
    finally:
        alarm.close()
    log.warning("Inotify queue overflowed")
    assert heard == ["overflow"]
