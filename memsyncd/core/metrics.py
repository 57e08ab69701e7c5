"""The figures of ``status`` in Prometheus' text format, as node_exporter's textfile collector reads it.

Pure: figures in, text out. Units are seconds and bytes, instants seconds since 1970. What is unknown is left out.
Of what is the user's own, only the names of sources stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["gauge", "counter"]

Instant: TypeAlias = float


class SourceFigures(Struct, frozen=True, kw_only=True):
    """How far the memory of one source reaches."""

    source: str
    files: int
    newest_log: Instant | None = None
    newest_message: Instant | None = None
    published_until: Instant | None = None
    behind: float | None = None  # seconds


class DaemonFigures(Struct, frozen=True, kw_only=True):
    """What a running daemon counts, since it started."""

    started: Instant | None = None
    watched: int = 0  # folders
    waiting: int = 0  # sources
    failing: int = 0
    problems: int = 0
    events: int = 0
    missed: int = 0  # changes that only a sweep saw
    overflows: int = 0
    rebuilt: int = 0
    jumps: int = 0


class Figures(Struct, frozen=True, kw_only=True):
    """How everything stands, in numbers."""

    healthy: bool = True
    last_run: Instant | None = None
    last_error: Instant | None = None
    published: int = 0  # days
    pending: int = 0
    failed: int = 0
    pinned: int = 0
    damaged: int = 0  # files
    made: int = 0  # writes
    avoided: int = 0
    store_bytes: int = 0
    store_days: int = 0  # with messages
    rows: Mapping[str, int] = {}  # kind of row → how many
    state_bytes: int = 0
    history_bytes: int = 0
    history_versions: int = 0
    bases_bytes: int = 0
    sources: tuple[SourceFigures, ...] = ()
    redactions: Mapping[str, int] = {}  # label of the placeholder → how many


class Metric(Struct, frozen=True):
    """A family of samples: labels and value of each."""

    name: str
    kind: Kind
    help: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def exposition(figures: Figures, *, version: str, now: Instant, daemon: DaemonFigures | None = None) -> str:
    """The text; without a ``daemon`` none is running."""
    metrics = [
        _one("build_info", "Version of memsyncd.", 1, version=version),
        _one("up", "Whether the daemon runs.", daemon is not None),
        _one("written_timestamp_seconds", "When this file was written.", now),
        *_of_daemon(daemon),
        *_of_memory(figures),
        *_of_sources(figures.sources),
        *_of_store(figures),
        _each("redactions", "Secrets replaced in the published days.", "label", figures.redactions),
    ]
    return "".join(line for metric in metrics for line in _lines(metric))


def _of_daemon(daemon: DaemonFigures | None) -> Iterator[Metric]:
    if daemon is None:
        return
    yield _one("start_time_seconds", "When the daemon started.", daemon.started)
    yield _one("watched_folders", "Folders that events come from.", daemon.watched)
    yield _one("waiting_sources", "Sources with changes that are not written yet.", daemon.waiting)
    yield _one("failures", "What failed last and has not succeeded since.", daemon.failing)
    yield _one("problems", "What hinders watching.", daemon.problems)
    yield _count("events_total", "Paths that watching told of.", daemon.events)
    yield _count("sweep_misses_total", "Changes that only a sweep saw.", daemon.missed)
    yield _count("overflows_total", "How often the kernel dropped events.", daemon.overflows)
    yield _count("rebuilt_total", "How often watching was set up anew.", daemon.rebuilt)
    yield _count("clock_jumps_total", "Jumps of the clock, also by sleep.", daemon.jumps)


def _of_memory(figures: Figures) -> Iterator[Metric]:
    yield _one("last_run_timestamp_seconds", "When the last run ended.", figures.last_run)
    yield _one("last_error_timestamp_seconds", "When something failed last.", figures.last_error)
    yield _one("healthy", "Whether nothing needs a person.", figures.healthy)
    yield _one("days_published", "Days whose memory files hold a block.", figures.published)
    yield _one("days_pending", "Days that the next run writes.", figures.pending)
    yield _one("days_failed", "Days that the last try could not write.", figures.failed)
    yield _one("days_pinned", "Days in which a person's lines stand against generated ones.", figures.pinned)
    yield _one("files_damaged", "Memory files whose markers cannot be trusted.", figures.damaged)
    yield _count("writes_made_total", "Memory files written.", figures.made)
    yield _count("writes_avoided_total", "Memory files made anew that came out as they stood.", figures.avoided)


def _of_sources(sources: Iterable[SourceFigures]) -> Iterator[Metric]:
    told = tuple(sources)

    def of_each(name: str, words: str, values: Iterable[float | None]) -> Metric:
        named = {one.source: value for one, value in zip(told, values, strict=True) if value is not None}
        return _each(f"source_{name}", words, "source", named)

    yield of_each("logs", "Session files of a source.", (one.files for one in told))
    yield of_each(
        "newest_log_timestamp_seconds",
        "When a session file was last written to.",
        (one.newest_log for one in told),
    )
    yield of_each(
        "newest_message_timestamp_seconds", "Newest message that was read.", (one.newest_message for one in told)
    )
    yield of_each(
        "published_timestamp_seconds",
        "Newest message that is in a memory file.",
        (one.published_until for one in told),
    )
    yield of_each(
        "lag_seconds", "From the newest message in a memory file to the newest.", (one.behind for one in told)
    )


def _of_store(figures: Figures) -> Iterator[Metric]:
    yield _one("store_bytes", "Size of the store with its log.", figures.store_bytes)
    yield _each("store_rows", "Rows of the store.", "kind", figures.rows)
    yield _one("store_days", "Days with messages in the store.", figures.store_days)
    yield _one("state_bytes", "Size of everything in the state folder.", figures.state_bytes)
    yield _one("history_bytes", "Size of the versions of memory files that were replaced.", figures.history_bytes)
    yield _one("history_versions", "Versions of memory files that were replaced.", figures.history_versions)
    yield _one("bases_bytes", "Size of the blocks that were written last.", figures.bases_bytes)


def _one(name: str, words: str, value: float | None, **labels: str) -> Metric:
    return Metric(name, "gauge", words, () if value is None else ((labels, value),))


def _count(name: str, words: str, value: int) -> Metric:
    return Metric(name, "counter", words, (({}, value),))


def _each(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, "gauge", words, tuple(({label: key}, value) for key, value in sorted(values.items())))


def _lines(metric: Metric) -> Iterator[str]:
    if not metric.samples:
        return
    name = f"memsyncd_{metric.name}"
    yield f"# HELP {name} {metric.help}\n# TYPE {name} {metric.kind}\n"
    for labels, value in metric.samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{f'{{{inside}}}' if inside else ''} {_number(value)}\n"


def _escaped(text: str) -> str:
    """A label's value: the format knows three escapes."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    """Whole numbers without a point; all digits, so that an instant is not rounded to minutes."""
    return str(int(value)) if value == int(value) else repr(float(value))
