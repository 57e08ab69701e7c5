"""System operations that fail, or let somebody else act, at a chosen call; otherwise the real ones."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from memsyncd.adapters.fileops import Ops

OPERATIONS = frozenset(name for name in vars(Ops) if not name.startswith("_") and callable(getattr(Ops, name)))


class Scripted(Ops):
    """Runs ``before(name, nth)`` ahead of each operation; nth counts the calls of all operations from 1.

    ``calls`` holds the names in order. A pause takes no time.
    """

    def __init__(self, before: Callable[[str, int], None] = lambda _name, _nth: None) -> None:
        self.before = before
        self.calls: list[str] = []

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in OPERATIONS:
            return found

        def operation(*args, **kwargs):
            self.calls.append(name)
            self.before(name, len(self.calls))
            return found(*args, **kwargs)

        return operation

    def pause(self, seconds: float) -> None:
        pass


class Unleased(Scripted):
    """A system that cannot tell who has a file open, as macOS."""

    def lease(self, fd: int, *, sole: bool = False) -> int | None:
        return None


def unknown(*names: str, kind: type[Scripted] = Scripted) -> Scripted:
    """Operations of which some are not known to the file system."""

    def before(name: str, _nth: int) -> None:
        if name in names:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    return kind(before)


def once(name: str, act: Callable[[], None], *, kind: type[Scripted] = Scripted, call: int = 1) -> Scripted:
    """Operations that let somebody act just before the first (or ``call``-th) call of one of them."""

    def before(called: str, nth: int) -> None:
        if called == name and ops.calls.count(name) == call and ops.calls[nth - 1] == name:
            act()

    ops = kind(before)
    return ops


def append(path: Path, text: bytes) -> None:
    """What ``echo text >> path`` does."""
    with path.open("ab") as file:
        file.write(text)


def rename_over(path: Path, text: bytes) -> None:
    """What an editor does that saves through a second file."""
    other = path.with_name("editor.tmp")
    other.write_bytes(text)
    other.replace(path)


def ask_to_write(path: Path) -> None:
    """Somebody opens the file for writing and, finding it leased, comes back later."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except BlockingIOError:
        return
    raise AssertionError("the file was not leased")
