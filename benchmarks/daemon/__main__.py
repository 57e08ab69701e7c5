"""``python -m benchmarks.daemon``: how fast the daemon writes, and what it costs while it has nothing to do.

It is the real ``memsyncd run``, on made-up logs in a home folder of its own, seen from outside. Nothing asserts
unless ``--check`` is given: the bars stand beside the figures. Linux only: the figures come from ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.daemon import measure
from benchmarks.daemon.place import Place
from benchmarks.daemon.process import Process
from benchmarks.redaction.table import Figure, Table, at_least, at_most

QUIET = 0.3  # seconds; the default of 20 would only make it wait
CEILING = 10.0  # seconds, for the burst
LATE = 0.060  # seconds
MEGABYTES, CORE, WAKEUPS = at_most(52, "MB"), at_most(0.05, "%"), at_most(0.5, "/s")
GROWTH = at_most(2, "MB")
HEAVY = ("kingfisher", "anthropic", "pydantic_core", "jiter")  # the last two come with anthropic
OFF = {"redaction": {"second_detector": "off"}}
SESSIONS_A_DAY = 10


def main() -> None:
    if sys.platform != "linux":
        raise SystemExit("this benchmark reads /proc, which only Linux has")
    options = _options()
    table = Table(silent=options.json)
    with tempfile.TemporaryDirectory(prefix="memsyncd-bench-") as folder:
        _many_files(options, table, Path(folder, "many"))
        _burst(options, table, Path(folder, "burst"))
        _second_detector(options, table, Path(folder, "second"))
    if options.json:
        figures = [{**msgspec.structs.asdict(one), "missed": one.missed} for one in table.figures]
        print(json.dumps(figures, default=str, indent=1))
    if options.check and any(figure.missed for figure in table.figures):
        sys.exit(1)


def _many_files(options: argparse.Namespace, table: Table, root: Path) -> None:
    """Delay, idle cost and memory, with many files of many days."""
    place = Place(root, days=options.days, sessions=SESSIONS_A_DAY, seed=options.seed)
    files = len(place.talks)
    watch = {"quiet_seconds": QUIET, "ceiling_seconds": 300.0}
    with place.daemon({**OFF, "watch": watch}) as process:
        table.add(Figure(f"start with {files} files, {options.days} days", process.ready(), "s"))
        time.sleep(2)
        before = _idle(options, table, process, "idle after the start")
        late = sorted(measure.delays(place, options.delays))
        p99 = late[math.ceil(0.99 * len(late)) - 1]
        bar = at_most(round(QUIET + LATE, 3), "s")
        note = f"median {late[len(late) // 2]:.3f} s, most {late[-1]:.3f} s, quiet time {QUIET} s"
        table.add(Figure(f"append to file on disk, p99 of {len(late)}", p99, "s", bar, note))
        days = measure.everywhere(place, process, options.appends, a_second=500)
        table.add(Figure(f"days published by {options.appends} appends", days, "", at_least(options.days, "")))
        time.sleep(2)
        after = _idle(options, table, process, "idle after that")
        table.add(Figure("  memory grown by", after.megabytes - before.megabytes, "MB", GROWTH))


def _idle(options: argparse.Namespace, table: Table, process: Process, what: str) -> measure.Idle:
    cost = measure.idle(process, options.idle)
    table.add(Figure(f"{what}: of a core", cost.core, "%", CORE, f"over {options.idle:g} s"))
    table.add(Figure("  wake-ups", cost.wakeups, "/s", WAKEUPS))
    note = f"{process.threads()} threads, {process.descriptors()} descriptors"
    table.add(Figure("  resident memory", cost.megabytes, "MB", MEGABYTES, note))
    return cost


def _burst(options: argparse.Namespace, table: Table, root: Path) -> None:
    place = Place(root, days=3, sessions=4, seed=options.seed)
    watch = {"quiet_seconds": 2.0, "ceiling_seconds": CEILING}
    with place.daemon({**OFF, "watch": watch}) as process:
        process.ready()
        writes, took = measure.burst(place, process, options.appends, options.burst)
        bar = at_most(math.ceil(took / CEILING) + 1, "writes")
        what = f"{options.appends} appends over {took:.0f} s: a day's writes"
        table.add(Figure(what, writes, "writes", bar, f"one each {CEILING:g} s, and the last"))


def _second_detector(options: argparse.Namespace, table: Table, root: Path) -> None:
    """What only short-lived processes may load does not stay."""
    place = Place(root, days=5, sessions=2, seed=options.seed)
    watch = {"quiet_seconds": QUIET, "ceiling_seconds": 300.0}
    with place.daemon({"redaction": {"second_detector": "auto"}, "watch": watch}) as process:
        process.ready()
        measure.delays(place, 5)
        time.sleep(2)
        loaded = process.loaded(HEAVY)
        note = ", ".join(loaded)
        table.add(Figure("second detector on: it or anthropic loaded", len(loaded), "", at_most(0, ""), note))
        table.add(Figure("  processes that stay", len(process.children()), "", at_most(0, "")))
        table.add(Figure("  resident memory", process.megabytes(), "MB", MEGABYTES))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.daemon", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what all texts are drawn from")
    parser.add_argument("--days", type=int, default=1000, help=f"days of {SESSIONS_A_DAY} files each")
    parser.add_argument("--delays", type=int, default=200, help="appends whose delay is measured")
    parser.add_argument("--appends", type=int, default=10_000, help="appends to all days, and in the burst")
    parser.add_argument("--burst", type=float, default=60, metavar="SECONDS", help="how long the burst lasts")
    parser.add_argument("--idle", type=float, default=60, metavar="SECONDS", help="how long idling is watched")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
