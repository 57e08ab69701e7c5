"""The parts of the race test, each a process of its own: python -m tests.adapters.republish ROLE DAY ARGUMENT.

``publish`` rewrites the first line of a file until it is told to end, ``append`` and ``rename`` add lines as people's
programs do. Every line must survive.
"""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memsyncd.adapters.files import Leftover, Ops, discard, leftovers, read_or_none, swap_in

OURS = b"generated "


class Quick(Ops):
    """Leaves out the disk, so that the two exchanges and the writers meet more often."""

    def fsync(self, fd: int) -> None:
        pass

    def fsync_folder(self, folder: Path) -> None:
        pass


QUICK = Quick()


def merge(theirs: bytes, number: int, *more: Leftover) -> bytes:
    """Our line, then everybody else's, those that only a leftover holds at the end."""
    lines = [line for line in theirs.splitlines(keepends=True) if not line.startswith(OURS)]
    for leftover in more:
        if not leftover.ours and not leftover.merged:
            known = set(lines)
            lines += [line for line in leftover.data.splitlines(keepends=True) if line not in known]
    return b"%s%d\n" % (OURS, number) + b"".join(line for line in lines if not line.startswith(OURS))


def publish_once(day: Path, number: int, *, tidy: bool = False) -> bool:
    """One try that merges all leftovers; whether it was written, and then, with ``tidy``, the leftovers are gone.

    While somebody renames, they must stay: his next version can be one that he read before the merge.
    """
    seen = read_or_none(day)
    left = leftovers(day.parent)
    written = swap_in(day, merge(seen.data if seen else b"", number, *left), seen, ops=QUICK).written
    if written and tidy:
        for leftover in left:
            discard(leftover)
    return written


def publish(day: Path, _argument: str) -> None:
    """Publishes until standard input ends; says so after the first time, and last how many tries were written."""
    os.set_blocking(0, False)
    tries = [0, 0]
    while not publish_once(day, 0):
        pass
    sys.stdout.write("started\n")
    sys.stdout.flush()
    while _is_open(0):
        tries[publish_once(day, sum(tries))] += 1
    sys.stdout.write(f"{tries[0]} {tries[1]}")


def _is_open(fd: int) -> bool:
    try:
        return os.read(fd, 1) != b""
    except BlockingIOError:
        return True


@contextmanager
def turn(day: Path) -> Iterator[None]:
    """The two writers take turns, or they would lose each other's lines without our help."""
    with day.with_name("turn").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def append(day: Path, count: str) -> None:
    """Adds lines with O_APPEND, opening the file for each."""
    for number in range(int(count)):
        with turn(day):
            append_line(day, b"appended %d\n" % number)


def rename(day: Path, count: str) -> None:
    """Adds lines by reading the file, writing another one and renaming it."""
    other = day.with_name("editor.tmp")
    for number in range(int(count)):
        with turn(day):
            other.write_bytes(day.read_bytes() + b"renamed %d\n" % number)
            other.replace(day)


def kill(day: Path, count: str) -> None:
    """Kills a publishing child at so many instants, and lets a person add a line before and after each kill."""
    for number in range(int(count)):
        child = os.fork()
        if not child:
            while True:
                publish_once(day, number, tidy=True)
        append_line(day, b"before %d\n" % number)
        time.sleep(0.0003 + (number * 7919 % 1000) / 500_000)
        append_line(day, b"during %d\n" % number)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        append_line(day, b"after %d\n" % number)


def append_line(day: Path, line: bytes) -> None:
    """What ``echo line >> day`` does."""
    with day.open("ab") as file:
        file.write(line)


if __name__ == "__main__":
    {"publish": publish, "append": append, "rename": rename, "kill": kill}[sys.argv[1]](
        Path(sys.argv[2]), sys.argv[3]
    )
