"""The merge of a 16 kB memory file and its safe write, timed in this process; the disk itself is left out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from memsyncd.adapters.files import Ops, read_or_none, swap_in
from memsyncd.core.merge import merge

ROUNDS = 200
LINES = 190


class NoDisk(Ops):
    """Everything but waiting for the disk."""

    def fsync(self, fd: int) -> None:
        pass

    def fsync_folder(self, folder: Path) -> None:
        pass


def block(version: int) -> str:
    """A generated block of about 15 kB; two versions differ in every fifth line."""
    lines = [
        f"  - {n // 60:02}:{n % 60:02} what was asked in exchange {n}, and what came of it in version "
        f"{version if n % 5 == 0 else 0} of it"
        for n in range(LINES)
    ]
    half = LINES // 2
    first, second = "\n".join(lines[:half]), "\n".join(lines[half:])
    head = f"*Auto-generated from {LINES + version} session messages*"
    return f"{head}\n\n## Session Flow\n{first}\n## Technical Details\n{second}\n"


def merge_milliseconds() -> tuple[float, int]:
    """Median milliseconds of merging a new block into an edited file, and the file's size in bytes."""
    old = merge(None, block(1), base=None, heading="# 2026-01-15 (Thursday)").data.decode()
    lines = old.splitlines(keepends=True)
    for n in range(20, len(lines), 20):
        lines[n] = lines[n].rstrip("\n") + " (so I remember it)\n"
    edited = "".join(lines).encode()
    return _median(lambda: merge(edited, block(2), base=block(1), heading="")), len(edited)


def write_milliseconds(folder: Path) -> float:
    """Median milliseconds of exchanging a 16 kB file, apart from fsync."""
    path = folder / "2026-01-15.md"
    path.write_bytes(b"x" * 16_000)
    ops = NoDisk()

    def write() -> None:
        seen = read_or_none(path)
        swap_in(path, b"y" * 16_000, seen, ops=ops)

    return _median(write)


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
