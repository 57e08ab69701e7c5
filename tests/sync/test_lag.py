"""How far memory reaches against the logs: newest log, newest message, newest message in a file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.sync.health import health_of
from memsyncd.sync.lag import SourceHealth
from tests.builders import Transcript
from tests.sync.rig import NOW, Rig

DAY = "2026-01-15T10:00:00Z"
DAEMON = DaemonState(pid=1, version="1", started=NOW.isoformat())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def look(rig: Rig, *, read: bool = True, daemon: DaemonState | None = None) -> SourceHealth:
    """The source as ``status`` finds it; it reads what is new, unless a daemon does."""
    with rig.engine() as engine:
        (source,) = health_of(engine, engine.ingest() if read else (), daemon).sources
        return source


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def touch(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_a_source_without_messages_has_no_instants(rig: Rig) -> None:
    found = look(rig)
    assert (found.files, found.newest_message, found.published_until, found.behind_seconds) == (
        0,
        None,
        None,
        None,
    )


def test_before_the_first_run_nothing_is_published(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello").assistant("hi"))
    found = look(rig)
    assert (found.files, found.newest_message) == (1, instant("2026-01-15T11:00:30+01:00"))
    assert (found.published_until, found.behind_seconds) == (None, None)


def test_after_a_run_nothing_is_behind(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello").assistant("hi"))
    rig.catch_up()
    found = look(rig)
    assert found.published_until == found.newest_message
    assert found.behind_seconds == 0


def test_instants_are_in_the_zone_of_the_days(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello"))
    newest = look(rig).newest_message
    assert newest is not None
    assert newest.isoformat() == "2026-01-15T11:00:00+01:00"


def test_new_messages_of_a_day_that_is_published_are_behind_by_the_time_between(rig: Rig) -> None:
    talk = Transcript("s1", DAY).user("hello").assistant("hi")
    rig.home.live(talk)
    rig.catch_up()
    rig.home.live(talk.user("more", at="2026-01-15T10:03:30Z"))
    found = look(rig)
    assert found.published_until == instant("2026-01-15T10:00:30Z")
    assert found.behind_seconds == 180


def test_a_new_day_is_behind_the_last_one_that_is_published(rig: Rig) -> None:
    rig.home.live(Transcript("s1", "2026-01-13T10:00:00Z").user("hello"))
    rig.catch_up()
    rig.home.live(Transcript("s2", "2026-01-14T10:00:00Z").user("and"))
    rig.home.live(Transcript("s3", "2026-01-15T10:00:00Z").user("so on"))
    assert look(rig).behind_seconds == 2 * 86_400


def test_a_memory_file_that_is_gone_holds_nothing(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello"))
    rig.catch_up()
    (rig.home.memory / "2026-01-15.md").unlink()
    assert look(rig).published_until is None


def test_work_without_words_is_no_message(rig: Rig) -> None:
    talk = Transcript("s1", DAY).user("hello")
    rig.home.live(talk.tool("exec", {"command": "ls"}, "", exit_code=0))
    assert look(rig).newest_message == instant(DAY)


def test_version_and_era_are_told(tmp_path: Path) -> None:
    found = look(Rig(tmp_path, version="2026.7.35"))
    assert (found.version, found.era) == ("2026.7.35", "session files")


# --- a log that is ahead of what a daemon has read ---


def log_at(rig: Rig, name: str = "s1", *, minutes: int) -> Path:
    """A log whose last message was written so many minutes ago."""
    path = rig.home.path(Transcript(name))
    touch(path, datetime.fromtimestamp(NOW.timestamp() - minutes * 60, UTC))
    return path


def test_a_log_that_was_read_to_its_end_and_holds_no_newer_message_is_silent(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello"))
    log_at(rig, minutes=20)
    rig.catch_up()
    found = look(rig, read=False, daemon=DAEMON)
    assert found.ahead == "silent"
    assert found.newest_log == datetime.fromtimestamp(NOW.timestamp() - 1200, UTC)


def test_a_log_that_nobody_reads_is_unread(rig: Rig) -> None:
    talk = Transcript("s1", DAY).user("hello")
    rig.home.live(talk)
    rig.catch_up()
    rig.home.append(talk.user("more"))
    log_at(rig, minutes=20)
    assert look(rig, read=False, daemon=DAEMON).ahead == "unread"


@pytest.mark.parametrize("minutes", [0, 4])
def test_a_log_that_a_daemon_may_still_be_waiting_for_is_not_ahead(rig: Rig, minutes: int) -> None:
    talk = Transcript("s1", DAY).user("hello")
    rig.home.live(talk)
    rig.catch_up()
    rig.home.append(talk.user("more"))
    log_at(rig, minutes=minutes)
    assert look(rig, read=False, daemon=DAEMON).ahead is None


def test_the_log_of_a_session_that_stays_out_of_memory_does_not_count(rig: Rig) -> None:
    at = datetime.fromtimestamp(NOW.timestamp() - 1800, UTC)
    rig.home.live(Transcript("s1", at).user("hello"))
    log_at(rig, minutes=30)
    rig.home.live(Transcript("s2", at).user("nightly"), key="cron:nightly:run:1")
    rig.catch_up()
    log_at(rig, "s2", minutes=20)
    found = look(rig, read=False, daemon=DAEMON)
    assert (found.files, found.ahead) == (2, None)
    assert found.newest_log == at


def test_without_a_daemon_nothing_is_ahead(rig: Rig) -> None:
    rig.home.live(Transcript("s1", DAY).user("hello"))
    log_at(rig, minutes=20)
    assert look(rig).ahead is None
