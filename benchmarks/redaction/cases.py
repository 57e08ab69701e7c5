"""A text with its secrets, and how what became of it is judged."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from memsyncd.model import Finding

PIECE = 8
"""Characters of a secret in a row that may not be left anywhere; of a shorter secret, the whole."""


class Case(Struct, frozen=True, kw_only=True):
    """One text of a corpus. ``secrets`` is empty where nothing may change."""

    text: str
    secrets: tuple[str, ...] = ()
    kind: str  # what a miss is counted under


def hidden(case: Case, findings: Iterable[Finding]) -> bool:
    """Whether nothing is left of the secrets once the findings are gone.

    What stands beside the secrets as well does not count: ``acme_key = acme_live_…``.
    """
    left = without(case.text, findings)
    pieces = [piece for secret in case.secrets for piece in _pieces(secret) if piece in left]
    return not pieces or all(piece in _beside(case) for piece in pieces)


def _beside(case: Case) -> str:
    """The text around the secrets."""
    text = case.text
    for secret in case.secrets:
        text = text.replace(secret, "\0")
    return text


def without(text: str, findings: Iterable[Finding]) -> str:
    """The text with a character that occurs nowhere in place of each finding; findings may overlap."""
    kept, position = [], 0
    for start, end in sorted((finding.start, finding.end) for finding in findings):
        kept.append(text[position:start])
        position = max(position, end)
    return "\0".join((*kept, text[position:]))


def _pieces(secret: str) -> set[str]:
    return {secret[start : start + PIECE] for start in range(max(1, len(secret) - PIECE + 1))}


def shown(text: str, width: int = 120) -> str:
    """A text in one line of at most ``width`` characters."""
    line = re.sub(r"[^ -~\u00a0-\uffff]", lambda found: f"\\x{ord(found[0]):02x}", text.replace("\n", "⏎"))
    return line if len(line) <= width else f"{line[: width - 1]}…"
