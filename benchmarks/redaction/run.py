"""One run of the benchmark: corpora in, rows of the table out."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from benchmarks.redaction import (
    hostile,
    innocent,
    keys,
    lookalikes,
    measure,
    memory,
    prose,
    public,
    rulecosts,
    settings,
    tokens,
)
from benchmarks.redaction.cases import Case, shown
from benchmarks.redaction.detectors import Detector, inline, users
from benchmarks.redaction.table import Bar, Figure, Table, at_least, at_most

SIZES = {"conversation": 3, "tool calls": 3, "git logs": 2, "ids": 1, "code": 8, "documentation": 3}
"""Megabytes of each kind of innocent text."""

QUIET = ("conversation", "tool calls", "git logs", "ids", "code")
"""Kinds in which next to nothing may be found; documentation is full of examples of secrets."""

CORPORA = (settings.assignments, settings.headers, settings.urls, keys.private_keys, settings.encoded)
"""How programs write secrets."""


class Run:
    """Adds figures to ``table`` for what ``detect`` finds, and remembers every text it was shown."""

    def __init__(self, table: Table, detect: Detector, *, seed: int, kinds_shown: int) -> None:
        self._table = table
        self._detect = detect
        self._seed = seed
        self._kinds_shown = kinds_shown
        self._texts: list[str] = []

    def secrets(self) -> None:
        """Everything that has to go."""
        self._recall("provider tokens in eleven contexts", [*tokens.in_contexts(self._seed)], at_least(98, "%"))
        self._recall("  the rules' examples in their context", [*tokens.examples(self._seed)])
        programs = {corpus.__name__.replace("_", " "): [*corpus(self._seed)] for corpus in CORPORA}
        for name, cases in programs.items():
            self._recall(f"  {name}", cases)
        together = [case for cases in programs.values() for case in cases]
        self._recall("settings, headers, URLs, keys, base64", together, at_least(97, "%"), silent=True)
        people = [*prose.passwords(self._seed)]
        self._recall(f"passwords in prose, {len(prose.WORDINGS)} languages", people, at_least(90, "%"))
        english = [case for case in people if case.kind.startswith("en:")]
        self._recall("  of those in English", english, silent=True)
        self._recall("split tokens", [*tokens.split(self._seed)], at_least(70, "%"))

    def kingfisher(self, cache: Path, *, both: bool) -> None:
        """A big rule set, where it is installed; ``both`` if the second detector is at work."""
        if public.installed():
            cases = public.kingfisher(cache, self._seed)
            self._recall("drawn from kingfisher's patterns", cases, at_least(96 if both else 88, "%"))

    def corpus(self, path: Path) -> None:
        """A file of texts with and without secrets."""
        cases = [*public.rows(path)]
        self._recall(f"{path.name}: secrets", [case for case in cases if case.secrets])
        if ordinary := [case for case in cases if not case.secrets]:
            self._changed(f"{path.name}: changed", ordinary)

    def users_rules(self, path: Path) -> None:
        """A rule file: what it finds by itself, and what the packaged rules find of the same."""
        source = path.read_bytes()
        began = time.process_time()
        detect, warnings = users(source)
        taken = time.process_time() - began
        self._table.add(Figure(f"{path.name}: read and compiled", taken, "s", note=f"{len(warnings)} warnings"))
        self._table.detail(warnings)
        cases = public.gitleaks(source, self._seed)
        self._recall("  drawn from its patterns, by its rules", cases, at_least(99.9, "%"), by=detect)
        self._recall("  drawn from its patterns, by ours", cases, at_least(88, "%"))
        self._table.add(Figure("  speed of its rules alone", measure.speed(self._mixture(), detect), "MB/s"))

    def innocents(self) -> None:
        """Everything that has to stay."""
        self._changed("look-alikes changed", [*lookalikes.lookalikes(self._seed)], at_most(2, "%"))
        hits = {kind: self._hits(kind, size) for kind, size in SIZES.items()}
        for what, kinds, limit in (("conversation to code", QUIET, 0.5), ("all innocent text", tuple(SIZES), 10)):
            size = sum(hits[kind].megabytes for kind in kinds)
            number = sum(len(hits[kind].found) for kind in kinds)
            note = f"{number} in {size:.1f} MB"
            self._table.add(Figure(f"found in {what}", number / size, "/MB", at_most(limit, "/MB"), note))

    def costs(self) -> None:
        """Of the inline rules: stability, speed, hostile texts, memory."""
        again = measure.unstable(self._texts)
        stable = 100 * (1 - len(again) / len(self._texts))
        note = f"of {len(self._texts)}"
        self._table.add(Figure("unchanged by a second pass", stable, "%", at_least(100, "%"), note))
        self._table.detail(shown(text) for text in again[: self._kinds_shown])
        self._table.add(
            Figure("speed, all inline rules", measure.speed(self._mixture(), inline), "MB/s", at_least(30, "MB/s"))
        )
        self._table.detail(
            f"{milliseconds:5.2f} ms/MB {rule}, run on {share:.0%} of the texts"
            for rule, milliseconds, share in rulecosts.dearest(self._mixture())[: self._kinds_shown]
        )
        for kind in SIZES:
            speed = measure.speed(innocent.gathered(kind, self._seed + 1, 1), inline, least_seconds=0.3)
            self._table.add(Figure(f"  {kind}", speed, "MB/s"))
        slow = measure.timed(hostile.shapes())
        self._table.add(Figure("slowest hostile MB", slow[0][0], "s", at_most(2, "s"), shown(slow[0][1], 60)))
        self._table.detail(f"{seconds:5.2f} s {shown(name)}" for seconds, name in slow[1 : 1 + self._kinds_shown])
        grown = memory.growth(self._seed)
        note = f"import {grown['import']:.0f}, first text {grown['first']:.0f}, peak of all {grown['peak']:.0f} MB"
        self._table.add(Figure("memory added to a process", grown["mixture"], "MB", at_most(20, "MB"), note))

    def _mixture(self) -> list[str]:
        """Other innocent texts than those that were looked at, a megabyte of each kind."""
        return [text for kind in SIZES for text in innocent.gathered(kind, self._seed + 1, 1)]

    def _recall(
        self,
        what: str,
        cases: list[Case],
        bar: Bar | None = None,
        *,
        by: Detector | None = None,
        silent: bool = False,
    ) -> None:
        """A row for how many cases are clean, and the kinds that are missed most."""
        if not cases:
            return
        found = measure.recall(cases, by or self._detect)
        self._texts += [case.text for case in cases]
        note = f"{found.total - len(found.missed)} of {found.total}"
        self._table.add(Figure(what, found.share, "%", bar, note))
        if not silent:
            self._misses(found)

    def _changed(self, what: str, cases: list[Case], bar: Bar | None = None) -> None:
        found = measure.changed(cases, self._detect)
        self._texts += [case.text for case in cases]
        self._table.add(Figure(what, 100 - found.share, "%", bar, f"{len(found.missed)} of {found.total}"))
        self._misses(found)

    def _misses(self, found: measure.Recall) -> None:
        worst = measure.kinds(found.missed)[: self._kinds_shown]
        self._table.detail(f"{count:>4} x {shown(kind, 60)}   {shown(text)}" for kind, count, text in worst)

    def _hits(self, kind: str, size: float) -> measure.Hits:
        texts = innocent.gathered(kind, self._seed, size)
        self._texts += texts
        hits = measure.hits(texts, self._detect)
        note = f"{len(hits.found)} in {hits.megabytes:.1f} MB"
        self._table.add(Figure(f"  found in {kind}", hits.per_megabyte, "/MB", None, note))
        example = dict(hits.found)
        frequent = Counter(rule for rule, _ in hits.found).most_common(self._kinds_shown)
        self._table.detail(f"{count:>4} x {rule}   {example[rule]}" for rule, count in frequent)
        return hits
