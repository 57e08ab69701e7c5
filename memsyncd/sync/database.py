"""Ingest of OpenClaw's database: brings what is new in its rows and archives into the store, exactly once.

    unchanged files? skip ─▶ heads ─▶ sessions, forgotten ones ─▶ rows behind each cursor ─▶ archives ─▶ remember

How a session's cursor is kept stands in :mod:`memsyncd.sync.database_reading`. One more, ``database/``, holds the
state of the database's files from before they were read. It is written only when all was read, and as long as it
fits the database is not even opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.adapters.openclaw_db_connection import DatabaseStat, settled, stat_database
from memsyncd.adapters.openclaw_db_rows import Head
from memsyncd.adapters.openclaw_db_sessions import FORGOTTEN, telling, verdict
from memsyncd.adapters.store.base import Batch, Store
from memsyncd.core.facts import Keys
from memsyncd.core.formats.openclaw_names import in_a_file_name, without_topic
from memsyncd.core.formats.registry import FORMATS
from memsyncd.core.places import DATABASE
from memsyncd.errors import FileError
from memsyncd.model import Cursor, Session, Source
from memsyncd.sync.database_reading import head_of, path_of_archive, path_of_session, read_archive, read_session
from memsyncd.sync.listing import parts
from memsyncd.sync.reading import COUNTS, Context, Redact, Tally, never

if TYPE_CHECKING:
    from memsyncd.sync.ingest import SourceReport


def ingest_database(
    store: Store,
    number: int,
    source: Source,
    keys: Keys,
    redact: Redact,
    report: SourceReport,
    *,
    stop: Callable[[], bool] = never,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> bool:
    """Reads what is new in the database of ``source``, number ``number`` in the store, and adds it to ``report``.

    True when the whole source, its files too, must be gone through once more. ``stop`` is asked between two
    transcripts whether to leave the rest for another time; ``progress`` is told how many rows of how many are read.

    A database that cannot be opened is a problem in the report, and so are parts of it that cannot be read; the
    rest is read. Raises StoreError when the store cannot take the rows.
    """
    if source.database is None:
        return False
    now = stat_database(source.database)
    known = store.cursors(number, [DATABASE]).get(DATABASE)
    if known and now and known == msgspec.structs.replace(known, **_state(now, source)):
        return False
    try:
        with AgentDatabase(source.database) as database:
            run = _Run(database, store, number, source, keys, redact, report, stop)
            # Sessions that did not change are asked for again only when the user excludes others than before.
            again = run.run(progress, all_sessions=known is None or known.head != _excluded(source))
    except FileError as problem:
        report.problems.append(problem)
        return False
    if run.complete and not again and now and settled(now):
        store.apply(number, Batch(cursor=_Remembered...))
    return again
