"""Writes the metrics file at the end of a run, if one is configured; for the daemon ``telling`` does."""

from __future__ import annotations

import time

from memsyncd import __version__
from memsyncd.adapters.metrics_file import MetricsFile, in_words
from memsyncd.cli.options import Invocation
from memsyncd.cli.session import Writing
from memsyncd.errors import MemsyncdError
from memsyncd.sync.runs import RunReport


def export_metrics(call: Invocation, writing: Writing, report: RunReport) -> None:
    """Writes how everything stands after a run; when that fails, the run is none the worse."""
    config = writing.setup.config
    if config.log.metrics_file is None:
        return
    from memsyncd.core.metrics import exposition  # noqa: PLC0415 — only those pay for them who want the file
    from memsyncd.sync.figures import figures_of  # noqa: PLC0415
    from memsyncd.sync.health import health_of  # noqa: PLC0415

    try:
        figures = figures_of(health_of(writing.engine, report.sources, None, config))
        MetricsFile(config.log.metrics_file).write(exposition(figures, version=__version__, now=time.time()))
    except MemsyncdError as problem:
        call.out.warn(in_words(problem))
