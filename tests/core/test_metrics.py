"""The exposition format, as the format's own parser reads it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from memsyncd.core.metrics import DaemonFigures, Figures, SourceFigures, exposition

NOW = 1_768_478_400.25
DAEMON = DaemonFigures(started=NOW - 60, watched=3, events=17, missed=2, jumps=1)
SOURCE = SourceFigures(
    source="openclaw/main", files=4, newest_message=NOW - 9, published_until=NOW - 19, behind=10.0
)
FULL = Figures(
    last_run=NOW - 5,
    last_error=NOW - 500,
    published=12,
    pending=1,
    failed=2,
    pinned=3,
    made=40,
    avoided=7,
    store_bytes=4096,
    rows={"turns": 9, "tools": 4},
    sources=(SOURCE, SourceFigures(source="openclaw/work", files=0)),
    redactions={"GITHUB-TOKEN": 2, "OTHER": 1},
)


def text(figures: Figures = FULL, daemon: DaemonFigures | None = None) -> str:
    return exposition(figures, version="1.2.3", now=NOW, daemon=daemon)


def samples(figures: Figures = FULL, daemon: DaemonFigures | None = None) -> dict[str, float]:
    """Each sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text(figures, daemon)):
        for sample in family.samples:
            inside = ",".join(f"{label}={value}" for label, value in sample.labels.items())
            found[f"{sample.name}{{{inside}}}" if inside else sample.name] = sample.value
    return found


def test_the_figures_arrive() -> None:
    found = samples()
    assert found["memsyncd_build_info{version=1.2.3}"] == 1
    assert found["memsyncd_written_timestamp_seconds"] == NOW
    assert found["memsyncd_last_run_timestamp_seconds"] == NOW - 5
    assert [found[f"memsyncd_days_{state}"] for state in ("published", "pending", "failed", "pinned")] == [
        12,
        1,
        2,
        3,
    ]
    assert (found["memsyncd_writes_made_total"], found["memsyncd_writes_avoided_total"]) == (40, 7)
    assert found["memsyncd_source_lag_seconds{source=openclaw/main}"] == 10
    assert found["memsyncd_store_rows{kind=turns}"] == 9
    assert found["memsyncd_redactions{label=GITHUB-TOKEN}"] == 2


def test_an_instant_keeps_its_fraction_and_a_whole_number_has_no_point() -> None:
    assert "memsyncd_written_timestamp_seconds 1768478400.25\n" in text()
    assert "memsyncd_store_bytes 4096\n" in text()


def test_without_a_daemon_it_is_down_and_counts_nothing() -> None:
    found = samples()
    assert found["memsyncd_up"] == 0
    assert not {name for name in found if "events" in name or "start_time" in name}


def test_with_a_daemon_it_is_up_and_says_what_it_counted() -> None:
    found = samples(daemon=DAEMON)
    assert found["memsyncd_up"] == 1
    assert found["memsyncd_start_time_seconds"] == NOW - 60
    assert (found["memsyncd_events_total"], found["memsyncd_sweep_misses_total"]) == (17, 2)
    assert (found["memsyncd_overflows_total"], found["memsyncd_clock_jumps_total"]) == (0, 1)


def test_what_is_not_known_is_left_out() -> None:
    found = samples()
    assert "memsyncd_source_logs{source=openclaw/work}" in found
    assert "memsyncd_source_newest_message_timestamp_seconds{source=openclaw/work}" not in found
    assert "memsyncd_last_run_timestamp_seconds" not in samples(Figures())
    assert "memsyncd_redactions" not in text(Figures())


def test_every_family_says_what_it_is_before_its_samples() -> None:
    families = list(text_string_to_metric_families(text(daemon=DAEMON)))
    assert all(family.documentation and family.samples for family in families)
    assert {family.type for family in families} == {"gauge", "counter"}


def test_names_follow_the_conventions() -> None:
    """A prefix of our own, base units, and _total on what only ever grows."""
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text(daemon=DAEMON), re.MULTILINE):
        assert re.fullmatch(r"memsyncd(_[a-z]+)+", name)
        assert name.endswith("_total") == (kind == "counter")
        assert not re.search(r"millis|minutes|kb|mb", name)


def test_no_family_stands_there_twice() -> None:
    names = re.findall(r"^# TYPE (\S+)", text(daemon=DAEMON), re.MULTILINE)
    assert len(names) == len(set(names))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_of_a_source_comes_back(name: str) -> None:
    (found,) = [
        family
        for family in text_string_to_metric_families(text(Figures(sources=(SourceFigures(source=name, files=1),))))
        if family.name == "memsyncd_source_logs"
    ]
    assert [sample.labels for sample in found.samples] == [{"source": name}]
