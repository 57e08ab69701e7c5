"""Users' own rule files, in gitleaks' format and with its meaning: ``[redaction] rules = ["gitleaks.toml"]``.

Files of Betterleaks are read too, as far as their rules can be followed. What a file asks for and a chat cannot
give, such as paths, commits or the rules of another file, is passed over and named in ``UserRules.warnings``;
passing over may find more than gitleaks does, never less. This module reads no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, cast

import msgspec
from ahocorasick_rs import BytesAhoCorasick, Implementation
from msgspec import Struct

from memsyncd.core.redact.detectors import Span
from memsyncd.core.redact.gitleaks_file import RuleFile, read
from memsyncd.core.redact.gitleaks_format import AllowlistText, RuleText
from memsyncd.core.redact.gitleaks_preamble import without_preamble
from memsyncd.core.redact.gitleaks_rule import Allowlist, Bounded, Rule, Stopwords, Text
from memsyncd.core.redact.gitleaks_syntax import to_python
from memsyncd.core.redact.patterns import Compile, compile_pattern, compile_re
from memsyncd.errors import ConfigError

_PIECE = 16 << 10
_OVERLAP = 4 << 10
"""Bytes that Python's ``re`` is given at once, and that pieces share: its time may grow with the square."""


class UserRules(Struct, frozen=True, kw_only=True):
    """The rules of one file, in order of precedence."""

    rules: tuple[Rule, ...]
    warnings: tuple[str, ...]  # what of the file has no effect here, one line each
    linear: bool  # the time a search takes grows with the text, not faster

    def detector(self, first_rank: int) -> UserDetector:
        """The rules as a detector; their ranks count from ``first_rank``."""
        ranked = (msgspec.structs.replace(rule, rank=first_rank + rule.rank) for rule in self.rules)
        return UserDetector(ranked, linear=self.linear)


class UserDetector:
    """Finds what a user's rules find. It may be called from anywhere: it keeps nothing of a text."""

    def __init__(self, rules: Iterable[Rule], *, linear: bool) -> None:
        self.rules = tuple(rules)
        self._linear = linear
        self._always = frozenset(index for index, rule in enumerate(self.rules) if not rule.keywords)
        owners: dict[bytes, set[int]] = {}
        for index, rule in enumerate(self.rules):
            for keyword in rule.keywords:
                owners.setdefault(keyword, set()).add(index)
        self._owners = tuple(owners.values())
        self._automaton = BytesAhoCorasick(list(owners) or [b"\xff"], implementation=Implementation.DFA)

    def __call__(self, raw: bytes, lowered: bytes, /) -> list[Span]:
        """The secrets in ``raw``, of which ``lowered`` is the form with ASCII letters in lower case."""
        found = self._automaton.find_matches_as_indexes(lowered, True)  # noqa: FBT003 - as in the prefilter
        if not found and not self._always:
            return []
        seen = {keyword for keyword, _, _ in found}
        wanted = self._always.union(*(self._owners[keyword] for keyword in seen))
        rules = [self.rules[index] for index in sorted(wanted)]
        if not self._linear:
            return list(_piecewise(raw, rules))
        text = Text(raw)
        return [Span(start, end, rule) for rule in rules for start, end in rule.secrets(text)]


def _piecewise(raw: bytes, rules: Iterable[Rule]) -> Iterator[Span]:
    """What the rules find in overlapping pieces of the text, widened to whole characters."""
    for offset in range(0, max(1, len(raw) - _OVERLAP), _PIECE - _OVERLAP):
        text = Text(raw[offset : offset + _PIECE])
        for rule in rules:
            for start, end in rule.secrets(text):
                yield Span(*_whole_characters(raw, offset + start, offset + end), rule)


def _whole_characters(raw: bytes, start: int, end: int) -> tuple[int, int]:
    while _continues(raw, start):
        start -= 1
    while _continues(raw, end):
        end += 1
    return start, end


def _continues(raw: bytes, offset: int) -> bool:
    """Whether the byte at ``offset`` continues a character: in UTF-8 its two highest bits are 10."""
    return offset < len(raw) and raw[offset] & 0xC0 == 0x80  # noqa: PLR2004 - see above


def parse(origin: str, source: bytes, *, compile_with: Compile = compile_pattern) -> UserRules:
    """Read and compile the rule file ``source``; ``origin`` names it in errors.

    Raises:
        ConfigError: it is no rule file, or rules are wrong, with one line for each fault.
    """
    try:
        file = read(source)
    except ValueError as error:
        raise ConfigError(origin, [str(error)]) from error
    builder = _Builder(file, compile_with)
    # Generic rules come last: gitleaks, too, leaves a secret to the other rule that finds it.
    texts = sorted(file.rules, key=lambda rule: "generic" in rule.id.lower())
    rules = [rule for rank, text in enumerate(texts) if (rule := builder.rule(text, rank))]
    if problems := (*file.problems, *builder.problems):
        raise ConfigError(origin, problems)
    return UserRules(rules=tuple(rules), warnings=file.warnings, linear=compile_with is not compile_re)


class _Builder:
    """Compiles rules, and gathers what cannot be compiled."""

    def __init__(self, file: RuleFile, compile_with: Compile) -> None:
        self.problems: list[str] = []
        self._translated = to_python if compile_with is compile_re else str
        self._compile = cache(compile_with)
        self._global = [
            (text.rules, allowlist)
            for text in file.allowlists
            if (allowlist := self._allowlist("global allowlist", text))
        ]

    def rule(self, text: RuleText, rank: int) -> Rule | None:
        """The compiled rule; None when that is not possible."""
        name = f"rule {text.id}"
        regex, preamble = without_preamble(text.regex)
        pattern = self._pattern(name, regex)
        own = [self._allowlist(name, one) for one in text.every_allowlist()]
        if pattern is None:
            return None
        if text.group > pattern.groups:
            self.problems.append(f"{name}: secretGroup is {text.group}, the regex has {pattern.groups} groups")
        return Rule(
            id=text.id,
            rank=rank,
            label=text.label,
            keywords=_keywords(text),
            pattern=pattern,
            group=text.group,
            entropy=text.bound,
            allowlists=(
                *(one for one in own if one),
                *(one for targets, one in self._global if not targets or text.id in targets),
            ),
            preamble=preamble,
        )

    def _allowlist(self, name: str, text: AllowlistText) -> Allowlist | None:
        """The compiled allowlist; None when it can never hold for a chat."""
        if text.every and (text.paths or text.commits):
            return None
        faultless = [regex for regex in text.regexes if self._pattern(f"{name}: allowlist", regex)]
        stopwords = Stopwords(text.stopwords)
        if not faultless and not stopwords:
            return None
        return Allowlist(
            pattern=self._pattern(name, "|".join(f"(?:{regex})" for regex in faultless)) if faultless else None,
            stopwords=stopwords,
            target=cast("Literal['secret', 'match', 'line']", text.target or "secret"),
            every=text.every,
        )

    def _pattern(self, name: str, regex: str) -> Bounded | None:
        try:
            return self._compile(self._translated(regex))
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return None


def _keywords(text: RuleText) -> tuple[bytes, ...]:
    """The keywords as they are looked for, which is with ASCII letters in lower case; none: in every text."""
    if "" in text.keywords:
        return ()
    return tuple(dict.fromkeys(spelled for word in text.keywords for spelled in _spellings(word)))


def _spellings(word: str) -> Iterator[bytes]:
    cases = (word,) if word.isascii() else (word, word.lower(), word.title(), word.upper())
    return (case.encode().lower() for case in cases)
