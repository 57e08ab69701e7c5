"""Looking at the lock tells who holds it and takes it from nobody."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from memsyncd.adapters.lock import exclusive
from memsyncd.adapters.lock_look import LockLook, look_at_lock


def test_a_held_lock_is_told_with_its_holder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        assert look_at_lock(tmp_path / "lock") == LockLook(held=True, pid=os.getpid())


def test_a_lock_that_was_given_back_is_free_though_its_file_stays(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        pass
    assert (tmp_path / "lock").exists()
    assert look_at_lock(tmp_path / "lock") == LockLook()


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert look_at_lock(tmp_path / "lock") == LockLook()
    assert look_at_lock(tmp_path / "no" / "lock") == LockLook()
    assert list(tmp_path.glob("*lock*")) == []


def test_looking_leaves_the_lock_to_be_taken(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    look_at_lock(tmp_path / "lock")
    with exclusive(tmp_path / "lock"):
        assert look_at_lock(tmp_path / "lock").held


def test_two_may_look_at_once(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    with (tmp_path / "lock").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert look_at_lock(tmp_path / "lock").held is False


def test_what_cannot_be_opened_is_neither_held_nor_free(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    assert look_at_lock(tmp_path / "lock").held is None


def test_a_lock_file_without_a_number_has_a_nameless_holder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        (tmp_path / "lock").write_text("?\n")
        assert look_at_lock(tmp_path / "lock") == LockLook(held=True)
