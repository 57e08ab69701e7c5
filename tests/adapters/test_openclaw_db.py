from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.adapters.openclaw_db import AgentDatabase, DatabaseVersion
from memsyncd.adapters.openclaw_db_connection import settled, stat_database
from memsyncd.adapters.openclaw_db_rows import Head
from memsyncd.errors import FileError
from tests.builders import Transcript, line, user
from tests.builders.database import SINCE, OpenClawDatabase


def talk(session: str = "s1", lines: int = 3) -> Transcript:
    transcript = Transcript(session)
    for number in range(lines):
        transcript.user(f"line {number} of {session}")
    return transcript


def lines_of(transcript: Transcript, start: int = 0) -> list[bytes]:
    return [line(entry).rstrip(b"\n") for entry in transcript.entries[start:]]


def lines_in(database: AgentDatabase, session: str = "s1", after: int = -1) -> list[bytes]:
    head = database.heads()[session]
    return [text for rows in database.events(session, head, after) for text in rows.lines]


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "openclaw-agent.sqlite"


# --- opening ---


def test_a_closed_file_is_read_and_nothing_is_left_behind(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
    before = hashes(path.parent)
    with AgentDatabase(path) as database:
        assert lines_in(database) == lines_of(talk())
        assert hashes(path.parent) == before
    assert hashes(path.parent) == before


def test_a_closed_file_in_wal_mode_is_read_and_nothing_is_left_behind(path: Path) -> None:
    """An ordinary reader would make ``-wal`` and ``-shm`` files there."""
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(talk())
    before = hashes(path.parent)
    assert list(before) == [path.name]
    with AgentDatabase(path) as database:
        assert lines_in(database) == lines_of(talk())
        assert hashes(path.parent) == before
    assert hashes(path.parent) == before


def test_rows_that_are_only_in_the_write_ahead_log_are_read_and_it_stays_as_it_is(path: Path) -> None:
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(talk())
        before = hashes(path.parent)
        assert f"{path.name}-wal" in before
        with AgentDatabase(path) as database:
            assert lines_in(database) == lines_of(talk())
        after = hashes(path.parent)
    for name in (path.name, f"{path.name}-wal"):
        assert after[name] == before[name]
    assert after.keys() == before.keys()


def test_what_a_killed_openclaw_left_in_its_log_is_read(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / path.name
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(talk())
        copy.parent.mkdir()
        for name in (path.name, f"{path.name}-wal"):
            shutil.copy(path.with_name(name), copy.with_name(name))
    before = hashes(copy.parent)
    with AgentDatabase(copy) as database:
        assert lines_in(database) == lines_of(talk())
    after = hashes(copy.parent)
    assert {name: after[name] for name in before} == before


def test_openclaw_may_start_write_and_end_while_we_read(path: Path) -> None:
    transcript = talk()
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(transcript)
    with AgentDatabase(path) as database:
        assert database.heads()["s1"].last == 3
        with OpenClawDatabase(path, live=True) as openclaw:
            openclaw.put(transcript.user("while you read"))
            assert database.heads()["s1"].last == 4
            openclaw.put(transcript.user("and again"))
            assert lines_in(database) == lines_of(transcript)
        assert lines_in(database) == lines_of(transcript)
        with OpenClawDatabase(path, live=True) as openclaw:
            openclaw.put(transcript.user("a third time"))
        assert lines_in(database) == lines_of(transcript)


WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = wal")
db.execute("PRAGMA wal_autocheckpoint = 20")
for seq in range(4, 400):
    db.execute("INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES ('s1', ?, ?, 0)",
               (seq, f'{{"number": {seq}}}' + " " * 2000))
    if seq == 40:
        print("begun", flush=True)
print("done", flush=True)
sys.stdin.readline()
print(*db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone(), flush=True)
"""


def test_a_writer_in_another_process_is_neither_stopped_nor_missed(path: Path) -> None:
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(talk())
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begun\n"
        with AgentDatabase(path) as database:
            seen = 0
            while seen < 399:
                head = database.heads()["s1"]
                rows = sum(len(rows.lines) for rows in database.events("s1", head))
                assert rows > head.last >= seen
                seen = head.last
            assert writer.stdout.readline() == "done\n"
            # A reader that is idle holds nothing: the log can be folded into the file and emptied.
            print(file=writer.stdin, flush=True)
            assert writer.stdout.readline() == "0 0 0\n"
            assert len(lines_in(database)) == 400
    assert writer.returncode == 0


@pytest.mark.parametrize("name", ["a?mode=rw#x", "100% sure", "mit Umlaut ä", "a&b=c;d", "file:x"])
def test_any_file_name_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
    with AgentDatabase(path) as database:
        assert list(database.heads()) == ["s1"]
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == [name]


def test_nothing_can_be_written_through_it(path: Path) -> None:
    OpenClawDatabase(path).close()
    with AgentDatabase(path) as database, pytest.raises(FileError):
        database._database.rows("DELETE FROM schema_meta")


# --- what cannot be read ---


def failing(path: Path) -> FileError:
    with pytest.raises(FileError) as raised, AgentDatabase(path, patience=0.01) as database:
        lines_in(database)
    assert raised.value.where == str(path)
    assert raised.value.hint
    return raised.value


def test_a_database_that_is_not_there_is_named(path: Path) -> None:
    assert failing(path).why == "it is not there"
    assert not path.parent.exists()


def test_a_folder_in_its_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    assert failing(path).why == "it is not a file"


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all " * 1000)
    assert failing(path).why == "it is not a database"


def test_a_locked_database_is_named(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
        openclaw.db.execute("BEGIN EXCLUSIVE")
        problem = failing(path)
        openclaw.db.execute("COMMIT")
    assert problem.why == "another program keeps it locked"
    assert "next run" in problem.hint


def test_a_damaged_database_is_named(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk(lines=200))
    data = bytearray(path.read_bytes())
    data[16_384:] = b"\xff" * (len(data) - 16_384)
    path.write_bytes(data)
    assert failing(path).why in ("it is damaged", "disk I/O error")


def test_a_text_that_is_none_is_not_quoted(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
        openclaw.db.execute("UPDATE transcript_rewrite_watermarks SET generation = CAST(x'7365637265ff' AS TEXT)")
    assert failing(path).why == "it holds a text that is none"


def test_a_schema_of_a_later_time_asks_for_a_newer_library(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.db.execute("PRAGMA writable_schema = on")
        openclaw.db.execute("UPDATE sqlite_master SET sql = sql || ' ENTANGLED' WHERE name = 'session_nodes'")
    problem = failing(path)
    assert f"SQLite {sqlite3.sqlite_version}" in problem.why
    assert "newer" in problem.hint


def test_other_columns_than_those_known_are_named(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE transcript_events (session TEXT, number INTEGER, body TEXT)")
    assert "other columns" in failing(path).why


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(path: Path) -> None:
    OpenClawDatabase(path).close()
    path.chmod(0)
    assert "permissions" in failing(path).hint


def test_an_undone_change_asks_for_openclaw(path: Path, tmp_path: Path) -> None:
    """A rollback journal is left of a process that was killed; undoing it would be a write."""
    copy = tmp_path / "copy" / path.name
    copy.parent.mkdir()
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk(lines=50))
        openclaw.db.execute("PRAGMA cache_size = 1")
        openclaw.db.execute("BEGIN")
        openclaw.db.execute("UPDATE transcript_events SET event_json = event_json || '  '")
        for name in (path.name, f"{path.name}-journal"):
            shutil.copy(path.with_name(name), copy.with_name(name))
        openclaw.db.execute("ROLLBACK")
    before = hashes(copy.parent)
    assert "start OpenClaw" in failing(copy).hint or "permissions" in failing(copy).hint
    assert hashes(copy.parent) == before


# --- versions ---


@pytest.mark.parametrize("schema", [19, 23])
def test_the_versions_that_were_seen_are_read_without_a_word(path: Path, schema: int) -> None:
    with OpenClawDatabase(path, schema=schema) as openclaw:
        openclaw.put(talk())
    with AgentDatabase(path) as database:
        assert lines_in(database) == lines_of(talk())
        assert database.version == DatabaseVersion(schema=schema, app="2026.9.6", agent="main", created=SINCE)
        assert database.problems == ()


@pytest.mark.parametrize(("schema", "age"), [(18, "older"), (24, "newer")])
def test_other_versions_are_read_and_told(path: Path, schema: int, age: str) -> None:
    with OpenClawDatabase(path, schema=schema) as openclaw:
        openclaw.put(talk())
    with AgentDatabase(path) as database:
        assert lines_in(database) == lines_of(talk())
        assert database.problems == (
            f"its tables are of version {schema}, {age} than those known (19 to 23); what is known is read",
        )


def test_without_transcripts_there_is_nothing_to_tell(path: Path) -> None:
    """OpenClaw 2026.7.35 keeps credentials and its search index in a database of the same name."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 1")
        db.execute("CREATE TABLE auth (x)")
    with AgentDatabase(path) as database:
        assert not database.holds_transcripts
        assert (database.heads(), database.sessions(), database.archives(), database.problems) == ({}, [], [], ())


def test_only_the_table_of_transcripts_is_needed(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT)")
        db.execute("INSERT INTO transcript_events VALUES ('s1', 0, '{}')")
    with AgentDatabase(path) as database:
        assert database.heads() == {"s1": Head("", 0)}
        assert lines_in(database) == [b"{}"]
        assert (database.sessions(), database.tombstones(), database.archives()) == ([], frozenset(), [])
        assert database.version == DatabaseVersion(schema=0)


def test_a_database_made_anew_is_another_one(path: Path) -> None:
    OpenClawDatabase(path).close()
    with AgentDatabase(path) as database:
        first = database.identity
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)
    with AgentDatabase(path) as database:
        assert database.identity != first


# --- rows ---


def test_the_rows_behind_one_are_read(path: Path) -> None:
    transcript = talk(lines=5)
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(transcript).put(talk("s2"), "side")
    with AgentDatabase(path) as database:
        assert lines_in(database, after=2) == lines_of(transcript, 3)
        assert lines_in(database, after=5) == []
        assert database.line("s1", 2) == lines_of(transcript)[2]
        assert database.line("s1", 6) is None
        assert database.line("s3", 0) is None


def test_packed_lines_are_read_in_their_place(path: Path) -> None:
    transcript = Transcript("s1").user("short").user("long " * 500).user("short again")
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(transcript, pack=1024)
        assert openclaw._one("SELECT count(event_zstd) FROM transcript_events") == 1
    with AgentDatabase(path) as database:
        assert lines_in(database) == lines_of(transcript)
        assert database.line("s1", 2) == lines_of(transcript)[2]


def test_a_long_transcript_comes_in_batches(path: Path) -> None:
    transcript = Transcript("s1")
    for _ in range(5):
        transcript.user("x" * 700_000)
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(transcript, pack=0)
    with AgentDatabase(path) as database:
        batches = list(database.events("s1", database.heads()["s1"]))
        assert [rows.last for rows in batches] == [2, 4, 5]
        assert [text for rows in batches for text in rows.lines] == lines_of(transcript)


def damaged(**columns: object) -> Callable[[OpenClawDatabase], None]:
    names = {"event_json": None, "event_zstd": None, "event_utf8_bytes": None, **columns}
    changes = ", ".join(f"{name} = ?" for name in names)
    query = f"UPDATE transcript_events SET {changes} WHERE seq = 2"  # noqa: S608 — names that stand here
    return lambda openclaw: openclaw.db.execute(query, tuple(names.values())) and None


TEXT = line(user("packed")).rstrip(b"\n")
PACKED = zstandard.compress(TEXT)
BOMB = zstandard.compress(b"\0" * (5 << 20))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (damaged(event_zstd=b"garbage", event_utf8_bytes=10), "it cannot be unpacked"),
        (damaged(event_zstd=PACKED[:-4], event_utf8_bytes=len(TEXT)), "it cannot be unpacked"),
        (damaged(event_zstd=PACKED, event_utf8_bytes=len(TEXT) + 1), "it is not as long as stated"),
        (damaged(event_zstd=PACKED, event_utf8_bytes=len(TEXT) - 1), "it is not as long as stated"),
        (damaged(event_zstd=BOMB, event_utf8_bytes=5 << 20), "it states an impossible length"),
        (damaged(event_zstd=BOMB, event_utf8_bytes=10), "it is not as long as stated"),
        (damaged(event_zstd=PACKED, event_utf8_bytes=0), "it states an impossible length"),
        (damaged(event_zstd=PACKED), "it holds no text"),
        (damaged(), "it holds no text"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_passed_over(
    path: Path, damage: Callable[[OpenClawDatabase], None], why: str
) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
        damage(openclaw)
    with AgentDatabase(path) as database:
        batches = list(database.events("s1", database.heads()["s1"]))
        assert [row for rows in batches for row in rows.damaged] == [(2, why)]
        read = [text for rows in batches for text in rows.lines]
        assert read == [text for number, text in enumerate(lines_of(talk())) if number != 2]
        assert (batches[-1].last, batches[-1].final) == (3, lines_of(talk())[3])
        assert database.line("s1", 2) is None


def test_a_frame_that_does_not_state_its_length_is_read(path: Path) -> None:
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk())
        damaged(event_zstd=frame, event_utf8_bytes=len(TEXT))(openclaw)
    with AgentDatabase(path) as database:
        assert database.line("s1", 2) == TEXT


def test_a_last_row_that_cannot_be_read_has_no_final_line(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk(lines=2))
        damaged()(openclaw)
    with AgentDatabase(path) as database:
        (rows,) = database.events("s1", database.heads()["s1"])
        assert (rows.last, rows.final, len(rows.lines)) == (2, None, 2)


def test_a_transcript_rewritten_meanwhile_ends_early(path: Path) -> None:
    transcript = Transcript("s1")
    for _ in range(3):
        transcript.user("x" * 1_100_000)
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(transcript)
        with AgentDatabase(path) as database:
            rows = database.events("s1", database.heads()["s1"])
            assert next(rows).last == 1
            openclaw.rewrite(transcript)
            assert list(rows) == []
            assert database.heads()["s1"].generation == "b" * 32


@given(
    st.lists(
        st.tuples(
            st.text(max_size=5) | st.sampled_from(["7 8", " ", "a'b", "%", "a\0b", "a", "\0"]), st.integers(-3, 9)
        ),
        max_size=30,
    )
)
def test_heads_are_the_last_rows_of_all_sessions(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    """SQLite texts hold anything but lone surrogates."""
    ids = {(text.encode("utf-8", "replace").decode(), seq) for text, seq in rows}
    path = tmp_path_factory.mktemp("heads") / "db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA synchronous = off")
        db.execute(
            "CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT, PRIMARY KEY (session_id, seq))"
        )
        db.executemany("INSERT INTO transcript_events VALUES (?, ?, '{}')", ids)
    with AgentDatabase(path) as database:
        heads = {session: head.last for session, head in database.heads().items()}
    assert heads == {text: max(seq for other, seq in ids if other == text) for text, _ in ids}


# --- when it changed ---


def test_a_write_shows_in_the_files(path: Path) -> None:
    assert stat_database(path) is None
    with OpenClawDatabase(path, live=True) as openclaw:
        before = stat_database(path)
        assert before is not None
        assert before.wal is not None
        openclaw.put(talk())
        assert stat_database(path) != before


def test_a_change_just_made_is_not_settled(path: Path) -> None:
    OpenClawDatabase(path).close()
    now = stat_database(path)
    assert now is not None
    assert not settled(now)
    os.utime(path, ns=(0, now.main.mtime_ns - 10**10))
    earlier = stat_database(path)
    assert earlier is not None
    assert settled(earlier)
