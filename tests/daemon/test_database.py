"""The daemon hears of what OpenClaw writes into its live database, and of nothing else beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase
from tests.daemon.rig import Life
from tests.sync.rig import Rig

DAY = "2026-01-15T10:00:00Z"


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path, database=tmp_path / ".openclaw/agents/main/agent/openclaw-agent.sqlite")


@pytest.fixture
def openclaw(life: Life) -> Iterator[OpenClawDatabase]:
    """The database, which OpenClaw has open all the time."""
    assert life.source.database is not None
    with OpenClawDatabase(life.source.database, live=True) as database:
        yield database


@pytest.fixture
def talk(openclaw: OpenClawDatabase) -> Transcript:
    """What has been said when the daemon begins."""
    talk = Transcript("s1", DAY).user("please fix the build").assistant("done")
    openclaw.put(talk)
    return talk


def test_a_message_in_the_live_database_reaches_its_day(
    life: Life, openclaw: OpenClawDatabase, talk: Transcript
) -> None:
    with life.running():
        assert "please fix the build" in life.day("2026-01-15")
        for words in ("buy oat milk", "and bread"):
            openclaw.put(talk.user(words).assistant("noted"))
            life.heard("day.published", day="2026-01-15", status="replace")
            assert words in life.day("2026-01-15")


def test_the_day_is_the_one_that_a_catch_up_makes(
    life: Life, openclaw: OpenClawDatabase, talk: Transcript, tmp_path: Path
) -> None:
    with life.running():
        openclaw.put(talk.user("buy oat milk").assistant("noted"))
        life.heard("day.published", day="2026-01-15", status="replace")
    other = Rig(tmp_path / "clean", database=life.source.database)
    other.catch_up()
    assert other.memory() == life.memory()


def test_a_database_that_appears_later_is_read(life: Life) -> None:
    """OpenClaw was upgraded while the daemon ran."""
    assert life.source.database is not None
    with life.running():
        with OpenClawDatabase(life.source.database, live=True) as openclaw:
            openclaw.put(Transcript("s1", DAY).user("after the upgrade").assistant("yes"))
            life.heard("day.published", day="2026-01-15")
        assert "after the upgrade" in life.day("2026-01-15")


@pytest.mark.usefixtures("talk")
def test_a_sweep_over_a_database_that_did_not_change_finds_nothing(life: Life) -> None:
    """That it was read leaves no trace which the sweep could take for a change."""
    with life.running() as daemon:
        life.heard("source.ingested")
        assert daemon.worker.reconcile().missed == 0
        assert daemon.backlog.waiting(life.source.name) == set()


def test_a_sweep_sees_the_rows_that_no_event_told_of(
    life: Life, openclaw: OpenClawDatabase, talk: Transcript
) -> None:
    with life.running() as daemon:
        daemon.watch.close()
        openclaw.put(talk.user("unheard").assistant("yes"))
        daemon.worker.reconcile()
        assert daemon.backlog.waiting(life.source.name) == {"database/openclaw-agent.sqlite-wal"}


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize(
    "name", ["openclaw-agent.sqlite-shm", "auth-profiles.json", "models.json", "other.sqlite", "other.sqlite-wal"]
)
def test_openclaws_other_files_beside_the_database_wake_nothing(life: Life, name: str) -> None:
    assert life.source.database is not None
    path = life.source.database.with_name(name)
    with life.running() as daemon:
        if not path.exists():  # the first belongs to SQLite
            path.write_text("{}")
        assert daemon.backlog.notice(path.resolve())  # in a folder that is watched
        daemon.worker.reconcile()
        assert daemon.backlog.waiting(life.source.name) == set()
