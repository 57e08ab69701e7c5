"""Where Claude Code, Codex and pi keep their session logs, and the sources that these make.

Looks at names and writes nothing; what lies beside the logs, credentials among it, is never opened. None of these
agents has memory files of its own that it would read, so each feeds a folder of memsyncd's unless the
configuration names another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.openclaw_install import is_folder, same, user_path
from memsyncd.config import SourceConfig
from memsyncd.model import Source


class _Layout(Struct, frozen=True, kw_only=True):
    """Where one agent keeps its logs."""

    kind: str
    variables: Mapping[str, str]  # environment variable → the root below the folder that it names; the first wins
    usual: str  # the root below the user's home
    below: tuple[str, ...] = ()  # the root below folders by which people may mean it
    holds: tuple[str, ...] = ()  # folders of which the root holds one at least


_LAYOUTS = (
    _Layout(
        kind="claude-code",
        variables={"CLAUDE_CONFIG_DIR": "projects"},
        usual=".claude/projects",
        below=("projects",),
    ),
    _Layout(
        kind="codex",
        variables={"CODEX_HOME": ""},
        usual=".codex",
        holds=("sessions", "archived_sessions"),
    ),
    _Layout(
        kind="pi",
        variables={"PI_CODING_AGENT_SESSION_DIR": "", "PI_CODING_AGENT_DIR": "sessions"},
        usual=".pi/agent/sessions",
        below=("sessions", "agent/sessions"),
    ),
)
KINDS = tuple(layout.kind for layout in _LAYOUTS)
"""The agents beside OpenClaw, as ``[[sources]] kind`` names them."""

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


class Root(Struct, frozen=True, kw_only=True):
    """The folder in which an agent keeps its logs, there or not."""

    kind: str
    path: Path
    variable: str = ""  # the environment variable that names it
    missing: str = ""  # why no logs can be found in it; empty: it is there


def roots(env: Mapping[str, str], home: Path) -> tuple[Root, ...]:
    """Return where Claude Code, Codex and pi keep logs; ``home`` is the operating system's word on the home."""
    own = home_of(env, home)
    return tuple(_root(layout, env, own) for layout in _LAYOUTS)


def discovered(env: Mapping[str, str], home: Path) -> tuple[list[Source], list[str]]:
    """Return a source for each root that is there, and a note on each that is not although a variable names it."""
    found = roots(env, home)
    sources = [_source(SourceConfig(), root, env, home, "discovered") for root in found if not root.missing]
    return sources, [_note(root) for root in found if root.missing and root.variable]


def wanted(
    entry: SourceConfig, kind: str, env: Mapping[str, str], home: Path, origin: str = "config"
) -> tuple[Source | None, list[str]]:
    """Return the source that ``entry`` of that ``kind`` stands for, and a note when its logs are not there.

    Without a path it is the agent's usual root, and no source where that is missing. A path may be the root, or
    the agent's folder around it; one that is not there is kept, for it may appear.
    """
    usual = next(root for root in roots(env, home) if root.kind == kind)
    layout = next(layout for layout in _LAYOUTS if layout.kind == kind)
    root = usual if entry.path is None else _looked_at(layout, _inner(layout, entry.path), "")
    notes = [_note(root)] if root.missing else []
    if root.missing and entry.path is None:
        return None, notes
    return _source(entry, root, env, home, origin, elsewhere=not same(root.path, usual.path)), notes


def kind_of(path: Path, env: Mapping[str, str], home: Path) -> str | None:
    """Tell whose logs lie at ``path``: in a root, or at a path that ends as a usual one does, as in a copied home.

    None when they look like none of these agents'.
    """
    for layout, root in zip(_LAYOUTS, roots(env, home), strict=True):
        place, usual = _inner(layout, path.resolve()), Path(layout.usual).parts
        if place.is_relative_to(root.path.resolve()) or place.parts[-len(usual) :] == usual:
            return layout.kind
    return None


def home_of(env: Mapping[str, str], home: Path) -> Path:
    """Return the user's home as programs of this environment see it."""
    return Path(env.get("HOME") or env.get("USERPROFILE") or home).absolute()


def _root(layout: _Layout, env: Mapping[str, str], own: Path) -> Root:
    for variable, below in layout.variables.items():
        if named := env.get(variable, "").strip():
            return _looked_at(layout, user_path(named, own).absolute() / below, variable)
    return _looked_at(layout, own / layout.usual, "")


def _looked_at(layout: _Layout, path: Path, variable: str) -> Root:
    return Root(kind=layout.kind, path=path, variable=variable, missing=_missing(layout, path))


def _missing(layout: _Layout, path: Path) -> str:
    try:
        path.stat()
    except OSError as error:
        absent = isinstance(error, FileNotFoundError)
        return "there is no such folder" if absent else f"it cannot be looked at: {error.strerror}"
    if not path.is_dir():
        return "it is no folder"
    if layout.holds and not any(is_folder(path / name) for name in layout.holds):
        return f"there is no folder {' or '.join(layout.holds)} in it"
    return ""


def _inner(layout: _Layout, path: Path) -> Path:
    """Return the root that ``path`` means: itself, a folder in it, or the one that it is a part of."""
    if path.name in layout.holds:
        return path.parent
    return next((path / name for name in layout.below if is_folder(path / name)), path)


def _note(root: Root) -> str:
    named = f", which {root.variable} names" if root.variable else ""
    return f"{root.kind}: {root.path}{named}: {root.missing}"


def _source(
    entry: SourceConfig, root: Root, env: Mapping[str, str], home: Path, origin: str, *, elsewhere: bool = False
) -> Source:
    return Source(
        name=entry.name or (f"{root.kind}@{root.path}" if elsewhere else root.kind),
        kind=root.kind,
        agent=entry.agent or root.kind,
        path=root.path,
        memory_dir=entry.memory_dir or _memory_dir(entry.name or root.kind, env, home),
        origin=origin,
    )


def _memory_dir(name: str, env: Mapping[str, str], home: Path) -> Path:
    """Return the folder of memory files that no configuration names: one for each source."""
    folder = _NOT_IN_NAMES.sub("-", name).strip(".-") or "memory"
    return home_of(env, home) / ".memsyncd" / "memory" / folder
