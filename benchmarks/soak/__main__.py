"""``python -m benchmarks.soak --minutes 20 --seed 1``: the daemon under everything that can happen to it.

Logs grow, move and vanish, people write into the memory files, the daemon is killed, stopped and told to reload,
the disk fills up or is read-only, and the clock is set; then its files are compared with those of a fresh
catch-up. The seed decides what is done, not when the daemon does what. What cannot be done on this machine is left
out, and said. Exit code 1: something was wrong. Linux only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from benchmarks.redaction.table import Table
from benchmarks.soak.disk import enter_own_mounts
from benchmarks.soak.findings import add_findings
from benchmarks.soak.place import Place
from benchmarks.soak.run import Soak


def main() -> None:
    if sys.platform != "linux":
        raise SystemExit("the soak reads /proc, which only Linux has")
    options = _options()
    enter_own_mounts("benchmarks.soak")
    root = Path(tempfile.mkdtemp(prefix="memsyncd-soak-"))
    place = Place(root, options.seed)
    try:
        soak = Soak(place, options.seed, options.minutes * 60)
        soak.run()
        missed = _tell(options, soak)
        if options.keep:
            shutil.copytree(root, options.keep, dirs_exist_ok=True)
    finally:
        place.disk.close()
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if missed else 0)


def _tell(options: argparse.Namespace, soak: Soak) -> bool:
    """Prints what was done and found; whether something was wrong."""
    table = Table(silent=options.json)
    faults = add_findings(soak, table)
    done = {
        **dict(sorted(soak.done.items())),
        "lives of the daemon": soak.lives.started,
        "days written": soak.lives.events["day.published"],
        "pauses": soak.lives.events["publish.paused"],
        "days that failed": soak.lives.events["day.failed"],
    }
    if options.json:
        figures = [{**msgspec.structs.asdict(one), "missed": one.missed} for one in table.figures]
        told = {
            "seed": options.seed,
            "done": done,
            "left_out": soak.left_out,
            "figures": figures,
            "faults": faults,
        }
        print(json.dumps(told, default=str, indent=1))
    else:
        print(f"\nseed {options.seed}:", ", ".join(f"{what} {number}" for what, number in done.items()))
        for what, why in soak.left_out.items():
            print(f"left out: {what}: {why}")
    return any(figure.missed for figure in table.figures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long something happens")
    parser.add_argument("--seed", type=int, default=1, help="what is done is drawn from it")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="copy all logs, files and the daemon's log there")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    main()
