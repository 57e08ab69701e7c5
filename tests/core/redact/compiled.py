"""The packaged rules, compiled once for the tests that look at single rules."""

from __future__ import annotations

from functools import cache

from memsyncd.core.redact.engine import Barriers, secrets
from memsyncd.core.redact.patterns import compile_pattern, compile_re
from memsyncd.core.redact.prefilter import Prefilter
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import Rule, RuleSet, load


@cache
def ruleset(*, fallback: bool = False) -> RuleSet:
    return load(packaged(), compile_with=compile_re if fallback else compile_pattern)


@cache
def prefilter() -> Prefilter:
    return Prefilter(ruleset())


def rule(name: str) -> Rule:
    return next(rule for rule in ruleset().rules if rule.id == name)


def found_by(name: str, text: str) -> list[str]:
    """What this one rule finds where the prefilter asks for it."""
    raw = text.encode()
    asked = {rule.id: (rule, near) for rule, near in prefilter()(raw).rules}
    if name not in asked:
        return []
    wanted, near = asked[name]
    places = near if wanted.anchor else None  # a rule that is searched for finds the same in the whole text
    return [raw[start:end].decode() for start, end in secrets(wanted, raw, Barriers(raw), places)]
