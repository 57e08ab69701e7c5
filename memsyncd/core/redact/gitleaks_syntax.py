r"""The syntax of gitleaks' regular expressions, which is Go's: RE2 takes it as it is, Python's ``re`` translated.

Go lets a flag stand anywhere, for the rest of its group; ``\z`` and ``$`` are the very end of the text; classes
may name POSIX classes. This module compiles nothing and finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

_TOKEN = re.compile(
    r"""\\Q.*?(?:\\E|\Z) | \\x\{[0-9A-Fa-f]+\} | \\[pP](?:\{[^}]*\}|.) | \\x[0-9A-Fa-f]{2} | \\[0-7]{1,3} | \\.
    | \[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]
    | \(\?[imsU-]+[:)] | \(\?P?<\w+> | \(\?:? | \{,\d*\} | .""",
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> Iterator[str]:
    """The pattern in its smallest parts; a class is one."""
    return (part[0] for part in _TOKEN.finditer(source))


class _Scope:
    """A group that is open: the flags that were switched on within it, and whether ``$`` ends a line."""

    def __init__(self, *, multiline: bool) -> None:
        self.opened: list[str] = []
        self.multiline = multiline

    def set(self, flags: str) -> None:
        """Follow a flag expression such as ``i``, ``s-m``."""
        on, _, off = flags.partition("-")
        self.multiline = ("m" in on) or (self.multiline and "m" not in off)

    @property
    def closing(self) -> str:
        """What ends the flags of this group."""
        return ")" * len(self.opened)


def to_python(source: str) -> str:
    """The pattern for ``re.compile(pattern.encode())``, with the same groups.

    Classes that name characters outside of ASCII hold whole characters (a range of them holds all of these);
    other classes and the dot take each byte of such a character for one.

    Raises:
        ValueError: the pattern uses a part of Go's syntax that ``re`` cannot express.
    """
    scopes = [_Scope(multiline=False)]
    return "".join(_translated(part, scopes) for part in tokens(source)) + scopes[-1].closing


def _translated(part: str, scopes: list[_Scope]) -> str:
    scope = scopes[-1]
    if part.startswith("("):
        return _opening(part, scopes)
    if part == ")":
        if len(scopes) > 1:
            scopes.pop()
        return scope.closing + ")"
    if part == "|":
        return scope.closing + "|" + "".join(scope.opened)
    if part == "$":
        return "$" if scope.multiline else r"\Z"
    if part.startswith("[") and len(part) > 1:
        return _class(part)
    if part.startswith("\\"):
        return _escape(part)
    if part.startswith("{,"):
        return "\\" + part  # three characters in Go, a count in re
    return part if part.isascii() else f"(?:{part})"


def _opening(part: str, scopes: list[_Scope]) -> str:
    if not part.startswith("(?"):
        scopes.append(_Scope(multiline=scopes[-1].multiline))
        return part
    if part == "(?":
        raise ValueError("a group begins with (? and nothing that may follow it")
    if "U" in part and "<" not in part:
        _refuse("(?U)")
    if part.endswith(")"):  # a flag for the rest of the group
        flags = part[2:-1]
        scopes[-1].set(flags)
        scopes[-1].opened.append(f"(?{flags}:")
        return f"(?{flags}:"
    scopes.append(_Scope(multiline=scopes[-1].multiline))
    if part.endswith(":"):
        scopes[-1].set(part[2:-1])
        return part
    return "(?P" + part[part.index("<") :]


_SPACE = r"\t\n\f\r "
_ESCAPES = {r"\z": r"\Z", r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]", r"\C": r"[\x00-\xff]"}


def _escape(part: str) -> str:
    if part[1] in "pP":
        _refuse(part)
    if part.startswith(r"\Q"):
        return "".join(f"(?:{re.escape(char)})" for char in part[2:].removesuffix(r"\E"))
    if part.startswith(r"\x{"):
        return f"(?:{re.escape(chr(int(part[3:-1], 16)))})"
    return _ESCAPES.get(part, part)


def _refuse(part: str) -> NoReturn:
    raise ValueError(f"{part} needs the RE2 library, which is not installed here")


# --- classes ---

_ITEM = re.compile(
    r"\[:\^?[a-z]+:\]|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\[0-7]{1,3}|\\[pP](?:\{[^}]*\}|.)|\\.|.", re.DOTALL
)
_SETS = {
    "[:alnum:]": "0-9A-Za-z",
    "[:alpha:]": "A-Za-z",
    "[:ascii:]": r"\x00-\x7f",
    "[:blank:]": r"\t ",
    "[:cntrl:]": r"\x00-\x1f\x7f",
    "[:digit:]": "0-9",
    "[:graph:]": "!-~",
    "[:lower:]": "a-z",
    "[:print:]": r"\ -~",
    "[:punct:]": r"!-/:-@\[-`{-~",
    "[:space:]": r"\t\n\v\f\r ",
    "[:upper:]": "A-Z",
    "[:word:]": r"\w",
    "[:xdigit:]": "0-9A-Fa-f",
    r"\s": _SPACE,
    r"\S": r"\x00-\x08\x0b\x0e-\x1f!-\xff",
    r"\d": r"\d",
    r"\D": r"\D",
    r"\w": r"\w",
    r"\W": r"\W",
}
_OPERATORS = frozenset("-[&|~")  # re warns of some of them: they may mean more one day
_WIDE = r"[\xc2-\xf4][\x80-\xbf]+"  # any character outside of ASCII, in UTF-8


def _class(part: str) -> str:
    """A class over bytes; characters outside of ASCII stand beside it, because there each is several bytes."""
    negated = part.startswith("[^")
    narrow, wide = _members(_ITEM.findall(part[2 if negated else 1 : -1]))
    if not wide:
        return f"[{'^' * negated}{narrow}]"
    others = "|".join(sorted(wide))
    if negated:
        return rf"(?:[^{narrow}\x80-\xff]|(?!{others}){_WIDE})"
    return f"(?:[{narrow}]|{others})" if narrow else f"(?:{others})"


def _members(items: list[str]) -> tuple[str, set[str]]:
    """The members within ASCII as the inside of a class, the others as alternatives."""
    narrow: list[str] = []
    wide: set[str] = set()
    rest = iter(range(len(items)))
    for index in rest:
        low = _member(items[index])
        high = _range_end(items, index)
        if high is None:
            narrow += [low] * low.isascii()
            wide |= set() if low.isascii() else {low}
            continue
        next(rest), next(rest)
        if not high.isascii():
            wide.add(_WIDE)
            high = r"\x7f"
        narrow += [f"{low}-{high}"] * low.isascii()
    return "".join(narrow), wide


def _range_end(items: list[str], index: int) -> str | None:
    """The last member of the range that begins at ``index``, None where none does."""
    if items[index] in _SETS or items[index + 1 : index + 2] != ["-"]:
        return None
    end = items[index + 2 : index + 3]
    return _member(end[0]) if end and end[0] not in _SETS else None


def _member(item: str) -> str:
    if item in _SETS:
        return _SETS[item]
    if item.startswith(("[:", r"\p", r"\P")) and len(item) > 1:
        _refuse(item)
    if item.startswith(r"\x{"):
        return re.escape(chr(int(item[3:-1], 16)))
    return "\\" + item if item in _OPERATORS else item
