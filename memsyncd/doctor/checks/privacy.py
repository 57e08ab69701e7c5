"""macOS: folders that it closes to background services, or whose files it moves to the cloud. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from memsyncd.adapters.access import Access
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts

_CLOSED = ("Documents", "Desktop", "Downloads")
_CLOUD = (Path("Library", "Mobile Documents"), Path("Library", "CloudStorage"))


def privacy(area: Area, name: str, folder: Access, facts: Facts) -> Iterator[Check]:
    """Whether a launchd agent gets at a folder that a terminal gets at."""
    if facts.machine.platform != "darwin" or not folder.real.is_relative_to(facts.home):
        return
    below = folder.real.relative_to(facts.home)
    if below.parts[:1] and below.parts[0] in _CLOSED:
        finding = f"macOS closes ~/{below.parts[0]} to background services, even where a terminal may read it"
        program = Path(facts.machine.executable).name
        advice = f"System Settings, Privacy & Security, Full Disk Access: add {facts.service.own or program}"
        yield area.note(name, finding, f"{advice}, again after each update of Python; or move the folder")
    if any(below.is_relative_to(cloud) for cloud in _CLOUD):
        finding = (
            f"{folder.path} lies in a cloud drive: files that only the cloud holds must be fetched to be read"
        )
        yield area.note(name, finding, "have the drive keep this folder downloaded, or move it")
