"""A look at our own store without opening it for work: its version, whether it is sound, how far it reaches.

Nothing is migrated, made or left behind, and whoever works with the store meanwhile is not kept waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.store.schema import MIGRATIONS
from memsyncd.model import Millis

NEWEST = len(MIGRATIONS)
"""The version of the tables that this program makes."""

_LARGEST = 500_000_000  # bytes that are gone through: half a second, or a few on a slow disk


class StoreLook(Struct, frozen=True, kw_only=True):
    """What a look at the store showed."""

    exists: bool = False
    error: str = ""  # why it cannot be read
    version: int | None = None  # of its tables; None: not found out
    size: int = 0  # bytes
    log_size: int = 0  # bytes of its write-ahead log
    damage: str = ""  # what SQLite found wrong
    checked: bool = False  # all of it was gone through
    newest: Mapping[str, Millis] = {}  # source → instant of its newest turn


def look_at_store(path: Path, largest: int = _LARGEST) -> StoreLook:
    """Looks at the store, through all of it up to ``largest`` bytes; what is wrong is in the answer."""
    log = path.with_name(f"{path.name}-wal")
    try:
        before = path.stat()
        live = log.stat().st_size if log.exists() else None
    except FileNotFoundError:
        return StoreLook()
    except OSError as error:
        return StoreLook(exists=True, error=error.strerror or str(error))
    found = _looked(path, live=live is not None, check=before.st_size <= largest)
    if live is None and (found.damage or found.error) and _changed(path, log, before.st_mtime_ns):
        # Somebody began to write under our eyes: what looked like damage may be half of a change.
        found = StoreLook(exists=True)
    return replace(found, size=before.st_size, log_size=live or 0)


def _looked(path: Path, *, live: bool, check: bool) -> StoreLook:
    # Without a log nobody has it open, and an ordinary connection would make one.
    uri = f"{path.absolute().as_uri()}?mode=ro" + ("" if live else "&immutable=1")
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            damage = _check(db) if check else ""
            newest = _newest(db) if version and not damage else {}
    except sqlite3.OperationalError as error:  # locked, closed to us, or made by a newer SQLite
        return StoreLook(exists=True, error=str(error))
    except sqlite3.DatabaseError as error:
        return StoreLook(exists=True, damage=str(error))
    return StoreLook(exists=True, version=version, damage=damage, checked=check, newest=newest)


def _check(db: sqlite3.Connection) -> str:
    """The first thing that is wrong; empty when nothing is."""
    found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else found


def _newest(db: sqlite3.Connection) -> dict[str, Millis]:
    rows = db.execute("SELECT name, (SELECT max(at) FROM turns WHERE source = sources.id) FROM sources")
    return {str(name): int(at) for name, at in rows if at is not None}


def _changed(path: Path, log: Path, mtime_ns: int) -> bool:
    try:
        return log.exists() or path.stat().st_mtime_ns != mtime_ns
    except OSError:
        return True
