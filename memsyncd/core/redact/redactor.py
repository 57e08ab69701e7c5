"""Replaces what the engine finds by placeholders, until nothing is left to find."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from memsyncd.core.redact.placeholders import placeholder
from memsyncd.core.resources import read_data
from memsyncd.model import Finding, Redaction

if TYPE_CHECKING:
    from memsyncd.core.redact.detectors import Span
    from memsyncd.core.redact.engine import Engine

_FILES = (
    "common", "keys", "models", "clouds", "developer", "services", "urls", "headers", "commands", "named",
    "assignments", "sentences",
)  # fmt: skip
"""The rule files of this package in order of precedence: the more exact ones first."""


SHORTEST_KNOWN = 8
"""Characters of a known value. A shorter one would be found inside ordinary words."""


class Policy(Struct, frozen=True, kw_only=True):
    """What a configuration adds to the packaged rules, and takes from them."""

    files: Mapping[str, bytes] = field(default_factory=dict)  # users' rule files in gitleaks' format, by name
    allow: tuple[str, ...] = ()  # regexes: a secret in which one is found is none
    disable: frozenset[str] = frozenset()  # ids of rules that do not run
    pii: frozenset[str] = frozenset()  # personal data to replace as well, see core.redact.pii.PII_KINDS
    known: tuple[str, ...] = ()  # exact values that are secret
    key: bytes | None = None  # makes fingerprints; without it there are none
    fingerprints: bool = False  # whether placeholders show them


def packaged() -> Mapping[str, bytes]:
    """The rule files of this package, by name."""
    return {f"{name}.toml": read_data(__package__, f"{name}.toml") for name in _FILES}


class Redactor:
    """Rules that take the secrets out of texts.

    Calling it never raises, whatever the text: lone surrogates and control characters included. Redacting a
    redacted text changes nothing, and placeholders that are already there stay as they are. The time grows
    with the length of the text, not faster.

    ``rules`` are rule files by name, those of this package unless others are given. They are read when the
    first text comes, or by :meth:`check`; a wrong one raises ConfigError then.
    """

    def __init__(self, rules: Mapping[str, bytes] | None = None, policy: Policy | None = None) -> None:
        self._rules = rules  # read when they are needed, and not kept
        self._policy = policy or Policy()

    @staticmethod
    @cache
    def default() -> Redactor:
        """The redactor with the rules of this package, one for the whole process."""
        return Redactor()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with the rules: then older texts are worth another look.

        Known values do not count: they differ between a terminal and a service, see :meth:`known_marks`.
        """
        policy = self._policy
        parts = (dict(policy.files), policy.allow, sorted(policy.disable), sorted(policy.pii))
        digest = hashlib.sha256(b"\0".join(self._files.values()))
        if any(parts):
            digest.update(msgspec.json.encode(parts))
        return digest.hexdigest()[:12]

    def known_marks(self, key: bytes) -> frozenset[str]:
        """A keyed hash of each known value, to tell the new ones from those that old texts were searched for."""
        values = (value.encode("utf-8", "replace") for value in self._policy.known)
        return frozenset(hmac.new(key, value, hashlib.sha256).hexdigest()[:16] for value in values)

    def check(self) -> tuple[str, ...]:
        """Reads all rules now; what in users' rule files is passed over, one line each.

        Raises:
            ConfigError: a rule or an allow pattern is wrong.
        """
        _ = self._engine
        return self._loaded.warnings

    def __call__(self, text: str) -> Redaction:
        """``text`` with a placeholder in the place of every secret, and what was found, in order."""
        raw = text.encode("utf-8", "replace")
        spans = self._engine.scan(raw)
        if not spans:
            return Redaction(text)
        return self._redacted(text, self._findings(raw, spans))

    def replace(self, text: str, findings: Iterable[Finding]) -> Redaction:
        """``text`` with what somebody else found in it replaced, and then with what these rules find."""
        apart = _apart(findings)
        key = self._policy.key
        secrets = (text[one.start : one.end].encode("utf-8", "replace") for one in apart)
        marks = (_fingerprint(key, secret) for secret in secrets)
        new = [msgspec.structs.replace(one, fingerprint=mark) for one, mark in zip(apart, marks, strict=True)]
        return self._redacted(text, new) if new else self(text)

    def _redacted(self, text: str, new: list[Finding]) -> Redaction:
        """Replace and look again, as long as a replacement uncovers more: the result is a fixed point."""
        found: list[Finding] = []
        current = text
        while new:
            found = sorted((*found, *self._rebased(new, found)), key=_start)
            current = self._replaced(text, found)
            raw = current.encode("utf-8", "replace")
            new = self._findings(raw, self._engine.scan(raw))
        return Redaction(current, tuple(found))

    def _findings(self, raw: bytes, spans: Sequence[Span]) -> list[Finding]:
        key = self._policy.key
        return [
            Finding(span.rule.id, span.rule.label, start, end, _fingerprint(key, raw[span.start : span.end]))
            for span, (start, end) in zip(spans, _in_characters(raw, spans), strict=True)
        ]

    def _placeholder(self, finding: Finding) -> str:
        return placeholder(finding.label, finding.fingerprint if self._policy.fingerprints else None)

    def _replaced(self, text: str, findings: Iterable[Finding]) -> str:
        pieces: list[str] = []
        position = 0
        for finding in findings:
            pieces += (text[position : finding.start], self._placeholder(finding))
            position = finding.end
        return "".join((*pieces, text[position:]))

    def _rebased(self, new: Iterable[Finding], earlier: Sequence[Finding]) -> Iterator[Finding]:
        """Findings in the text after ``earlier`` were replaced, with their offsets in the text before."""
        growth = (len(self._placeholder(one)) - one.end + one.start for one in earlier)
        shifts = list(accumulate(growth, initial=0))
        starts = [one.start + shift for one, shift in zip(earlier, shifts, strict=False)]
        for finding in new:
            shift = shifts[bisect_right(starts, finding.start)]
            yield msgspec.structs.replace(finding, start=finding.start - shift, end=finding.end - shift)

    def rest(self) -> None:
        """Lets go of compiled patterns, some megabytes, while no text comes; the next one has them made again."""
        if "_loaded" in self.__dict__:
            self._engine.rest()

    @cached_property
    def _engine(self) -> Engine:
        return self._loaded.engine

    @cached_property
    def _loaded(self) -> Loaded:
        # The first text pays for the regular expression library, not every command that imports this package.
        from memsyncd.core.redact.assembly import assemble  # noqa: PLC0415

        return assemble(self._files, self._policy)

    @property
    def _files(self) -> Mapping[str, bytes]:
        return packaged() if self._rules is None else self._rules


class Loaded(Struct, frozen=True):
    """An engine, and what in users' rule files is passed over."""

    engine: Engine
    warnings: tuple[str, ...] = ()


def _start(finding: Finding) -> int:
    return finding.start


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order, overlapping ones united under the first."""
    apart: list[Finding] = []
    for finding in sorted(findings, key=_start):
        last = apart[-1] if apart else None
        if last is None or finding.start >= last.end:
            apart.append(finding)
        elif finding.end > last.end:
            apart[-1] = msgspec.structs.replace(last, end=finding.end)
    return apart


def _fingerprint(key: bytes | None, secret: bytes) -> str | None:
    """Six hexadecimal digits. Keyed, because people's passwords could be guessed from a plain hash."""
    return hmac.new(key, secret, hashlib.sha256).hexdigest()[:6] if key else None


def _in_characters(raw: bytes, spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Character offsets of spans that are in order and apart, in one pass over the text."""
    characters = position = 0
    for span in spans:
        start = characters + len(raw[position : span.start].decode())
        characters = start + len(raw[span.start : span.end].decode())
        position = span.end
        yield start, characters
