"""Looks again at texts that are in the store: with newer rules, with newly known values, with the second detector.

What is in the store has no secret that the rules of its time knew. Here it catches up with the rules of today; the
days whose texts change are published anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from memsyncd.adapters.state import SecondLook
from memsyncd.adapters.store.base import Rewrite, Store, Text
from memsyncd.core.redact import Redactor
from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding, Redaction

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


def look_again(store: Store, redactor: Redactor) -> Counter[str]:
    """Redacts every stored text anew when the rules or the known values are not those it was redacted with.

    Rule → secrets replaced. Interrupted, it begins again; a second time it finds nothing.

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
    store.set_note(KNOWN_NOTE, " ".join(sorted(known | before)))
    store.set_note(RULES_NOTE, redactor.version)
    return found


def look_twice(store: Store, redactor: Redactor, detector: SecondDetector, look: SecondLook) -> Counter[str]:
    """Shows the second detector every text that it has not seen; replaces what it finds. Rule → secrets replaced.

    ``look`` learns what came of it. A failure ends it; the texts wait for the next time.

    Raises:
        StoreError: the store cannot take the changes.
    """
    found: Counter[str] = Counter()
    for batch in store.texts(unscanned=True):
        try:
            seen = detector.scan([text.text for text in batch])
        except DetectorFailed as failure:
            look.status, look.why = "failed", str(failure)
            return found
        pairs = zip(batch, seen, strict=True)
        rewrites = [_rewrite(text, redactor.replace(text.text, findings)) for text, findings in pairs if findings]
        found.update(_applied(store, [rewrite for rewrite in rewrites if rewrite]))
        store.scanned(batch)
        look.texts += len(batch)
        look.found = found.total()
    look.status = "ok"
    return found


def last_look(text: str, redactor: Redactor, detector: SecondDetector | None, look: SecondLook) -> Redaction:
    """The same rules over a text that is about to leave, and the second detector where there is one."""
    if detector is None or look.status == "failed":
        return redactor(text)
    try:
        [findings] = detector.scan([text])
    except DetectorFailed as failure:
        look.status, look.why = "failed", str(failure)
        return redactor(text)
    look.status = "ok"
    return redactor.replace(text, findings)


def _rewrite(text: Text, redaction: Redaction) -> Rewrite | None:
    if redaction.text == text.text:
        return None
    return Rewrite(text, redaction.text, Counter(finding.rule for finding in redaction.findings))


def _applied(store: Store, rewrites: Sequence[Rewrite]) -> Iterator[str]:
    if not rewrites:
        return iter(())
    store.rewrite(rewrites)
    return (rule for rewrite in rewrites for rule in Counter(rewrite.rules).elements())
