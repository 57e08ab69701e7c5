"""Health in figures: what ``status`` says and what Prometheus reads is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.core.metrics import Figures
from memsyncd.core.redact.placeholders import LABELS
from memsyncd.model import PublishedDay
from memsyncd.sync.engine import Engine
from memsyncd.sync.figures import daemon_figures, figures_of
from memsyncd.sync.health import health_of
from tests.builders import Transcript
from tests.sync.rig import NOW, Rig

AT = 1_768_471_230.0  # 2026-01-15T10:00:30Z


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.home.live(Transcript("s1", "2026-01-15T10:00:00Z").user("please fix the build").assistant("done"))
    return rig


def figures(rig: Rig) -> Figures:
    with rig.engine() as engine:
        return figures_of(health_of(engine, engine.ingest()))


def test_before_the_first_run_nothing_is_published(rig: Rig) -> None:
    found = figures(rig)
    assert (found.last_run, found.published, found.pending, found.made) == (None, 0, 1, 0)


def test_after_it_instants_are_seconds_since_1970(rig: Rig) -> None:
    rig.catch_up()
    found = figures(rig)
    assert found.last_run == NOW.timestamp()
    (source,) = found.sources
    assert (source.newest_message, source.published_until, source.behind) == (AT, AT, 0)
    assert (found.published, found.made, found.store_days, dict(found.rows)["turns"]) == (1, 1, 1, 2)


def test_a_failed_day_and_the_last_error_are_counted(rig: Rig) -> None:
    (rig.home.memory / "2026-01-15.md").mkdir()
    rig.catch_up()
    found = figures(rig)
    assert (found.healthy, found.failed, found.damaged, found.last_error) == (False, 1, 1, NOW.timestamp())


def test_secrets_are_counted_by_the_label_of_their_placeholder(rig: Rig) -> None:
    counts = {"github-token": 2, "github-fine-grained-token": 1, "my-own-rule": 4}

    def with_receipt(engine: Engine) -> None:
        (day,) = engine.publishers[0].recorded
        old = engine.publishers[0].recorded[day]
        engine.publishers[0].recorded[day] = PublishedDay(
            file=old.file, fingerprint=old.fingerprint, block=old.block, messages=old.messages, redacted=counts
        )

    rig.catch_up()
    with rig.engine() as engine:
        with_receipt(engine)
        found = figures_of(health_of(engine, ()))
    assert found.redactions == {"GITHUB-TOKEN": 3, "OTHER": 4}
    assert set(found.redactions) - {"OTHER"} <= set(LABELS)


def test_what_the_daemon_tells_is_counted(rig: Rig) -> None:
    told = DaemonState(
        pid=1,
        version="1",
        started="2026-01-15T10:00:30+00:00",
        events=9,
        caught=2,
        failures={"2026-01-15": "no", "store": "no"},
        problems=("raise the limit",),
    )
    found = daemon_figures(told)
    assert (found.started, found.events, found.missed, found.failing, found.problems) == (AT, 9, 2, 2, 1)


def test_an_instant_that_is_none_is_not_known() -> None:
    told = DaemonState(pid=1, version="1", started="yesterday")
    assert daemon_figures(told).started is None
