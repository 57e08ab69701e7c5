"""What redaction adds to a process: measured in a new one that has nothing else to do."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path


def growth(seed: int) -> dict[str, float]:
    """Megabytes that a new process grows by: at the import, with the first text, with texts of all kinds."""
    command = [sys.executable, "-m", "benchmarks.redaction.memory", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def resident() -> float:
    """Megabytes of this process in memory now; where the system does not tell, the most there ever were."""
    return _status("VmRSS") or peak()


def peak() -> float:
    """Megabytes of this process at their most.

    Linux counts what the parent had before this process was started into ``ru_maxrss``, but not into ``VmHWM``.
    """
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform == "linux" else 1 << 20
    )


def _status(field: str) -> float:
    """A figure that Linux gives of this process, in megabytes; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field)), 0.0)


def _measure(seed: int) -> dict[str, float]:
    # Everything that is no part of redaction is loaded, and the texts are made, before the first figure is taken.
    import memsyncd.model  # noqa: F401, PLC0415
    from benchmarks.redaction.innocent import KINDS, gathered  # noqa: PLC0415

    texts = [text for kind in KINDS for text in gathered(kind, seed, 0.5)]
    before = resident()
    from memsyncd.core.redact import redact  # noqa: PLC0415

    imported = resident()
    redact("a first text with a password in it")
    first = resident()
    for text in texts:
        redact(text)
    return {"import": imported - before, "first": first - before, "mixture": resident() - before, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
