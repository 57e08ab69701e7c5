"""Where the logs of a source lie, and what they are called within it. Nothing is looked at here.

A source can have several folders: OpenClaw has its session files, its database, and the files that the database
has taken over. Within a source every log has one name: its path in its folder, with the folder's prefix before it.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from memsyncd.core.formats.openclaw_format import IMPORTED
from memsyncd.core.formats.registry import FORMATS
from memsyncd.model import Source

DATABASE = "database/"


class Place(Struct, frozen=True):
    """A folder that holds logs of a source."""

    folder: Path
    prefix: str = ""  # of the names of its logs
    depth: int = 0  # levels of sub-folders in which logs lie too

    def name_of(self, path: Path) -> str | None:
        """The name within the source of what is at ``path``; None when no log can lie there."""
        # Parts made by pathlib would stay in the interpreter's table of strings, which does not shrink.
        folder, whole = f"{self.folder}{os.sep}", str(path)
        below = whole.removeprefix(folder) if whole.startswith(folder) else ""
        return self.prefix + below.replace(os.sep, "/") if below and below.count(os.sep) <= self.depth else None


def places_of(source: Source) -> tuple[Place, ...]:
    """The folders of a source; they need not be there."""
    format_ = FORMATS[source.kind]
    places = [Place(source.path / root, f"{root}/" if root else "", format_.depth) for root in format_.roots]
    if source.imports:
        places.append(Place(source.imports, IMPORTED))
    if source.database:
        places.append(Place(source.database.parent, DATABASE))
    return tuple(places)


def is_needed(source: Source, place: Place) -> bool:
    """Whether it is odd that this folder of a source is not there."""
    if place.prefix and place.prefix in (IMPORTED, DATABASE):
        return False
    first = place.folder == places_of(source)[0].folder
    return first and not (source.database and source.database.exists())


def path_of(source: Source, name: str) -> Path:
    """Where the log of that name lies."""
    for place in places_of(source):
        if place.prefix and name.startswith(place.prefix):
            return _below(place.folder, name.removeprefix(place.prefix))
    return _below(source.path, name)


def is_told_of(source: Source, name: str) -> bool:
    """Whether a change of the file of that name can change what the logs say."""
    if name.startswith(DATABASE) and source.database:
        main = source.database.name
        return name.removeprefix(DATABASE) in (main, f"{main}-wal")
    format_ = FORMATS[source.kind]
    return not format_.depth or format_.classify(name) is not None


def _below(folder: Path, name: str) -> Path:
    # Joined by pathlib, the name would enter the interpreter's table of strings, which does not shrink.
    return Path(f"{folder}{os.sep}{name.replace('/', os.sep)}")
