"""Many patterns as one that fails fast.

A search tries every alternative at every character. Those that begin at the start of a text or of a word are put
behind one common anchor, so that most characters are passed with a single look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_NEVER = r"(?!)"
_START, _WORD = "^", r"\b"
_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def either(patterns: Sequence[str]) -> re.Pattern[str]:
    """A pattern that matches where one of these does; none of them: it never matches."""
    parts = [part for pattern in patterns for part in _alternatives(pattern)]
    groups = [_grouped(parts, prefix) for prefix in (_START, _WORD)]
    rest = [part for part in parts if not part.startswith((_START, _WORD))]
    return re.compile("|".join([group for group in groups if group] + rest) or _NEVER)


def _grouped(parts: Sequence[str], prefix: str) -> str:
    rests = [part.removeprefix(prefix) for part in parts if part.startswith(prefix)]
    return f"{prefix}(?:{'|'.join(rests)})" if rests else ""


def _alternatives(pattern: str) -> Iterator[str]:
    """The parts of a pattern between the bars that stand outside all brackets."""
    depth, part = 0, ""
    for atom in _ATOM.findall(pattern):
        if atom == "|" and not depth:
            yield part
            part = ""
            continue
        depth += (atom == "(") - (atom == ")")
        part += atom
    yield part
