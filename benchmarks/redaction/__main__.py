"""``python -m benchmarks.redaction``: what redaction finds, what it finds wrongly, and how fast it is.

All texts are made or gathered when it runs, from a seed. Nothing asserts unless ``--check`` is given: the bars
stand beside the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import msgspec

from benchmarks.redaction.detectors import inline, with_second
from benchmarks.redaction.run import Run
from benchmarks.redaction.table import Table


def main() -> None:
    options = _options()
    table = Table(silent=options.json)
    with tempfile.TemporaryDirectory(prefix="memsyncd-bench-") as folder:
        cache = Path(folder)
        with with_second(cache) if options.second else nullcontext(inline) as detect:
            _measure(options, Run(table, detect, seed=options.seed, kinds_shown=options.misses), cache)
    if options.json:
        figures = [{**msgspec.structs.asdict(one), "missed": one.missed} for one in table.figures]
        print(json.dumps(figures, default=str, indent=1))
    if options.check and any(figure.missed for figure in table.figures):
        sys.exit(1)


def _measure(options: argparse.Namespace, run: Run, cache: Path) -> None:
    """What the options ask for; without a file of somebody else everything there is."""
    for path in options.corpus:
        run.corpus(path)
    for path in options.gitleaks:
        run.users_rules(path)
    if not options.corpus and not options.gitleaks:
        run.secrets()
        run.kingfisher(cache, both=options.second)
        run.innocents()
        run.costs()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.redaction", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what all texts are drawn from")
    parser.add_argument("--second", action="store_true", help="together with the second detector")
    parser.add_argument(
        "--corpus",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="measure JSON lines of {text, expect, secrets, rule} instead",
    )
    parser.add_argument(
        "--gitleaks",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="measure a rule file in gitleaks' format instead",
    )
    parser.add_argument("--misses", type=int, default=3, metavar="N", help="kinds of misses shown for each figure")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
