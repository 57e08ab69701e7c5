"""What a service manager is told, as records: files, and commands for each thing to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class UnitFile(Struct, frozen=True, kw_only=True):
    """A file that the service manager of its owner reads."""

    path: Path
    data: bytes


class Command(Struct, frozen=True, kw_only=True):
    """A command line for the service manager."""

    arguments: tuple[str, ...]
    optional: bool = False  # whatever it answers, the work goes on
    tries: int = 1
    hint: str = ""  # what a person can do when it is refused


class InstallCommands(Protocol):
    """The commands behind the writing of the files."""

    def __call__(self, *, changed: bool, loaded: bool) -> Iterable[Command]:
        """``changed``: a file was written; ``loaded``: the manager knew the service before."""


class Service(Struct, frozen=True, kw_only=True):
    """All that one service manager is told: files, and the commands for each thing to do."""

    name: str
    files: tuple[UnitFile, ...]
    ours: tuple[Path, ...]  # every file that an installation may have written
    traces: tuple[Path, ...] = ()  # files that the manager made for the service
    rivals: tuple[Path, ...] = ()  # files that the manager would read instead of ours
    folders: tuple[Path, ...] = ()  # to be removed when nothing is left in them, the innermost first
    install: InstallCommands
    start: tuple[Command, ...]
    stop: tuple[Command, ...]
    restart: tuple[Command, ...]
    unload: tuple[Command, ...]  # stops it and starts it no more, before its files go
    forget: tuple[Command, ...] = ()  # after its files are gone
