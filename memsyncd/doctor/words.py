"""Measured values in words. Pure."""

from __future__ import annotations

from datetime import timedelta


def count(number: int, noun: str) -> str:
    """``1 log``, ``1,200 logs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def room(number: int) -> str:
    """Bytes for people: ``812 B``, ``30.1 MB``."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 — decimal prefixes
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def span(length: timedelta) -> str:
    """A length of time for people, in the largest unit that fits twice: ``90 s``, ``3 h``, ``41 days``."""
    seconds = abs(length.total_seconds())
    for unit, size in ((" days", 86_400), (" h", 3_600), (" min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f}{unit}"
    return f"{seconds:.0f} s"
