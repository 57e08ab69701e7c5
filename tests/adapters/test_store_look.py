"""Looking at the store tells its version and whether it is sound, and leaves no trace."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.adapters.store_look import NEWEST, StoreLook, look_at_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "a #?folder"
    folder.mkdir()
    return folder / "store.sqlite"


@pytest.fixture
def opened(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def test_no_store_is_made(path: Path) -> None:
    assert look_at_store(path) == StoreLook()
    assert list(path.parent.iterdir()) == []


def test_a_closed_store_is_sound_and_stays_a_single_file(path: Path, opened: SqliteStore) -> None:
    opened.close()
    found = look_at_store(path)
    assert (found.exists, found.version, found.checked, found.damage, found.error) == (True, NEWEST, True, "", "")
    assert found.size == path.stat().st_size
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_open_store_is_looked_at_beside_its_writer(path: Path, opened: SqliteStore) -> None:
    found = look_at_store(path)
    assert (found.version, found.checked, found.error) == (NEWEST, True, "")
    assert found.log_size > 0
    opened.set_note("still", "writing")


def test_the_newest_turn_of_each_source_is_told(path: Path, opened: SqliteStore) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO sources VALUES (1, 'openclaw', '/a', 'a', 'main'), (2, 'openclaw', '/b', 'b', 'main')"
        )
        db.execute("INSERT INTO sessions (id, source, sid) VALUES (1, 1, 's')")
        for key, at in ((1, 500), (2, 900), (3, 700)):
            db.execute(
                "INSERT INTO turns (source, key, at, role, kind, session, entry, text) "
                "VALUES (1, ?, ?, 'user', 'talk', 1, '', '')",
                (key, at),
            )
    assert look_at_store(path).newest == {"a": 900}


def test_damage_is_told(path: Path, opened: SqliteStore) -> None:
    for number in range(500):
        opened.set_note(f"note {number}", "x" * 100)
    opened.close()
    data = bytearray(path.read_bytes())
    data[-8192:-4096] = bytes(range(256)) * 16
    path.write_bytes(data)
    assert look_at_store(path).damage


def test_what_is_no_database_is_damaged(path: Path) -> None:
    path.write_bytes(b"no database, but long enough to look like one" * 100)
    assert "not a database" in look_at_store(path).damage


def test_a_newer_store_is_told_with_its_version(path: Path, opened: SqliteStore) -> None:
    opened.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {NEWEST + 5}")
    assert look_at_store(path).version == NEWEST + 5


def test_a_folder_of_the_stores_name_is_an_error_in_words(path: Path) -> None:
    path.mkdir()
    assert look_at_store(path).error


def test_a_large_store_is_not_gone_through(path: Path, opened: SqliteStore) -> None:
    opened.close()
    found = look_at_store(path, largest=path.stat().st_size - 1)
    assert (found.checked, found.damage, found.version) == (False, "", NEWEST)
    assert look_at_store(path, largest=path.stat().st_size).checked
