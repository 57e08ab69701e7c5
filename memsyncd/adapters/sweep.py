"""Looks at folders by name and stat only, and says what changed since: the truth that events hint at."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import NamedTuple

from msgspec import Struct


class Stamp(NamedTuple):
    """What tells one state of a file from another without opening it."""

    inode: int
    size: int
    mtime_ns: int


Look = dict[str, Stamp]
"""Name → stamp of every file of a folder."""


def look(folder: Path, depth: int = 0) -> Look | None:
    """The files of a folder; None when it cannot be listed. A file that vanishes meanwhile is left out.

    ``depth``: so many levels of folders below it too; names have ``/`` between their parts then.
    """
    try:
        return dict(_files(folder, depth))
    except OSError:
        return None


def changed(before: Look, after: Look) -> set[str]:
    """The names that came, went or changed."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


class News(Struct, frozen=True):
    """What changed in a folder between two looks."""

    changed: Mapping[str, int]  # name of what came or changed → when it was last changed, in nanoseconds
    gone: frozenset[int] = frozenset()  # one number for each name that went

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)

    def besides(self, names: Collection[str]) -> News:
        """The same without these names."""
        changed = {name: at for name, at in self.changed.items() if name not in names}
        return News(changed, self.gone.difference(map(hash, names)))

    def before(self, instant: int) -> int:
        """How many of them are gone, or were last changed before an instant in nanoseconds."""
        return len(self.gone) + sum(at < instant for at in self.changed.values())


class Memory:
    """What a folder looked like when it was last looked at, for whoever keeps that for good.

    It holds two numbers for each file, hashes of its name and of its stamp, in 16 bytes: a :data:`Look` takes 300.
    No change of one part of a stamp goes unseen, and of several at once one in 2⁶⁰ may. ``prefix`` stands before
    all names; files whose names ``keep`` does not want are not looked at.
    """

    def __init__(
        self, folder: Path, depth: int = 0, prefix: str = "", keep: Callable[[str], bool] = lambda _name: True
    ) -> None:
        self._folder = folder
        self._depth = depth
        self._prefix = prefix
        self._keep = keep
        self._known = False  # whether it could be listed when it was last looked at
        self._names = array("q")  # in order
        self._stamps = array("q")  # in the order of the names

    def look(self) -> News | None:
        """Looks at every file. None: anything may be new, because the folder came or went, or is new to us."""
        known = self._known
        try:
            if known:
                return self._compare()
            self._begin()
        except OSError:
            self._known = False
            return None if known else News({})
        return None

    def note(self, names: Iterable[str]) -> None:
        """Looks at these files only; their changes so far are no news any more."""
        for name in filter(self._is_here, names) if self._known else ():
            # Joined by pathlib, the name would enter the interpreter's table of strings, which does not shrink.
            if stamp := _stamp(Path(f"{self._folder}{os.sep}{name.removeprefix(self._prefix)}")):
                self._put(name, stamp)
            elif (at := self._find(hash(name))) is not None:
                del self._names[at], self._stamps[at]

    def _is_here(self, name: str) -> bool:
        below = name.startswith(self._prefix) and name.count("/", len(self._prefix)) <= self._depth
        return below and self._keep(name)

    def _files(self) -> Iterator[tuple[str, Stamp]]:
        named = ((self._prefix + name, stamp) for name, stamp in _files(self._folder, self._depth))
        return (file for file in named if self._keep(file[0]))

    def _begin(self) -> None:
        files = sorted((hash(name), hash(stamp)) for name, stamp in self._files())
        self._names = array("q", (name for name, _ in files))
        self._stamps = array("q", (stamp for _, stamp in files))
        self._known = True

    def _compare(self) -> News:
        changed, count = {}, 0
        for name, stamp in self._files():
            count += 1
            if self._put(name, stamp):
                changed[name] = stamp.mtime_ns
        return News(changed, self._gone() if count != len(self._names) else frozenset())

    def _gone(self) -> frozenset[int]:
        there = {hash(name) for name, _ in self._files()}
        gone = frozenset(name for name in self._names if name not in there)
        for name in gone:
            at = bisect_left(self._names, name)
            del self._names[at], self._stamps[at]
        return gone

    def _put(self, name: str, stamp: Stamp) -> bool:
        """Keeps the stamp of a file; False when it is the one that is known."""
        key, new = hash(name), hash(stamp)
        at = bisect_left(self._names, key)
        if at == len(self._names) or self._names[at] != key:
            self._names.insert(at, key)
            self._stamps.insert(at, new)
        elif self._stamps[at] == new:
            return False
        self._stamps[at] = new
        return True

    def _find(self, key: int) -> int | None:
        at = bisect_left(self._names, key)
        return at if at < len(self._names) and self._names[at] == key else None


def _files(folder: Path | str, depth: int) -> Iterator[tuple[str, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if depth and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):  # gone meanwhile, or closed to us
                    yield from [(f"{entry.name}/{name}", stamp) for name, stamp in _files(entry.path, depth - 1)]
            elif stamp := _stamp(entry):
                yield entry.name, stamp


def _stamp(file: os.DirEntry[str] | Path) -> Stamp | None:
    """None for a folder, and for what is not there any more."""
    try:
        seen = file.stat(follow_symlinks=True)
    except OSError:
        return None
    return None if S_ISDIR(seen.st_mode) else Stamp(seen.st_ino, seen.st_size, seen.st_mtime_ns)
