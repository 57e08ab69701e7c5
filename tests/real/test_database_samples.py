"""Real databases of OpenClaw, read where the samples are at hand; what must be found stands in their own README."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.core.formats.openclaw import decode
from memsyncd.model import RawMessage
from tests.builders.database import TABLES
from tests.real.test_samples import FILES, MIGRATED, NEW, SAMPLES, SESSION

NEW_SESSION = "d0a5fa52-02cd-4a5e-8d56-4293d750525f"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"there are no samples in {SAMPLES}"),
]


def copied(name: str, tmp_path: Path) -> Path:
    """A copy of a sample's database, alone in its folder."""
    folder = tmp_path / name
    folder.mkdir()
    return Path(shutil.copy(SAMPLES / name / "state/agents/main/agent/openclaw-agent.sqlite", folder))


def lines_in(path: Path, session: str) -> list[bytes]:
    with AgentDatabase(path) as database:
        batches = list(database.events(session, database.heads()[session]))
        assert not any(rows.damaged for rows in batches)
        return [line for rows in batches for line in rows.lines]


def messages(lines: list[bytes], role: str) -> list[tuple[str, int | None]]:
    entries = (decode(line) for line in lines)
    return [(entry.text, entry.at) for entry in entries if isinstance(entry, RawMessage) and entry.role == role]


@pytest.mark.parametrize(("name", "session"), [(MIGRATED, SESSION), (NEW, NEW_SESSION)])
def test_versions_and_sessions_are_told(tmp_path: Path, name: str, session: str) -> None:
    with AgentDatabase(copied(name, tmp_path)) as database:
        version = database.version
        assert (version.schema, version.app, version.agent) == (23, "2026.9.6", "main")
        assert database.problems == ()
        (known,) = database.sessions()
        assert (known.id, known.key, known.title, known.excluded) == (session, "agent:main:main", None, None)
        assert list(database.heads()) == [session]
        assert (database.tombstones(), database.archives()) == (frozenset(), [])


def test_every_message_is_found_packed_ones_too(tmp_path: Path) -> None:
    lines = lines_in(copied(NEW, tmp_path), NEW_SESSION)
    assert len(lines) == 19
    said = messages(lines, "user")
    assert [at for _, at in said] == [1795264854061, 1795264886820, 1795264894841, 1795264902908, 1795264910618]
    assert said[2][0].startswith("Please remember this. lorem ipsum")
    assert len(said[2][0]) > 3000
    assert len(messages(lines, "assistant")) == 5


def test_an_import_keeps_every_line_byte_for_byte(tmp_path: Path) -> None:
    file = SAMPLES / FILES / f"state/agents/main/sessions/{SESSION}.jsonl"
    assert lines_in(copied(MIGRATED, tmp_path), SESSION) == file.read_bytes().splitlines()


@pytest.mark.parametrize("name", [MIGRATED, NEW])
@pytest.mark.parametrize("wal", [False, True])
def test_reading_changes_nothing_and_leaves_nothing(tmp_path: Path, name: str, wal: bool) -> None:
    path = copied(name, tmp_path)
    if wal:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA journal_mode = wal")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with AgentDatabase(path) as database:
        for session, head in database.heads().items():
            list(database.events(session, head))
        database.sessions()
        assert list(path.parent.iterdir()) == [path]
    assert list(path.parent.iterdir()) == [path]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_the_made_up_tables_have_the_columns_of_the_real_ones(tmp_path: Path) -> None:
    with closing(sqlite3.connect(copied(NEW, tmp_path))) as real, closing(sqlite3.connect(":memory:")) as made:
        for table, columns in TABLES.items():
            made.execute(f"CREATE TABLE {table} ({columns}) STRICT")
            query = 'SELECT name, type, "notnull" OR pk FROM pragma_table_info(?)'
            assert set(made.execute(query, (table,))) <= set(real.execute(query, (table,))), table


def test_the_entry_of_a_session_is_as_the_index_of_files_had_it(tmp_path: Path) -> None:
    """What is read of it may go by the same names."""
    index = json.loads((SAMPLES / FILES / "state/agents/main/sessions/sessions.json").read_text())
    with closing(sqlite3.connect(copied(MIGRATED, tmp_path))) as db:
        ((key, entry),) = db.execute("SELECT session_key, entry_json FROM session_nodes")
    same = {"sessionId", "updatedAt", "lastInteractionAt", "model", "modelProvider"}
    assert {name: json.loads(entry)[name] for name in same} == {name: index[key][name] for name in same}
