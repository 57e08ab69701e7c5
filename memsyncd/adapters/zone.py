"""The machine's time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfoNotFoundError

from msgspec import Struct

from memsyncd.config import zone_name


class SystemZone(Struct, frozen=True):
    """The machine's time zone as an IANA name, and what was wrong on the way to it."""

    name: str
    note: str | None = None


def zone_of_the_machine() -> str | None:
    """Return the IANA name of the zone that the system is set to; None when it has no name."""
    from tzlocal import get_localzone_name  # noqa: PLC0415 - 15 ms that only a start without a known zone pays

    try:
        return zone_name(get_localzone_name() or "")
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return None


def system_zone(env: Mapping[str, str], machine: Callable[[], str | None] = zone_of_the_machine) -> SystemZone:
    """Return the zone that ``$TZ`` names, else the machine's, else UTC; the note says what is odd about it."""
    wanted = env.get("TZ", "").removeprefix(":").rpartition("zoneinfo/")[2]
    if named := zone_name(wanted):
        return SystemZone(named)
    note = f"TZ = {wanted} is not the name of a time zone" if wanted else None
    if found := machine():
        return SystemZone(found, note)
    return SystemZone("UTC", note or "the system names no time zone, so days end at midnight UTC: set timezone")
