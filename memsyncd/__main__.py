"""``python -m memsyncd`` and the ``memsyncd`` script."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    from memsyncd.cli import main as run  # noqa: PLC0415 — keeps ``import memsyncd.__main__`` free of effects

    sys.exit(run())


if __name__ == "__main__":
    main()
