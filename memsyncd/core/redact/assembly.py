"""Puts the engine together: the packaged rules, less those that are switched off, and what a policy adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from memsyncd.core.redact.detectors import Detector, KnownValues
from memsyncd.core.redact.engine import Engine
from memsyncd.core.redact.patterns import Pattern, compile_pattern
from memsyncd.core.redact.redactor import Loaded, Policy
from memsyncd.core.redact.rules import RuleSet, load
from memsyncd.errors import ConfigError

if TYPE_CHECKING:
    from memsyncd.core.redact.gitleaks import UserRules

    Rules = TypeVar("Rules", RuleSet, UserRules)

_USERS_RANK = 10_000  # users' rules come after all of ours
_PII_RANK = 100_000


def assemble(rules: Mapping[str, bytes], policy: Policy) -> Loaded:
    """The engine of a policy.

    Raises:
        ConfigError: a rule file or an allow pattern is wrong, or a rule is switched off that there is not.
    """
    packaged = load(rules)
    users = {origin: _parsed(origin, source) for origin, source in policy.files.items()}
    ids = {rule.id for rule in packaged.rules} | {rule.id for part in users.values() for rule in part.rules}
    if unknown := sorted(policy.disable - ids):
        raise ConfigError("redaction.disable", [f'"{name}": there is no such rule' for name in unknown])
    detectors = [
        *(_without(part, policy).detector(rank * _USERS_RANK) for rank, part in enumerate(users.values(), 1)),
        *_others(policy),
    ]
    engine = Engine(_without(packaged, policy), detectors, _allowed(policy.allow))
    warnings = (f"{origin}: {warning}" for origin, part in users.items() for warning in part.warnings)
    return Loaded(engine, tuple(warnings))


def _without(rules: Rules, policy: Policy) -> Rules:
    """The rules less those that are switched off."""
    return replace(rules, rules=tuple(rule for rule in rules.rules if rule.id not in policy.disable))


def _parsed(origin: str, source: bytes) -> UserRules:
    from memsyncd.core.redact.gitleaks import parse  # noqa: PLC0415 — only for those who use it

    return parse(origin, source)


def _others(policy: Policy) -> Iterator[Detector]:
    if policy.pii:
        from memsyncd.core.redact.pii import detector  # noqa: PLC0415 — only for those who use it

        yield detector(policy.pii, _PII_RANK)
    if policy.known:
        yield KnownValues(policy.known)


def _allowed(sources: Iterable[str]) -> list[Pattern]:
    patterns: list[Pattern] = []
    problems: list[str] = []
    for source in sources:
        try:
            patterns.append(compile_pattern(source))
        except ValueError as error:
            problems.append(f'redaction.allow = "{source}": {error}')
    if problems:
        raise ConfigError("redaction.allow", problems)
    return patterns
