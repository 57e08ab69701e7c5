"""What a memory file bears whatever its day was like: the heading, and the version of the rendering.

It stands apart from rendering, so that a run that finds nothing to render need not load what rendering takes.
"""

from __future__ import annotations

from datetime import date

DIGEST_VERSION = "2"
"""Changes whenever the same day would give other lines, so that published days are written anew."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def render_heading(day: date) -> str:
    """The first line of a day's file: ``# 2026-01-15 (Thursday)``, in English whatever the locale."""
    return f"# {day.isoformat()} ({_WEEKDAYS[day.weekday()]})"
