"""A process in the place of the detector's: the real loop around a scan that misbehaves in the way that is asked for.

    python fake_worker.py WAY CACHE SECONDS START_SECONDS

It writes its process id into the file CACHE. ``needle`` is the secret that it finds.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from memsyncd.adapters.detector_worker import Answer, Found, main, read_frame, write_frame

LONG = 600  # seconds; nobody waits for it


def find(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    return tuple(
        tuple(Found("betterleaks.needle-key", *found.span()) for found in re.finditer(b"needle", piece))
        for piece in pieces
    )


def noisy(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    sys.stdout.write("noise" * 50_000)
    sys.stdout.flush()
    os.write(1, b"noise" * 50_000)
    os.write(2, b"noise" * 50_000)
    return find(pieces)


def quoting(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    raise ValueError(pieces)


def quoting_crash(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    os.write(2, pieces[0])
    os.abort()


def sleepy(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    time.sleep(LONG)
    return find(pieces)


def late(_pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    raise TimeoutError


def greedy(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    return find([bytes(4 << 30), *pieces])


def lazy(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    return find(pieces[1:])


def lost(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    return tuple((Found("betterleaks.needle-key", 5, 1_000_000),) for _ in pieces)


def interrupting(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    os.kill(os.getppid(), signal.SIGUSR1)
    return sleepy(pieces)


def signalled(pieces: Sequence[bytes]) -> tuple[tuple[Found, ...], ...]:
    for name in (signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), name)
    return find(pieces)


SCANS: dict[str, Callable[[Sequence[bytes]], tuple[tuple[Found, ...], ...]]] = {
    scan.__name__: scan
    for scan in (
        find, noisy, quoting, quoting_crash, sleepy, late, greedy, lazy, lost, interrupting, signalled,
    )
}  # fmt: skip


def load(way: str) -> Callable[[Sequence[bytes]], tuple[tuple[Found, ...], ...]]:
    if way == "broken":
        sys.stderr.write("the rules are being read\n")
        raise RuntimeError("the rules are broken")
    if way == "sleepy_start":
        time.sleep(LONG)
    return SCANS[way]


def run(way: str, arguments: Sequence[str]) -> None:
    Path(arguments[0]).write_text(str(os.getpid()), "utf-8")
    if way == "deaf":  # a process without limits of its own, which reads nothing
        write_frame(sys.stdout.buffer, msgspec.msgpack.encode(Answer()))
        time.sleep(LONG)
    elif way == "mute":
        time.sleep(LONG)
    elif way == "garbage":
        os.write(1, b"Welcome to the machine!\n")
        time.sleep(LONG)
    elif way == "nonsense":
        write_frame(sys.stdout.buffer, msgspec.msgpack.encode(["no", "answer"]))
        read_frame(sys.stdin.buffer)
    else:
        main(arguments, lambda _cache, _seconds: load(way))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
