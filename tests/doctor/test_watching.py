"""What may be watched."""

from __future__ import annotations

from typing import Any

import pytest

from memsyncd.adapters.watcher_limits import Inotify
from memsyncd.config import WatchConfig
from memsyncd.doctor.checks.watching import watching
from tests.doctor.builders import configured, facts, logs, machine, odd, only, running, state


def having(watches: tuple[int, int] = (65_536, 10), instances: tuple[int, int] = (128, 9), **changes: Any) -> Any:
    limits = {name: Inotify(limit=limit, used=used) for name, (limit, used) in {
        "instances": instances, "watches": watches}.items()}  # fmt: skip
    return watching(facts(**{"inotify": limits, "state": state(), **changes}))


def test_limits_are_told_with_their_use_and_the_need() -> None:
    told = {check.name: check.finding for check in having()}
    assert told["inotify watches"] == "10 of 65,536 folders watched in use by this user; the daemon needs 2"
    assert told["inotify instances"] == "9 of 128 watchers in use by this user; the daemon needs 1"


def test_watches_that_do_not_suffice_are_a_problem_with_the_line_to_type() -> None:
    check = only(having(watches=(8_192, 8_191)))
    assert check.verdict == "problem"
    assert "sudo sysctl fs.inotify.max_user_watches=524288" in (check.advice or "")
    assert '"fs.inotify.max_user_watches = 524288" into /etc/sysctl.d/' in (check.advice or "")


def test_instances_that_are_used_up_are_a_problem() -> None:
    check = only(having(instances=(128, 128)))
    assert "sudo sysctl fs.inotify.max_user_instances=1024" in (check.advice or "")


@pytest.mark.parametrize(("sources", "enough"), [(1, True), (9, True), (10, False)])
def test_every_source_needs_a_watch_and_one_tests_them(sources: int, enough: bool) -> None:
    assert (odd(having(watches=(20, 10), logs=(logs(),) * sources)) == []) is enough


def test_a_daemon_that_runs_has_what_it_needs() -> None:
    told = having(watches=(10, 10), instances=(5, 7), state=running())
    assert odd(told) == []


def test_a_limit_already_large_is_doubled() -> None:
    assert "=2000000" in (only(having(watches=(1_000_000, 1_000_000))).advice or "")


def test_where_nothing_is_watched_limits_do_not_matter() -> None:
    told = having(watches=(0, 0), settings=configured(watch=WatchConfig(poll="always")))
    assert odd(told) == []


def test_a_system_without_inotify_has_no_limit_that_is_known() -> None:
    assert "no limit" in list(having(inotify={}))[-1].finding


@pytest.mark.parametrize(("files", "verdict"), [(64, "note"), (255, "note"), (256, "ok"), (None, "ok")])
def test_few_files_that_may_be_open_are_noted(files: int | None, verdict: str) -> None:
    check = next(iter(having(machine=machine(files=files))))
    assert (check.name, check.verdict) == ("open files", verdict)
