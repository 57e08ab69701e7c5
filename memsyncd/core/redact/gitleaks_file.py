"""Reads a rule file in gitleaks' format: TOML in, checked records out, and remarks on what has no effect here.

As gitleaks does it, keys are compared without case, and a string may stand for a list. Nothing is compiled here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from memsyncd.core.redact.gitleaks_format import AND, OR, TARGETS, AllowlistText, FileText, RuleText
from memsyncd.core.redact.placeholders import LABELS


class RuleFile(Struct, frozen=True, kw_only=True):
    """The rules of a file that can run here, the allowlists for all of them, and remarks."""

    rules: tuple[RuleText, ...]
    allowlists: tuple[AllowlistText, ...]
    problems: tuple[str, ...]  # why the file cannot be used
    warnings: tuple[str, ...]  # what of it is passed over


def read(source: bytes) -> RuleFile:
    """Read a rule file; what is wrong with single rules stands in ``problems``.

    Raises:
        ValueError: it is no TOML, or no rule file at all.
    """
    try:
        table = _folded(msgspec.toml.decode(source.decode()))
        top = msgspec.convert(table, FileText, strict=False)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    return _Reader(top).file(table)


_LISTS = frozenset(
    {"keywords", "tags", "regexes", "stopwords", "paths", "commits", "targetrules", "disabledrules"}
)


def _folded(value: object, key: str = "") -> object:
    """The value with all keys in lower case, and lists where a string stands for one."""
    if isinstance(value, dict):
        return {name.lower(): _folded(inner, name.lower()) for name, inner in value.items()}
    if isinstance(value, list):
        return [_folded(inner) for inner in value]
    return value.split(",") if isinstance(value, str) and key in _LISTS else value


# --- what is wrong and what is passed over ---

_NO_SECRET = ("-id", "-url", "-name", "-host", "-address")
"""How rules end, in Betterleaks files, that only help other rules; alone they would take ordinary words."""

_SHOWN = 5  # names in one warning


def _allowlist_problems(allowlist: AllowlistText) -> Iterator[str]:
    if allowlist.condition.upper() not in (*AND, *OR):
        yield f"condition {allowlist.condition} of an allowlist is neither AND nor OR"
    if allowlist.target not in TARGETS:
        yield f"regexTarget {allowlist.target} is none of secret, match, line"
    if not (allowlist.regexes or allowlist.stopwords or allowlist.paths or allowlist.commits):
        yield "an allowlist has neither regexes nor stopwords"


class _Reader:
    """Gathers problems one by one, and warnings by kind: a file may hold hundreds of rules of one kind."""

    def __init__(self, top: FileText) -> None:
        self._top = top
        self._problems: list[str] = []
        self._warnings: defaultdict[str, list[str]] = defaultdict(list)
        self._unknown: Counter[str] = Counter()

    def file(self, table: object) -> RuleFile:
        """The file, of which ``table`` is the untyped form."""
        self._note_unknown("", table, FileText)
        if self._top.extend.source:
            self._warn("what the file extends is not read", self._top.extend.source)
        rules = self._rules()
        allowlists = self._allowlists(rules)
        return RuleFile(
            rules=tuple(rule for rule in rules.values() if self._runs(rule)),
            allowlists=allowlists,
            problems=tuple(self._problems),
            warnings=tuple(self._summary()),
        )

    def _rules(self) -> dict[str, RuleText]:
        """The well-formed rules by id; of two with one id the later counts, as in gitleaks."""
        rules: dict[str, RuleText] = {}
        for number, table in enumerate(self._top.rules, 1):
            name = f"rule {str(table.get('id', '')).strip() or f'number {number}'}"
            try:
                rule = msgspec.convert(table, RuleText, strict=False)
            except msgspec.ValidationError as error:
                self._problems.append(f"{name}: {error}")
                continue
            self._note_unknown("rules.", table, RuleText)
            self._problems += (f"{name}: {reason}" for reason in self._rule_problems(rule))
            if rule.id in rules:
                self._warn("rules that stand twice, of which the last counts", rule.id)
            rules[rule.id] = rule
        return rules

    def _rule_problems(self, rule: RuleText) -> Iterator[str]:
        if not rule.id.strip():
            yield "it has no id"
        if not (rule.regex or rule.path or self._top.extend.source):
            yield "it has no regex"
        if rule.label not in LABELS:
            yield f"label {rule.label} is not a known one"
        if rule.group < 0:
            yield f"secretGroup {rule.group} is negative"
        for allowlist in rule.every_allowlist():
            yield from _allowlist_problems(allowlist)

    def _allowlists(self, rules: Mapping[str, RuleText]) -> tuple[AllowlistText, ...]:
        older = self._top.allowlist
        allowlists = (*self._top.allowlists, older) if older else self._top.allowlists
        for allowlist in allowlists:
            self._problems += (f"global allowlist: {reason}" for reason in _allowlist_problems(allowlist))
            self._note_paths(allowlist, "all rules")
            for name in allowlist.rules:
                if name not in rules:
                    self._warn("targetRules of an allowlist that are not in the file", name)
        return allowlists

    def _runs(self, rule: RuleText) -> bool:
        """Whether the rule runs here."""
        if rule.id in self._top.extend.disabled:
            return False
        if not rule.regex:
            self._warn("rules without a regex cannot hold for chats", rule.id)
            return False
        if rule.skip_report and rule.id.endswith(_NO_SECRET):
            self._warn("rules left out because they find no secret of their own", rule.id)
            return False
        if rule.required or rule.components:
            self._warn("rules that need another one near run without it", rule.id)
        if not rule.understood:
            self._warn("filters followed no further than their entropy", rule.id)
        for allowlist in rule.every_allowlist():
            self._note_paths(allowlist, rule.id)
        return True

    def _note_paths(self, allowlist: AllowlistText, name: str) -> None:
        if allowlist.paths or allowlist.commits:
            self._warn("allowlists for paths or commits cannot hold for chats", name)

    def _note_unknown(self, section: str, table: object, record: type[Struct]) -> None:
        known = {one.encode_name for one in msgspec.structs.fields(record)}
        if isinstance(table, dict):
            self._unknown.update(f"{section}{key}" for key in table if key not in known)

    def _warn(self, kind: str, name: str) -> None:
        self._warnings[kind].append(name)

    def _summary(self) -> Iterator[str]:
        for kind, names in self._warnings.items():
            more = len(names) - _SHOWN
            yield f"{kind}: {', '.join(names[:_SHOWN])}" + (f" and {more} more" if more > 0 else "")
        if self._unknown:
            counted = (f"{name} ({count})" for name, count in self._unknown.items())
            yield f"fields without effect here: {', '.join(counted)}"
