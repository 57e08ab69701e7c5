"""Which rules cost most on innocent text: those whose keywords are common, or whose patterns are slow."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable

from benchmarks.redaction.measure import megabytes
from memsyncd.core.redact.engine import Barriers, secrets
from memsyncd.core.redact.prefilter import Prefilter
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import load


def dearest(texts: list[str]) -> list[tuple[str, float, float]]:
    """Rules with their milliseconds for each MB of text, and the share of texts they ran on, dearest first."""
    prefilter = Prefilter(load(packaged()))
    raws = [text.encode("utf-8", "replace") for text in texts]
    _spent(prefilter, raws)  # compiles, and fills the caches of the patterns
    spent, runs = _spent(prefilter, raws)
    size = megabytes(texts)
    order = sorted(spent, key=spent.__getitem__, reverse=True)
    return [(rule, 1000 * spent[rule] / size, runs[rule] / len(texts)) for rule in order]


def _spent(prefilter: Prefilter, raws: Iterable[bytes]) -> tuple[dict[str, float], Counter[str]]:
    """Seconds and number of texts for each rule."""
    spent: defaultdict[str, float] = defaultdict(float)
    runs: Counter[str] = Counter()
    for raw in raws:
        barriers = Barriers(raw)
        for rule, stretches in prefilter(raw).rules:
            began = time.process_time()
            list(secrets(rule, raw, barriers, stretches))
            spent[rule.id] += time.process_time() - began
            runs[rule.id] += 1
    return spent, runs
