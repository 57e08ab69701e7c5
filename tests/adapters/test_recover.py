"""What an interrupted write leaves behind is merged back before it is removed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.files import leftovers
from memsyncd.adapters.leftovers import part_path, swap_path
from memsyncd.adapters.memory_dir import MemoryFolder, Naming

DAY = date(2026, 1, 15)
OLD = b"# 2026-01-15 (Thursday)\n\nmine\n"
OURS = b"# 2026-01-15 (Thursday)\n\nmine\n\nblock\n"


@pytest.fixture
def folder(tmp_path: Path) -> MemoryFolder:
    path = tmp_path / "memory"
    path.mkdir()
    return MemoryFolder(path, tmp_path / "bases", Naming())


def leave(folder: MemoryFolder, held: bytes, *, kind: str = "swap") -> Path:
    """A temporary file as a kill leaves it, while ours was taking the place of OLD."""
    target = folder.path / "2026-01-15.md"
    part = part_path(target, OURS, OLD)
    path = part if kind == "part" else swap_path(part)
    path.write_bytes(held)
    return target


def test_a_persons_line_that_came_in_between_is_brought_back(folder: MemoryFolder) -> None:
    target = leave(folder, OLD + b"written in the last moment\n")
    target.write_bytes(OURS)
    assert folder.recover() == [target]
    assert target.read_bytes() == OLD + b"written in the last moment\n"
    assert leftovers(folder.path) == []


def test_lines_of_both_stay_when_the_file_was_edited_since(folder: MemoryFolder) -> None:
    target = leave(folder, OLD + b"before the kill\n")
    target.write_bytes(OURS + b"after the kill\n")
    folder.recover()
    text = target.read_bytes()
    assert all(line in text for line in (b"mine\n", b"block\n", b"before the kill\n", b"after the kill\n"))


def test_the_version_comes_back_when_the_file_is_gone(folder: MemoryFolder) -> None:
    target = leave(folder, b"the only copy\n")
    assert folder.recover() == [target]
    assert target.read_bytes() == b"the only copy\n"


@pytest.mark.parametrize(("held", "kind"), [(OURS, "swap"), (OURS[:9], "part"), (OLD, "swap")])
def test_what_nobody_misses_is_only_removed(folder: MemoryFolder, held: bytes, kind: str) -> None:
    target = leave(folder, held, kind=kind)
    target.write_bytes(OURS)
    assert folder.recover() == []
    assert target.read_bytes() == OURS
    assert [path.name for path in folder.path.iterdir()] == ["2026-01-15.md"]


def test_recovering_twice_changes_nothing_more(folder: MemoryFolder) -> None:
    target = leave(folder, OLD + b"a line\n")
    target.write_bytes(OURS + b"another\n")
    folder.recover()
    once = target.read_bytes()
    assert folder.recover() == []
    assert target.read_bytes() == once
