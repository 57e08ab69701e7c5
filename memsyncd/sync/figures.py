"""Health as figures for Prometheus. Nothing is looked up here; ``core.metrics`` gives the figures their form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.core.metrics import DaemonFigures, Figures, SourceFigures
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import load
from memsyncd.sync.health import Health
from memsyncd.sync.lag import SourceHealth

_OTHER = "OTHER"  # of rules that are not packaged: users' own, the second detector's


def figures_of(health: Health) -> Figures:
    """What everything amounts to."""
    sizes, folders = health.sizes, health.folders
    return Figures(
        healthy=health.healthy,
        last_run=_seconds(health.last_run),
        last_error=_seconds(health.last_error.at) if health.last_error else None,
        published=sum(folder.published for folder in folders),
        pending=sum(len(folder.pending) for folder in folders),
        failed=sum(len(folder.failed) for folder in folders),
        pinned=sum(len(folder.pinned) for folder in folders),
        damaged=sum(len(folder.damaged) for folder in folders),
        made=health.writes.made,
        avoided=health.writes.avoided,
        store_bytes=sizes.store.bytes,
        store_days=sizes.days,
        rows={name: getattr(sizes.store, name) for name in ("turns", "tools", "events", "sessions")},
        state_bytes=sizes.state.bytes,
        history_bytes=sizes.history.bytes,
        history_versions=sizes.history.files,
        bases_bytes=sizes.bases.bytes,
        sources=tuple(map(_source, health.sources)),
        redactions=_by_label(health.redacted),
    )


def daemon_figures(daemon: DaemonState) -> DaemonFigures:
    """What a running daemon counts."""
    return DaemonFigures(
        started=_seconds(daemon.started),
        watched=daemon.watched,
        waiting=daemon.waiting,
        failing=len(daemon.failures),
        problems=len(daemon.problems),
        events=daemon.events,
        missed=daemon.caught,
        overflows=daemon.overflows,
        rebuilt=daemon.rebuilt,
        jumps=daemon.jumps,
    )


def _source(source: SourceHealth) -> SourceFigures:
    return SourceFigures(
        source=source.source,
        files=source.files,
        newest_log=_timestamp(source.newest_log),
        newest_message=_timestamp(source.newest_message),
        published_until=_timestamp(source.published_until),
        behind=source.behind_seconds,
    )


def _by_label(redacted: Mapping[str, int]) -> dict[str, int]:
    """Counts by rule as counts by the label of the placeholder: a few dozen, not a few hundred."""
    counts: Counter[str] = Counter()
    labels = _labels() if redacted else {}
    for rule, number in redacted.items():
        counts[labels.get(rule, _OTHER)] += number
    return dict(counts)


@cache
def _labels() -> Mapping[str, str]:
    return {rule.id: rule.label for rule in load(packaged()).rules}


def _timestamp(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _seconds(instant: str | None) -> float | None:
    """An ISO-8601 instant in seconds; None when nothing, or no instant, stands there."""
    try:
        return datetime.fromisoformat(instant).timestamp() if instant else None
    except ValueError:
        return None
