"""Reads OpenClaw's own configuration, ``openclaw.json``: JSON5 with ``$include`` and ``${NAME}``. Never writes it.

A file that is missing leaves everything at OpenClaw's defaults; one that cannot be read does so too, with a note.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

INCLUDE = "$include"
DEFAULT_AGENT = "main"
MAX_DEPTH = 10  # OpenClaw's own limit for includes inside includes

# The rules of memoryPolicy.excludeSessions, and what OpenClaw calls a session's match with each of them.
_EXCLUSIONS = {
    "hookExternalContentSources": "hookExternalContentSource",
    "channels": "channel",
    "chatTypes": "chatType",
}

_AGENT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9_-]+")
_LINE = re.compile(r"<string>:(\d+) ")
_VARIABLE = re.compile(r"\$(\$?)\{([A-Z_][A-Z0-9_]*)\}")


class Unknown(ValueError):
    """A setting cannot be followed from here; the words say why."""


class OpenClawConfig(Struct, frozen=True, kw_only=True):
    """What ``openclaw.json`` says, includes merged in."""

    path: Path
    settings: Mapping[str, object] = {}
    notes: tuple[str, ...] = ()  # what could not be read, and why
    env: Mapping[str, str] = {}

    @property
    def damaged(self) -> bool:
        """Whether something could not be read, so that a missing key proves nothing."""
        return bool(self.notes)

    def get(self, *keys: str) -> object:
        """Return the value below the nested ``keys``, or None."""
        value: object = self.settings
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *keys: str) -> str:
        """Return the text below ``keys`` with ``${NAME}`` filled in; empty when there is none.

        Raises Unknown when a variable has no value here.
        """
        return fill_in(self.get(*keys), self.env)

    @property
    def roster(self) -> Mapping[str, Mapping[str, object]]:
        """The configured agents by id: ``agents.entries`` since 2026.8, ``agents.list`` before."""
        keyed = self.get("agents", "entries")
        listed = self.get("agents", "list")
        named: list[tuple[object, object]] = []
        if isinstance(keyed, dict):
            named = list(keyed.items())
        elif isinstance(listed, list):
            named = [(entry.get("id"), entry) for entry in listed if isinstance(entry, dict)]
        roster: dict[str, Mapping[str, object]] = {}
        for name, entry in named:
            if isinstance(entry, dict):
                roster.setdefault(_agent_id(name), entry)
        return roster

    @property
    def default_agent(self) -> str | None:
        """The agent that the common settings belong to; None where every agent has its own."""
        roster = self.roster
        if len(roster) <= 1:
            return next(iter(roster), DEFAULT_AGENT)
        marked = [name for name, entry in roster.items() if entry.get("default") is True]
        if self.get("agents", "ownership") == "explicit" or (
            not marked and self.get("agents", "entries") is not None
        ):
            return None
        return (marked or list(roster))[0]

    @property
    def excluded_sessions(self) -> tuple[str, ...]:
        """The sessions that the user keeps out of memory.

        A rule becomes what OpenClaw calls a match with it: ``channel:telegram``, ``chatType:group``,
        ``hookExternalContentSource:gmail``. A plain list is taken as session ids and keys.
        """
        rules = self.get("plugins", "entries", "memory-core", "config", "memoryPolicy", "excludeSessions")
        if not isinstance(rules, dict):
            return _texts(rules)
        return tuple(
            f"{match}:{value}" for rule, match in _EXCLUSIONS.items() for value in _texts(rules.get(rule))
        )


def fill_in(value: object, env: Mapping[str, str]) -> str:
    """Replace each ``${NAME}`` of the text ``value`` by its value; ``$${NAME}`` stands for itself.

    Anything but a text counts as empty. Raises Unknown when a variable has no value here.
    """

    def variable(found: re.Match[str]) -> str:
        if found[1]:
            return f"${{{found[2]}}}"
        if not env.get(found[2]):
            raise Unknown(f"the environment variable {found[2]} is not set")
        return env[found[2]]

    return _VARIABLE.sub(variable, value).strip() if isinstance(value, str) else ""


def read_openclaw_config(path: Path, env: Mapping[str, str]) -> OpenClawConfig:
    """Read the file at ``path`` with its includes; never raises, see ``notes``."""
    includer = _Includer(path, env)
    settings = includer.file(path, ())
    if not isinstance(settings, dict):
        includer.notes.append(f"{path}: not an object")
        settings = {}
    return OpenClawConfig(path=path, settings=settings, notes=tuple(includer.notes), env=env)


class _Refused(Exception):
    """A file that is not read; the words say why."""


class _Includer:
    """Merges included files; one that is refused adds a note and counts as empty."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self.notes: list[str] = []
        roots = [str(path.parent), *filter(None, env.get("OPENCLAW_INCLUDE_ROOTS", "").split(os.pathsep))]
        self._roots = [Path(root).resolve() for root in roots]

    def file(self, path: Path, above: tuple[Path, ...]) -> object:
        """Return the content of ``path``, which the files ``above`` include one after the other."""
        try:
            self._admit(path, above)
            return self._merged(_decode(path), path, (*above, path))
        except FileNotFoundError:
            if above:
                self.notes.append(f"{path}: included and not there")
        except (_Refused, OSError, UnicodeDecodeError, RuntimeError) as error:
            self.notes.append(f"{path}: {error.strerror if isinstance(error, OSError) else error}")
        return {}

    def _admit(self, path: Path, above: tuple[Path, ...]) -> None:
        if path in above:
            raise _Refused("includes itself")
        if len(above) > MAX_DEPTH:
            raise _Refused(f"included more than {MAX_DEPTH} levels deep")
        real = path.resolve()
        if above and not any(real.is_relative_to(root) for root in self._roots):
            raise _Refused("included from outside the folder of openclaw.json")

    def _merged(self, value: object, path: Path, above: tuple[Path, ...]) -> object:
        if isinstance(value, list):
            return [self._merged(item, path, above) for item in value]
        if not isinstance(value, dict):
            return value
        own = {key: self._merged(item, path, above) for key, item in value.items() if key != INCLUDE}
        if INCLUDE not in value:
            return own
        wanted = value[INCLUDE] if isinstance(value[INCLUDE], list) else [value[INCLUDE]]
        merged: object = {}
        for name in wanted:
            merged = _merge(merged, self._included(name, path, above))
        return _merge(merged, own) if own else merged

    def _included(self, name: object, path: Path, above: tuple[Path, ...]) -> object:
        if not isinstance(name, str) or "\0" in name:
            self.notes.append(f"{path}: {INCLUDE} names no file")
            return {}
        return self.file(Path(os.path.normpath(path.parent / name)), above)


def _merge(under: object, over: object) -> object:
    """Lay ``over`` on ``under`` as OpenClaw does: lists joined, objects merged, anything else replaced."""
    if isinstance(under, list) and isinstance(over, list):
        return [*under, *over]
    if isinstance(under, dict) and isinstance(over, dict):
        return {
            **under,
            **{key: _merge(under[key], value) if key in under else value for key, value in over.items()},
        }
    return over


def _decode(path: Path) -> object:
    """Decode a JSON or JSON5 file. Raises OSError, UnicodeDecodeError and _Refused."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return _decode_json5(text)


def _decode_json5(text: str) -> object:
    import json5  # noqa: PLC0415 - 10 ms that only hand-written files cost: OpenClaw itself writes plain JSON

    try:
        return json5.loads(text)
    except (ValueError, RecursionError) as error:
        # Of its message only the line number is passed on: the rest quotes the file, which may hold keys.
        found = _LINE.match(str(error))
        raise _Refused(f"not JSON5, line {found[1]}" if found else "not JSON5") from error


def _agent_id(name: object) -> str:
    """Return ``name`` as OpenClaw writes it in a folder's name."""
    text = name.strip().lower() if isinstance(name, str) else ""
    if _AGENT_ID.fullmatch(text):
        return text
    return _NOT_IN_AN_ID.sub("-", text).strip("-")[:64] or DEFAULT_AGENT


def _texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())
