from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from memsyncd.adapters.openclaw_probe import era_of


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    folder = tmp_path / "agents" / "main" / "sessions"
    folder.mkdir(parents=True)
    return folder


def database_of(sessions: Path) -> Path:
    return sessions.with_name("agent") / "openclaw-agent.sqlite"


def make_database(sessions: Path, table: str) -> Path:
    path = database_of(sessions)
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE TABLE {table} (x)")
    return path


def test_without_a_database_transcripts_are_files(sessions: Path) -> None:
    assert era_of(database_of(sessions)) == "session files"


def test_a_database_that_holds_other_things_changes_nothing(sessions: Path) -> None:
    """OpenClaw 2026.7.35 keeps credentials and its search index in a database of the same name."""
    make_database(sessions, "auth")
    assert era_of(database_of(sessions)) == "session files"


def test_with_a_table_of_transcripts_they_are_in_the_database(sessions: Path) -> None:
    make_database(sessions, "transcript_events")
    assert era_of(database_of(sessions)) == "database"


def test_looking_leaves_nothing_behind(sessions: Path) -> None:
    path = make_database(sessions, "transcript_events")
    era_of(path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
