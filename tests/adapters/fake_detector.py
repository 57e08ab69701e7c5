"""A second detector for tests of what uses one: it finds the texts that it is told, and fails when it is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding

RULE = "scripted"


class ScriptedDetector:
    """Finds ``secrets``, literally, each as a finding of the rule ``scripted`` with ``label``.

    ``failing`` is what every scan fails with, from the next one on; like the real one it stays failed. ``seen`` are
    all texts that it was shown and answered for; ``closed`` counts the calls of ``close``.
    """

    def __init__(self, *secrets: str, label: str = "API-KEY", failing: str = "") -> None:
        self._secrets = re.compile("|".join(map(re.escape, sorted(secrets, key=len, reverse=True))) or r"(?!)")
        self._label = label
        self.failing = failing
        self.seen: list[str] = []
        self.closed = 0

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        if self.failing:
            raise DetectorFailed("the second detector of secrets failed", why=self.failing)
        self.seen += texts
        return [
            tuple(Finding(RULE, self._label, *found.span()) for found in self._secrets.finditer(text))
            for text in texts
        ]

    def close(self) -> None:
        self.closed += 1
