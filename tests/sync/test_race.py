"""Today's file is published in a loop, through merge, history and safe write, while other programs write to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.memory_dir import MemoryFolder, Naming
from memsyncd.errors import FileError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="leases and unbroken exchanges exist on Linux")

ROOT = Path(__file__).parents[2]
DAY = date(2026, 1, 15)
NAME = "2026-01-15.md"


@pytest.fixture
def folder(tmp_path: Path) -> MemoryFolder:
    path = tmp_path / "memory"
    path.mkdir()
    (path / NAME).write_text("# Mine\n\nfirst\n")
    return MemoryFolder(path, tmp_path / "bases", Naming())


def block(number: int) -> str:
    topics = "".join(f"- topic {number * 7 + n}\n" for n in range(5))
    return f"*Auto-generated from {number} session messages*\n\n## Topics Covered\n{topics}"


def writer(folder: MemoryFolder, role: str, count: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.adapters.republish", role, str(folder.path / NAME), str(count)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ})


def publish_while(folder: MemoryFolder, writers: list[subprocess.Popen[bytes]]) -> int:
    """Publishes as fast as it can until all writers have ended; returns how often it wrote while they did."""
    meanwhile = 0
    for number in numbers():
        ended = all(process.poll() is not None for process in writers)
        try:
            put = folder.put(DAY, NAME, block(number))
        except FileError:
            continue  # somebody had the file open, or was faster eight times: the next round tries again
        if ended:
            return meanwhile
        meanwhile += put.action == "replace"
    raise AssertionError("numbers never end")


def numbers() -> Iterator[int]:
    number = 0
    while True:
        yield (number := number + 1)


@pytest.mark.parametrize(("appended", "renamed"), [(5_000, 0), (5_000, 400)])
def test_every_line_of_every_writer_survives(folder: MemoryFolder, appended: int, renamed: int) -> None:
    writers = [writer(folder, "append", appended), *([writer(folder, "rename", renamed)] if renamed else [])]
    meanwhile = publish_while(folder, writers)
    assert meanwhile > 0
    assert [process.returncode for process in writers] == [0] * len(writers)
    folder.recover()
    lines = (folder.path / NAME).read_text().splitlines()
    assert [line for line in lines if line.startswith("appended")] == [f"appended {n}" for n in range(appended)]
    assert {line for line in lines if line.startswith("renamed")} == {f"renamed {n}" for n in range(renamed)}
    assert lines[:3] == ["# Mine", "", "first"]
    assert sum(line.startswith("<!-- memsyncd:") for line in lines) == 2
    assert [path.name for path in folder.path.iterdir() if path.name.startswith(".")] == []
