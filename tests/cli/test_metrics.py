"""The metrics file of one-shot runs: written at their end, and never their failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from memsyncd.errors import PROBLEMS_FOUND
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run


@pytest.fixture
def file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The metrics file that the configuration names, in a folder that is there."""
    config = stage.root / "config.toml"
    config.write_text("log.metrics_file = 'textfiles/memsyncd.prom'\nredaction.second_detector = 'off'\n")
    monkeypatch.setenv("MEMSYNCD_CONFIG", str(config))
    (stage.root / "textfiles").mkdir()
    scenarios.two_days(stage)
    return stage.root / "textfiles" / "memsyncd.prom"


def value(file: Path, name: str) -> float:
    families = text_string_to_metric_families(file.read_text())
    (found,) = (sample.value for family in families for sample in family.samples if sample.name == name)
    return float(found)


def test_a_catch_up_leaves_its_figures(file: Path) -> None:
    assert run("catch-up").code == 0
    assert [value(file, f"memsyncd_days_{state}") for state in ("published", "pending")] == [2, 0]
    assert (value(file, "memsyncd_up"), value(file, "memsyncd_healthy")) == (0, 1)
    assert value(file, "memsyncd_source_lag_seconds") == 0
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_backfill_does_too_and_only_one_that_writes(file: Path) -> None:
    run("backfill", "--all", "--dry-run")
    assert not file.exists()
    run("backfill", "2026-01-15")
    assert [value(file, f"memsyncd_days_{state}") for state in ("published", "pending")] == [1, 1]


def test_what_went_wrong_shows(file: Path, stage: Stage) -> None:
    (stage.memory / "2026-01-15.md").mkdir()
    (stage.openclaw.sessions / "sessions.json").write_text("{")
    run("catch-up")
    assert (value(file, "memsyncd_healthy"), value(file, "memsyncd_days_failed")) == (0, 1)


def test_only_sources_are_named(file: Path) -> None:
    run("catch-up")
    text = file.read_text()
    assert 'source="openclaw/main"' in text
    assert [word for word in ("2026-01-1", ".md", "invoices", "sessions/", "workspace") if word in text] == []


def test_a_folder_that_is_not_there_is_a_warning_and_a_problem_in_status_and_no_failure(file: Path) -> None:
    file.parent.rmdir()
    ran = run("catch-up")
    assert ran.code == 0
    assert "warning: cannot write: " in ran.err
    assert "create the folder" in ran.err
    status = run("status")
    assert (status.code, status.out.splitlines()[0]) == (
        PROBLEMS_FOUND,
        "something needs you: 1 unwritten metrics file",
    )
    assert "there is no folder" in status.out
    assert json.loads(run("status", "--json").out)["metrics"]["problem"]


def test_status_says_when_it_was_written(file: Path) -> None:
    assert "metrics  ~/textfiles/memsyncd.prom, written never" in run("status").out
    run("catch-up")
    assert "metrics  ~/textfiles/memsyncd.prom, written 20" in run("status").out


def test_looking_writes_none(file: Path) -> None:
    run("status")
    assert not file.exists()
