"""``memsyncd catch-up`` is killed again and again; the run that is left alone ends where a clean one does."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from benchmarks.generate import generate

KILLS = 14
STEP = 0.06  # seconds later for each kill: from the imports to the writing of days


def start(sessions: Path, place: Path) -> subprocess.Popen[bytes]:
    (place / "memory").mkdir(parents=True, exist_ok=True)
    folders = ["--sessions-dir", str(sessions), "--memory-dir", str(place / "memory")]
    config = place / "config.toml"
    config.write_text("redaction.second_detector = 'off'\n")  # starting it takes longer than all the rest
    environment = {**os.environ, "MEMSYNCD_STATE_DIR": str(place / "state"), "HOME": str(place)}
    environment["MEMSYNCD_CONFIG"] = str(config)
    command = [sys.executable, "-m", "memsyncd", "catch-up", "--quiet", *folders]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])


def memory(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((place / "memory").iterdir())}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_runs_leave_nothing_that_the_next_one_does_not_put_right(tmp_path: Path) -> None:
    sessions = generate(tmp_path / "logs", 12, 5.0, 7, date(2026, 1, 1)).sessions_dir
    killed, clean = tmp_path / "killed", tmp_path / "clean"
    ended = []
    for number in range(1, KILLS + 1):
        process = start(sessions, killed)
        try:
            process.wait(timeout=number * STEP)
        except subprocess.TimeoutExpired:
            process.kill()
        ended.append(process.wait())
    assert any(code != 0 for code in ended)
    assert [start(sessions, place).wait() for place in (killed, clean)] == [0, 0]
    assert memory(killed) == memory(clean)
    assert len(memory(clean)) >= 11
