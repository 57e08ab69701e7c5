"""Checks of the memory folders. Nothing was tried there: what is said comes from permissions. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from memsyncd.core.mounts import misses_events
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.checks.places import opening, where
from memsyncd.doctor.checks.privacy import privacy
from memsyncd.doctor.checks.state import disk
from memsyncd.doctor.facts import Facts, Memory
from memsyncd.doctor.words import count

_AREA = Area("Memory")


def memory(facts: Facts) -> Iterator[Check]:
    """Each memory folder."""
    own = facts.state.folder.disk
    for found in facts.memory:
        yield from _folder(found, facts)
        room = found.folder.disk
        if room and not (own and room.device == own.device):
            yield from disk(_AREA, room)


def _folder(found: Memory, facts: Facts) -> Iterator[Check]:
    folder = found.folder
    name, path = found.target.sources[0].name, folder.path
    if folder.kind == "missing":
        if folder.makeable:
            yield _AREA.ok(name, f"{path} is made with the first file")
        else:
            finding = f"{path} is missing, and this user cannot make it in {folder.above}"
            yield _AREA.problem(name, finding, "make it, or name another: memory_dir in [[sources]]")
        return
    if folder.kind != "folder" or folder.refused:
        why = folder.refused or "it is no folder"
        yield _AREA.problem(name, f"{path} cannot be used: {why}", "name another: memory_dir in [[sources]]")
        return
    yield _permissions(found, facts)
    workspace = found.target.workspace
    if workspace and not folder.real.is_relative_to(workspace.resolve()):
        finding = f"{path} leads out of the workspace, to {folder.real}: nothing is written there"
        yield _AREA.problem(name, finding, f'name it outright: memory_dir = "{folder.real}" in [[sources]]')
    if misses_events(folder.file_system):
        finding = f"{path} lies on {folder.file_system}: two machines that write one file there can lose a line"
        yield _AREA.note(name, finding, "let only one machine write into it")
    yield from privacy(_AREA, name, folder, facts)


def _permissions(found: Memory, facts: Facts) -> Check:
    folder = found.folder
    name, path = found.target.sources[0].name, folder.path
    if not folder.writable:
        finding = f"{path} cannot be written (mode {folder.mode:03o}, of user {folder.owner})"
        return _AREA.problem(name, finding, opening(folder, facts.machine.user, "rwx"))
    if folder.owner != facts.machine.user:
        finding = (
            f"{path} belongs to user {folder.owner}; new files in it will belong to user {facts.machine.user}"
        )
        return _AREA.note(name, finding, "run memsyncd as the user who runs the agent")
    fed = count(len(found.target.sources), "source")
    kind = "sidecars" if found.target.naming.sidecar else "daily files"
    return _AREA.ok(name, f"{where(folder)} is writable; {fed}, {kind}")
