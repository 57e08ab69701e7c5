"""Looks at folders every few seconds, where no event tells of a change.

One thread for all of them, which lives only while there are any. What hangs here, a network share that is gone for
one, holds up nobody else.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from memsyncd.adapters import sweep

_IDLE_SHARE = 20
"""Looking takes at most one part in so many of the time; on a slow share the looks come less often."""

_PATIENCE = 2.0  # seconds that closing waits for a look that hangs

_Tree = dict[str, sweep.Look]  # folder → its files, for a folder and perhaps all below it


class Poller:
    """Tells ``notice`` of each path that changed between two looks, which are ``seconds`` apart or more.

    ``notice`` is called from a thread of its own and must not raise.
    """

    def __init__(self, notice: Callable[[Path], None], seconds: float) -> None:
        self._notice = notice
        self._seconds = seconds
        self._lock = threading.Lock()
        self._folders: dict[str, bool] = {}  # folder → with all below it
        self._looks: dict[str, _Tree] = {}  # the last look that succeeded
        self._absent: set[str] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, folder: str, *, tree: bool) -> None:
        """Looks at ``folder`` from now on, there or not. After the first look the folder itself is told."""
        with self._lock:
            self._folders.setdefault(folder, tree)
            if self._thread is None or not self._thread.is_alive():
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._stop,), name="poll", daemon=True)
                self._thread.start()

    def remove(self, folder: str) -> None:
        """Looks at ``folder`` no longer."""
        with self._lock:
            self._folders.pop(folder, None)
            self._looks.pop(folder, None)
            self._absent.discard(folder)
            if not self._folders:
                self._stop.set()
                self._thread = None

    def absent(self) -> frozenset[str]:
        """The folders that could not be listed at the last look."""
        with self._lock:
            return frozenset(self._absent)

    def close(self) -> None:
        """Ends the thread."""
        thread = self._thread
        for folder in list(self._folders):
            self.remove(folder)
        if thread is not None:
            thread.join(_PATIENCE)

    def _run(self, stop: threading.Event) -> None:
        pause = 0.0
        while not stop.wait(pause):
            begun = time.monotonic()
            with self._lock:
                folders = list(self._folders.items())
            for folder, tree in folders:
                for path in self._changes(folder, _look(folder, tree=tree)):
                    self._notice(Path(path))
            pause = max(self._seconds, _IDLE_SHARE * (time.monotonic() - begun))

    def _changes(self, folder: str, after: _Tree | None) -> list[str]:
        """What is to be told after a look at ``folder``; None: it could not be listed."""
        with self._lock:
            if folder not in self._folders:
                return []
            before = self._looks.get(folder)
            if after is None:
                news = before is not None and folder not in self._absent
                self._absent.add(folder)
                return [folder] if news else []
            self._absent.discard(folder)
            self._looks[folder] = after
        # Nobody knows what changed before the first look: the folder stands for all of it.
        return [folder] if before is None else list(_difference(before, after))


def folders_below(folder: str) -> list[str]:
    """``folder`` and all folders below it that can be listed, links not followed."""
    return [at for at, _, _ in os.walk(folder)]


def _look(folder: str, *, tree: bool) -> _Tree | None:
    files = sweep.look(Path(folder))
    if files is None:
        return None
    below = folders_below(folder)[1:] if tree else ()
    return {folder: files, **{other: sweep.look(Path(other)) or {} for other in below}}


def _difference(before: _Tree, after: _Tree) -> Iterator[str]:
    for folder in before.keys() | after.keys():
        for name in sweep.changed(before.get(folder, {}), after.get(folder, {})):
            yield str(Path(folder, name))
