"""Groups sources by the memory folder that they feed. Pure but for resolving folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from memsyncd.adapters.memory_dir import Naming
from memsyncd.config import MemoryConfig
from memsyncd.model import Source
from memsyncd.sync.publish import Target


def targets_of(
    sources: Iterable[Source], memory: MemoryConfig, *, zone: str | None, system_zone: str
) -> list[Target]:
    """One target for each memory folder, in the order in which the sources name them.

    The zone is ``zone`` when the user set one, else what the first source's agent states, else the machine's. The
    name ``auto`` is a sidecar where one of the agents distrusts outside edits of its own daily files.
    """
    folders: dict[Path, list[Source]] = {}
    for source in sources:
        folders.setdefault(source.memory_dir.resolve(), []).append(source)
    return [_target(group, memory, zone, system_zone) for group in folders.values()]


def _target(group: list[Source], memory: MemoryConfig, zone: str | None, system_zone: str) -> Target:
    stated = next((source.timezone for source in group if source.timezone), None)
    sidecar = any(source.sidecar for source in group) if memory.name == "auto" else memory.name == "sidecar"
    folder, workspace = group[0].memory_dir, group[0].workspace
    return Target(
        folder=folder,
        workspace=workspace if workspace and folder.is_relative_to(workspace) else None,
        sources=tuple(group),
        zone=zone or stated or system_zone,
        naming=Naming(sidecar=sidecar, foreign=memory.foreign, adopt_legacy=memory.adopt_legacy),
    )
