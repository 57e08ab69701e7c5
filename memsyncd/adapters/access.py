"""What a path is, and what this user may do with it. Looks only: nothing is written, made or changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from memsyncd.core.mounts import Mount, mount_of

Kind: TypeAlias = Literal["missing", "folder", "file", "other", "unknown"]


class Disk(Struct, frozen=True, kw_only=True):
    """The file system that a path lies on, as far as this user may fill it."""

    device: int
    free: int  # bytes
    inodes: int | None  # files that can still be made; None where there is no limit


class Access(Struct, frozen=True, kw_only=True):
    """A path as this user finds it. Of what is missing only ``above`` and ``disk`` say anything."""

    path: Path
    kind: Kind
    real: Path  # the same without links
    owner: int | None = None  # user id
    mode: int = 0  # permission bits
    size: int = 0  # bytes
    refused: str = ""  # why it cannot be read, or not even be looked at
    writable: bool = False  # of a folder: names can be added and removed
    above: Path | None = None  # the nearest folder above that is there
    makeable: bool = False  # it is missing, and this user may make it
    file_system: str = ""  # its type, e.g. "ext4"; empty when unknown
    disk: Disk | None = None

    @property
    def linked(self) -> bool:
        """Whether a link leads here."""
        return self.real != self.path


def look_at(path: Path, mounts: Iterable[Mount] = ()) -> Access:
    """Looks at a path; whatever keeps us from it is in the answer, never an error."""
    path = path.absolute()
    real = Path(os.path.realpath(path))
    above = next((folder for folder in real.parents if _is_folder(folder)), None)
    mount = mount_of(mounts, str(real))
    kind_of_system = mount.kind if mount else ""
    try:
        seen = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Access(
            path=path,
            kind="missing",
            real=real,
            above=above,
            # Below a file nothing can be made, whoever may write to the folder above it.
            makeable=above is not None and _may_add_to(above) and not _is_blocked(real, above),
            file_system=kind_of_system,
            disk=disk_of(above) if above else None,
        )
    except OSError as error:
        return Access(path=path, kind="unknown", real=real, above=above, refused=_why(error))
    folder = stat.S_ISDIR(seen.st_mode)
    return Access(
        path=path,
        kind="folder" if folder else "file" if stat.S_ISREG(seen.st_mode) else "other",
        real=real,
        owner=seen.st_uid,
        mode=stat.S_IMODE(seen.st_mode),
        size=seen.st_size,
        refused=_refused(path, folder=folder) if folder or stat.S_ISREG(seen.st_mode) else "",
        writable=_may_add_to(path) if folder else os.access(path, os.W_OK),
        above=above,
        file_system=kind_of_system,
        disk=disk_of(path),
    )


def disk_of(path: Path) -> Disk | None:
    """How much room there is; None where the system does not say."""
    try:
        told, device = os.statvfs(path), path.stat().st_dev
    except (OSError, AttributeError):  # Windows has no statvfs
        return None
    inodes = told.f_favail if told.f_files else None
    return Disk(device=device, free=told.f_bavail * told.f_frsize, inodes=inodes)


def _refused(path: Path, *, folder: bool) -> str:
    # Really opened: macOS lets a program look at what its privacy rules keep it from opening.
    try:
        if folder:
            with os.scandir(path) as entries:
                next(entries, None)
        else:
            path.open("rb").close()
    except OSError as error:
        return _why(error)
    return ""


def _may_add_to(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_blocked(path: Path, above: Path) -> bool:
    """Whether something that is no folder stands where a folder on the way to ``path`` would have to be."""
    return os.path.lexists(above / path.relative_to(above).parts[0])


def _why(error: OSError) -> str:
    return error.strerror or str(error)
