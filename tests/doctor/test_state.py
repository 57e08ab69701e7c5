"""The state folder and what lies in it."""

from __future__ import annotations

from typing import Any

import pytest

from memsyncd.adapters.access import Disk
from memsyncd.adapters.lock_look import LockLook
from memsyncd.adapters.store_look import NEWEST, StoreLook
from memsyncd.adapters.write_probe import Probe
from memsyncd.doctor.checks.state import state as checks_of
from memsyncd.doctor.facts import Record
from tests.doctor.builders import (
    STATE,
    daemon,
    facts,
    file,
    folder,
    machine,
    missing,
    odd,
    only,
    state,
)

STORE = STATE / "store.sqlite"


def having(**changes: Any) -> Any:
    return checks_of(facts(state=state(**changes)))


def finding(name: str, **changes: Any) -> str:
    return next(check.finding for check in having(**changes) if check.name == name)


# --- the folder ---


def test_a_folder_that_can_be_made_is_fine() -> None:
    fresh = {"folder": missing(STATE), "probe": None, "store": StoreLook(), "record": Record()}
    assert odd(having(**fresh)) == []
    assert finding("folder", **fresh) == f"{STATE} is made at the first run"


def test_a_folder_that_cannot_be_made_is_a_problem_with_a_way_round() -> None:
    check = only(having(folder=missing(STATE, makeable=False), probe=None))
    assert (check.verdict, check.name) == ("problem", "folder")
    assert "MEMSYNCD_STATE_DIR" in (check.advice or "")


def test_a_folder_of_somebody_else_is_a_problem() -> None:
    check = only(having(folder=folder(STATE, owner=0)))
    assert check.finding == f"{STATE} belongs to user 0, and this is user 1000"
    assert "run memsyncd as user 0" in (check.advice or "")
    assert f"sudo chown -R $(id -un) {STATE}" in (check.advice or "")


def test_root_is_not_advised_to_take_a_folder_over() -> None:
    root = facts(state=state(), machine=machine(user=0))
    assert only(checks_of(root)).advice == "run memsyncd as user 1000"


@pytest.mark.parametrize("mode", [0o750, 0o755, 0o701])
def test_a_folder_that_others_may_look_into_is_noted(mode: int) -> None:
    check = only(having(folder=folder(STATE, mode=mode)))
    assert (check.verdict, check.advice) == ("note", f"chmod 700 {STATE}")


@pytest.mark.parametrize("kind", ["file", "other", "unknown"])
def test_what_is_no_folder_is_a_problem(kind: str) -> None:
    check = only(having(folder=folder(STATE, kind=kind, refused="Permission denied"), probe=None))
    assert (check.verdict, "Permission denied" in check.finding) == ("problem", True)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_network_file_system_is_a_problem_for_the_store(kind: str) -> None:
    assert f"lies on {kind}" in only(having(folder=folder(STATE, file_system=kind))).finding


# --- writing, room ---


def test_what_writing_came_to_is_a_problem_with_the_errors_own_hint() -> None:
    check = only(having(probe=Probe(error="No space left on device", hint="free some space")))
    assert (check.verdict, check.name) == ("problem", "writing")
    assert (check.advice or "").startswith("free some space; or ")


def test_a_file_system_without_exchange_is_noted() -> None:
    assert only(having(probe=Probe(exchanges=False))).verdict == "note"


def test_an_exchange_that_could_not_be_tried_is_nothing_to_speak_of() -> None:
    assert odd(having(probe=Probe())) == []


@pytest.mark.parametrize(
    ("free", "inodes", "verdict"),
    [
        (99_000_000, 10_000, "problem"),
        (999_000_000, 10_000, "note"),
        (1_000_000_000, 10_000, None),
        (50_000_000_000, 999, "problem"),
        (50_000_000_000, None, None),
    ],
)
def test_the_room_that_is_left_decides(free: int, inodes: int | None, verdict: str | None) -> None:
    disk = Disk(device=1, free=free, inodes=inodes)
    assert [check.verdict for check in odd(having(folder=folder(STATE, disk=disk)))] == (
        [verdict] if verdict else []
    )


def test_room_that_is_not_known_is_not_told() -> None:
    assert "disk" not in {check.name for check in having(folder=folder(STATE, disk=None))}


# --- the store ---


def test_a_sound_store_is_told_with_its_size() -> None:
    assert finding("store") == "2.0 MB, sound"


def test_an_older_store_is_fine_and_says_so() -> None:
    told = finding("store", store=StoreLook(exists=True, version=NEWEST - 1, size=10, checked=True))
    assert told == f"10 B, sound, tables of version {NEWEST - 1} until the next run"


def test_a_store_that_was_not_gone_through_is_not_called_sound() -> None:
    assert "not gone through" in finding("store", store=StoreLook(exists=True, version=NEWEST, size=10))


@pytest.mark.parametrize(
    ("store", "words"),
    [
        (StoreLook(exists=True, version=NEWEST + 1), "newer than this memsyncd"),
        (StoreLook(exists=True, damage="row 7 missing from index"), "damaged: row 7"),
        (StoreLook(exists=True, error="database is locked"), "cannot be read: database is locked"),
    ],
)
def test_a_store_that_cannot_be_used_is_a_problem(store: StoreLook, words: str) -> None:
    check = only(having(store=store))
    assert (check.verdict, words in check.finding) == ("problem", True)


def test_a_damaged_store_is_moved_aside_and_never_removed() -> None:
    advice = only(having(store=StoreLook(exists=True, damage="malformed"))).advice or ""
    assert f"mv {STORE} {STORE}.damaged" in advice
    assert "rm " not in advice


def test_a_store_that_is_gone_after_a_run_is_noted() -> None:
    assert only(having(store=StoreLook())).advice == "memsyncd --catch-up"
    assert odd(having(store=StoreLook(), record=Record())) == []


def test_a_store_that_others_may_read_is_noted() -> None:
    assert only(having(store_file=file(STORE, mode=0o644))).advice == f"chmod 600 {STORE}"


def test_a_log_that_does_not_end_is_noted() -> None:
    grown = StoreLook(exists=True, version=NEWEST, checked=True, log_size=300_000_000)
    assert "300.0 MB" in only(having(store=grown)).finding


# --- the state file, the lock ---


def test_the_last_run_is_told() -> None:
    assert finding("last run") == "2 h ago, up to 2026-12-01"
    assert finding("last run", record=Record()) == "none yet"
    assert finding("last run", record=Record(exists=True)) == "not recorded"


def test_a_state_file_that_is_damaged_or_closed_is_a_problem_each_with_its_own_way_out() -> None:
    damaged = only(having(record=Record(exists=True, damage="not JSON")))
    closed = only(having(record=Record(exists=True, closed="Permission denied")))
    assert (damaged.verdict, closed.verdict) == ("problem", "problem")
    assert "--catch-up" in (damaged.advice or "")
    assert "--catch-up" not in (closed.advice or "")


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        (LockLook(), "free"),
        (LockLook(held=None), "whether it is held cannot be told here"),
        (LockLook(held=True), "held by a process, another memsyncd at work"),
        (LockLook(held=True, pid=4711), "held by process 4711, the daemon"),
        (LockLook(held=True, pid=7), "held by process 7, another memsyncd at work"),
    ],
)
def test_the_lock_is_told_and_whose_it_is(lock: LockLook, told: str) -> None:
    assert finding("lock", lock=lock, daemon=daemon()) == told
