"""What is measured: the inline rules, alone or together with the second detector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from memsyncd.core.redact import redact
from memsyncd.model import Finding

if TYPE_CHECKING:
    from memsyncd.core.redact.detectors import Span

Detector: TypeAlias = Callable[[Sequence[str]], list[tuple[Finding, ...]]]
"""Findings for each of a few texts."""


def inline(texts: Sequence[str]) -> list[tuple[Finding, ...]]:
    """What the packaged rules find."""
    return [redact(text).findings for text in texts]


@contextmanager
def with_second(cache: Path) -> Iterator[Detector]:
    """Both detectors: what one or the other finds. The second one ends with the block."""
    from memsyncd.adapters import second_detector  # noqa: PLC0415 - needs an extra

    if not second_detector.installed():
        raise SystemExit("--second needs the extra: pip install 'memsyncd[redact]'")
    second = second_detector.Kingfisher(cache)
    try:
        yield lambda texts: [
            (*first, *more) for first, more in zip(inline(texts), second.scan(list(texts)), strict=True)
        ]
    finally:
        second.close()


def users(source: bytes) -> tuple[Detector, tuple[str, ...]]:
    """What a rule file in gitleaks' format finds by itself, and what of the file has no effect."""
    from memsyncd.core.redact.gitleaks import parse  # noqa: PLC0415 - only for those who ask for it

    rules = parse("the file", source)
    find = rules.detector(0)

    def detect(texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        return [tuple(_findings(text, find)) for text in texts]

    return detect, rules.warnings


def _findings(text: str, find: Callable[[bytes, bytes], list[Span]]) -> Iterator[Finding]:
    raw = text.encode("utf-8", "replace")
    for span in find(raw, raw.lower()):
        start, end = (len(raw[:offset].decode("utf-8", "replace")) for offset in (span.start, span.end))
        yield Finding(span.rule.id, span.rule.label, start, end)
