"""The memory folder: which file bears a day, and what putting a block into it does and does not touch."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.memory_dir import MemoryFolder, Naming, Put, day_of
from memsyncd.core.markers import BEGIN
from memsyncd.errors import DamagedMarkers, FileError
from memsyncd.model import PublishedDay

DAY = date(2026, 1, 15)
DAILY, SIDECAR = "2026-01-15.md", "2026-01-15-memsyncd.md"
LEGACY = (
    "# 2026-01-15 (Thursday)\n\n*Auto-generated from 9 session messages*\n\n## Topics Covered\n- old\n\n---\n\n"
    "*Review and edit this draft to capture what's actually important.*\n\nmine\n"
)

Make = Callable[..., MemoryFolder]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A folder with the naming given; the same one each time."""

    def folder(name: str = "memory", **naming: object) -> MemoryFolder:
        return MemoryFolder(tmp_path / name, tmp_path / "bases", Naming(**naming))  # type: ignore[arg-type]

    return folder


@pytest.fixture
def folder(make: Make) -> MemoryFolder:
    made = make()
    made.path.mkdir()
    return made


def block(messages: int = 2, topic: str = "boats") -> str:
    return f"*Auto-generated from {messages} session messages*\n\n## Topics Covered\n- {topic}\n"


def recorded(put: Put, messages: int = 2) -> PublishedDay:
    return PublishedDay(
        file=put.name, fingerprint="", block="", messages=messages, size=put.size, mtime_ns=put.mtime_ns
    )


def names(folder: MemoryFolder) -> list[str]:
    return sorted(path.name for path in folder.path.iterdir())


# --- names ---


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (DAILY, DAY),
        (SIDECAR, DAY),
        ("2026-02-30.md", None),
        ("2026-01-15.markdown", None),
        ("2026-01-15-notes.md", None),
        ("x2026-01-15.md", None),
        (".2026-01-15.md.part", None),
        ("MEMORY.md", None),
    ],
)
def test_a_name_bears_a_day_or_none(name: str, day: date | None) -> None:
    assert day_of(name) == day


def test_a_day_has_a_daily_file_and_a_sidecar() -> None:
    assert MemoryFolder.names(DAY) == (DAILY, SIDECAR)
    assert {day_of(name) for name in MemoryFolder.names(DAY)} == {DAY}


def test_files_are_listed_by_name_and_others_are_not(folder: MemoryFolder) -> None:
    for name in ("2026-01-16.md", SIDECAR, DAILY, "MEMORY.md", "2026-99-01.md"):
        (folder.path / name).touch()
    assert [path.name for _, path in folder.files()] == [SIDECAR, DAILY, "2026-01-16.md"]


def test_a_folder_that_is_not_there_has_no_files(make: Make) -> None:
    assert list(make("nowhere").files()) == []


def test_a_file_in_the_place_of_the_folder_is_an_error(make: Make, tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("a file")
    with pytest.raises(FileError, match="cannot list memory folder"):
        list(make().files())


# --- which file bears a day ---


@pytest.mark.parametrize(
    ("naming", "daily_exists", "name"),
    [
        ({}, False, DAILY),
        ({}, True, DAILY),
        ({"sidecar": True}, False, SIDECAR),
        ({"sidecar": True}, True, SIDECAR),
        ({"foreign": "sidecar"}, False, DAILY),
        ({"foreign": "sidecar"}, True, SIDECAR),
    ],
)
def test_a_new_block_goes_where_the_naming_says(
    make: Make, folder: MemoryFolder, naming: dict[str, object], daily_exists: bool, name: str
) -> None:
    if daily_exists:
        (folder.path / DAILY).write_text("the agent's own\n")
    seen = make(**naming).look(DAY, None)
    assert (seen.name, seen.ours) == (name, False)
    assert seen.exists == (daily_exists and name == DAILY)


@pytest.mark.parametrize("name", [DAILY, SIDECAR])
@pytest.mark.parametrize("naming", [{}, {"sidecar": True}, {"foreign": "sidecar"}])
def test_a_day_that_has_our_block_keeps_its_file(
    make: Make, folder: MemoryFolder, name: str, naming: dict[str, object]
) -> None:
    folder.put(DAY, name, block(7))
    seen = make(**naming).look(DAY, None)
    assert (seen.name, seen.exists, seen.ours, seen.messages) == (name, True, True, 7)


def test_a_damaged_block_is_still_ours(folder: MemoryFolder) -> None:
    (folder.path / DAILY).write_bytes(BEGIN + b"\nno end\n")
    assert folder.look(DAY, None).ours


def test_a_file_that_looks_untouched_is_not_opened(folder: MemoryFolder) -> None:
    put = folder.put(DAY, DAILY, block())
    assert folder.look(DAY, recorded(put, messages=41)).messages == 41
    os.utime(folder.path / DAILY, ns=(put.mtime_ns, put.mtime_ns + 1))
    assert folder.look(DAY, recorded(put, messages=41)).messages == 2


def test_a_record_of_a_file_that_is_gone_is_not_believed(folder: MemoryFolder) -> None:
    put = folder.put(DAY, DAILY, block())
    (folder.path / DAILY).unlink()
    seen = folder.look(DAY, recorded(put))
    assert (seen.name, seen.exists, seen.ours) == (DAILY, False, False)


# --- putting a block ---


def test_a_new_file_begins_with_its_heading(make: Make) -> None:
    folder = make("new/memory")
    put = folder.put(DAY, DAILY, block())
    assert put.action == "create"
    text = (folder.path / DAILY).read_text()
    assert text.startswith("# 2026-01-15 (Thursday)\n\n<!-- memsyncd:begin -->\n*Auto-generated from 2 ")
    assert text.endswith(" -->\n")
    assert names(folder) == [DAILY]


def test_the_same_block_again_touches_nothing(folder: MemoryFolder) -> None:
    first = folder.put(DAY, DAILY, block())
    before = (folder.path / DAILY).stat()
    second = folder.put(DAY, DAILY, block())
    assert (second.action, second.mtime_ns, second.size) == ("unchanged", first.mtime_ns, first.size)
    assert (folder.path / DAILY).stat() == before


def test_what_stands_around_the_block_stays_to_the_byte(folder: MemoryFolder) -> None:
    path = folder.path / DAILY
    path.write_bytes(b"\xef\xbb\xbfmine\r\n\xff\r\n")
    assert folder.put(DAY, DAILY, block()).action == "append"
    path.write_bytes(path.read_bytes() + b"\tand after\x00")
    folder.put(DAY, DAILY, block(3))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfmine\r\n\xff\r\n\r\n<!-- memsyncd:begin -->\r\n")
    assert data.endswith(b"\r\n\tand after\x00")
    assert b"from 3 session messages" in data


def test_a_line_in_the_block_stays_though_its_section_changes(folder: MemoryFolder) -> None:
    path = folder.path / DAILY
    folder.put(DAY, DAILY, block())
    path.write_text(path.read_text().replace("- boats\n", "- boats\n- mine\n"))
    put = folder.put(DAY, DAILY, block(3, topic="ships"))
    assert put.action == "replace"
    assert put.displaced is not None
    assert "- ships\n" in path.read_text()
    assert "- mine\n" in path.read_text()


def test_an_edit_stays_also_when_the_last_block_is_lost(folder: MemoryFolder, tmp_path: Path) -> None:
    path = folder.path / DAILY
    folder.put(DAY, DAILY, block())
    path.write_text(path.read_text().replace("- boats\n", "- mine\n"))
    for base in (tmp_path / "bases").rglob("*.md"):
        base.write_bytes(b"\xff of another day")
    folder.put(DAY, DAILY, block(3, topic="ships"))
    assert "- mine\n" in path.read_text()
    assert "- ships\n" in path.read_text()


def test_a_line_that_was_deleted_does_not_come_back(folder: MemoryFolder) -> None:
    path = folder.path / DAILY
    folder.put(DAY, DAILY, block())
    path.write_text(path.read_text().replace("- boats\n", ""))
    folder.put(DAY, DAILY, block(3) + "- ships\n")
    assert "- boats" not in path.read_text()
    assert "- ships\n" in path.read_text()


def test_two_folders_do_not_share_what_was_written_last(make: Make) -> None:
    one, other = make("one"), make("two/one")
    for folder, topic in ((one, "boats"), (other, "ships")):
        folder.put(DAY, DAILY, block(topic=topic))
    path = one.path / DAILY
    path.write_text(path.read_text().replace("- boats\n", ""))
    one.put(DAY, DAILY, block(3))
    assert "boats" not in path.read_text()


# --- files that are left alone ---


def test_a_predecessors_file_is_left_alone_until_it_is_asked_for(make: Make, folder: MemoryFolder) -> None:
    path = folder.path / DAILY
    path.write_text(LEGACY)
    put = folder.put(DAY, DAILY, block())
    assert put.left_alone
    assert path.read_text() == LEGACY
    assert make(adopt_legacy=True).put(DAY, DAILY, block()).action == "adopt"
    assert path.read_text().endswith("\nmine\n")


def test_damaged_markers_are_named_by_line(folder: MemoryFolder) -> None:
    path = folder.path / DAILY
    torn = b"mine\n" + BEGIN + b"\nno end\n"
    path.write_bytes(torn)
    for attempt in (folder.put, folder.preview):
        with pytest.raises(DamagedMarkers) as caught:
            attempt(DAY, DAILY, block())
        assert caught.value.lines == (2,)
    assert path.read_bytes() == torn


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_what_is_no_plain_file_is_looked_at_and_refused(folder: MemoryFolder, tmp_path: Path, kind: str) -> None:
    path = folder.path / DAILY
    if kind == "symlink":
        (tmp_path / "elsewhere.md").write_text("elsewhere\n")
        path.symlink_to(tmp_path / "elsewhere.md")
    else:
        path.mkdir()
    assert folder.look(DAY, None) is not None
    with pytest.raises(FileError):
        folder.put(DAY, DAILY, block())
    assert names(folder) == [DAILY]
    assert kind == "folder" or (tmp_path / "elsewhere.md").read_text() == "elsewhere\n"


# --- previews ---


@pytest.mark.parametrize("old", [None, "the agent's own\n", LEGACY])
def test_a_preview_writes_nothing_and_is_what_would_be_written(folder: MemoryFolder, old: str | None) -> None:
    path = folder.path / DAILY
    if old is not None:
        path.write_text(old)
    seen, merged = folder.preview(DAY, DAILY, block(), force=True)
    assert seen.decode() == (old or "")
    assert path.exists() == (old is not None)
    folder.put(DAY, DAILY, block(), force=True)
    assert path.read_bytes() == merged.data


def test_a_file_that_cannot_be_merged_for_certain_is_an_error_and_not_a_choice(tmp_path: Path) -> None:
    """UTF-16, as some Windows editors save: it must not pass for a predecessor's file that is left alone."""
    folder = MemoryFolder(tmp_path, tmp_path / "bases", Naming())
    path = tmp_path / "2026-01-15.md"
    path.write_bytes("# notes\n".encode("utf-16"))
    with pytest.raises(FileError, match="UTF-16"):
        folder.put(date(2026, 1, 15), path.name, "*Auto-generated from 1 session messages*\n")
    assert path.read_bytes() == "# notes\n".encode("utf-16")
