"""Real processes write as fast as they can while memsyncd republishes, and it is killed at any instant."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memsyncd.adapters.files import leftovers
from tests.adapters.republish import OURS, publish_once

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="leases and unbroken exchanges exist on Linux")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def day(tmp_path):
    folder = tmp_path / "memory"
    folder.mkdir()
    path = folder / "2026-01-15.md"
    path.write_bytes(b"first\n")
    return path


def start(role: str, day: Path, argument: str = "") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.adapters.republish", role, str(day), argument]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ})


def lines(day: Path) -> list[str]:
    """Everybody's lines but ours, after a last round."""
    while not publish_once(day, 0, tidy=True) or leftovers(day.parent):
        pass
    return [line for line in day.read_text().splitlines() if not line.startswith(OURS.decode())]


def race(day: Path, **writers: int) -> None:
    with start("publish", day) as publisher:
        assert publisher.stdout is not None
        # Its interpreter takes longer to start than the writers need for their lines.
        assert publisher.stdout.readline() == b"started\n"
        working = [start(role, day, str(count)) for role, count in writers.items()]
        for process in working:
            process.communicate()
        told, _ = publisher.communicate()
        assert [process.returncode for process in (publisher, *working)] == [0] * (1 + len(working))
        assert int(told.split()[1]) > 0  # written in between


def test_every_appended_line_survives_in_order(day):
    race(day, append=5_000)
    assert lines(day) == ["first", *(f"appended {number}" for number in range(5_000))]


def test_every_line_survives_beside_a_program_that_renames(day):
    race(day, append=1_500, rename=500)
    found = lines(day)
    assert len(found) == 2_001
    assert set(found) == {
        "first",
        *(f"appended {number}" for number in range(1_500)),
        *(f"renamed {number}" for number in range(500)),
    }


def test_every_line_survives_200_kills(day):
    with start("kill", day, "200") as killer:
        killer.communicate()
        assert killer.returncode == 0
    found = lines(day)
    assert set(found) == {"first", *(f"{when} {n}" for n in range(200) for when in ("before", "during", "after"))}
    assert list(day.parent.iterdir()) == [day]
