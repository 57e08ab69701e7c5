"""Looks again at texts that are in the store: with newer rules, with newly known values, with the second detector.

What is in the store has no secret that the rules of its time knew. Here it catches up with the rules of today; the
days whose texts change are published anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from memsyncd.adapters.state import SecondLook
from memsyncd.adapters.store.base import Rewrite, Store, Text
from memsyncd.core.redact import Redactor
from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding, Redaction
from memsyncd.sync.reading import never

RULES_NOTE = "redaction.rules"
KNOWN_NOTE = "redaction.known"


class SecondDetector(Protocol):
    """Another program that looks for secrets."""

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """What it finds in each text, in character offsets.

        Raises:
            DetectorFailed: it did not answer, not in time, or not sensibly. It stays failed from then on.
        """

    def close(self) -> None:
        """Ends the program; closing twice is fine."""


def look_again(store: Store, redactor: Redactor, stop: Callable[[], bool] = never) -> Counter[str]:
    """Redacts every stored text anew when the rules or the known values are not those it was redacted with.

    Rule → secrets replaced. Interrupted, or asked to ``stop``, it begins again; a second time it finds nothing.

    Raises:
        StoreError: the store cannot take the changes.
    """
    known = redactor.known_marks(store.secret)
    before = frozenset((store.note(KNOWN_NOTE) or "").split())
    found: Counter[str] = Counter()
    if store.note(RULES_NOTE) == redactor.version and known <= before:
        return found
    for batch in store.texts():
        rewrites = [rewrite for text in batch if (rewrite := _rewrite(text, redactor(text.text)))]
        found.update(_applied(store, rewrites))
        if stop():
            return found
    store.set_note(KNOWN_NOTE, " ".join(sorted(known | before)))
    store.set_note(RULES_NOTE, redactor.version)
    return found


class Second:
    """The second detector during one run after another: it starts when it is first needed, and ends with the run.

    ``make`` makes one; without it ``status`` says why there is none. ``look`` is how it fared in this run.
    """

    def __init__(
        self, make: Callable[[], SecondDetector] | None, status: Literal["ready", "absent", "off"] = "ready"
    ) -> None:
        self.look = SecondLook(status=status)
        self._status = status
        self._make = make
        self._detector: SecondDetector | None = None

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]] | None:
        """What it finds in each text; None when there is none, or it failed in this run."""
        if self._make is None or self.look.status == "failed":
            return None
        try:
            self._detector = self._detector or self._make()
            found = self._detector.scan(texts)
        except DetectorFailed as failure:
            self.look.status, self.look.why = "failed", str(failure)
            return None
        self.look.status = "ok"
        return found

    def end(self) -> SecondLook:
        """Ends the run; how it fared."""
        if self._detector is not None:
            self._detector.close()
            self._detector = None
        fared, self.look = self.look, SecondLook(status=self._status)
        return fared


def look_twice(store: Store, redactor: Redactor, second: Second, stop: Callable[[], bool] = never) -> Counter[str]:
    """Shows the second detector every text that it has not seen; replaces what it finds. Rule → secrets replaced.

    A failure or a ``stop`` ends it; the texts wait for the next time.

    Raises:
        StoreError: the store cannot take the changes.
    """
    found: Counter[str] = Counter()
    if second.look.status in ("absent", "off"):
        return found
    for batch in store.texts(unscanned=True):
        seen = None if stop() else second.scan([text.text for text in batch])
        if seen is None:
            break
        pairs = zip(batch, seen, strict=True)
        rewrites = [_rewrite(text, redactor.replace(text.text, findings)) for text, findings in pairs if findings]
        found.update(_applied(store, [rewrite for rewrite in rewrites if rewrite]))
        store.scanned(batch)
        second.look.texts += len(batch)
        second.look.found = found.total()
    return found


def last_look(text: str, redactor: Redactor, second: Second) -> Redaction:
    """The same rules over a text that is about to leave, and the second detector where there is one."""
    seen = second.scan([text])
    return redactor.replace(text, seen[0]) if seen else redactor(text)


def _rewrite(text: Text, redaction: Redaction) -> Rewrite | None:
    if redaction.text == text.text:
        return None
    return Rewrite(text, redaction.text, Counter(finding.rule for finding in redaction.findings))


def _applied(store: Store, rewrites: Sequence[Rewrite]) -> Iterator[str]:
    if not rewrites:
        return iter(())
    store.rewrite(rewrites)
    return (rule for rewrite in rewrites for rule in Counter(rewrite.rules).elements())
