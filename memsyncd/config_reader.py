"""Turns decoded tables into records, gathering every problem on the way instead of stopping at the first.

The other half of :mod:`memsyncd.config`, whose record types say what the keys are: nothing here knows a key by
name, and nothing here looks at a file or at the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Count: TypeAlias = Annotated[int, Meta(ge=0)]

Seconds: TypeAlias = Annotated[float, Meta(ge=0)]

Record = TypeVar("Record", bound=Struct)

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<braced>\w+)\}|(?P<plain>[A-Za-z_]\w*))")
_SHOWN = 60  # characters of a wrong value that a problem repeats


def read_record(
    kind: type[Record], table: object, *, base: Path, env: Mapping[str, str]
) -> tuple[Record, tuple[str, ...]]:
    """Read ``table`` into a ``kind``; return it with one line for each problem.

    The fields of ``kind`` are texts, Literals, bools, Counts, Seconds, paths, records and tuples of any of these,
    all with defaults. A field that may be None becomes None for an empty text. Paths are expanded, see
    :func:`expand_path`, and relative ones start at ``base``. A wrong value leaves the default in place; its
    problem gives the dotted key, the value and what is allowed. The value of an unknown key is not repeated: it
    may be a secret.
    """
    reader = _Reader(base, env)
    return reader.record(kind, table, ""), tuple(reader.problems)


def expand_path(text: str, env: Mapping[str, str]) -> Path:
    """Replace a leading ``~`` by the home folder and every ``$NAME`` or ``${NAME}`` by its value in ``env``.

    ``$$`` stands for one dollar sign. Raises ValueError naming the variable that is missing or empty.
    """

    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["plain"]
        if name is None:
            return "$"
        if not env.get(name):
            raise ValueError(f"the environment variable {name} is not set")
        return env[name]

    home = "${USERPROFILE}" if env.get("USERPROFILE") and not env.get("HOME") else "${HOME}"
    return Path(_VARIABLE.sub(value, re.sub(r"\A~(?=[/\\]|\Z)", home, text)))


def path_text(path: Path) -> str:
    """Write ``path`` so that :func:`expand_path` reads it back."""
    return str(path).replace("$", "$$")


def shown(value: object) -> str:
    """Return ``value`` as a problem repeats it: shortened, much as TOML writes it, and no table's content."""
    if isinstance(value, dict | list):
        return "{...}" if isinstance(value, dict) else "[...]"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


class _Reader:
    """Reads tables, one inside the other; a fault adds a line to ``problems``."""

    def __init__(self, base: Path, env: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._base = base
        self._env = env

    def record(self, kind: type[Record], table: object, where: str) -> Record:
        if not isinstance(table, dict):
            self._refuse(where, table, "a table")
            return kind()
        keys = _keys(kind)
        values = {}
        for name, value in table.items():
            if name not in keys:
                self.problems.append(_unknown_key(where, name, list(keys)))
            elif (read := self._value(keys[name], value, _dotted(where, name))) is not UNSET:
                values[name] = read
        return kind(**values)

    def _value(self, hint: Any, value: object, where: str) -> object:  # noqa: ANN401 - a type form has no type
        plain = _without_none(hint)
        if value == "" and plain is not hint:
            return None
        if plain is Path:
            return self._path(value, where)
        if get_origin(plain) is tuple:
            member = get_args(plain)[0]
            if isinstance(member, type) and issubclass(member, Struct):
                return self._records(member, value, where)
            return self._list(member, value, where)
        if isinstance(plain, type) and issubclass(plain, Struct):
            return self.record(plain, value, where)
        try:
            return msgspec.convert(value, plain)
        except msgspec.ValidationError:
            return self._refuse(where, value, _allowed(plain))

    def _records(self, kind: type[Struct], value: object, where: str) -> object:
        if not isinstance(value, list):
            return self._refuse(where, value, f"tables, each under [[{where}]]")
        return tuple(self.record(kind, table, f"{where}[{index}]") for index, table in enumerate(value))

    def _list(self, member: Any, value: object, where: str) -> object:  # noqa: ANN401 - a type form has no type
        if not isinstance(value, list):
            return self._refuse(where, value, "a list")
        read = [self._value(member, item, f"{where}[{index}]") for index, item in enumerate(value)]
        return tuple(item for item in read if item is not UNSET)

    def _path(self, value: object, where: str) -> object:
        if not isinstance(value, str):
            return self._refuse(where, value, "a path")
        try:
            return self._base / expand_path(value, self._env)
        except ValueError as error:
            self.problems.append(f"{where} = {shown(value)}: {error}")
            return UNSET

    def _refuse(self, where: str, value: object, allowed: str) -> UnsetType:
        self.problems.append(f"{where} = {shown(value)}: must be {allowed}")
        return UNSET


@cache
def _keys(kind: type[Struct]) -> Mapping[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type form has no type
    """Return ``X`` for the optional type ``X | None``, any other type as it is."""
    members = get_args(hint)
    return next(member for member in members if member is not NoneType) if NoneType in members else hint


def _allowed(plain: Any) -> str:  # noqa: ANN401 - a type form has no type
    """Say which values a key of that type takes."""
    if get_origin(plain) is Literal:
        *others, last = (f'"{choice}"' for choice in get_args(plain))
        return f"{', '.join(others)} or {last}" if others else last
    if plain is bool:
        return "true or false"
    if plain == Seconds:
        return "a number, 0 or more"
    return "a whole number, 0 or more" if plain == Count else "a text"


def _dotted(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _unknown_key(where: str, name: str, known: Sequence[str]) -> str:
    meant = ", ".join(_dotted(where, key) for key in get_close_matches(name, known, n=1, cutoff=0.7))
    allowed = ", ".join(_dotted(where, key) for key in known)
    return f"{_dotted(where, name)}: no such key; " + (
        f"did you mean {meant}?" if meant else f"allowed: {allowed}"
    )
