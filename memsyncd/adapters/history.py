"""The history: every version of a memory file that was replaced and that a person may want back.

    <state>/history/<memory folder>/2026-01-15.md.0007.20260116T091500.123Z.edited.8c1f0e52ab9d3476.zst

The name holds all that is known of a version: its file, its number, the instant at which it was saved (UTC), its
kind, and the beginning of the SHA-256 of its bytes. Inside is one zstandard frame, so that ``zstd -dc`` gives the
file back without memsyncd. A second frame, which zstd skips, may follow: the block that had been generated last,
from which the next merge starts should this version come back.

Only the holder of the lock saves and prunes; to read, none is needed.
"""

from __future__ import annotations

import hashlib
import re
import struct
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, cast

from memsyncd.adapters.bases import folder_mark
from memsyncd.adapters.fileops import OPS, Ops, reported
from memsyncd.adapters.files import remove, write_private
from memsyncd.core.retention import Kind, Retention, Version, expired, newest_first
from memsyncd.errors import FileError
from memsyncd.model import Millis

_NAME: Final = re.compile(
    r"(?P<file>(?P<day>\d{4}-\d\d-\d\d)(?:-memsyncd)?\.md)\.(?P<number>\d{4,})\.(?P<at>\d{8}T\d{6}\.\d{3}Z)"
    r"\.(?P<kind>edited|generated|undone|leftover)\.(?P<digest>[0-9a-f]{16})\.zst",
    re.ASCII,
)
_HEAD: Final = struct.Struct("<II")  # of a frame that zstd skips: magic number, length of what follows
_SKIPPED: Final = 0x184D2A5B


class History:
    """The saved versions of all memory folders, below ``root``."""

    def __init__(self, root: Path, *, keep_all: bool = False, ops: Ops = OPS) -> None:
        self._root = root
        self._keep_all = keep_all
        self._ops = ops

    def save(
        self, folder: Path, name: str, data: bytes, kind: Kind, at: datetime, *, base: str | None = None
    ) -> Version | None:
        """Saves a version of the file ``name``; when this returns, it is on the disk.

        None: nothing was saved, because it is empty, or generated and not everything is to be kept, or because
        the version saved last has these bytes. ``base`` is the block generated last, to be saved along with it.

        Raises:
            FileError: it cannot be written.
        """
        if not data or (kind == "generated" and not self._keep_all):
            return None
        saved = self._listed(folder_mark(folder), f"{name}.")
        digest = digest_of(data)
        if saved and saved[0].digest == digest and (kind != "edited" or saved[0].kind == "edited"):
            return None
        number = saved[0].number + 1 if saved else 1
        instant = _free(round(at.timestamp() * 1000), {version.at for version in saved})
        key = f"{folder_mark(folder)}/{name}.{number:04}.{_stamp(instant)}.{kind}.{digest}.zst"
        write_private(self._root / key, _packed(data, base), ops=self._ops)
        return Version(file=name, number=number, at=instant, kind=kind, digest=digest, key=key)

    def versions(self, folder: Path, day: date | None = None) -> list[Version]:
        """The versions of a memory folder's files, or of those of one day: latest day first, newest first.

        Raises:
            FileError: the history cannot be listed.
        """
        return self._listed(folder_mark(folder), day.isoformat() if day else "")

    def read(self, version: Version) -> bytes:
        """The version's bytes.

        Raises:
            FileError: it cannot be read, or it is not what was saved.
        """
        return self._unpacked(version)[0]

    def base(self, version: Version) -> str | None:
        """The block that had been generated last when the version was saved; None when it was not saved with it.

        Raises:
            FileError: as for ``read``.
        """
        return self._unpacked(version)[1]

    def prune(self, now: datetime, policy: Retention) -> int:
        """Removes what the policy does not keep, in every folder; returns how many versions that were.

        Raises:
            FileError: the history cannot be listed, or a version not removed.
        """
        gone = [
            version
            for mark in _names(self._root)
            for version in expired(self._listed(mark), policy, round(now.timestamp() * 1000))
        ]
        for version in gone:
            remove(self._root / version.key)
        return len(gone)

    def _listed(self, mark: str, prefix: str = "") -> list[Version]:
        names = (name for name in _names(self._root / mark) if name.startswith(prefix))
        return newest_first(version for name in names if (version := _version(mark, name)))

    def _unpacked(self, version: Version) -> tuple[bytes, str | None]:
        from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 — 15 ms that few runs pay for

        path = self._root / version.key
        with reported("cannot read a saved version", path):
            packed = path.read_bytes()
        frame = ZstdDecompressor().decompressobj()
        try:
            data = frame.decompress(packed)
        except ZstdError:
            data = b""
        if digest_of(data) != version.digest:
            hint = "memsyncd history lists the other versions"
            raise FileError("a saved version is damaged", where=path, why="its sum is wrong", hint=hint)
        return data, _base_in(frame.unused_data)


def digest_of(data: bytes) -> str:
    """What names the bytes of a version."""
    return hashlib.sha256(data).hexdigest()[:16]


def _names(folder: Path) -> list[str]:
    with reported("cannot list the history", folder):
        try:
            return [path.name for path in folder.iterdir()]
        except FileNotFoundError:
            return []


def _version(mark: str, name: str) -> Version | None:
    """What the name of a file in the history says; None when it is not the name of a version."""
    if not (found := _NAME.fullmatch(name)):
        return None
    with suppress(ValueError):
        date.fromisoformat(found["day"])
        return Version(
            file=found["file"],
            number=int(found["number"]),
            at=round(datetime.fromisoformat(found["at"]).timestamp() * 1000),
            kind=cast("Kind", found["kind"]),
            digest=found["digest"],
            key=f"{mark}/{name}",
        )
    return None


def _packed(data: bytes, base: str | None) -> bytes:
    from zstandard import ZstdCompressor  # noqa: PLC0415 — as above

    packer = ZstdCompressor(write_checksum=True)
    if base is None:
        return packer.compress(data)
    aside = packer.compress(base.encode())
    return packer.compress(data) + _HEAD.pack(_SKIPPED, len(aside)) + aside


def _base_in(rest: bytes) -> str | None:
    """The base in what follows the version's frame; a damaged one counts as lost, as any base may be."""
    from zstandard import ZstdDecompressor, ZstdError  # noqa: PLC0415 — as above

    if len(rest) < _HEAD.size or _HEAD.unpack_from(rest)[0] != _SKIPPED:
        return None
    try:
        return ZstdDecompressor().decompress(rest[_HEAD.size :]).decode("utf-8")
    except (ZstdError, UnicodeDecodeError):
        return None


def _free(at: Millis, taken: set[Millis]) -> Millis:
    """The instant, or the next one that no version of the file has: it is what a person names a version by."""
    while at in taken:
        at += 1
    return at


def _stamp(at: Millis) -> str:
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{at % 1000:03}Z"
