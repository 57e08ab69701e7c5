"""Instants as times of day. It is not a clock: the instant and the zone are always given."""

from __future__ import annotations

from datetime import datetime, tzinfo

from memsyncd.model import Millis


def time_of_day(at: Millis, zone: tzinfo) -> str:
    """``HH:MM`` in ``zone``; the two passes of a repeated hour look the same."""
    moment = datetime.fromtimestamp(at / 1000, zone)
    return f"{moment.hour:02}:{moment.minute:02}"
