"""Recall, false positives, idempotence and time of a detector over corpora."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from benchmarks.redaction.cases import Case, hidden, shown
from benchmarks.redaction.detectors import Detector
from memsyncd.core.redact import redact


class Recall(Struct, frozen=True, kw_only=True):
    """How many of a corpus' cases leave nothing of their secrets, and those that do."""

    total: int
    missed: tuple[Case, ...]

    @property
    def share(self) -> float:
        """Per cent."""
        return 100 * (1 - len(self.missed) / self.total) if self.total else 0.0


class Hits(Struct, frozen=True, kw_only=True):
    """What was found in innocent text: a rule, what it took for a secret and what stands before it."""

    megabytes: float
    found: tuple[tuple[str, str], ...]

    @property
    def per_megabyte(self) -> float:
        """Findings per MB of UTF-8."""
        return len(self.found) / self.megabytes if self.megabytes else 0.0


def recall(cases: Iterable[Case], detect: Detector) -> Recall:
    """Whether each case's secrets are gone."""
    everything = list(cases)
    findings = detect([case.text for case in everything])
    missed = tuple(case for case, found in zip(everything, findings, strict=True) if not hidden(case, found))
    return Recall(total=len(everything), missed=missed)


def changed(cases: Iterable[Case], detect: Detector) -> Recall:
    """Cases without a secret in which something is found all the same count as missed."""
    everything = list(cases)
    findings = detect([case.text for case in everything])
    hit = tuple(case for case, found in zip(everything, findings, strict=True) if found)
    return Recall(total=len(everything), missed=hit)


def hits(texts: Sequence[str], detect: Detector) -> Hits:
    """Everything that is found in innocent texts."""
    found = [
        (finding.rule, shown(text[max(0, finding.start - 40) : finding.end], 100))
        for text, findings in zip(texts, detect(texts), strict=True)
        for finding in findings
    ]
    return Hits(megabytes=megabytes(texts), found=tuple(found))


def unstable(texts: Iterable[str]) -> list[str]:
    """Texts that change once more when what was redacted is redacted again."""
    return [text for text in texts if (once := redact(text)).findings and redact(once.text).text != once.text]


def speed(texts: Sequence[str], detect: Detector, least_seconds: float = 2.0) -> float:
    """MB per second of one core, in processor time, after a first pass that warms up."""
    detect(texts)
    rounds, began = 0, time.process_time()
    while (taken := time.process_time() - began) < least_seconds:
        detect(texts)
        rounds += 1
    return rounds * megabytes(texts) / taken


def timed(shapes: Iterable[tuple[str, str]]) -> list[tuple[float, str]]:
    """The processor time of one ``redact`` call for each named text, in seconds, the greatest first."""
    times = []
    for name, text in shapes:
        began = time.process_time()
        redact(text)
        times.append((time.process_time() - began, name))
    return sorted(times, reverse=True)


def megabytes(texts: Iterable[str]) -> float:
    """Millions of bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def kinds(missed: Iterable[Case]) -> list[tuple[str, int, str]]:
    """What was missed, the most frequent kind first: kind, count and one of its texts."""
    one = {case.kind: case.text for case in missed}
    return [(kind, count, one[kind]) for kind, count in Counter(case.kind for case in missed).most_common()]
