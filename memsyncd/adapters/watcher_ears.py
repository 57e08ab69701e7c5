"""Listens to folders: one observer, the canary that tests it, and the folders in which missing ones will appear.

It says what is wrong and does as it is told; when to do what is the watcher's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct
from watchdog.observers.api import ObservedWatch

from memsyncd.adapters.watcher_limits import Refusal, out_of_watches, refusal
from memsyncd.adapters.watcher_observer import Canary, Observation
from memsyncd.adapters.watcher_place import Place, anchor_of, change, place_of
from memsyncd.adapters.watcher_poll import folders_below


class Root(Struct, eq=False, kw_only=True):
    """One folder that is to be watched."""

    path: Path
    tree: bool  # with all below it
    place: Place
    watch: ObservedWatch | None = None  # None: no events come from it
    refused: Refusal | None = None  # why it is polled; None: it is not
    misses: int = 0  # sweeps in a row that found what no event had told


class Ears:
    """Tells ``heard`` of every path that changed, from threads of its own. Not for several threads at once.

    ``canary`` is a folder that nothing else uses; it is made.
    """

    def __init__(self, heard: Callable[[Path], None], canary: Path) -> None:
        self.canary = Canary(canary)
        self._heard = heard
        self._observation: Observation | None = None
        self._anchors: dict[str, tuple[ObservedWatch, Place]] = {}
        self._missing: tuple[str, ...] = ()

    def listen(self, root: Root) -> Refusal | None:
        """Has ``root`` watched if it is there; why the system refuses to, if so."""
        self.ignore(root)
        root.place = place_of(root.path)
        if not root.place.usable:
            return None
        real = root.place.real
        try:
            below = folders_below(real) if root.tree else []
            root.watch = self._observing().listen(real, partial(self._hear, real), tree=root.tree)
        except (FileNotFoundError, NotADirectoryError):
            root.place = Place(real)
            return None
        except OSError as error:
            return refusal(error)
        if any(Path(folder).is_dir() for folder in {*below} - self.folders(root)):
            self.ignore(root)  # watchdog does not say so when the watches run out below the root
            return out_of_watches()
        return None

    def ignore(self, root: Root) -> None:
        """Has ``root`` watched no longer."""
        if root.watch is not None and self._observation is not None:
            self._observation.ignore(root.watch)
        root.watch = None

    def folders(self, root: Root) -> frozenset[str]:
        """The folders of ``root`` that are watched."""
        if root.watch is None or self._observation is None:
            return frozenset()
        watched = self._observation.folders(root.watch)
        return frozenset(folders_below(root.place.real)) if watched is None else watched

    def ailment(self, root: Root, *, thorough: bool) -> str | None:
        """What is wrong with watching ``root``, to be read after its path; ``thorough``: folders are counted."""
        if what := change(root.place, place_of(root.path)):
            return what
        if root.watch is None or self._observation is None:
            return None
        if not self._observation.hears(root.watch):
            return "was watched no longer"
        if thorough and root.tree:
            watched = self.folders(root)
            for folder in {*folders_below(root.place.real), *watched}:
                if Path(folder).is_dir() is not (folder in watched):
                    return "held folders that were not watched, or had moved"
        return None

    def anchor(self, roots: Iterable[Root]) -> None:
        """Listens where a root that is missing will appear; then the root itself is told."""
        missing = [root.place for root in roots if root.place.identity is None and root.refused is None]
        self._missing = tuple(place.real for place in missing)
        wanted = {anchor_of(place) for place in missing}
        for folder, (watch, place) in list(self._anchors.items()):
            if folder not in wanted or place_of(folder) != place or not self._hears(watch):
                del self._anchors[folder]
                if self._observation is not None:
                    self._observation.ignore(watch)
        for folder in wanted - self._anchors.keys():
            place = place_of(folder)
            with suppress(OSError):  # the next look finds what appears here, only later
                self._anchors[folder] = (self._observing().listen_apart(folder, self._appear), place)

    def fault(self, now: float) -> str | None:
        """Why nothing is heard any more, if so."""
        if self._observation is None:
            return None
        return self._observation.fault() or ("no event arrives" if self.canary.silent(now) else None)

    def sing(self, now: float) -> None:
        """Tests that events arrive; ``fault`` tells the result later."""
        if self._observation is not None:
            self.canary.sing(now, self._observation)

    def close(self) -> bool:
        """Ends everything, to be begun anew by the next ``listen``; False when a thread hangs."""
        observation, self._observation = self._observation, None
        self._anchors.clear()
        self.canary.forget()
        return observation is None or observation.close()

    def _observing(self) -> Observation:
        if self._observation is None:
            self._observation = Observation()
            self.canary.settle(self._observation)
        return self._observation

    def _hears(self, watch: ObservedWatch) -> bool:
        return self._observation is not None and self._observation.hears(watch)

    # --- in the observer's thread ---

    def _hear(self, real: str, path: str) -> None:
        # A folder that was moved away goes on reporting under the path it had.
        if path == real or Path(path).parent.is_dir():
            self._heard(Path(path))

    def _appear(self, path: str) -> None:
        for real in self._missing:
            if Path(real).is_relative_to(path):
                self._heard(Path(real))
