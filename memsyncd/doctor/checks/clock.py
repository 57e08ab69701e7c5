"""Checks of the clock, and of the time zones that memory, agent and machine keep. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts, Memory
from memsyncd.doctor.words import span

_AREA = Area("Time")
_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""This program is no older: a clock that says less is wrong."""

_LEEWAY = timedelta(minutes=10)  # machines that share a folder never quite agree
_SET_BY_HAND = "set it in the settings of the system"
_SETTING = {
    "linux": "sudo timedatectl set-ntp true lets a time server set it",
    "darwin": "System Settings, General, Date & Time: set automatically",
}
_NAMELESS = ("UTC", "Etc/UTC")


def clock(facts: Facts) -> Iterator[Check]:
    """Whether the clock can be right, and whose midnight ends a day."""
    yield _clock(facts)
    if facts.zone.note:
        yield _AREA.note("machine", facts.zone.note, 'set timezone = "Area/City" in the configuration')
    for found in facts.memory:
        yield _zone(found, facts)


def _clock(facts: Facts) -> Check:
    now = f"{facts.now:%Y-%m-%d %H:%M} UTC"
    setting = f"compare with the time on your phone; {_SETTING.get(facts.machine.platform, _SET_BY_HAND)}"
    if facts.now < _WRITTEN:
        return _AREA.problem("clock", f"it says {now}, which is before this program was written", setting)
    newest = max(_instants(facts), default=None)
    if newest and newest[0] > facts.now + _LEEWAY:
        ahead = span(newest[0] - facts.now)
        finding = (
            f"it says {now}, and {newest[1]} has something from {ahead} later: one of the two clocks is wrong"
        )
        return _AREA.problem("clock", finding, setting)
    if facts.synchronised is False:
        finding = f"{now}, set by no time server: as it drifts, messages near midnight move to another day"
        return _AREA.note("clock", finding, "sudo timedatectl set-ntp true")
    return _AREA.ok("clock", now + (", set by a time server" if facts.synchronised else ""))


def _instants(facts: Facts) -> Iterator[tuple[datetime, str]]:
    """The newest instant of each source, by its files and by what was read from them."""
    yield from ((found.newest, found.source.name) for found in facts.logs if found.newest)
    for name, at in facts.state.store.newest.items():
        yield datetime.fromtimestamp(at / 1000, UTC), name


def _zone(found: Memory, facts: Facts) -> Check:
    """The zone in force, against the agents' own and the machine's."""
    name, zone = found.target.sources[0].name, found.target.zone
    stated = dict.fromkeys(source.timezone for source in found.target.sources if source.timezone)
    configured = facts.settings.config.timezone
    for theirs in stated or (facts.zone.name,):
        if not _agree(zone, theirs, facts.now):
            whose, by = ("an agent's", "userTimezone") if stated else ("the agent's", "its machine")
            ours = "the configuration" if configured else "another agent's userTimezone"
            finding = f"memory's days are those of {zone} ({ours}), {whose} those of {theirs} ({by})"
            return _AREA.note(name, f"{finding}: a late message falls on two days", _agreement(zone, theirs))
    if configured:
        return _AREA.ok(name, f"days are those of {zone}, by the configuration")
    if stated:
        return _AREA.ok(name, f"days are those of {zone}, by the agent's userTimezone")
    finding = f"days are those of {zone}, the machine's: the agent is told no other"
    if zone in _NAMELESS and not facts.zone.note:
        return _AREA.note(name, finding, 'if you live elsewhere: timezone = "Area/City" in the configuration')
    return _AREA.ok(name, finding)


def _agreement(zone: str, theirs: str) -> str:
    """The two ways out, of which the person knows the right one."""
    here = f'timezone = "{theirs}" in the configuration of memsyncd'
    return f'agents.defaults.userTimezone = "{zone}" in openclaw.json; or {here}'


def _agree(one: str, other: str, now: datetime) -> bool:
    """Whether two zones have the same midnight all year round."""
    months = [now + timedelta(days=30 * month) for month in range(12)]
    offsets = ([at.astimezone(ZoneInfo(zone)).utcoffset() for at in months] for zone in (one, other))
    return one == other or len({tuple(found) for found in offsets}) == 1
