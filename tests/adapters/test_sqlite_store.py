from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsyncd.adapters.store.base import Rewrite, Store
from memsyncd.adapters.store.schema import MIGRATIONS
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.errors import StoreError
from memsyncd.model import Session
from tests.adapters.store_contract import *  # noqa: F403 — the contract's tests run here
from tests.adapters.store_contract import SOURCE, T0, batch, cursor, facts, texts, turn


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = SqliteStore(tmp_path / "store" / "store.sqlite")
    yield made
    made.close()


def test_the_file_and_its_folder_are_private(store: SqliteStore) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_what_was_written_is_there_after_a_reopening(store: SqliteStore) -> None:
    number = store.register(SOURCE)
    store.apply(number, batch(facts(turns=(turn("hi"),)), cursor=cursor()))
    secret = store.secret
    store.close()
    again = SqliteStore(store.path)
    assert (texts(again, number), again.secret, list(again.cursors(number))) == (["hi"], secret, ["a.jsonl"])
    again.close()


def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    SqliteStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer than this program") as caught:
        SqliteStore(path)
    assert "update memsyncd" in caught.value.hint


def test_a_damaged_store_is_reported_with_advice_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="cannot open the store") as caught:
        SqliteStore(path)
    assert "aside" in caught.value.hint
    assert path.read_bytes().startswith(b"this is no database")


def test_the_version_is_the_number_of_migrations(store: SqliteStore) -> None:
    with sqlite3.connect(store.path) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    db.close()


def test_the_size_on_disk_includes_what_is_in_the_log_only(store: SqliteStore) -> None:
    store.apply(store.register(SOURCE), batch(facts(turns=(turn("x" * 50_000),))))
    assert store.path.stat().st_size < 50_000 < store.size().bytes


CRASH = """
import os, sys
from pathlib import Path
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.adapters.store.writer import Writer
from tests.adapters.store_contract import SOURCE, batch, cursor, facts, turn

class Dying(Writer):
    def _mark(self, source, changes):
        os._exit(9)

store = SqliteStore(Path(sys.argv[1]))
number = store.register(SOURCE)
store.apply(number, batch(facts(turns=(turn("one"),)), cursor=cursor(offset=1)))
store._writer = Dying(store._db)
store.apply(number, batch(facts(turns=(turn("two"),)), cursor=cursor(offset=2)))
"""


def test_a_crash_in_the_middle_of_a_batch_leaves_neither_rows_nor_cursor(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", CRASH, str(path)], env=environment, check=False)
    assert done.returncode == 9
    store = SqliteStore(path)
    number = store.register(SOURCE)
    assert (texts(store, number), store.cursors(number)["a.jsonl"].offset) == (["one"], 1)
    store.close()


def test_a_text_that_was_replaced_is_in_none_of_the_files_any_more(tmp_path: Path) -> None:
    """Redaction replaces it because it is a secret: free pages and the write-ahead log count too."""
    path = tmp_path / "state" / "store.sqlite"
    store = SqliteStore(path)
    number = store.register(SOURCE)
    words = "quite a secret " * 400
    store.apply(number, batch(facts(turns=(turn(words), turn("other words", T0 + 1)))))
    [text] = [text for part in store.texts() for text in part if text.text == words]
    store.rewrite([Rewrite(text, "[x]", {"x": 400})])
    files = [file for file in path.parent.iterdir() if b"quite a secret" in file.read_bytes()]
    store.close()
    assert files == []


def test_no_write_that_fails_speaks_of_sqlite_only(tmp_path: Path) -> None:
    """A full disk: callers wait for it to end, and know it by its kind."""
    store = SqliteStore(tmp_path / "state" / "store.sqlite")
    number = store.register(SOURCE)
    store._db.execute("PRAGMA query_only = ON")
    for write in (
        lambda: store.know_sessions(number, [Session(id="s1", title="a title")]),
        lambda: store.apply(number, batch(facts(turns=(turn("a"),)))),
        lambda: store.set_note("a", "b"),
    ):
        with pytest.raises(StoreError, match="cannot write"):
            write()
    store.close()
