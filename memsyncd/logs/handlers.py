"""Where lines go: stderr, the journal behind it, a private file that is rotated, and one door for all of them.

A log that cannot be written stops no work: it is said once on stderr, and the next line is tried again.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import monotonic
from typing import TextIO

from memsyncd.adapters.fileops import reported
from memsyncd.logs.pipeline import LOGGER
from memsyncd.logs.repeats import Repeats

_ROTATE_BYTES = 2_000_000
_ROTATED_FILES = 3
_PRIORITIES = {
    logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2,
}  # fmt: skip
"""The journal's numbers: those of syslog."""


class FanOut(logging.Handler):
    """The one handler of the whole process: leaves out what is not worth a line and hands the rest to ``sinks``.

    ``foreign_level`` is judged here, whatever levels libraries set on their loggers when they are imported.
    """

    def __init__(
        self,
        sinks: Sequence[logging.Handler],
        *,
        foreign_level: int,
        repeats: Repeats,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self._sinks = sinks
        self._foreign_level = foreign_level
        self._repeats = repeats
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record to every sink; one that repeats itself carries how often it did."""
        if record.levelno < self._foreign_level and record.name != LOGGER:
            return
        if record.levelno in (logging.WARNING, logging.ERROR):
            held_back = self._repeats.news(_sameness(record), self._clock())
            if held_back is None:
                return
            if held_back:
                _add(record, "repeated", held_back)
        for sink in self._sinks:
            if record.levelno >= sink.level:
                sink.handle(record)

    def close(self) -> None:
        """Closes the sinks too."""
        for sink in self._sinks:
            sink.close()
        super().close()


def console(stream: TextIO, look: logging.Formatter) -> logging.Handler:
    """Writes to a stream such as stderr."""
    handler = _Console(stream)
    handler.setFormatter(look)
    return handler


def journald(look: logging.Formatter, env: Mapping[str, str]) -> logging.Formatter:
    """Adds the priorities that the journal understands, if it is the journal that reads this process's stderr.

    systemd tells in ``JOURNAL_STREAM`` which device and inode that is.
    """
    try:
        there = os.fstat(2)
    except OSError:
        return look
    return _Prioritised(look) if env.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}" else look


def private_file(path: Path, look: logging.Formatter) -> logging.Handler:
    """Writes to a file that only its owner can read: 2 MB, and the three before it.

    Raises:
        FileError: it cannot be opened.
    """
    with reported("cannot open the log file", path):
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        _make_private(path)
    handler = _PrivateFile(path, maxBytes=_ROTATE_BYTES, backupCount=_ROTATED_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(look)
    return handler


class _Failing(logging.Handler):
    """Says once that it fails, without the record: the standard library would print what nobody has masked."""

    _failed = _told = False

    def emit(self, record: logging.LogRecord) -> None:
        self._failed = False
        super().emit(record)
        self._told = self._failed

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 — logging's signature
        self._failed = True
        error = sys.exc_info()[1]
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        if not self._told:
            with suppress(OSError, ValueError):
                sys.stderr.write(f"memsyncd: a log line could not be written: {why}\n")


class _Console(_Failing, logging.StreamHandler[TextIO]):
    pass


class _PrivateFile(_Failing, RotatingFileHandler):
    """Follows its name: where the file was moved or removed by somebody else, a new one begins."""

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is not None and not _bears(self.stream, Path(self.baseFilename)):
            stream, self.stream = self.stream, None
            with suppress(OSError):
                stream.close()
        super().emit(record)

    def close(self) -> None:
        with suppress(OSError):  # the disk is full
            super().close()

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: ARG002, N802 — logging's signature
        # The standard library's asks how long the line will be, which takes as long as writing it.
        return self.stream is not None and os.fstat(self.stream.fileno()).st_size >= self.maxBytes

    def _open(self) -> TextIOWrapper:
        _make_private(Path(self.baseFilename))
        return super()._open()


class _Prioritised(logging.Formatter):
    """Puts ``<N>`` before every line: the journal takes it off and keeps it as the line's priority."""

    def __init__(self, look: logging.Formatter) -> None:
        super().__init__()
        self._look = look

    def format(self, record: logging.LogRecord) -> str:
        mark = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return mark + self._look.format(record).replace("\n", f"\n{mark}")


def _bears(stream: TextIO, path: Path) -> bool:
    """Whether the open file still has this name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except OSError:
        return False


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def _sameness(record: logging.LogRecord) -> Hashable:
    """What two records have in common that say the same: everything in words; numbers and times may differ."""
    if not isinstance(record.msg, dict):
        return record.name, record.levelno, record.getMessage(), _error(record.exc_info)
    words = {key: str(value) for key, value in record.msg.items() if not isinstance(value, int | float)}
    words |= {"timestamp": "", "exc_info": _error(record.msg.get("exc_info"))}
    return record.levelno, frozenset(words.items())


def _error(exc_info: object) -> str:
    """The exception in words; ``exc_info`` is as logging takes it: an exception, its three parts, or True."""
    if exc_info is True:
        exc_info = sys.exc_info()
    return repr(exc_info[1] if isinstance(exc_info, tuple) else exc_info)


def _add(record: logging.LogRecord, name: str, value: object) -> None:
    if isinstance(record.msg, dict):
        record.msg = {**record.msg, name: value}
    else:
        setattr(record, name, value)
