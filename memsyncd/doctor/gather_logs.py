"""Looks at the agents' logs, at how long they are kept, and at the memory folders. Reads only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from memsyncd.adapters import sweep
from memsyncd.adapters.access import look_at
from memsyncd.adapters.discover import Discovery, sources_from_config, sources_from_folders
from memsyncd.adapters.openclaw_config import OpenClawConfig
from memsyncd.adapters.openclaw_install import install_at
from memsyncd.adapters.openclaw_probe import Database, probe
from memsyncd.adapters.places import places_of
from memsyncd.adapters.zone import SystemZone
from memsyncd.config import Config
from memsyncd.core.formats.registry import FORMATS
from memsyncd.core.mounts import Mount
from memsyncd.doctor.facts import Logs, Memory, Retention, Trouble
from memsyncd.errors import ConfigError
from memsyncd.model import Source
from memsyncd.sync.targets import targets_of

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?", re.IGNORECASE)
_DAYS = {"ms": 1 / 86_400_000, "s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "w": 7.0}
_USUAL = 30.0  # days, what OpenClaw and Claude Code do without a word in their configuration


class _ClaudeSettings(Struct, frozen=True):
    """Claude Code's ``settings.json``, of which nothing else is looked at: it may hold keys."""

    cleanupPeriodDays: Any = None  # noqa: N815 — as Claude Code names it


def find_sources(
    config: Config, sessions: Path | None, memory: Path | None, env: Mapping[str, str], home: Path
) -> tuple[Discovery, Trouble | None]:
    """The sources, and why there are none if the configuration is to blame.

    Raises:
        UsageError: the command line names a folder that is not there, or that belongs to no workspace.
    """
    if sessions is not None or memory is not None:
        return sources_from_folders(sessions, memory, env, home), None
    try:
        return sources_from_config(config, env, home), None
    except ConfigError as error:
        return Discovery(), Trouble("; ".join(error.problems), "mend [[sources]] in the configuration")


def logs_of(source: Source, mounts: Sequence[Mount]) -> Logs:
    """What lies in a source's folder, by name and stat."""
    kept = FORMATS[source.kind].classify
    times = [
        stamp.mtime_ns
        for place in places_of(source)
        for name, stamp in (sweep.look(place.folder, place.depth) or {}).items()
        if kept(place.prefix + name)
    ]
    file = source.database
    return Logs(
        source=source,
        folder=look_at(source.path, mounts),
        files=len(times),
        newest=datetime.fromtimestamp(max(times) / 1e9, UTC) if times else None,
        database=probe(file) if file else Database(),
        database_file=file,
    )


def retention_of(sources: Sequence[Source], env: Mapping[str, str], home: Path) -> tuple[Retention, ...]:
    """How long each OpenClaw and Claude Code that the sources belong to keep their logs; others keep them."""
    states = dict.fromkeys(state for source in sources if (state := _state_folder(source)))
    found = [_retention(install_at(state, env, home).config) for state in states]
    found += [_retention_of_claude(source.path) for source in sources if source.kind == "claude-code"]
    return tuple({one.file: one for one in found}.values())


def memory_of(
    sources: Sequence[Source], config: Config, zone: SystemZone, mounts: Sequence[Mount]
) -> tuple[Memory, ...]:
    """The memory folders that the sources feed."""
    targets = targets_of(sources, config.memory, zone=config.timezone or None, system_zone=zone.name)
    return tuple(Memory(target=target, folder=look_at(target.folder, mounts)) for target in targets)


def _state_folder(source: Source) -> Path | None:
    """OpenClaw's state folder, where the shape of the path tells it."""
    agents = source.path.parent.parent
    return agents.parent if source.kind == "openclaw" and agents.name == "agents" else None


def _retention(config: OpenClawConfig) -> Retention:
    """The shortest time after which something goes: sessions, or the archives that a reset leaves."""
    stated = config.get("session", "maintenance")
    stated = stated if isinstance(stated, dict) else {}
    first = stated.get("pruneAfter", stated.get("pruneDays"))
    wanted = [days for value in (first, stated.get("resetArchiveRetention")) if (days := _days(value)) is not None]
    return Retention(
        file=config.path,
        warns_only=stated.get("mode") == "warn",
        days=min(wanted, default=_USUAL),
        stated=bool(wanted),
        budget=str(stated.get("maxDiskBytes") or ""),
    )


def _retention_of_claude(projects: Path) -> Retention:
    """Claude Code deletes transcripts that nobody has gone on with for ``cleanupPeriodDays``."""
    file = projects.parent / "settings.json"
    try:
        stated = msgspec.json.decode(file.read_bytes(), type=_ClaudeSettings).cleanupPeriodDays
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        stated = None
    days = None if isinstance(stated, bool) or not isinstance(stated, int | float) else float(stated)
    return Retention(
        program="Claude Code", file=file, days=_USUAL if days is None else days, stated=days is not None
    )


def _days(value: object) -> float | None:
    """A duration as OpenClaw writes it: ``30d``, ``1d12h``, or a number of days; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    parts = _DURATION.findall(str(value))
    return sum(float(number) * _DAYS[unit.lower() or "d"] for number, unit in parts) if parts else None
