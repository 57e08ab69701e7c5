"""Regular expressions over bytes: RE2 where its wheel is installed, else Python's own ``re``.

RE2 runs in time linear in the text, whatever the text. ``re`` gives the same answers to patterns in the
common part of both syntaxes, but a hostile text can make it slow; ``LINEAR`` tells which one is at work.
Both work on UTF-8 bytes, so that offsets are the same: RE2 takes a character class to hold characters,
``re`` takes it to hold bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

try:
    import re2
except ImportError:  # no wheel for this platform, e.g. one with musl
    re2 = None

LINEAR: bool = re2 is not None
"""True when RE2 is at work."""

_MAX_MEMORY = 12 << 20
"""Bytes that one pattern may use, which bounds what a process that runs for months can grow by. With less, hostile
texts make RE2 forget its states so often that it gets slow; ordinary ones never need as much."""


class Match(Protocol):
    """The part of a match that redaction needs."""

    def span(self, group: int = 0, /) -> tuple[int, int]:
        """Byte offsets of a group, (-1, -1) when it took no part."""


class Pattern(Protocol):
    """A compiled pattern."""

    @property
    def groups(self) -> int:
        """How many groups the pattern has."""

    def search(self, raw: bytes, pos: int = 0, endpos: int = ..., /) -> Match | None:
        """The first match between two offsets; what stands before ``pos`` still counts as context."""

    def match(self, raw: bytes, pos: int = 0, endpos: int = ..., /) -> Match | None:
        """The match that begins at ``pos``."""


Compile: TypeAlias = Callable[[str], Pattern]
"""Turns the source of a pattern into a pattern, or raises ValueError."""


_NOWHERE = (-1, -1)


class _Spans:
    """A match of RE2: the spans of its groups."""

    __slots__ = ("_spans",)

    def __init__(self, spans: tuple[tuple[int, int], ...]) -> None:
        self._spans = spans

    def span(self, group: int = 0, /) -> tuple[int, int]:
        return self._spans[group]


class _Re2:
    """A pattern of RE2, without what its Python module does for texts of other kinds than bytes.

    Most searches find nothing; that module's own ``search`` takes half as long again for them.
    """

    __slots__ = ("_anchored", "_match", "_unanchored", "groups")

    def __init__(self, compiled: Any) -> None:  # noqa: ANN401 - the module has no types
        self._match = compiled._regexp.Match  # noqa: SLF001 - see above; compile_re2 does without where it is absent
        anchors = re2._re2.RE2.Anchor  # noqa: SLF001 - likewise
        self._unanchored, self._anchored = anchors.UNANCHORED, anchors.ANCHOR_START
        self.groups: int = compiled.groups

    def search(self, raw: bytes, pos: int = 0, endpos: int | None = None, /) -> _Spans | None:
        return self._look(self._unanchored, raw, pos, endpos)

    def match(self, raw: bytes, pos: int = 0, endpos: int | None = None, /) -> _Spans | None:
        return self._look(self._anchored, raw, pos, endpos)

    def _look(self, anchor: Any, raw: bytes, pos: int, endpos: int | None) -> _Spans | None:  # noqa: ANN401 - as above
        size = len(raw)
        last = size if endpos is None or endpos > size else endpos
        if pos > last:
            return None
        spans = self._match(anchor, raw, pos, last)
        return None if spans[0] == _NOWHERE else _Spans(spans)


def compile_re2(source: str) -> Pattern:
    """Compile for RE2.

    The pattern is given as bytes with the encoding set to UTF-8. As Latin-1, a character such as "…" in a
    class would count as three bytes and end a match within another character.

    Raises:
        ValueError: RE2 does not take the pattern.
    """
    options = re2.Options()
    options.encoding = options.Encoding.UTF8
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        compiled: Pattern = re2.compile(source.encode(), options)
    except re2.error as error:
        raise ValueError(_words(error)) from None
    try:
        return _Re2(compiled)
    except AttributeError:  # another version of the module, built otherwise inside
        return compiled


def forget_compiled() -> None:
    """Empties the store of compiled patterns that RE2's module keeps: what nobody else holds is freed."""
    if re2 is not None:
        re2.purge()


def compile_re(source: str) -> Pattern:
    """Compile for Python's ``re``.

    Raises:
        ValueError: ``re`` does not take the pattern.
    """
    try:
        return re.compile(source.encode())
    except re.error as error:
        raise ValueError(str(error)) from None


def _words(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


compile_pattern: Compile = compile_re2 if LINEAR else compile_re
"""The better of the two that is at hand."""
