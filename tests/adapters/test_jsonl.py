from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.adapters import jsonl
from memsyncd.adapters.jsonl import (
    cursor_at,
    grew_only,
    open_log,
    read_compressed,
    read_pieces,
    stat_file,
    unchanged,
)
from memsyncd.errors import FileError
from memsyncd.model import Cursor

LINES = [b'{"n":%d}' % number for number in range(5)]


def lines(data: bytes, start: int = 0, longest: int = 1 << 20) -> list[bytes]:
    return [line for piece in read_pieces(BytesIO(data[start:]), start, longest=longest) for line in piece.lines]


def cursor_of(path: Path, offset: int | None = None) -> Cursor:
    file, now = open_log(path)
    with file:
        return cursor_at(file, path.name, now, path.stat().st_size if offset is None else offset)


def still_the_same(path: Path, cursor: Cursor) -> bool:
    file, now = open_log(path)
    with file:
        return grew_only(cursor, file, now)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    return path


# --- lines ---


def test_lines_come_without_newlines_and_the_offset_behind_them() -> None:
    (piece,) = read_pieces(BytesIO(b"a\nb\n"), 10)
    assert (piece.lines, piece.end, piece.open) == ([b"a", b"b"], 14, False)


def test_the_text_behind_the_last_newline_comes_last_and_open() -> None:
    *_, last = read_pieces(BytesIO(b"a\nhalf"), 0)
    assert (last.lines, last.end, last.open) == ([b"half"], 6, True)


def test_an_empty_file_has_no_pieces() -> None:
    assert list(read_pieces(BytesIO(b""), 0)) == []


def test_a_line_longer_than_the_limit_is_passed_over_and_counted() -> None:
    size = jsonl.CHUNK
    data = b"a\n" + b"x" * (3 * size) + b"\nb\n" + b"y" * (3 * size)
    pieces = list(read_pieces(BytesIO(data), 0, longest=size))
    assert [line for piece in pieces for line in piece.lines] == [b"a", b"b"]
    assert sum(piece.oversized for piece in pieces) == 2
    assert pieces[-1].end == len(data)


def test_a_line_of_several_chunks_comes_whole() -> None:
    long = b"x" * (3 * jsonl.CHUNK + 7)
    assert lines(b"a\n" + long + b"\nb\n", longest=1 << 30) == [b"a", long, b"b"]


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"")), max_size=20), st.integers(1, 40))
def test_any_chunk_size_yields_the_same_lines(parts: list[bytes], chunk: int) -> None:
    data = b"".join(part + b"\n" for part in parts)

    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(chunk)

    found = [line for piece in read_pieces(Slow(data), 0) for line in piece.lines]
    assert found == parts
    assert [piece.end for piece in read_pieces(Slow(data), 0)][-1:] == ([len(data)] if parts else [])


# --- archives ---


def archive(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "s.jsonl.deleted.2026-01-15T12-00-00Z.zst"
    path.write_bytes(data)
    return path


def unpack(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for piece in read_compressed(file, path):
            yield from piece.lines


def test_an_archive_yields_its_lines_also_from_several_frames(tmp_path: Path) -> None:
    frames = zstandard.compress(b"a\nb\n") + zstandard.compress(b"c")
    assert list(unpack(archive(tmp_path, frames))) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("harm", [lambda packed: packed[:-9], lambda packed: packed + b"no frame"])
def test_a_damaged_archive_yields_what_comes_before_and_then_says_so(
    tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    noise = os.urandom(3 * jsonl.CHUNK).replace(b"\n", b"x")
    found = unpack(archive(tmp_path, harm(zstandard.compress(b"first\n" + noise + b"\n"))))
    assert next(found) == b"first"
    with pytest.raises(FileError, match="cannot unpack"):
        list(found)


# --- is it still the same file? ---


def test_an_untouched_file_is_unchanged(log: Path) -> None:
    now = stat_file(log)
    assert now is not None
    assert unchanged(cursor_of(log), now)


def test_a_file_that_grew_is_read_on(log: Path) -> None:
    cursor = cursor_of(log)
    with log.open("ab") as file:
        file.write(b"more\n")
    now = stat_file(log)
    assert now is not None
    assert not unchanged(cursor, now)
    assert still_the_same(log, cursor)


def test_a_file_moved_to_another_name_is_the_same_file(log: Path, tmp_path: Path) -> None:
    cursor = cursor_of(log)
    assert still_the_same(log.rename(tmp_path / "moved"), cursor)


def test_a_truncated_file_is_another_file(log: Path) -> None:
    cursor = cursor_of(log)
    log.write_bytes(LINES[0] + b"\n")
    assert not still_the_same(log, cursor)


def test_a_file_truncated_and_grown_again_is_another_file(log: Path) -> None:
    cursor = cursor_of(log)
    log.write_bytes(b"z" * 500)
    assert not still_the_same(log, cursor)


def test_a_rewrite_with_the_same_start_and_length_is_another_file(log: Path) -> None:
    cursor = cursor_of(log)
    data = bytearray(log.read_bytes())
    data[-4:-2] = b"99"
    log.write_bytes(data)
    assert not still_the_same(log, cursor)


def test_a_change_in_the_middle_of_a_file_that_did_not_grow_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "long.jsonl"
    data = bytearray(b"0123456789abcde\n" * 1000)
    log.write_bytes(data)
    cursor = cursor_of(log)
    data[5000:5004] = b"EDIT"
    log.write_bytes(data)
    os.utime(log, ns=(cursor.mtime_ns + 1, cursor.mtime_ns + 1))
    assert not still_the_same(log, cursor)


def test_a_replaced_file_is_another_file_even_with_the_same_bytes(log: Path, tmp_path: Path) -> None:
    cursor = cursor_of(log)
    copy = tmp_path / "copy"
    copy.write_bytes(log.read_bytes())
    copy.replace(log)
    assert not still_the_same(log, cursor)


def test_an_inode_used_again_for_other_content_is_another_file(log: Path) -> None:
    cursor = cursor_of(log)
    data = b"other session\n" * 20
    log.unlink()
    log.write_bytes(data)
    now = stat_file(log)
    assert now is not None
    known = Cursor(**{**{f: getattr(cursor, f) for f in cursor.__struct_fields__}, "dev": now.dev, "ino": now.ino})
    assert not still_the_same(log, known)


def test_a_cursor_in_the_middle_survives_growth_behind_it(log: Path) -> None:
    cursor = cursor_of(log, offset=len(LINES[0]) + 1)
    with log.open("ab") as file:
        file.write(b"more\n")
    assert still_the_same(log, cursor)


def test_a_folder_and_a_missing_file_are_no_logs(tmp_path: Path) -> None:
    assert stat_file(tmp_path) is None
    assert stat_file(tmp_path / "absent") is None
    with pytest.raises(FileError, match="cannot read log file"):
        open_log(tmp_path / "absent")
