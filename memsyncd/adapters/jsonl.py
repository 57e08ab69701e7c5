"""Reads growing JSONL files: from where the last read ended, in flat memory.

The one outside thing here is the log file, and it is only ever read. A file is recognised by device, inode, the
hash of its first bytes and the hash of the bytes just before the cursor's offset. Anything else than plain growth
is read again from the start: the store drops what it already knows, so reading twice costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from msgspec import Struct

from memsyncd.errors import FileError
from memsyncd.model import Cursor

if TYPE_CHECKING:
    from zstandard import ZstdDecompressionObj

HEAD = 1024  # bytes hashed at the start of a file
TAIL = 4096  # bytes hashed before the offset: long enough that a rewritten end does not look the same
CHUNK = 1 << 20
LONGEST_LINE = 32 << 20  # longer lines are passed over and counted; the longest one reported so far is 662 kB


class FileStat(Struct, frozen=True, kw_only=True):
    """The part of stat(2) that tells whether a file changed."""

    dev: int
    ino: int
    size: int
    mtime_ns: int


class Piece(Struct, frozen=True):
    """Some lines in file order, without their newlines, and the offset just after them.

    ``open``: the file ends behind this one line without a newline; its writer may still be at it.
    """

    lines: list[bytes]
    end: int
    oversized: int = 0
    open: bool = False


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def stat_file(path: Path) -> FileStat | None:
    """The file's identity and size; None when it is gone or is not a regular file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _stat_of(found) if stat.S_ISREG(found.st_mode) else None


def unchanged(cursor: Cursor, now: FileStat) -> bool:
    """Whether nothing happened to the file since the cursor was taken, judged without opening it."""
    return (cursor.dev, cursor.ino, cursor.size, cursor.mtime_ns) == (now.dev, now.ino, now.size, now.mtime_ns)


def grew_only(cursor: Cursor, file: IO[bytes], now: FileStat) -> bool:
    """Whether the file is the one the cursor knows with, at most, bytes added at its end.

    A file that was touched and did not grow counts as changed: a rewrite in place can keep size, head and tail.
    """
    if (cursor.dev, cursor.ino) != (now.dev, now.ino) or now.size < max(cursor.offset, cursor.size):
        return False
    if now.size == cursor.size and now.mtime_ns != cursor.mtime_ns:
        return False
    head = _hash_range(file, 0, cursor.head_length)
    tail = _hash_range(file, cursor.offset - cursor.tail_length, cursor.tail_length)
    return (head, tail) == (cursor.head, cursor.tail)


def open_log(path: Path) -> tuple[IO[bytes], FileStat]:
    """Opens a log file for reading and takes its stat before anything is read.

    Raises:
        FileError: it is gone or may not be read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError("cannot read log file", where=path, why=why, hint="check its permissions") from error
    return file, _stat_of(os.fstat(file.fileno()))


def cursor_at(file: IO[bytes], path: str, now: FileStat, offset: int) -> Cursor:
    """The cursor of a file read up to ``offset``; ``now`` is its stat from before the read.

    A stat from after the read could cover bytes that arrived meanwhile, and they would look as if they had been
    read. Counts and carry are the caller's to fill in.
    """
    head = min(HEAD, offset)
    tail = min(TAIL, offset)
    return Cursor(
        path=path,
        dev=now.dev,
        ino=now.ino,
        size=now.size,
        mtime_ns=now.mtime_ns,
        head_length=head,
        head=_hash_range(file, 0, head),
        offset=offset,
        tail_length=tail,
        tail=_hash_range(file, offset - tail, tail),
    )


def read_pieces(file: _Readable, start: int, *, longest: int = LONGEST_LINE) -> Iterator[Piece]:
    """Yields the lines of a file that stands at byte ``start``, about a megabyte at a time.

    At most ``longest`` bytes of one line are held; a longer one is passed over and counted in the piece that its
    newline falls in. What stands behind the last newline comes last, as an ``open`` piece.
    """
    rest: list[bytes] = []
    held, end, skipping = 0, start, False
    while chunk := file.read(CHUNK):
        cut = chunk.rfind(b"\n")
        if cut < 0:
            held += len(chunk)
            skipping = skipping or held > longest
            rest = [] if skipping else [*rest, chunk]
            continue
        lines = chunk[:cut].split(b"\n")
        end += held + cut + 1
        if skipping:
            del lines[0]
        else:
            lines[0] = b"".join([*rest, lines[0]])
        yield Piece(lines, end, int(skipping))
        remainder = chunk[cut + 1 :]
        rest, held, skipping = [remainder], len(remainder), False
    if held:
        yield Piece([] if skipping else [b"".join(rest)], end + held, int(skipping), open=True)


def read_compressed(file: IO[bytes], path: Path) -> Iterator[Piece]:
    """Yields the lines of a zstd archive; offsets count unpacked bytes.

    Raises:
        FileError: the archive is damaged or cut short; the pieces before the damage have been yielded.
    """
    from zstandard import ZstdError  # noqa: PLC0415 — 15 ms that only a run with something packed pays for

    try:
        yield from read_pieces(_Unpacked(file), 0)
    except ZstdError as error:
        hint = "what stands before the damage was read"
        raise FileError("cannot unpack log archive", where=path, why=str(error), hint=hint) from error


class _Unpacked:
    """A zstd stream of one or more frames, unpacked; unlike the library's reader it notices a missing end."""

    _BITE = 1024  # packed bytes at a time, so that a bomb yields some megabytes and not all at once

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._frame: ZstdDecompressionObj | None = None
        self._left = b""

    def read(self, _size: int, /) -> bytes:
        from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415

        while packed := self._left or self._file.read(self._BITE):
            frame = self._frame = self._frame or ZstdDecompressor().decompressobj()
            unpacked = frame.decompress(packed)
            self._left = frame.unused_data if frame.eof else b""
            self._frame = None if frame.eof else frame
            if unpacked:
                return unpacked
        if self._frame is not None:
            raise ZstdError("the archive is cut short")
        return b""


def _stat_of(found: os.stat_result) -> FileStat:
    return FileStat(dev=found.st_dev, ino=found.st_ino, size=found.st_size, mtime_ns=found.st_mtime_ns)


def _hash_range(file: IO[bytes], start: int, length: int) -> str:
    file.seek(start)
    return hashlib.blake2b(file.read(length), digest_size=16).hexdigest()
