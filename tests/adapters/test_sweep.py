"""A sweep sees by stat what came, went and changed."""

from __future__ import annotations

import os
from pathlib import Path

from memsyncd.adapters.sweep import changed, look, settled


def test_a_look_at_the_same_folder_shows_no_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before, after = look(tmp_path), look(tmp_path)
    assert before is not None
    assert after is not None
    assert changed(before, after) == set()


def test_what_came_went_grew_was_replaced_or_touched_is_seen(tmp_path: Path) -> None:
    for name in ("gone", "grown", "replaced", "touched", "same"):
        (tmp_path / name).write_text("1")
    before = look(tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "grown").write_text("12")
    (tmp_path / "new").write_text("1")
    stamp = (tmp_path / "replaced").stat()
    (tmp_path / "other").write_text("2")
    (tmp_path / "other").rename(tmp_path / "replaced")
    os.utime(tmp_path / "replaced", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.utime(tmp_path / "touched", ns=(1, 1))
    after = look(tmp_path)
    assert before is not None
    assert after is not None
    assert changed(before, after) == {"gone", "grown", "new", "replaced", "touched"}


def test_a_folder_that_is_not_there_cannot_be_looked_at(tmp_path: Path) -> None:
    assert look(tmp_path / "no") is None
    assert look(tmp_path) == {}


def test_only_changes_that_had_their_time_count_as_missed(tmp_path: Path) -> None:
    for name, at in (("old", 1_000), ("young", 3_000)):
        (tmp_path / name).write_text("1")
        os.utime(tmp_path / name, ns=(at, at))
    after = look(tmp_path)
    assert after is not None
    assert settled({"old", "young", "gone"}, after, before_ns=2_000) == {"old", "gone"}
