"""What a path is, and what this user may do with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memsyncd.adapters.access import disk_of, look_at
from memsyncd.core.mounts import Mount

closed_to_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is closed to root"
)


def test_a_folder_is_told_with_owner_mode_and_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    found = look_at(tmp_path)
    assert (found.kind, found.mode, found.writable, found.refused) == ("folder", 0o750, True, "")
    assert found.owner == tmp_path.stat().st_uid
    assert found.disk is not None
    assert found.disk.free > 0


def test_a_file_is_told_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    found = look_at(tmp_path / "a")
    assert (found.kind, found.size, found.writable) == ("file", 5, True)


def test_what_is_missing_has_a_folder_above_in_which_it_can_be_made(tmp_path: Path) -> None:
    found = look_at(tmp_path / "a" / "b" / "c")
    assert (found.kind, found.above, found.makeable) == ("missing", tmp_path, True)
    assert found.disk is not None
    assert not (tmp_path / "a").exists()


def test_below_a_file_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    found = look_at(tmp_path / "a" / "b")
    assert (found.kind, found.makeable) == ("missing", False)


def test_a_pipe_is_looked_at_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert look_at(tmp_path / "pipe").kind == "other"


def test_links_are_followed_and_told(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    found = look_at(tmp_path / "link")
    assert (found.kind, found.real, found.linked) == ("folder", (tmp_path / "real").resolve(), True)
    assert not look_at((tmp_path / "real").resolve()).linked


def test_a_link_to_nowhere_is_missing_and_may_be_made_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone/deeper")
    found = look_at(tmp_path / "link")
    assert (found.kind, found.makeable) == ("missing", True)


def test_links_in_a_ring_are_told_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    found = look_at(tmp_path / "a")
    assert (found.kind, bool(found.refused)) == ("unknown", True)


@closed_to_root
def test_what_is_closed_is_told_with_the_reason(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    (shut / "in").mkdir(parents=True)
    shut.chmod(0)
    try:
        assert look_at(shut).refused
        assert look_at(shut / "in").kind == "unknown"
    finally:
        shut.chmod(0o700)


def test_the_file_system_is_that_of_the_mount(tmp_path: Path) -> None:
    real = str(tmp_path.resolve())
    mounts = [Mount(id=1, parent=0, point="/", kind="ext4"), Mount(id=2, parent=1, point=real, kind="nfs4")]
    assert look_at(tmp_path / "new", mounts).file_system == "nfs4"
    assert look_at(tmp_path.parent, mounts).file_system == "ext4"
    assert look_at(tmp_path).file_system == ""


def test_the_room_of_what_is_not_there_is_not_known(tmp_path: Path) -> None:
    assert disk_of(tmp_path / "none") is None
