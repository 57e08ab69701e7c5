"""The history, and the memory folder that saves a version before it replaces it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.adapters.bases import Bases
from memsyncd.adapters.fileops import OPS, Ops
from memsyncd.adapters.history import History, digest_of
from memsyncd.adapters.keeper import Keeper
from memsyncd.adapters.leftovers import part_path, swap_path
from memsyncd.adapters.memory_dir import MemoryFolder, Naming, Put
from memsyncd.core.markers import short_sum
from memsyncd.core.retention import Kind, Retention, Version
from memsyncd.errors import FileError
from memsyncd.model import PublishedDay
from tests.adapters.scripted_ops import Scripted, append, once

DAY = date(2026, 1, 15)
NAME = "2026-01-15.md"
AT = datetime(2026, 1, 16, 9, 15, 0, 123_000, tzinfo=UTC)
SAVING = ["create", "write", "fsync", "rename", "fsync_folder"]
LEGACY = b"*Auto-generated from 9 session messages*\n- old\n*Review and edit this draft*\n\nmine\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "memory"
    path.mkdir()
    return path


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history")


def save(
    history: History,
    folder: Path,
    data: bytes,
    kind: Kind = "edited",
    *,
    at: datetime = AT,
    name: str = NAME,
    base: str | None = None,
) -> Version:
    version = history.save(folder, name, data, kind, at, base=base)
    assert version is not None
    return version


def stored(tmp_path: Path) -> list[str]:
    """The names of all files of the history."""
    return sorted(path.name for path in (tmp_path / "history").rglob("*") if path.is_file())


def failing(operation: str) -> Scripted:
    def before(name: str, _nth: int) -> None:
        if name == operation:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return Scripted(before)


# --- saving and reading ---


def test_a_version_comes_back_to_the_byte_with_its_base(history: History, folder: Path) -> None:
    data = b"\xef\xbb\xbfmine\r\n\xff\x00 no newline"
    plain, based = save(history, folder, data), save(history, folder, data + b"!", base="Größe\n")
    assert (history.read(plain), history.base(plain)) == (data, None)
    assert (history.read(based), history.base(based)) == (data + b"!", "Größe\n")


@given(st.binary(min_size=1, max_size=300), st.none() | st.text(max_size=50))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes, base: str | None) -> None:
    root = tmp_path_factory.mktemp("any")
    history = History(root / "history", ops=Hasty())
    version = save(history, root / "memory", data, base=base)
    assert (history.read(version), history.base(version)) == (data, base)


class Hasty(Ops):
    """Leaves out the disk."""

    def fsync(self, fd: int) -> None:
        pass

    def fsync_folder(self, folder: Path) -> None:
        pass


def test_the_name_of_a_version_says_all_of_it(history: History, folder: Path, tmp_path: Path) -> None:
    version = save(history, folder, b"mine\n")
    digest = digest_of(b"mine\n")
    assert stored(tmp_path) == [f"2026-01-15.md.0001.20260116T091500.123Z.edited.{digest}.zst"]
    assert history.versions(folder) == [version]
    assert (version.file, version.day, version.number, version.kind) == (NAME, DAY, 1, "edited")
    assert version.at == AT.timestamp() * 1000


def test_zstd_alone_gives_a_version_back(history: History, folder: Path, tmp_path: Path) -> None:
    version = save(history, folder, b"mine\n", base="of the next merge\n")
    with (tmp_path / "history" / version.key).open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        assert reader.read() == b"mine\n"


def test_only_the_owner_can_read_the_history(history: History, folder: Path, tmp_path: Path) -> None:
    save(history, folder, b"mine\n")
    modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "history").rglob("*")}
    assert modes == {"0o700", "0o600"}


def test_bytes_that_were_saved_last_are_not_saved_again(history: History, folder: Path) -> None:
    save(history, folder, b"one")
    assert history.save(folder, NAME, b"one", "edited", AT) is None
    assert history.save(folder, NAME, b"one", "undone", AT) is None
    save(history, folder, b"two", "undone")
    save(history, folder, b"two", "edited")
    save(history, folder, b"one", "edited")
    assert [version.number for version in history.versions(folder)] == [4, 3, 2, 1]


@pytest.mark.parametrize(("data", "kind"), [(b"", "edited"), (b"generated", "generated")])
def test_what_nobody_wrote_is_not_saved(history: History, folder: Path, data: bytes, kind: Kind) -> None:
    assert history.save(folder, NAME, data, kind, AT) is None
    assert history.versions(folder) == []


def test_everything_is_saved_where_all_is_to_be_kept(folder: Path, tmp_path: Path) -> None:
    history = History(tmp_path / "history", keep_all=True)
    assert save(history, folder, b"generated", "generated").kind == "generated"


def test_versions_of_one_instant_can_be_told_apart(history: History, folder: Path) -> None:
    first, second, third = (save(history, folder, data) for data in (b"a", b"b", b"c"))
    assert [second.at - first.at, third.at - second.at] == [1, 1]
    assert history.versions(folder) == [third, second, first]


def test_the_last_saved_is_the_newest_also_when_the_clock_was_set_back(history: History, folder: Path) -> None:
    save(history, folder, b"a")
    save(history, folder, b"b", at=AT - timedelta(days=400))
    assert [history.read(version) for version in history.versions(folder)] == [b"b", b"a"]


def test_versions_are_those_of_a_folder_and_of_a_day(history: History, folder: Path, tmp_path: Path) -> None:
    for name in (NAME, "2026-01-15-memsyncd.md", "2026-01-16.md"):
        save(history, folder, name.encode(), name=name)
    save(history, tmp_path / "other", b"other")
    assert [one.file for one in history.versions(folder, DAY)] == [NAME, "2026-01-15-memsyncd.md"]
    assert len(history.versions(folder)) == 3
    (tmp_path / "link").symlink_to(folder)
    assert history.versions(tmp_path / "link") == history.versions(folder)


def test_what_is_no_version_is_passed_over(history: History, folder: Path, tmp_path: Path) -> None:
    version = save(history, folder, b"mine")
    beside = (tmp_path / "history" / version.key).parent
    for name in ("notes.txt", version.key.partition("/")[2].replace("01-15", "13-45"), f"{NAME}.0001.zst"):
        (beside / name).touch()
    assert history.versions(folder) == [version]


def test_without_a_history_there_are_no_versions(history: History, folder: Path) -> None:
    assert history.versions(folder) == []
    assert history.prune(AT, Retention()) == 0


def test_a_history_that_cannot_be_listed_is_an_error(history: History, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "history").write_text("a file")
    with pytest.raises(FileError, match="cannot list the history"):
        history.versions(folder)


@pytest.mark.parametrize(
    "harm",
    [lambda data: data[:-6], lambda data: data[:9], lambda data: b"", lambda data: data[:6] + b"!!" + data[8:]],
)
def test_a_damaged_version_is_told(
    history: History, folder: Path, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    version = save(history, folder, b"mine " * 40)
    path = tmp_path / "history" / version.key
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(FileError, match="a saved version is damaged") as caught:
        history.read(version)
    assert caught.value.where == str(path)
    path.unlink()
    with pytest.raises(FileError, match="cannot read a saved version"):
        history.read(version)


def test_a_damaged_base_does_not_concern_the_version(history: History, folder: Path, tmp_path: Path) -> None:
    version = save(history, folder, b"mine", base="block\n")
    path = tmp_path / "history" / version.key
    path.write_bytes(path.read_bytes()[:-4])
    assert (history.read(version), history.base(version)) == (b"mine", None)


@pytest.mark.parametrize("operation", SAVING)
def test_a_version_that_cannot_be_saved_is_an_error_that_names_its_file(
    folder: Path, tmp_path: Path, operation: str
) -> None:
    history = History(tmp_path / "history", ops=failing(operation))
    with pytest.raises(FileError, match=r"cannot write: .*2026-01-15\.md\.0001") as caught:
        history.save(folder, NAME, b"mine", "edited", AT)
    assert "free some space" in caught.value.hint
    assert len(stored(tmp_path)) == (operation == "fsync_folder")


# --- pruning ---


def test_pruning_removes_what_the_policy_does_not_keep_in_every_folder(
    history: History, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for place in (folder, other):
        for number in range(4):
            save(history, place, b"%d" % number, at=AT + timedelta(days=number))
    assert history.prune(AT + timedelta(days=4), Retention(versions=3, days=2)) == 4
    assert [history.read(one) for one in history.versions(folder)] == [b"3", b"2"]
    assert [one.number for one in history.versions(other)] == [4, 3]


def test_numbers_go_on_after_pruning(history: History, folder: Path) -> None:
    save(history, folder, b"a")
    save(history, folder, b"b")
    history.prune(AT, Retention(versions=1))
    assert save(history, folder, b"c").number == 3


# --- write-ahead: what the memory folder saves, and when ---


def block(messages: int = 2, topic: str = "boats") -> str:
    return f"*Auto-generated from {messages} session messages*\n\n## Topics Covered\n- {topic}\n"


class Shelf:
    """A memory folder with its history, on a clock that goes on by itself."""

    def __init__(self, root: Path, *, ops: Ops = OPS, keep_all: bool = False, adopt_legacy: bool = False) -> None:
        self.path = root / "memory"
        self.path.mkdir(exist_ok=True)
        self.file = self.path / NAME
        self.history = History(root / "history", ops=ops, keep_all=keep_all)
        bases = Bases(root / "bases", self.path)
        keeper = Keeper(history=self.history, folder=self.path, bases=bases, now=self.now)
        self.folder = MemoryFolder(self.path, root / "bases", Naming(adopt_legacy=adopt_legacy), keeper)
        self.clock = AT

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def put(self, messages: int = 2, topic: str = "boats", recorded: PublishedDay | None = None) -> Put:
        return self.folder.put(DAY, NAME, block(messages, topic), recorded=recorded)

    def saved(self) -> list[tuple[Kind, bytes]]:
        """What is saved, oldest first."""
        return [(one.kind, self.history.read(one)) for one in reversed(self.history.versions(self.path))]


def recorded(put: Put, messages: int = 2, topic: str = "boats") -> PublishedDay:
    """What the state file says after that put."""
    written = short_sum(block(messages, topic))
    return PublishedDay(
        file=put.name, fingerprint="", block=written, messages=messages, size=put.size, mtime_ns=put.mtime_ns
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda text: text, False),
        (lambda text: text + b"\n", False),
        (lambda text: text + b"below\n", True),
        (lambda text: b"above\n" + text, True),
        (lambda text: text.replace(b"- boats\n", b"- boats\n- mine\n"), True),
        (lambda text: text.replace(b"- boats\n", b""), True),
        (lambda _: b"the agent's own\n", True),
        (lambda _: LEGACY, True),
        (lambda _: b"", False),
    ],
)
def test_a_version_is_saved_when_somebody_else_has_written_in_it(
    tmp_path: Path, change: Callable[[bytes], bytes], kept: bool
) -> None:
    shelf = Shelf(tmp_path, adopt_legacy=True)
    shelf.put()
    before = change(shelf.file.read_bytes())
    shelf.file.write_bytes(before)
    shelf.put(3, "ships")
    assert shelf.saved() == ([("edited", before)] if kept else [])


def test_a_new_file_replaces_nothing(shelf: Shelf) -> None:
    shelf.put()
    assert shelf.saved() == []


def test_nothing_is_saved_when_nothing_is_written(shelf: Shelf) -> None:
    shelf.file.write_bytes(b"mine\n")
    shelf.put()
    append(shelf.file, b"more\n")
    assert shelf.put().action == "unchanged"
    assert shelf.saved() == [("edited", b"mine\n")]


def test_our_own_rewrites_of_a_file_with_notes_are_not_saved_again(shelf: Shelf) -> None:
    shelf.put()
    append(shelf.file, b"a note\n")
    put = shelf.put(3, "ships")
    for messages in range(4, 9):
        put = shelf.put(messages, "ships", recorded(put, messages - 1, "ships"))
    assert len(shelf.saved()) == 1
    append(shelf.file, b"another\n")
    shelf.put(9, "ships", recorded(put, 8, "ships"))
    assert [data.count(b"note\n") + data.count(b"another\n") for _, data in shelf.saved()] == [1, 2]


@pytest.mark.parametrize(("name", "kind"), [(NAME, "undone"), ("2026-01-15-memsyncd.md", "edited")])
def test_what_the_record_calls_ours_is_saved_when_no_edited_version_of_the_file_is(
    shelf: Shelf, name: str, kind: Kind
) -> None:
    shelf.file.write_bytes(b"from before there was a history\n")
    put = MemoryFolder(shelf.path, shelf.path.with_name("bases"), Naming()).put(DAY, NAME, block())
    before = shelf.file.read_bytes()
    save(shelf.history, shelf.path, b"another\n", kind, name=name)
    shelf.put(3, "ships", recorded(put))
    assert ("edited", before) in shelf.saved()


def test_with_keep_all_our_own_rewrites_are_saved_too(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, keep_all=True)
    shelf.put()
    before = shelf.file.read_bytes()
    shelf.put(3, "ships")
    assert shelf.saved() == [("generated", before)]


@pytest.mark.parametrize("operation", ["create", "write", "fsync", "rename"])
def test_a_file_is_not_replaced_when_its_version_cannot_be_saved(tmp_path: Path, operation: str) -> None:
    shelf = Shelf(tmp_path, ops=failing(operation))
    shelf.put()
    append(shelf.file, b"mine\n")
    before = shelf.file.read_bytes()
    with pytest.raises(FileError, match="No space left"):
        shelf.put(3, "ships")
    with pytest.raises(FileError, match="No space left"):
        shelf.folder.restore(DAY, NAME, b"an earlier version\n", None)
    assert shelf.file.read_bytes() == before
    assert [path.name for path in shelf.path.iterdir()] == [NAME]
    assert stored(tmp_path) == []
    assert Bases(tmp_path / "bases", shelf.path).read(DAY) == block()


def test_a_version_is_on_the_disk_before_the_file_is_replaced(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.file.write_bytes(b"mine\n")
    seen: list[bytes] = []
    Shelf(tmp_path, ops=once("fsync_folder", lambda: seen.append(shelf.file.read_bytes()))).put()
    assert seen == [b"mine\n"]
    assert shelf.file.read_bytes() != b"mine\n"


def test_a_version_that_came_in_between_is_saved_too(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.file.write_bytes(b"first\n")
    Shelf(tmp_path, ops=once("fsync_folder", lambda: append(shelf.file, b"in between\n"))).put()
    assert shelf.saved() == [("edited", b"first\n"), ("edited", b"first\nin between\n")]
    assert shelf.file.read_bytes().startswith(b"first\nin between\n")


# --- leftovers ---


def leave(shelf: Shelf, held: bytes, seen: bytes = b"old\n") -> Path:
    """A temporary file as a kill leaves it, while ``ours`` was taking the place of ``seen``."""
    path = swap_path(part_path(shelf.file, b"ours\n", seen))
    path.write_bytes(held)
    return path


@pytest.mark.parametrize("held", [b"a person's version\n", b"old\n"])
def test_a_leftover_of_others_is_saved_before_it_goes(shelf: Shelf, held: bytes) -> None:
    shelf.file.write_bytes(b"ours\n")
    leave(shelf, held)
    shelf.folder.recover()
    assert ("leftover", held) in shelf.saved()
    assert [path.name for path in shelf.path.iterdir()] == [NAME]


@pytest.mark.parametrize("held", [b"ours\n", b""])
def test_a_leftover_of_our_own_is_not(shelf: Shelf, held: bytes) -> None:
    leave(shelf, held)
    shelf.folder.recover()
    assert shelf.saved() == []


def test_a_leftover_that_is_saved_already_is_not_saved_twice(shelf: Shelf) -> None:
    shelf.file.write_bytes(b"ours\n")
    save(shelf.history, shelf.path, b"old\n")
    leave(shelf, b"old\n")
    shelf.folder.recover()
    assert shelf.saved() == [("edited", b"old\n")]


def test_what_a_leftover_is_merged_into_is_saved_as_well(shelf: Shelf) -> None:
    shelf.file.write_bytes(b"ours\n")
    leave(shelf, b"a person's version\n")
    shelf.folder.recover()
    assert shelf.saved() == [("leftover", b"a person's version\n"), ("edited", b"ours\n")]
    assert shelf.file.read_bytes() == b"a person's version\n"


def test_a_leftover_stays_while_it_cannot_be_saved(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, ops=failing("fsync"))
    shelf.file.write_bytes(b"ours\n")
    path = leave(shelf, b"a person's version\n")
    with pytest.raises(FileError):
        shelf.folder.recover()
    assert path.read_bytes() == b"a person's version\n"
    assert shelf.file.read_bytes() == b"ours\n"


def test_a_leftover_of_a_file_that_bears_no_day_is_left_alone(shelf: Shelf) -> None:
    path = swap_path(part_path(shelf.path / "MEMORY.md", b"x", b"y"))
    path.write_bytes(b"not ours to judge\n")
    assert shelf.folder.recover() == []
    assert path.exists()


# --- bringing a version back ---


def test_what_makes_place_for_an_earlier_version_is_saved(shelf: Shelf) -> None:
    shelf.file.write_bytes(b"now\n")
    shelf.file.chmod(0o640)
    put = shelf.folder.restore(DAY, NAME, b"earlier\n", None)
    assert shelf.saved() == [("undone", b"now\n")]
    found = shelf.file.stat()
    assert (put.action, put.size, put.mtime_ns) == ("restore", found.st_size, found.st_mtime_ns)
    assert (shelf.file.read_bytes(), found.st_mode & 0o777) == (b"earlier\n", 0o640)


def test_a_file_that_is_gone_can_be_brought_back(shelf: Shelf) -> None:
    shelf.path.rmdir()
    shelf.folder.restore(DAY, NAME, b"earlier\n", None)
    assert (shelf.file.read_bytes(), shelf.saved()) == (b"earlier\n", [])


def test_a_line_written_in_the_same_moment_stops_it_and_stays(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.file.write_bytes(b"now\n")
    racing = Shelf(tmp_path, ops=once("fsync_folder", lambda: append(shelf.file, b"in between\n")))
    with pytest.raises(FileError, match="it is as they left it") as caught:
        racing.folder.restore(DAY, NAME, b"earlier\n", None)
    assert (caught.value.where, bool(caught.value.hint)) == (str(shelf.file), True)
    assert shelf.file.read_bytes() == b"now\nin between\n"
    assert [path.name for path in shelf.path.iterdir()] == [NAME]


def test_a_file_that_vanishes_in_the_same_moment_does_not_come_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.file.write_bytes(b"now\n")
    racing = Shelf(tmp_path, ops=once("fsync_folder", shelf.file.unlink))
    with pytest.raises(FileError, match="it is as they left it"):
        racing.folder.restore(DAY, NAME, b"earlier\n", None)
    assert list(shelf.path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="leases exist on Linux")
def test_a_file_that_somebody_has_open_for_writing_is_left_alone(shelf: Shelf) -> None:
    shelf.file.write_bytes(b"now\n")
    with shelf.file.open("ab"), pytest.raises(FileError, match="open for writing"):
        shelf.folder.restore(DAY, NAME, b"earlier\n", None)
    assert shelf.file.read_bytes() == b"now\n"


def test_the_next_merge_knows_what_was_generated_in_a_version_that_came_back(shelf: Shelf) -> None:
    shelf.put(2, "boats")
    edited = shelf.file.read_bytes().replace(b"- boats\n", b"- boats\n- mine\n")
    shelf.file.write_bytes(edited)
    shelf.put(3, "ships")
    (version,) = shelf.history.versions(shelf.path)
    assert shelf.history.base(version) == block(2, "boats")
    shelf.folder.restore(DAY, NAME, shelf.history.read(version), shelf.history.base(version))
    shelf.put(4, "planes")
    text = shelf.file.read_text()
    assert all(line in text for line in ("from 4 session", "- planes\n", "- mine\n"))
    assert "boats" not in text
