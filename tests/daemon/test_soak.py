"""The daemon under everything that can happen to it leaves what a fresh catch-up makes; a short soak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.soak.plan import LOG_STEPS, TROUBLES, plan

# Quick while somebody works on the code, thorough where a checkout is judged.
SECONDS = 60 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 24


def test_the_same_seed_does_the_same() -> None:
    assert plan(7, 60) == plan(7, 60)
    assert plan(7, 60) != plan(8, 60)


def test_even_a_short_soak_has_every_trouble_and_ends_each() -> None:
    steps = plan(1, 24)
    assert {step.what for step in steps} >= {*LOG_STEPS, *TROUBLES}
    for trouble in TROUBLES:
        assert [step.end for step in steps if step.what == trouble] == [False, True]


def test_troubles_follow_each_other() -> None:
    ends = [step.end for step in plan(1, 120) if step.what in TROUBLES]
    assert ends == [False, True] * (len(ends) // 2)


@pytest.mark.skipif(sys.platform != "linux", reason="the soak reads /proc")
@pytest.mark.timeout(SECONDS + 240)
def test_nothing_is_lost_whatever_happens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", str(SECONDS / 60), "--seed", "1", "--json"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == {}
    assert [figure["what"] for figure in told["figures"] if figure["missed"]] == []
    assert done.returncode == 0
