"""A person who writes into the memory files while the daemon does."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from random import Random


class Person:
    """Appends lines to files that are there, as an editor or a shell does, and remembers them."""

    def __init__(self) -> None:
        self.lines: defaultdict[Path, list[str]] = defaultdict(list)
        self._serial = 0

    def edit(self, path: Path, rng: Random) -> bool:
        """Appends a line; False when there is no such file yet."""
        self._serial += 1
        line = f"- my own line {self._serial}, which stays"
        try:
            file = os.open(path, os.O_WRONLY | os.O_APPEND)
        except FileNotFoundError:
            return False
        try:
            os.write(file, f"{rng.choice(('', chr(10)))}{line}\n".encode())
        finally:
            os.close(file)
        self.lines[path].append(line)
        return True

    def count(self) -> int:
        return sum(map(len, self.lines.values()))

    def lost(self) -> list[str]:
        """The lines that are not there any more."""
        return [f"{path.name}: {line}" for path, line in self._lines() if line not in _read(path)]

    def doubled(self) -> list[str]:
        """The lines that are there more than once."""
        return [f"{path.name}: {line}" for path, line in self._lines() if _read(path).count(line) > 1]

    def _lines(self) -> list[tuple[Path, str]]:
        return [(path, line) for path, lines in self.lines.items() for line in lines]


def _read(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []
