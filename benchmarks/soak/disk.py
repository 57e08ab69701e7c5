"""A small disk of its own that can be filled, and folders on it closed, where the system lets us mount one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_MARK = "MEMSYNCD_SOAK_MOUNTS"
_MEGABYTES = 96


def enter_own_mounts(module: str) -> None:
    """Goes on in a mount namespace of its own where the system allows one: this program begins anew there."""
    if _MARK in os.environ:
        return
    os.environ[_MARK] = ""
    for options in ([], ["--user", "--map-root-user"]):
        command = ["unshare", *options, "--mount"]
        with tempfile.TemporaryDirectory() as folder, suppress(FileNotFoundError):
            trial = [*command, "mount", "-t", "tmpfs", "tmpfs", folder]
            if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
                os.environ[_MARK] = "own"
                os.execvp("unshare", [*command, sys.executable, "-m", module, *sys.argv[1:]])  # noqa: S606


class Disk:
    """The folder ``path``, on a disk of its own if ``small``."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.path = path
        self.full = False
        self.closed: Path | None = None  # a folder on it that is mounted read-only
        self.small = os.environ.get(_MARK) == "own"
        if self.small:
            size = f"size={_MEGABYTES}m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(path)], check=True)

    def fill(self) -> None:
        self.full = True
        with suppress(OSError), (self.path / "ballast").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
        with suppress(OSError), (self.path / "ballast").open("ab", buffering=0) as file:
            while True:
                file.write(b"\0")

    def free(self) -> None:
        (self.path / "ballast").unlink()
        self.full = False

    def close_folder(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        self.closed = folder

    def open_folder(self) -> None:
        # Whoever looks into it just then does not keep it closed.
        subprocess.run(["umount", "--lazy", str(self.closed)], check=True)
        self.closed = None

    def takes(self, path: Path) -> bool:
        """Whether a person could write to a file."""
        return not self.full and path.parent != self.closed

    def close(self) -> None:
        if self.small:
            subprocess.run(["umount", "--lazy", str(self.path)], check=False)
