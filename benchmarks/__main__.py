"""``python -m benchmarks``: the figures that memsyncd promises, measured as whole processes on made-up logs.

Speed is shown as a ratio to one plain ``json.loads`` pass over the same bytes in the same run, because
machines differ and drift. Each figure is the median of several runs. Nothing here asserts: the bars stand beside
the figures.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from benchmarks import database
from benchmarks.generate import generate
from benchmarks.writing import merge_milliseconds, write_milliseconds
from memsyncd.core.formats.openclaw_names import classify

RUNS = 3
FIRST = date(2025, 1, 1)
MEGABYTES_A_DAY = 30 / 90


class Place:
    """One set of made-up logs with a memory folder and a state folder, below a scratch folder."""

    def __init__(self, root: Path, days: int) -> None:
        self.days = days
        self.root = root / f"{days}-days"
        self.sessions = generate(self.root / "state", days, days * MEGABYTES_A_DAY, 1, FIRST).sessions_dir
        self.memory = self.root / "memory"
        self.kept = self.root / "memsyncd"
        self.forget()

    def forget(self) -> None:
        """Back to the state before the first run."""
        for folder in (self.memory, self.kept):
            shutil.rmtree(folder, ignore_errors=True)
        self.memory.mkdir()

    def logs(self) -> list[Path]:
        """The logs that are read."""
        return [path for path in self.sessions.iterdir() if classify(path.name)]

    def catch_up(self) -> tuple[float, float]:
        """Seconds and peak megabytes of one ``memsyncd catch-up`` as a whole process."""
        folders = ["--sessions-dir", str(self.sessions), "--memory-dir", str(self.memory)]
        return measured([sys.executable, "-m", "memsyncd", "catch-up", "--quiet", *folders], self.kept)


def measured(command: list[str], state: Path) -> tuple[float, float]:
    """Wall seconds and peak resident megabytes of a process that must succeed."""
    environment = {**os.environ, "MEMSYNCD_STATE_DIR": str(state), "HOME": str(state.parent)}
    # Its process takes longer to start than all the rest; make bench-redact measures it.
    config = state.parent / "bench.toml"
    config.write_text("redaction.second_detector = 'off'\n")
    environment["MEMSYNCD_CONFIG"] = str(config)
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} exited {process.returncode}")
    return seconds, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


def median(measure: Callable[[], float]) -> float:
    """The median of several runs."""
    return statistics.median(measure() for _ in range(RUNS))


def parse_pass(place: Place) -> float:
    """Seconds of one ``json.loads`` over every line of every log."""
    began = time.perf_counter()
    for path in place.logs():
        with path.open("rb") as file:
            for line in file:
                json.loads(line)
    return time.perf_counter() - began


def cold(place: Place) -> tuple[float, float]:
    """A first run: median seconds, greatest megabytes."""
    figures = []
    for _ in range(RUNS):
        place.forget()
        figures.append(place.catch_up())
    return statistics.median(seconds for seconds, _ in figures), max(megabytes for _, megabytes in figures)


def one_line_more(place: Place) -> float:
    """A run after one message was appended to the newest log."""
    newest = max(place.logs(), key=lambda path: path.stat().st_mtime_ns)
    at = round(time.time() * 1000)
    message = {"role": "user", "content": f"one more line at {at}", "timestamp": at}
    with newest.open("a") as file:
        file.write(json.dumps({"type": "message", "id": f"{at:x}", "message": message}) + "\n")
    return place.catch_up()[0]


def one_big_log(root: Path, megabytes: int) -> Place:
    """A single session of that size."""
    place = Place.__new__(Place)
    place.days, place.root = 1, root / "big"
    place.sessions, place.memory, place.kept = (place.root / name for name in ("sessions", "memory", "memsyncd"))
    place.sessions.mkdir(parents=True)
    place.forget()
    at, number = 1_768_478_400_000, 0
    with (place.sessions / "5e551011-0000-4000-8000-000000000001.jsonl").open("w") as file:
        while file.tell() < megabytes << 20:
            number += 1
            content = [{"type": "text", "text": f"line {number} " + "of tool output\n" * 200}]
            message = {"role": "toolResult", "toolCallId": f"c{number}", "toolName": "exec", "content": content}
            entry = {"type": "message", "id": f"{number:08x}", "message": {**message, "timestamp": at + number}}
            file.write(json.dumps(entry) + "\n")
            if number % 20 == 0:
                said = {"role": "user", "content": f"and now number {number}?", "timestamp": at + number}
                file.write(json.dumps({"type": "message", "id": f"u{number}", "message": said}) + "\n")
    return place


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="memsyncd-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def show(what: str, figure: str, bar: str) -> None:
    print(f"{what:<58} {figure:>22}   {bar}", flush=True)


def main() -> None:
    with scratch() as root:
        quarter = Place(root, 90)
        size = sum(path.stat().st_size for path in quarter.logs()) / 1e6
        parse = median(lambda: parse_pass(quarter))
        seconds, megabytes = cold(quarter)
        show(f"json.loads over 90 days, {size:.1f} MB", f"{parse:.3f} s", "the measure")
        show(
            "cold catch-up, 90 days", f"{seconds:.2f} s", f"<= 15 x json.loads + 0.5 s = {15 * parse + 0.5:.2f} s"
        )
        show("  as a multiple of json.loads, less 0.5 s", f"{(seconds - 0.5) / parse:.1f} x", "<= 15 x")
        show("  peak memory", f"{megabytes:.0f} MB", "<= 120 MB")
        show("no-change run, 90 days", f"{median(lambda: quarter.catch_up()[0]):.2f} s", "<= 0.4 s")
        show("one appended line, 90 days", f"{median(lambda: one_line_more(quarter)):.2f} s", "<= 0.5 s")
        merging, size_of_file = merge_milliseconds()
        show(f"merge into an edited file of {size_of_file / 1000:.1f} kB", f"{merging:.2f} ms", "<= 3 ms")
        show("safe write of 16 kB, apart from fsync", f"{write_milliseconds(root):.2f} ms", "<= 5 ms")
        for what, figure, bar in database.figures(root):
            show(what, figure, bar)
        year = Place(root, 365)
        year_seconds, year_megabytes = cold(year)
        show(
            "cold catch-up, 365 days", f"{year_seconds:.2f} s", f"{year_seconds / seconds:.2f} x 90 days, <= 4.5 x"
        )
        show("  peak memory", f"{year_megabytes:.0f} MB", "<= 120 MB, flat")
        show("no-change run, 365 days", f"{median(lambda: year.catch_up()[0]):.2f} s", "")
        big = one_big_log(root, 300)
        big_seconds, big_megabytes = big.catch_up()
        show("cold catch-up, one log of 300 MB", f"{big_seconds:.2f} s", "")
        show("  peak memory", f"{big_megabytes:.0f} MB", "<= 120 MB, flat")


if __name__ == "__main__":
    main()
