"""A public rule file does here what it does in gitleaks, measured against a plain reading of gitleaks' steps.

MEMSYNCD_GITLEAKS_TOML names the rule file; it stays outside of the repository. Texts are made from the rules' own
regexes. MEMSYNCD_GITLEAKS_EXAMPLES may name a file of JSON lines with ``text`` and ``expect``, and ``rule`` for the
rule that should find something.
"""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec import Struct

from memsyncd.core.redact.gitleaks import parse
from memsyncd.core.redact.gitleaks_syntax import to_python
from memsyncd.core.redact.patterns import Pattern, compile_pattern, compile_re

NAMED = os.environ.get("MEMSYNCD_GITLEAKS_TOML", "")
EXAMPLES = os.environ.get("MEMSYNCD_GITLEAKS_EXAMPLES", "")
BAR = 0.999

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not NAMED, reason="MEMSYNCD_GITLEAKS_TOML does not name a rule file"),
]


# --- gitleaks' steps, read plainly: nothing is shortened, shared or kept ---


class Plain(Struct):
    id: str
    regex: Pattern
    group: int
    entropy: float
    keywords: list[str]
    allowlists: list[dict[str, Any]]


@cache
def plain_rules() -> list[Plain]:
    table = tomllib.loads(Path(NAMED).read_text(encoding="utf-8"))
    everywhere = _listed(table)
    return [
        Plain(
            rule["id"],
            compile_pattern(rule["regex"]),
            rule.get("secretGroup", 0),
            rule.get("entropy", 0),
            [word.lower() for word in rule.get("keywords", [])],
            _listed(rule) + [one for one in everywhere if rule["id"] in one.get("targetRules", [rule["id"]])],
        )
        for rule in table["rules"]
        if "regex" in rule
    ]


def _listed(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [*table.get("allowlists", []), *([table["allowlist"]] if "allowlist" in table else [])]


def plain_findings(text: str) -> set[tuple[str, int, int]]:
    """Rule, start and end of every secret."""
    raw = text.encode()
    return {
        (rule.id, *span)
        for rule in plain_rules()
        if not rule.keywords or any(word in text.lower() for word in rule.keywords)
        for span in _plain_secrets(rule, raw)
    }


def _matches(pattern: Pattern, raw: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while position <= len(raw) and (match := pattern.search(raw, position)):
        begin, stop = match.span()
        yield begin, stop
        position = max(stop, begin + 1)


def _plain_secrets(rule: Plain, raw: bytes) -> Iterator[tuple[int, int]]:
    for first, stop in _matches(rule.regex, raw):
        whole = raw[first:stop].strip(b"\n")
        begin = first + raw[first:stop].index(whole)
        start, end = 0, len(whole)
        again = rule.regex.search(whole)
        groups = [rule.group] if rule.group else range(1, rule.regex.groups + 1)
        for group in groups if again else ():
            if again.span(group)[0] < again.span(group)[1]:
                start, end = again.span(group)
                break
        secret = whole[start:end]
        if not secret or (rule.entropy and _plain_entropy(secret) <= rule.entropy):
            continue
        newline = max(0, raw.rfind(b"\n", 0, begin))
        line = raw[newline : (raw + b"\n").index(b"\n", begin + len(whole))]
        if not any(_plain_allowed(one, secret, whole, line) for one in rule.allowlists):
            yield begin + start, begin + end


def _plain_entropy(secret: bytes) -> float:
    return -sum(n / len(secret) * math.log2(n / len(secret)) for n in Counter(secret.decode()).values())


def _plain_allowed(one: dict[str, Any], secret: bytes, match: bytes, line: bytes) -> bool:
    target = {"match": match, "line": line}.get(one.get("regexTarget", ""), secret)
    checks = []
    if "regexes" in one:
        checks.append(any(_compiled(regex).search(target) for regex in one["regexes"]))
    if "stopwords" in one:
        checks.append(any(word.lower() in secret.decode().lower() for word in one["stopwords"]))
    if one.get("condition", "OR").upper() in ("AND", "&&"):
        return not ("paths" in one or "commits" in one) and all(checks)
    return any(checks)


@cache
def _compiled(regex: str) -> Pattern:
    return compile_pattern(regex)


# --- texts that the regexes match, or nearly ---

PRINTABLE = [chr(code) for code in range(32, 127)]
CONTEXTS = (
    "{}",
    "{}\n",
    "\n{}\n\n",
    'see "{}" and',
    "x={}; y",
    "my.{}`",
    "das Geheimnis …{}… ist é",
    "{} {}",
    "{}\n{}\n",
    "KEY: '{}'\r\n# comment",
)


class Writer:
    """Writes texts that a regex matches."""

    def __init__(self, seed: str) -> None:
        self.rng = Random(seed)

    def text(self, regex: str) -> str:
        return self._items(re._parser.parse(to_python(regex)))  # type: ignore[attr-defined]

    def _items(self, items: Any) -> str:
        return "".join(self._item(str(operation), argument) for operation, argument in items)

    def _item(self, operation: str, argument: Any) -> str:
        if operation in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = argument
            count = self.rng.randint(low, min(int(high), low + self.rng.choice((0, 1, 5, 30))))
            return "".join(self._items(inner) for _ in range(count))
        if operation == "LITERAL":
            return chr(argument)
        if operation == "IN":
            return self.rng.choice(_chars(argument))
        if operation in ("ANY", "NOT_LITERAL"):
            return self.rng.choice([char for char in PRINTABLE if operation == "ANY" or ord(char) != argument])
        if operation == "BRANCH":
            return self._items(self.rng.choice(argument[1]))
        return self._items(argument[-1]) if operation == "SUBPATTERN" else ""

    def worn(self, text: str) -> str:
        """The text with one character less, another one, or in another case."""
        at = self.rng.randrange(max(1, len(text)))
        other = self.rng.choice(PRINTABLE)
        return self.rng.choice((text[:at] + text[at + 1 :], text[:at] + other + text[at + 1 :], text.swapcase()))


def _chars(items: Any) -> list[str]:
    """The printable characters of a class."""
    members = "".join(_member(str(operation), argument) for operation, argument in items)
    negated = str(items[0][0]) == "NEGATE"
    found = [char for char in [*PRINTABLE, "\n"] if (char in members) != negated]
    return found or list(members)


def _member(operation: str, argument: Any) -> str:
    if operation == "LITERAL":
        return chr(argument)
    if operation == "RANGE":
        return "".join(map(chr, range(argument[0], min(argument[1], 126) + 1)))
    tests: dict[str, Callable[[str], bool]] = {
        "CATEGORY_DIGIT": str.isdigit,
        "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
        "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
    }
    test = tests.get(str(argument), str.isspace)
    return "".join(char for char in [*PRINTABLE, "\n"] if test(char))


@cache
def texts() -> list[str]:
    """For each rule, texts with what it matches, whole and damaged, in many contexts."""
    written = []
    for rule in tomllib.loads(Path(NAMED).read_text(encoding="utf-8"))["rules"]:
        writer = Writer(rule["id"])
        for context in CONTEXTS:
            keyword = writer.rng.choice([*rule.get("keywords", []), ""])
            sample = writer.text(rule["regex"])
            written.append(context.replace("{}", sample))
            written.append(f"{keyword} {context.replace('{}', sample)}")
            written.append(f"{keyword} {context.replace('{}', writer.worn(sample))}")
    rng = Random(1)
    return written + [rng.choice(("", " ", "_", "\n")).join(rng.sample(written, 4)) for _ in range(2_000)]


def found(text: str, *, fallback: bool = False) -> set[tuple[str, int, int]]:
    raw = text.encode()
    return {(span.rule.id, span.start, span.end) for span in _detector(fallback=fallback)(raw, raw.lower())}


@cache
def _detector(*, fallback: bool) -> Any:
    compile_with = compile_re if fallback else compile_pattern
    return parse(NAMED, Path(NAMED).read_bytes(), compile_with=compile_with).detector(0)


@pytest.mark.parametrize("fallback", [False, True], ids=["re2", "re"])
def test_the_same_secrets_are_found_as_by_a_plain_reading(fallback: bool):
    different = [text for text in texts() if found(text, fallback=fallback) != plain_findings(text)]
    with_secrets = sum(bool(plain_findings(text)) for text in texts())
    share = 1 - len(different) / len(texts())
    print(f"{share:.5f} of {len(texts())} texts, {with_secrets} with secrets")  # noqa: T201 - pytest -s shows it
    assert with_secrets > len(texts()) / 4
    assert share >= BAR, [sorted(found(text, fallback=fallback) ^ plain_findings(text)) for text in different[:5]]


@pytest.mark.skipif(not EXAMPLES, reason="MEMSYNCD_GITLEAKS_EXAMPLES does not name a file")
def test_examples_come_out_as_they_say():
    lines = Path(EXAMPLES).read_text(encoding="utf-8").splitlines()
    examples = [json.loads(line) for line in lines if line.strip()]
    wrong = [
        one["text"]
        for one in examples
        if one["expect"] != any(rule == one.get("rule", rule) for rule, _, _ in found(one["text"]))
    ]
    assert len(wrong) <= (1 - BAR) * len(examples), wrong[:5]
