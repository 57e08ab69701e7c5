"""Reads a file that lies beside the logs and tells of them: an index, a list of imports. Only ever read."""

from __future__ import annotations

from pathlib import Path

_LARGEST = 64 << 20  # bytes; indexes of 13 MB have been reported


def read_beside(path: Path) -> tuple[bytes | None, str]:
    """The bytes of the file at ``path``, None without them, and what was wrong with it, if anything.

    That it is missing is normal.
    """
    try:
        if path.stat().st_size > _LARGEST:
            return None, "it is larger than 64 MiB"
        return path.read_bytes(), ""
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, error.strerror or str(error)
