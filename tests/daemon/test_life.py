"""The daemon writes the days that change, whatever happens to the logs, and ends when it is asked to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Event

import pytest

from memsyncd.config import Config, ScheduleConfig, WatchConfig
from memsyncd.daemon.backlog import EVERYTHING
from memsyncd.errors import ConfigError, MemsyncdError, StoreError
from memsyncd.model import Source
from memsyncd.sync.engine import Engine
from tests.builders import Transcript
from tests.daemon.rig import Life
from tests.sync.rig import Rig

DAY = "2026-01-15T10:00:00Z"


@pytest.fixture
def life(tmp_path: Path) -> Life:
    life = Life(tmp_path)
    life.home.live(Transcript("s1", DAY).user("please fix the build").assistant("done"))
    return life


def clean(life: Life, tmp_path: Path) -> dict[str, str]:
    """What a fresh catch-up makes of the same logs."""
    other = Rig(tmp_path / "clean")
    shutil.rmtree(other.home.sessions)
    shutil.copytree(life.home.sessions, other.home.sessions)
    other.catch_up()
    return other.memory()


def test_it_catches_up_before_it_says_that_it_is_ready(life: Life) -> None:
    with life.running():
        assert "please fix the build" in life.day("2026-01-15")


def test_an_appended_message_reaches_its_day(life: Life) -> None:
    talk = Transcript("s2", "2026-01-16T10:00:00Z").user("buy oat milk").assistant("noted")
    with life.running():
        life.home.live(talk)
        life.heard("day.published", day="2026-01-16")
        talk.user("and bread").assistant("noted too")
        life.home.append(talk)
        life.heard("day.published", day="2026-01-16", status="replace")
    assert "bread" in life.day("2026-01-16")


def test_only_the_days_that_changed_are_written(life: Life) -> None:
    life.home.live(Transcript("s2", "2026-01-14T10:00:00Z").user("buy oat milk").assistant("noted"))
    with life.running():
        before = (life.home.memory / "2026-01-14.md").stat().st_mtime_ns
        life.home.live(Transcript("s3", DAY).user("one more").assistant("yes"))
        life.heard("day.published", day="2026-01-15", status="replace")
        assert (life.home.memory / "2026-01-14.md").stat().st_mtime_ns == before


def test_renames_rewrites_truncations_and_deletions_leave_what_a_catch_up_makes(
    life: Life, tmp_path: Path
) -> None:
    talks = {name: Transcript(name, DAY).user(f"{name} begins").assistant("yes") for name in ("a", "b", "c")}
    with life.running():
        for talk in talks.values():
            life.home.live(talk)
        life.home.rewrite(talks["a"], 0)
        life.home.reset(talks["b"], "2026-01-15T12:00:00Z")
        life.home.deleted(talks["c"], "2026-01-15T13:00:00Z")
        last = Transcript("z", "2026-01-17T10:00:00Z").user("the end").assistant("yes")
        life.home.live(last)
        life.heard("day.published", day="2026-01-17")
    assert life.memory() == clean(life, tmp_path)


def test_a_folder_that_appears_later_is_watched(tmp_path: Path) -> None:
    life = Life(tmp_path)
    shutil.rmtree(life.home.sessions)
    with life.running():
        life.home.sessions.mkdir(parents=True)
        life.home.live(Transcript("s1", DAY).user("hello there").assistant("hi"))
        life.heard("day.published", day="2026-01-15")


def test_a_folder_that_is_made_again_is_watched_again(life: Life) -> None:
    with life.running() as daemon:
        shutil.rmtree(life.home.sessions)
        life.home.sessions.mkdir()
        daemon.heartbeat()
        life.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("after all").assistant("yes"))
        life.heard("day.published", day="2026-01-16")


def test_a_sweep_catches_what_no_event_told(tmp_path: Path) -> None:
    """The watcher is deaf here; only the sweep is at work."""
    watch = WatchConfig(quiet_seconds=0.05, ceiling_seconds=0.5, reconcile_seconds=0.2)
    life = Life(tmp_path, watch)
    with life.running() as daemon:
        daemon.watch.close()
        path = life.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("unheard").assistant("yes"))
        os.utime(path, (1, 1))
        assert life.heard("watch.missed")["files"] == 1
        life.heard("day.published", day="2026-01-16")
        assert daemon.worker.tally.caught == 1


def test_sweeps_go_on_after_one_that_failed(tmp_path: Path) -> None:
    life = Life(tmp_path, WatchConfig(quiet_seconds=0.05, ceiling_seconds=0.5, reconcile_seconds=0.2))
    talk = Transcript("s1", DAY).user("heard").assistant("yes")
    life.home.live(talk)

    def find() -> tuple[Source, ...]:
        life.find = lambda: life.sources
        raise OSError("nobody foresaw it")

    with life.running() as daemon:
        daemon.watch.close()
        life.find = find
        life.heard("job.failed", job="reconcile")
        life.ask(daemon, "catch_up")
        life.heard("source.ingested")
        for number in range(2):
            os.utime(life.home.append(talk.user("unheard").assistant("yes")), (1, number))
            life.heard("watch.missed")
            life.heard("day.published", status="replace")
        assert daemon.rhythm is not None
        assert daemon.rhythm.cost > 0  # of the first of the two


def test_catching_up_is_not_put_off_by_what_failed_before(life: Life) -> None:
    with life.running() as daemon:
        daemon.backlog.failed([EVERYTHING])
        life.clock.behind = 3600  # it would be tried again in an hour
        (life.home.memory / "2026-01-15.md").unlink()
        life.ask(daemon, "catch_up")
        life.heard("day.published", day="2026-01-15", reason="the file is missing")


def test_a_step_of_the_clock_is_told_and_everything_looked_at(life: Life) -> None:
    from datetime import timedelta  # noqa: PLC0415

    with life.running() as daemon:
        life.clock.ahead = timedelta(hours=6)
        daemon.heartbeat()
        assert life.heard("clock.jumped")["seconds"] == pytest.approx(21_600, abs=1)
        assert daemon.jumps == 1


def test_a_failed_write_is_told_and_tried_again(life: Life) -> None:
    """The disk is full once."""
    failing: list[str] = ["once"]

    class Full(Engine):
        def update(self, *args: object, **options: object):  # type: ignore[no-untyped-def,override]
            if failing:
                failing.clear()
                raise StoreError("cannot write to the store", why="the disk is full")
            return super().update(*args, **options)  # type: ignore[arg-type]

    def wrap(engine: Engine) -> Engine:
        engine.__class__ = Full
        return engine

    life.wrap = wrap
    with life.running() as daemon:
        life.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("later").assistant("yes"))
        assert "the disk is full" in life.heard("work.failed")["reason"]
        assert daemon.worker.tally.failures
        life.heard("day.published", day="2026-01-16")
    assert not daemon.worker.tally.failures


def test_a_new_configuration_is_taken_up_and_a_wrong_one_refused(life: Life) -> None:
    with life.running() as daemon:
        life.refuse = ConfigError("config.toml", ["colour: no such key"])
        daemon.wants.reload = True
        life.pokes.put(None)
        life.heard("config.refused")
        assert daemon.config_problem
        life.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("goes on").assistant("yes"))
        life.heard("day.published", day="2026-01-16")
        life.refuse = None
        life.config = Config(watch=life.config.watch, schedule=ScheduleConfig(nightly="03:30"))
        daemon.wants.reload = True
        life.pokes.put(None)
        life.heard("config.reloaded")
        assert daemon.config_problem is None


def test_a_configuration_that_changes_while_it_is_read_is_read_again(life: Life) -> None:
    """The scheduler runs no job that runs already."""
    reading, read_on, refused = Event(), Event(), Event()

    def wait(engine: Engine) -> Engine:
        reading.set()
        assert read_on.wait(30)
        return engine

    with life.running() as daemon:
        daemon.alarms._soon = 0.05
        again = daemon.alarms.again
        daemon.alarms.again = lambda name: (refused.set(), again(name))
        life.wrap = wait
        life.ask(daemon, "reload")
        assert reading.wait(30)
        life.ask(daemon, "reload")
        assert refused.wait(30)
        read_on.set()
        for _ in range(2):
            life.heard("config.reloaded")


def test_catching_up_can_be_asked_for(life: Life) -> None:
    with life.running() as daemon:
        (life.home.memory / "2026-01-15.md").unlink()
        daemon.wants.catch_up = True
        life.pokes.put(None)
        life.heard("day.published", day="2026-01-15", reason="the file is missing")


def test_it_does_not_begin_with_a_wrong_configuration(life: Life) -> None:
    life.refuse = ConfigError("config.toml", ["colour: no such key"])
    daemon = life.daemon()
    daemon.wake = lambda: life.pokes.put(None)
    with pytest.raises(ConfigError, match="colour"):
        daemon.run(life._wait)


def test_what_nobody_foresaw_at_the_start_ends_it(life: Life) -> None:
    """Alive and never ready would be worse: whoever watches over it starts it again."""
    life.refuse = OSError("no")
    daemon = life.daemon()
    daemon.wake = lambda: life.pokes.put(None)
    with pytest.raises(MemsyncdError, match="could not begin: OSError: no"):
        daemon.run(life._wait)


def test_a_part_that_went_well_does_not_hide_what_failed(life: Life) -> None:
    with life.running() as daemon:
        daemon.worker.tally.failures = {"2026-01-01": "damaged"}
        life.home.live(Transcript("s2", "2026-01-16T10:00:00Z").user("later").assistant("yes"))
        life.heard("day.published", day="2026-01-16")
        assert daemon.worker.tally.failures


def test_a_burst_causes_one_write(tmp_path: Path) -> None:
    life = Life(tmp_path, WatchConfig(quiet_seconds=0.4, ceiling_seconds=60, reconcile_seconds=0))
    talk = Transcript("s1", DAY).user("begin").assistant("yes")
    life.home.live(talk)
    with life.running():
        for number in range(50):
            talk.user(f"message {number}").assistant("yes")
            life.home.append(talk)
        life.heard("day.published", day="2026-01-15", status="replace")
    written = [fields for event, fields in list(life.told.queue) if event == "day.published"]
    assert written == []
    assert "message 49" in life.day("2026-01-15")
