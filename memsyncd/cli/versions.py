"""Finds the saved versions that a command is about, and says how they differ from what is in place now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.files import read_or_none
from memsyncd.adapters.history import History, digest_of
from memsyncd.adapters.memory_dir import Naming
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.dates import local_iso
from memsyncd.cli.options import Invocation
from memsyncd.cli.planning import diff_of
from memsyncd.cli.session import set_up
from memsyncd.config import Config
from memsyncd.core.retention import Kind, Version
from memsyncd.errors import FileError, MemsyncdError, UsageError
from memsyncd.model import Source
from memsyncd.sync.engine import HISTORY
from memsyncd.sync.publish import Target
from memsyncd.sync.targets import targets_of

LATEST = "latest"
_LIST = "memsyncd history lists the versions that are saved"


class Saved(Struct, frozen=True, kw_only=True):
    """A saved version and where it belongs."""

    target: Target
    version: Version
    at: str  # as people name it: ISO-8601 in the folder's zone

    def present(self) -> bytes:
        """What the memory file holds now; nothing when it is gone.

        Raises:
            FileError: it cannot be read.
        """
        seen = read_or_none(self.target.folder / self.version.file)
        return seen.data if seen else b""


class Listed(Struct, frozen=True, kw_only=True):
    """A saved version as JSON lists it. Without sizes, it could not be compared: ``problem`` says why."""

    date: date
    folder: Path
    file: str
    at: str
    kind: Kind
    bytes: int | None = None
    added: int | None = None  # lines that bringing it back would add to the file as it is now
    removed: int | None = None  # lines that it would take away
    present: bool = False  # the file holds these very bytes now
    problem: FileError | None = None

    @property
    def change(self) -> str:
        """What bringing it back would do, in a few characters."""
        if self.present:
            return "as it is now"
        return f"+{self.added} -{self.removed}" if self.added or self.removed else "other line ends"


class Shelves:
    """The saved versions of the memory folders that a command is about."""

    def __init__(self, call: Invocation) -> None:
        setup = set_up(call)
        self.state_dir = setup.state_dir
        self.history = History(setup.state_dir / HISTORY)
        self._targets = _targets(call, setup.config, setup.sources)

    def saved(self, day: date | None = None) -> list[Saved]:
        """The versions of every folder, or those of one day, in the order of ``History.versions``.

        Raises:
            FileError: the history cannot be listed.
        """
        return [
            Saved(target=target, version=version, at=local_iso(version.at, ZoneInfo(target.zone)))
            for target in self._targets
            for version in self.history.versions(target.folder, day)
        ]

    def listed(self, saved: Saved) -> Listed:
        """How the version compares with the file as it is now."""
        version = saved.version
        about = Listed(
            date=version.day, folder=saved.target.folder, file=version.file, at=saved.at, kind=version.kind
        )
        try:
            data, now = self.history.read(version), saved.present()
        except FileError as problem:
            return replace(about, problem=problem)
        changes = diff_of(version.file, now, data).split("\n")[2:]
        return replace(
            about,
            bytes=len(data),
            added=sum(line.startswith("+") for line in changes),
            removed=sum(line.startswith("-") for line in changes),
            present=data == now,
        )


def choose(found: Sequence[Saved], at: str) -> Saved:
    """The version that ``at`` names: its instant as listed, a beginning of that which no other has, or ``latest``.

    ``found`` are the versions of one day, at least one.

    Raises:
        MemsyncdError: there is none.
        UsageError: there are several.
    """
    fits = found if at == LATEST else [saved for saved in found if saved.at.startswith(at.replace(" ", "T"))]
    if not fits:
        raise MemsyncdError("no such version", where=at, why="no version was saved at this time", hint=_LIST)
    if len({saved.target.folder for saved in fits}) > 1:
        why = "several memory folders have a version of this day"
        raise UsageError("which version?", where=at, why=why, hint="name the folder with --memory-dir")
    if at != LATEST and len(fits) > 1:
        why = f"{len(fits)} versions were saved at this time"
        raise UsageError("which version?", where=at, why=why, hint=_LIST)
    # A day has a second file only where both a daily file and a sidecar have been written.
    newest = {saved.version.file: saved for saved in reversed(fits)}
    return max(newest.values(), key=lambda saved: saved.version.at)


def is_present(saved: Saved) -> bool:
    """Whether the memory file holds this very version now. Raises FileError when it cannot be read."""
    return digest_of(saved.present()) == saved.version.digest


def _targets(call: Invocation, config: Config, sources: Sequence[Source]) -> list[Target]:
    zone = system_zone(call.env).name
    if targets := targets_of(sources, config.memory, zone=config.timezone or None, system_zone=zone):
        return targets
    if folder := call.options.memory_dir:
        return [Target(folder=folder.absolute(), sources=(), zone=config.timezone or zone, naming=Naming())]
    hint = "name it with --memory-dir, or run memsyncd init and edit its [[sources]]"
    raise MemsyncdError("no memory folder is known", why="no agent logs were found", hint=hint)
