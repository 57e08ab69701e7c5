"""Publish: brings the memory files of one folder up to date with the store, one day at a time, idempotently.

    store's quarters ─▶ facts of days ─┐
    state file's records ──────────────┼─▶ plan ─▶ digest + render ─▶ merge ─▶ safe write ─▶ record
    files on disk ─────────────────────┘

Deciding is ``core.plan``'s work; here the decisions are carried out. A day that fails is a value in the report,
and the next ones go on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from msgspec import Struct

from memsyncd.adapters.keeper import Keeper
from memsyncd.adapters.memory_dir import MemoryFolder, Naming, Put
from memsyncd.adapters.store.base import Store
from memsyncd.core.days import by_day, day_bounds
from memsyncd.core.frame import DIGEST_VERSION
from memsyncd.core.markers import short_sum
from memsyncd.core.plan import DayFacts, DiskDay, facts_of_days, plan_days
from memsyncd.errors import MemsyncdError
from memsyncd.model import Day, DayPlan, Finding, PublishedDay, Redaction, Source
from memsyncd.sync.reading import never


class Target(Struct, frozen=True, kw_only=True):
    """A memory folder, the sources that feed it, and the zone of its days."""

    folder: Path
    sources: tuple[Source, ...]
    zone: str  # IANA name
    naming: Naming
    workspace: Path | None = None  # the agent's, when the folder stands in it: writing never leads out of it


class DayReport(Struct, frozen=True, kw_only=True):
    """What happened to one day's file."""

    date: date
    folder: str
    file: str
    action: str  # create, append, adopt, replace, unchanged, skip, keep, refused, failed
    reason: str
    messages: int
    pinned: tuple[str, ...] = ()
    residual: int = 0  # secrets that only the last look at the block found
    seconds: float = 0.0
    error: MemsyncdError | None = None

    @property
    def written(self) -> bool:
        """Whether the file's bytes changed."""
        return self.action in ("create", "append", "adopt", "replace")

    @property
    def spared(self) -> bool:
        """Whether the file was not written because its bytes would not have changed."""
        return self.action == "unchanged"


class Publisher:
    """Publishes one target. ``recorded`` is its part of the state and is brought up to date in place.

    ``numbers`` are those of its sources in the store, in their order. ``look`` takes a last look at each block.

    ``keeper`` saves the versions that are replaced; without one there is no history.
    """

    def __init__(
        self,
        store: Store,
        target: Target,
        bases: Path,
        recorded: dict[date, PublishedDay],
        look: Callable[[str], Redaction],
        keeper: Keeper | None = None,
    ) -> None:
        self.target = target
        self.folder = MemoryFolder(target.folder, bases, target.naming, keeper, root=target.workspace)
        self._store = store
        self._look = look
        self.recorded = recorded
        self._zone = ZoneInfo(target.zone)
        self._mark = hashlib.blake2b(store.secret, digest_size=4).hexdigest()
        self.numbers = [store.register(source) for source in target.sources]

    def facts(self, wanted: Collection[date] | None = None) -> dict[date, DayFacts]:
        """What the store knows of each day, in numbers; ``wanted`` limits the days."""
        spans = None if wanted is None else [day_bounds(day, self._zone) for day in sorted(wanted)]
        quarters = self._store.quarters(self.numbers, spans)
        rows = ((quarter.start, quarter.revision, quarter.messages, quarter.removed) for quarter in quarters)
        return facts_of_days(rows, self._zone)

    def plan(self, wanted: Collection[date] | None = None, *, again: bool = False) -> list[DayPlan]:
        """What is to happen to each day; ``wanted`` limits the days, ``again`` renders unchanged ones anew too."""
        facts = self.facts(wanted)
        days = [day for day in facts.keys() | self.recorded.keys() if wanted is None or day in wanted]
        disk = {day: self.look(day) for day in days}
        return plan_days(
            facts,
            self.recorded,
            disk,
            zone=self.target.zone,
            # Revisions count anew in another store: equal numbers do not mean equal rows.
            digest=f"{DIGEST_VERSION}/{self._mark}",
            wanted=None if wanted is None else frozenset(wanted),
            again=again,
        )

    def changed_since(self, revision: int) -> set[date]:
        """The days with rows that changed after a revision of the store."""
        return set(by_day(self._store.changed_since(self.numbers, revision), self._zone))

    def look(self, day: date) -> DiskDay:
        """What stands on disk for a day."""
        return self.folder.look(day, self.recorded.get(day))

    def day(self, day: date) -> Day:
        """Everything the store knows about a day."""
        start, end = day_bounds(day, self._zone)
        found = self._store.slice(self.numbers, start, end)
        several = len(self.target.sources) > 1
        return Day(
            date=day,
            zone=self.target.zone,
            turns=found.turns,
            tools=found.tools,
            events=found.events,
            sessions=found.sessions,
            earlier_models=found.earlier_models,
            agents=found.sources if several else {},
        )

    def block(self, day: date) -> str:
        """The text that belongs between the markers of a day's file."""
        return self._block(day).text

    def _block(self, day: date) -> Redaction:
        """The block, and what the last look found in it."""
        from memsyncd.core.render import render_block  # noqa: PLC0415 — 50 ms that a run without news does not pay

        return self._look(render_block(self.day(day)))

    def _receipt(self, day: date, residual: Iterable[Finding]) -> dict[str, int]:
        """Rule → secrets replaced in what the day's block is made from."""
        start, end = day_bounds(day, self._zone)
        counts = Counter(self._store.receipts(self.numbers, start, end))
        counts.update(finding.rule for finding in residual)
        return dict(sorted(counts.items()))

    def publish(
        self, plans: Iterable[DayPlan], *, force: bool = False, stop: Callable[[], bool] = never
    ) -> Iterator[DayReport]:
        """Carries plans out, in their order, and yields what became of each.

        ``force`` takes over a predecessor's block; ``stop`` is asked before each day whether to leave the rest.
        """
        for plan in plans:
            if stop():
                return
            yield self._publish(plan, force=force) if plan.action == "write" else self._passed_over(plan)

    def _passed_over(self, plan: DayPlan) -> DayReport:
        recorded = self.recorded.get(plan.date)
        return DayReport(
            date=plan.date,
            folder=str(self.target.folder),
            file=recorded.file if recorded else "",
            action=plan.action,
            reason=plan.reason,
            messages=plan.messages,
        )

    def _publish(self, plan: DayPlan, *, force: bool) -> DayReport:
        began = perf_counter()
        name = self.look(plan.date).name
        recorded = self.recorded.get(plan.date)
        try:
            looked = self._block(plan.date)
            block = looked.text
            known = recorded is not None and recorded.store == self._mark
            put = self.folder.put(plan.date, name, block, force=force, recorded=recorded, known=known)
        except MemsyncdError as error:
            return self._report(plan, name, "failed", str(error), began, error=error)
        if not put.left_alone:
            self.recorded[plan.date] = _record(
                plan, put, short_sum(block), recorded, self._mark, self._receipt(plan.date, looked.findings)
            )
        reason = plan.reason if put.action in ("create", "replace") else put.reason
        residual = len(looked.findings)
        return self._report(plan, put.name, put.action, reason, began, pinned=put.pinned, residual=residual)

    def _report(
        self,
        plan: DayPlan,
        name: str,
        action: str,
        reason: str,
        began: float,
        *,
        pinned: tuple[str, ...] = (),
        residual: int = 0,
        error: MemsyncdError | None = None,
    ) -> DayReport:
        return DayReport(
            date=plan.date,
            folder=str(self.target.folder),
            file=name,
            action=action,
            reason=reason,
            messages=plan.messages,
            pinned=pinned,
            residual=residual,
            seconds=round(perf_counter() - began, 4),
            error=error,
        )


def _record(
    plan: DayPlan, put: Put, block: str, old: PublishedDay | None, store: str, redacted: dict[str, int]
) -> PublishedDay:
    # A file that needed no change may be as somebody else left it; the history must not take it for our writing.
    known = old is not None and (old.block, old.size, old.mtime_ns) == (block, put.size, put.mtime_ns)
    # A merge that changes nothing says nothing of conflicts: those of the last one that did still stand.
    pinned = old.pinned if old is not None and put.action == "unchanged" else put.pinned
    return PublishedDay(
        file=put.name,
        fingerprint=plan.fingerprint,
        block=block if known or put.action != "unchanged" else "",
        messages=plan.messages,
        size=put.size,
        mtime_ns=put.mtime_ns,
        pinned=pinned,
        redacted=redacted,
        store=store,
    )
