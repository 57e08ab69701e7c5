"""Tries whether memsyncd can write into a folder of its own, by writing. For no other folder.

The two small files bear the names of temporary files and are gone at once; what a kill leaves behind, the next run
removes.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.exchange import UNSUPPORTED, exchange
from memsyncd.adapters.files import remove, write_private
from memsyncd.adapters.leftovers import part_path
from memsyncd.errors import FileError


class Probe(Struct, frozen=True, kw_only=True):
    """What trying came to."""

    error: str = ""  # why nothing can be written
    hint: str = ""  # and what can be done
    exchanges: bool | None = None  # two names can change places atomically; None: it could not be found out


def try_writing(folder: Path) -> Probe:
    """Writes two files into a folder of our own that is there, exchanges their names, and removes them."""
    one, other = (part_path(folder / "doctor", name) for name in (b"one", b"other"))
    try:
        for path in (one, other):
            write_private(path, b"")
        return Probe(exchanges=_exchanges(one, other))
    except FileError as error:
        return Probe(error=error.why, hint=error.hint)
    finally:
        for path in (one, other):
            with suppress(FileError):
                remove(path)


def _exchanges(one: Path, other: Path) -> bool | None:
    try:
        exchange(one, other)
    except FileNotFoundError:  # a run that began just now has cleared it away
        return None
    except OSError as error:
        return False if error.errno in UNSUPPORTED else None
    return True
