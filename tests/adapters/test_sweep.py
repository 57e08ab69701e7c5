"""A sweep sees by stat what came, went and changed."""

from __future__ import annotations

import os
from pathlib import Path

from memsyncd.adapters.sweep import Memory, changed, look


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


def test_a_memory_tells_what_is_new_since_it_last_looked(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("1")
    (tmp_path / "gone").write_text("1")
    memory = Memory(tmp_path)
    assert memory.look() is None  # nothing is known yet
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_text("1")
    os.utime(tmp_path / "new", ns=(3_000, 3_000))
    news = memory.look()
    assert news is not None
    assert (dict(news.changed), len(news.gone)) == ({"new": 3_000}, 1)
    assert not memory.look()


def test_only_changes_that_had_their_time_count_as_missed(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.look()
    for name, at in (("old", 1_000), ("young", 3_000)):
        (tmp_path / name).write_text("1")
        os.utime(tmp_path / name, ns=(at, at))
    news = memory.look()
    assert news is not None
    assert news.before(2_000) == 1
    assert news.besides({"old"}).before(2_000) == 0


def test_what_was_noted_is_no_news(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.look()
    (tmp_path / "read").write_text("1")
    memory.note(["read"])
    assert not memory.look()


def test_a_memory_of_a_tree_names_paths_and_looks_no_deeper_than_told(tmp_path: Path) -> None:
    memory = Memory(tmp_path, 1, "sessions/", lambda name: name.endswith(".jsonl"))
    memory.look()
    for name in ("project/a.jsonl", "project/b.txt", "project/deeper/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    news = memory.look()
    assert news is not None
    assert set(news.changed) == {"sessions/project/a.jsonl"}
    memory.note(["sessions/project/a.jsonl", "database/other.sqlite"])
    assert not memory.look()


def test_a_folder_that_comes_or_goes_may_hold_anything(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    memory = Memory(folder)
    first = memory.look()
    assert first is not None
    assert not first
    folder.mkdir()
    assert memory.look() is None
    folder.rmdir()
    assert memory.look() is None
