"""Watches folders and tells which paths changed; where no events come from it looks every few seconds.

Events are hints: they get lost in more ways than they report. ``check`` finds that out and puts it right, and says
when a sweep is needed. What is told is never the truth about a file, only a reason to look at it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import RLock
from typing import Literal, Protocol

from msgspec import Struct

from memsyncd.adapters.watcher_ears import Ears, Root
from memsyncd.adapters.watcher_limits import DEAF, FORCED, MISSED, Refusal, of_file_system, read_mounts
from memsyncd.adapters.watcher_observer import OverflowAlarm
from memsyncd.adapters.watcher_place import place_of
from memsyncd.adapters.watcher_poll import Poller
from memsyncd.core.mounts import misses_events, mount_of, parse_mounts

_MISSES = 3  # sweeps in a row that found what no event had told, before a folder is polled
_FAILURES = 3  # observers in a row that failed or did not hear the canary, before everything is polled
_THOROUGH = 300.0  # seconds between two looks at what is dear: folders counted, refused watches tried again


class Emit(Protocol):
    """Takes one event for the log: a dotted name and its fields."""

    def __call__(self, event: str, /, **fields: object) -> None:
        """Writes the event."""


class WatchState(Struct, frozen=True, kw_only=True):
    """How watching goes, for ``status``."""

    mode: Literal["events", "polling", "mixed"]
    folders: int  # folders that events come from
    missing: tuple[str, ...]  # folders that are to be watched and are not there
    problems: tuple[str, ...]  # each with advice
    overflows: int  # times that the kernel dropped events
    rebuilt: int  # observers that had to be replaced
    polled: tuple[str, ...]  # folders that are looked at every few seconds, each with the reason


class Watcher:
    """Tells ``notice`` of the paths that changed, links resolved; a folder that is told stands for all in it.

    ``notice`` is called from several threads and must not wait: not for a lock either that is held while this
    object is called. ``canary`` is a folder that nothing else uses; it is made. ``poll_seconds`` lie between two
    looks where no events come from. ``mounts`` gives the text of ``/proc/self/mountinfo``. Methods may be called
    from any thread.
    """

    def __init__(
        self,
        notice: Callable[[Path], None],
        *,
        canary: Path,
        emit: Emit,
        poll_seconds: float = 5.0,
        force_polling: bool = False,
        mounts: Callable[[], str] = read_mounts,
    ) -> None:
        self._notice = notice
        self._emit = emit
        self._force_polling = force_polling
        self._mounts = mounts
        self._lock = RLock()
        self._roots: tuple[Root, ...] = ()
        self._ears = Ears(self._tell, canary)
        self._poller = Poller(self._tell, poll_seconds)
        self._alarm = OverflowAlarm(self._overflowed)
        self._lost: dict[str, None] = {}  # why changes may be unknown, from other threads
        self._overflows = self._rebuilt = self._failures = 0
        self._thorough_at: float | None = None

    def watch(self, roots: Iterable[Path], trees: Iterable[Path] = ()) -> None:
        """Watches the files in ``roots``, and in ``trees`` with all below, and nothing else from now on.

        They need not be there. What was watched before and still is goes on without a gap.
        """
        wanted = dict.fromkeys(roots, False) | dict.fromkeys(trees, True)
        with self._lock:
            kept = {root.path: root for root in self._roots if wanted.get(root.path) is root.tree}
            for root in self._roots:
                if root.path not in kept:
                    self._ears.ignore(root)
                    self._poller.remove(root.place.real)
            new = [
                Root(path=path, tree=tree, place=place_of(path))
                for path, tree in wanted.items()
                if path not in kept
            ]
            self._roots = (*kept.values(), *new)
            for root in new:
                self._attach(root)
            self._ears.anchor(self._roots)

    def check(self, now: float) -> list[str]:
        """Puts right what is wrong; returns why changes may have been missed. ``now``: seconds, monotonic."""
        with self._lock:
            thorough = self._thorough_at is None or now - self._thorough_at >= _THOROUGH
            if thorough:
                self._thorough_at = now
            lost, self._lost = self._lost, {}
            reasons = list(lost)
            if fault := self._ears.fault(now):
                reasons.append(fault)
                self._rebuild()
            elif self._ears.canary.answered.is_set():
                self._failures = 0
            for root in self._roots:
                reasons += self._mend(root, thorough=thorough)
            self._ears.anchor(self._roots)
            self._ears.sing(now)
            return reasons

    def missed(self, root: Path, count: int) -> None:
        """A sweep of ``root`` found so many changes that no event had told; 0: all had been told.

        After three such sweeps in a row the folder is polled.
        """
        with self._lock:
            for known in self._roots:
                if known.path == root and known.refused is None:
                    known.misses = known.misses + 1 if count else 0
                    if known.misses >= _MISSES:
                        self._attach(known)

    def state(self) -> WatchState:
        """How it goes."""
        with self._lock:
            polled = [(root.path, root.refused.why) for root in self._roots if root.refused]
            absent = self._poller.absent()
            return WatchState(
                mode="events" if not polled else "polling" if len(polled) == len(self._roots) else "mixed",
                folders=sum(len(self._ears.folders(root)) for root in self._roots),
                missing=tuple(str(root.path) for root in self._roots if _missing(root, absent)),
                problems=tuple(dict.fromkeys(self._problems())),
                overflows=self._overflows,
                rebuilt=self._rebuilt,
                polled=tuple(f"{path}: {why}" for path, why in polled),
            )

    def close(self) -> None:
        """Ends all threads and frees what they held."""
        with self._lock:
            self._roots = ()
            self._poller.close()
            self._close_ears()
            self._alarm.close()

    # --- in other threads ---

    def _tell(self, path: Path) -> None:
        try:
            self._notice(path)
        except Exception as error:  # noqa: BLE001 — it would end watchdog's thread for good
            self._lost[f"a change could not be noted: {type(error).__name__}: {error}"] = None

    def _overflowed(self) -> None:
        self._overflows += 1
        self._lost["the kernel dropped events"] = None
        for root in self._roots:
            self._tell(Path(root.place.real))

    # --- under the lock ---

    def _rebuild(self) -> None:
        self._rebuilt += 1
        self._failures += 1
        self._close_ears()
        for root in self._roots:
            root.watch = None
            if root.refused is None:
                self._attach(root)

    def _close_ears(self) -> None:
        if not self._ears.close():
            self._emit("watch.stuck", status="failed", reason="a thread that hands events on does not end")

    def _mend(self, root: Root, *, thorough: bool) -> list[str]:
        if root.refused is None:
            ailment = self._ears.ailment(root, thorough=thorough)
            if ailment is None:
                return []
            self._attach(root)
            return [f"{root.path} {ailment}"]
        if thorough:
            self._poller.add(root.place.real, tree=root.tree)  # a thread that ended begins anew
            if root.refused.passing:
                self._attach(root)
        return [] if root.refused else [f"{root.path} is watched by events again"]

    def _attach(self, root: Root) -> None:
        """Has ``root`` watched by events where that is possible, else polled."""
        polled, before = root.place.real if root.refused else None, root.refused
        root.refused = self._refusal(root) or self._ears.listen(root)
        if polled and (root.refused is None or polled != root.place.real):
            self._poller.remove(polled)
        if root.refused:
            self._ears.ignore(root)
            self._poller.add(root.place.real, tree=root.tree)
            if root.refused != before:
                self._emit("watch.polling", status="failed", folder=str(root.path), reason=root.refused.why)

    def _refusal(self, root: Root) -> Refusal | None:
        """Why ``root`` is not even tried to be watched by events, if so."""
        if self._force_polling:
            return FORCED
        if self._failures >= _FAILURES:
            return DEAF
        if root.misses >= _MISSES:
            return MISSED
        mount = mount_of(parse_mounts(self._mounts()), os.path.realpath(root.path))
        return of_file_system(mount.kind) if mount and misses_events(mount.kind) else None

    def _problems(self) -> Iterator[str]:
        if self._ears.canary.problem:
            yield self._ears.canary.problem
        for root in self._roots:
            if root.refused and root.refused.advice:
                yield root.refused.advice
            elif root.place.identity and not root.place.readable:
                yield f"{root.path} cannot be read: give this user the right to, with chmod u+rx or as its owner"


def _missing(root: Root, absent: frozenset[str]) -> bool:
    return root.place.real in absent if root.refused else root.place.identity is None
