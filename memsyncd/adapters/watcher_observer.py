"""Events of the file system, through watchdog; whatever has to know watchdog's inside stands here.

It says what is wrong with itself and mends nothing. Private attributes are asked for softly: they exist for Linux'
inotify only, and other systems do without what they tell.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from memsyncd.adapters.watcher_limits import refusal

Hear = Callable[[str], None]
"""Takes the path of one event, in a thread of the observer; must not raise and not wait."""

# Two watches of one folder share one mask in the kernel, and the later one replaces it: all ask for the same.
_CHANGES: Final[list[type[FileSystemEvent]]] = [
    *(FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileDeletedEvent),
    *(DirCreatedEvent, DirMovedEvent, DirDeletedEvent),
]
_PATIENCE = 2.0  # seconds that closing waits for threads that may hang
_LOG = "watchdog.observers.inotify_c"


class Observation:
    """One running observer.

    Raises:
        OSError: the system allows no further one.
    """

    def __init__(self) -> None:
        # A folder that appears while its parent is listed is added twice, which watchdog takes for a mistake.
        warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
        logging.getLogger("watchdog.observers.inotify").addFilter(_tells_news)
        self._observer = Observer()
        self._reader: threading.Thread | None = getattr(self._observer, "_inotify_fd", None)
        if isinstance(fd := getattr(self._reader, "_inotify_fd", None), int):
            os.set_inheritable(fd, False)  # noqa: FBT003 — a child process would keep the watches and their queue alive
        self._observer.start()

    def listen(self, folder: str, hear: Hear, *, tree: bool = False) -> ObservedWatch:
        """Has ``hear`` told what changes in ``folder``, with ``tree`` also below it.

        Raises:
            OSError: the folder is not there, or the system allows no further watches.
        """
        return self._observer.schedule(_Handler(hear), folder, recursive=tree, event_filter=_CHANGES)

    def listen_apart(self, folder: str, hear: Hear) -> ObservedWatch:
        """As ``listen``, also when the same folder is listened to otherwise; the two end one by one."""
        return self.listen(f"{folder}{os.sep}", hear)  # watchdog tells watches apart by the spelling of the path

    def listen_for_opening(self, folder: str, hear: Hear) -> ObservedWatch:
        """As ``listen``, of files in ``folder`` that are opened, where the system tells that."""
        opened = FileOpenedEvent if sys.platform == "linux" else FileModifiedEvent
        return self._observer.schedule(_Handler(hear), folder, event_filter=[opened])

    def ignore(self, watch: ObservedWatch) -> None:
        """Ends one ``listen``; one that has ended by itself is all right."""
        if watch in {emitter.watch for emitter in self._observer.emitters}:
            self._observer.unschedule(watch)

    def fault(self) -> str | None:
        """Why no event can come any more, if a thread has ended."""
        if not self._observer.is_alive():
            return "the thread that hands events on has ended"
        if self._reader is not None and not self._reader.is_alive():
            return "the thread that reads events has ended"
        return None

    def hears(self, watch: ObservedWatch) -> bool:
        """Whether this ``listen`` goes on."""
        return any(emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters)

    def folders(self, watch: ObservedWatch) -> frozenset[str] | None:
        """The folders that this ``listen`` really watches; None where one watch covers a whole tree."""
        for emitter in self._observer.emitters:
            if emitter.watch == watch and (group := getattr(emitter, "_inotify", None)) is not None:
                return frozenset(map(os.fsdecode, dict(getattr(group, "_active_callbacks_by_path", {}))))
        return None

    def close(self) -> bool:
        """Ends all threads and frees what they held; False when one of them hangs and is left behind."""
        # watchdog waits without limit for a handler that hangs: somebody else has to do the waiting.
        end = threading.Thread(target=self._end, name="watch-end", daemon=True)
        end.start()
        end.join(_PATIENCE)
        return not end.is_alive()

    def _end(self) -> None:
        self._observer.stop()
        self._observer.join()


def _tells_news(record: logging.LogRecord) -> bool:
    """Whether a line of watchdog's log is more than the error that it makes of ending a watch in time."""
    return "when the thread is inactive" not in str(record.msg)


class OverflowAlarm(logging.Handler):
    """Calls ``overflowed`` when the kernel dropped events, which watchdog tells in its log only."""

    def __init__(self, overflowed: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._overflowed = overflowed
        self._logger = logging.getLogger(_LOG)
        self._level = self._logger.level
        self._logger.setLevel(logging.WARNING)  # a root logger that is set to errors would hide it
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Looks at one line of the log."""
        if "overflow" in record.getMessage().lower():
            self._overflowed()

    def close(self) -> None:
        """Leaves the logger as it was found."""
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)
        super().close()


class Canary:
    """A file in a folder of its own that is opened from time to time: its event proves that events arrive.

    Opening writes nothing to the disk; where that is not told the file is touched as well.
    """

    _PAUSE = 60.0  # seconds between two calls: each wakes four threads
    _GRACE = 5.0  # seconds that an event may take
    _LAST_CHANCE = 1.0  # further seconds, waited for

    def __init__(self, folder: Path) -> None:
        self.problem: str | None = None  # why nothing can be proved
        self.answered = threading.Event()  # the last call was heard
        self._folder = folder
        self._sung: float | None = None  # when it last called
        self._hearer: Observation | None = None

    def settle(self, hearer: Observation) -> None:
        """Has ``hearer`` listen, while it surely does not hang yet: an observer that hangs takes no orders."""
        with self._noting():
            self._move(hearer)

    def sing(self, now: float, hearer: Observation) -> None:
        """Calls in the hearing of ``hearer``, unless the last call was just now or may still be on its way."""
        pause = self._PAUSE if self.answered.is_set() else self._GRACE
        if self._sung is not None and now - self._sung < pause:
            return
        self._sung = None
        self.answered.clear()
        with self._noting():
            self._move(hearer)
            path = self._folder / "canary"
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
            if sys.platform != "linux":
                path.touch()
            self._sung = now

    def forget(self) -> None:
        """Expects no answer any more; the next call begins anew."""
        self._sung = self._hearer = None
        self.answered.clear()

    def silent(self, now: float) -> bool:
        """Whether the last call was not heard, though it had its time."""
        # A process that was stopped for a while sees the time gone by before its other threads have run.
        return self._late(now) and not self.answered.wait(self._LAST_CHANCE)

    def _move(self, hearer: Observation) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hearer is not self._hearer:
            hearer.listen_for_opening(os.path.realpath(self._folder), self._hear)
            self._hearer = hearer

    def _late(self, now: float) -> bool:
        return self._sung is not None and now - self._sung >= self._GRACE

    def _hear(self, _path: str) -> None:
        self.answered.set()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        self.problem = None
        try:
            yield
        except OSError as error:
            self.problem = f"whether events arrive cannot be tested in {self._folder}: {refusal(error).advice}"


class _Handler(FileSystemEventHandler):
    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def dispatch(self, event: FileSystemEvent) -> None:
        """Hands on both paths of a renaming, and the one path of everything else."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._hear(os.fsdecode(path))
