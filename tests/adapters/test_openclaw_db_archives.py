from __future__ import annotations

from pathlib import Path

import pytest
import zstandard

from memsyncd.adapters import openclaw_db_archives
from memsyncd.adapters.openclaw_db import AgentDatabase
from memsyncd.adapters.openclaw_db_archives import Archive
from memsyncd.errors import FileError
from tests.builders import Transcript, line
from tests.builders.database import OpenClawDatabase

HEX = "a" * 32


def talk(session: str = "s1", lines: int = 3) -> Transcript:
    transcript = Transcript(session)
    for number in range(lines):
        transcript.user(f"line {number} of {session}")
    return transcript


def lines_of(transcript: Transcript) -> list[bytes]:
    return [line(entry).rstrip(b"\n") for entry in transcript.entries]


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """The folder of session files, which need not be there."""
    return tmp_path / "sessions"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "openclaw-agent.sqlite"


def read(path: Path, sessions: Path) -> dict[str, list[bytes]]:
    with AgentDatabase(path) as database:
        return {
            archive.session: [text for piece in database.pieces(archive, sessions) for text in piece.lines]
            for archive in database.archives()
        }


@pytest.mark.parametrize("pack", [True, False])
@pytest.mark.parametrize("reason", ["deleted", "reset"])
def test_a_deleted_session_is_read_from_its_blob(path: Path, sessions: Path, reason: str, pack: bool) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk()).delete(talk(), "side", reason=reason, pack=pack)
    assert read(path, sessions) == {"s1": lines_of(talk())}
    with AgentDatabase(path) as database:
        (archive,) = database.archives()
        assert archive == Archive(session="s1", kind="archive", mark=HEX)
        label = database.label(archive)
    assert label.key == "agent:main:side"
    assert label.name.startswith(f"s1.jsonl.{reason}.2026-01-15T12-00-00.000Z")


def test_a_blob_larger_than_a_bite_is_read_whole(path: Path, sessions: Path) -> None:
    transcript = Transcript("s1")
    for number in range(3):
        transcript.user(f"{number}" * (openclaw_db_archives._BITE // 2 + 1))
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(transcript).delete(transcript, pack=False)
    assert read(path, sessions) == {"s1": lines_of(transcript)}


@pytest.mark.parametrize("in_a_file", [True, False])
def test_a_cold_session_is_read_from_the_rows_it_was_packed_as(
    path: Path, sessions: Path, in_a_file: bool
) -> None:
    with OpenClawDatabase(path) as openclaw:
        name = openclaw.put(talk()).cold(talk(), sessions if in_a_file else None)
    assert read(path, sessions) == {"s1": lines_of(talk())}
    with AgentDatabase(path) as database:
        file = name if in_a_file else ""
        assert database.archives() == [Archive(session="s1", kind="cold", mark=name, file=file)]


def test_an_archive_leaves_the_database_as_it_is(path: Path, sessions: Path) -> None:
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(talk()).delete(talk())
    before = path.read_bytes()
    read(path, sessions)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_reading_a_blob_keeps_no_transaction_open(path: Path, sessions: Path) -> None:
    transcript = Transcript("s1").user("x" * (2 * openclaw_db_archives._BITE))
    with OpenClawDatabase(path, live=True) as openclaw:
        openclaw.put(transcript).delete(transcript, pack=False)
        with AgentDatabase(path) as database:
            (archive,) = database.archives()
            pieces = database.pieces(archive, sessions)
            next(pieces)
            assert openclaw.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
            openclaw.db.execute("DELETE FROM session_transcript_archives")
            with pytest.raises(FileError, match="removed while it was read"):
                list(pieces)


def test_a_cold_file_that_is_gone_is_named(path: Path, sessions: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        name = openclaw.put(talk()).cold(talk(), sessions)
    (sessions / "cold" / name).unlink()
    with pytest.raises(FileError, match="cannot read log file") as raised:
        read(path, sessions)
    assert raised.value.where == str(sessions / "cold" / name)


def test_a_cut_off_archive_is_named_and_what_stands_before_is_read(path: Path, sessions: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk()).delete(talk())
        blob = zstandard.compress(talk(lines=5_000).data)[:-100]
        openclaw.db.execute("UPDATE session_transcript_archives SET archive_blob = ?", (blob,))
    with AgentDatabase(path) as database:
        (archive,) = database.archives()
        pieces = database.pieces(archive, sessions)
        assert len(next(pieces).lines) > 100
        with pytest.raises(FileError, match="cannot unpack"):
            list(pieces)


@pytest.mark.parametrize("name", ["../../secret.jsonl.zst", "/etc/passwd", "x.jsonl.zst", "A" * 64 + ".jsonl.zst"])
def test_no_name_in_the_database_leads_out_of_the_folder(path: Path, sessions: Path, name: str) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk()).cold(talk(), sessions)
        openclaw.db.execute("UPDATE session_transcript_cold_archives SET archive_name = ?", (name,))
    with pytest.raises(FileError, match="impossible name"):
        read(path, sessions)


def test_a_plain_transcript_in_a_cold_archive_is_read_too(path: Path, sessions: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk()).cold(talk())
        blob = zstandard.compress(talk().data + b'{"torn')
        openclaw.db.execute("UPDATE session_transcript_cold_archives SET archive_blob = ?", (blob,))
    assert read(path, sessions) == {"s1": [*lines_of(talk()), b'{"torn']}


def test_all_archives_of_a_session_are_told_apart(path: Path) -> None:
    with OpenClawDatabase(path) as openclaw:
        openclaw.put(talk()).delete(talk()).put(talk()).cold(talk())
        assert openclaw._one("SELECT count(*) FROM session_transcript_archives") == 1
    with AgentDatabase(path) as database:
        assert [archive.kind for archive in database.archives()] == ["archive", "cold"]
