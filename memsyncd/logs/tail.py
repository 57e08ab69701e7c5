"""Reads a log file from its end, with the rotated ones before it, and follows what is appended. Writes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, suppress
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import Self

from memsyncd.adapters.fileops import reported
from memsyncd.core.loglines import LogLine, parse_line

_BLOCK = 1 << 16
_LONGEST = 1 << 20  # bytes of a line that are looked at
_GENERATIONS = 10  # the file, and rotated ones named .1 (the newest) and so on
_PAUSE = 0.5  # seconds between two looks at a file that is followed


class LogFile:
    """The log file of this name, whatever file bears it; leaving its context closes what is open.

    ``torn``: what stands at its end without an end of line counts as a line too, instead of being waited for.
    """

    def __init__(self, path: Path, *, torn: bool, pause: Callable[[], None] = lambda: time.sleep(_PAUSE)) -> None:
        self.name = str(path)
        self._path = path
        self._torn = torn
        self._pause = pause
        self._file: FileIO | None = None
        self._position = 0  # bytes of the file that were dealt with
        self._rest = b""  # a line whose end has not come yet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._take_up(None)

    def newest_first(self) -> Generator[LogLine, None, None]:
        """The lines that are there, the last first.

        Raises:
            FileError: the file cannot be read.
        """
        with ExitStack() as stack:
            files = self._generations()
            if not files:
                return
            newest, *rotated = files
            for file in rotated:
                stack.callback(file.close)
            self._take_up(newest)
            self._position = os.fstat(newest.fileno()).st_size
            lines = _backwards(newest, self._position)
            self._rest = next(lines)
            yield from _parsed(chain([self._rest] if self._torn else [], lines))
            for file in rotated:
                yield from _parsed(_backwards(file, os.fstat(file.fileno()).st_size))

    def follow(self) -> Iterator[LogLine]:
        """What is appended after ``newest_first`` began, for ever, through rotations and truncations.

        Raises:
            FileError: the file cannot be read.
        """
        while True:
            yield from self.appended()
            self._pause()

    def appended(self) -> Iterator[LogLine]:
        """The lines that were completed since the last look."""
        yield from _parsed(self._read_on())
        newer = self._newer()
        if newer:
            # What came between that read and the rotation; a file that was rotated gets no more lines.
            yield from _parsed(self._read_on())
        for file in newer:
            yield from _parsed([self._rest])
            self._take_up(file)
            yield from _parsed(self._read_on())

    def _take_up(self, file: FileIO | None) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._position, self._rest = file, 0, b""

    def _read_on(self) -> Iterator[bytes]:
        if self._file is None:
            return
        if os.fstat(self._file.fileno()).st_size < self._position:
            self._position, self._rest = 0, b""
        self._file.seek(self._position)
        while block := self._file.read(_BLOCK):
            self._position += len(block)
            *lines, rest = (self._rest + block).split(b"\n")
            self._rest = rest[:_LONGEST]
            yield from lines

    def _newer(self) -> list[FileIO]:
        """Opens the files that came after the one in hand, the oldest first."""
        if self._file is None:
            return self._generations(1)
        here = os.fstat(self._file.fileno())
        with suppress(FileNotFoundError):
            if os.path.samestat(here, self._path.stat()):
                return []
        newer: list[FileIO] = []
        for file in self._generations():
            there = os.fstat(file.fileno())
            # Where the file in hand was removed, it is not among them, and those of before it are only older.
            if os.path.samestat(here, there) or there.st_mtime_ns < here.st_mtime_ns:
                file.close()
            else:
                newer.insert(0, file)
        return newer

    def _generations(self, most: int = _GENERATIONS) -> list[FileIO]:
        """Opens the file and the rotated ones, the newest first; each once, if it is rotated meanwhile."""
        found: dict[tuple[int, int], FileIO] = {}
        for number in range(most):
            path = self._path.with_name(f"{self._path.name}.{number}") if number else self._path
            with reported("cannot read the log file", path), suppress(FileNotFoundError):
                file = FileIO(path)
                there = os.fstat(file.fileno())
                if (there.st_dev, there.st_ino) in found:
                    file.close()
                else:
                    found[there.st_dev, there.st_ino] = file
        return list(found.values())


def _parsed(lines: Iterable[bytes]) -> Iterator[LogLine]:
    return (parse_line(line) for line in lines if line.strip())


def _backwards(file: FileIO, end: int) -> Iterator[bytes]:
    """The lines before ``end``, the last first; first of all what stands behind the last end of line."""
    rest = b""
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        first, *lines = (file.read(end - start) + rest).split(b"\n")
        yield from reversed(lines)
        rest, end = first[:_LONGEST], start
    yield rest
