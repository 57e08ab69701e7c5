"""Texts that a regular expression matches, drawn at run time: big rule sets are measured without a copy of them.

It reads the syntax tree of Python's ``re``, after what RE2 and Rust write otherwise is rewritten. It covers what
rule sets use, not all of the syntax; whoever draws checks the result against the pattern itself.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from random import Random
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_PRINTABLE = frozenset(string.printable) - frozenset("\x0b\x0c\r")
_ALNUM = string.ascii_letters + string.digits
_DIGITS, _SPACES, _WORD = frozenset(string.digits), frozenset(" \t\n"), frozenset(_ALNUM + "_")

_CATEGORIES: Mapping[Any, frozenset[str]] = {
    op.CATEGORY_DIGIT: _DIGITS,
    op.CATEGORY_NOT_DIGIT: _PRINTABLE - _DIGITS,
    op.CATEGORY_SPACE: _SPACES,
    op.CATEGORY_NOT_SPACE: _PRINTABLE - _SPACES,
    op.CATEGORY_WORD: _WORD,
    op.CATEGORY_NOT_WORD: _PRINTABLE - _WORD,
}

_REWRITTEN = (
    (re.compile(r"\\z"), r"\\Z"),
    (re.compile(r"\[:alnum:\]"), "a-zA-Z0-9"),
    (re.compile(r"\(\?P?<[A-Za-z_]\w*>"), "("),
    (re.compile(r"\(\?[a-z]+\)"), ""),
    (re.compile(r"\(\?[a-z]*-?[a-z]*:"), "(?:"),
)

_FEW = 3
"""A class of so few letters is no part of what is random in a secret."""

_MORE = 20
"""How much longer than its minimum a repeat may become."""


class Drawer:
    """Draws texts that match ``pattern``.

    Raises:
        ValueError: the pattern uses something that this module does not know.
    """

    def __init__(self, pattern: str) -> None:
        self._folds = "(?i" in pattern
        verbose = re.VERBOSE if re.search(r"\(\?[a-w]*x[a-z]*\)", pattern) else 0
        for before, after in _REWRITTEN:
            pattern = before.sub(after, pattern)
        try:
            self._tree = parser.parse(pattern, verbose)
        except re.error as error:
            raise ValueError(str(error)) from None

    def __call__(self, rng: Random) -> str:
        """One text; edges and look-around are not heeded. Where case does not count, half of them mix both."""
        return _Draw(rng, both_cases=self._folds and rng.random() < 0.5).sequence(self._tree)


class _Draw:
    """One draw: the generator and what the groups held."""

    def __init__(self, rng: Random, *, both_cases: bool) -> None:
        self._rng = rng
        self._both_cases = both_cases
        self._groups: dict[int, str] = {}

    def sequence(self, tree: Iterable[tuple[Any, Any]]) -> str:
        return "".join([self._one(kind, value) for kind, value in tree])

    def _one(self, kind: Any, value: Any) -> str:
        if kind is op.LITERAL:
            return chr(value)
        if kind in (op.ANY, op.NOT_LITERAL):
            return self._rng.choice(_ALNUM)
        if kind is op.IN:
            return self._from_class(value)
        if kind is op.BRANCH:
            return self.sequence(self._rng.choice(value[1]))
        if kind is op.SUBPATTERN:
            return self._group(value[0], value[3])
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return "".join([self.sequence(value[2]) for _ in range(self._count(value[0], value[1]))])
        if kind is op.GROUPREF:
            return self._groups[value]
        return self.sequence(value) if kind is op.ATOMIC_GROUP else ""

    def _group(self, number: int | None, tree: Iterable[tuple[Any, Any]]) -> str:
        text = self.sequence(tree)
        if number is not None:
            self._groups[number] = text
        return text

    def _count(self, least: int, most: int) -> int:
        """What may be absent mostly is: long optional runs are the room that rules leave around a secret."""
        if least == 0:
            return self._rng.choice((0, 0, 0, min(1, most))) if most < _MORE // 2 else 0
        return self._rng.randint(least, min(most, least + _MORE))

    def _from_class(self, items: Iterable[tuple[Any, Any]]) -> str:
        pool = _class(items)
        if self._both_cases and len(pool) > _FEW:
            pool |= {character.upper() for character in pool}
        letters = [character for character in _ALNUM if character in pool]
        if letters and (len(letters) > _FEW or self._rng.random() < 0.8):
            digits = [character for character in letters if character.isdigit()]
            return self._rng.choice(digits if digits and self._rng.random() < 0.2 else letters)
        plain = [character for character in " =:\"'" if character in pool]
        return plain[0] if plain else self._rng.choice(sorted(pool) or [" "])


def _class(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """The printable characters of a class."""
    members: set[str] = set()
    negated = False
    for kind, value in items:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            members.add(chr(value))
        elif kind is op.RANGE:
            members.update(map(chr, range(value[0], min(value[1], 0x7F) + 1)))
        else:
            members |= _CATEGORIES[value]
    return _PRINTABLE - members if negated else frozenset(members)
