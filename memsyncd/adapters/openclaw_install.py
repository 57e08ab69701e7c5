"""Where OpenClaw is installed: its state folders and the configuration that goes with each.

Reads names and ``openclaw.json``, writes nothing. The folders are those of OpenClaw 2026.1 to 2026.9. What an
installation's agents keep where is the business of :mod:`memsyncd.adapters.openclaw_agent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.openclaw_config import OpenClawConfig, read_openclaw_config

LEGACY_FOLDERS = (".clawdbot", ".moltbot", ".moldbot")
CONFIG_FILES = ("openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json")


class Install(Struct, frozen=True, kw_only=True):
    """One state folder with the configuration that goes with it."""

    state: Path
    home: Path  # what ~ stands for in its configuration
    config: OpenClawConfig
    selected: bool  # the one that the environment selects: the OPENCLAW_ variables speak of no other

    @property
    def profile(self) -> str:
        """The profile's name, empty for the ordinary installation."""
        return self.state.name.removeprefix(".openclaw-") if self.state.name.startswith(".openclaw-") else ""

    @property
    def label(self) -> str:
        """``openclaw``, or ``openclaw-work`` for the profile ``work``."""
        return f"openclaw-{self.profile}" if self.profile else "openclaw"


def find_installs(env: Mapping[str, str], home: Path) -> tuple[Install, ...]:
    """Return the installation that ``env`` selects and, when it names none, every profile beside the ordinary one.

    ``home`` is the operating system's word on the user's home; HOME and OPENCLAW_HOME in ``env`` overrule it. The
    first one's folder may be missing.
    """
    state = _selected_state(env, home)
    states = [state]
    if not (_named_state(env) or _profile(env)):
        beside = sorted(_openclaw_home(env, home).glob(".openclaw-*"))
        states += [folder for folder in beside if is_folder(folder / "agents") and not same(folder, state)]
    return tuple(install_at(folder, env, home) for folder in states)


def install_at(state: Path, env: Mapping[str, str], home: Path) -> Install:
    """Return the installation whose state folder is ``state``, with its configuration read."""
    own = _openclaw_home(env, home)
    selected = same(state, _selected_state(env, home))
    named = _first(env, "OPENCLAW_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH") if selected else ""
    files = [user_path(named, own).absolute()] if named else [state / name for name in CONFIG_FILES]
    config = read_openclaw_config(next((file for file in files if _is_file(file)), files[0]), env)
    return Install(state=state, home=own, config=config, selected=selected)


def user_path(text: str, home: Path) -> Path:
    """Return the path ``text`` with a leading ``~`` replaced by ``home``."""
    return home / text[1:].lstrip("/\\") if text == "~" or text.startswith(("~/", "~\\")) else Path(text)


def is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder as far as we may see."""
    try:
        return path.is_dir()
    except OSError:
        return False


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place, existing or not."""
    return one == other or one.resolve() == other.resolve()


def _openclaw_home(env: Mapping[str, str], home: Path) -> Path:
    system = Path(_first(env, "HOME", "USERPROFILE") or home)
    return user_path(_first(env, "OPENCLAW_HOME") or str(system), system).absolute()


def _selected_state(env: Mapping[str, str], home: Path) -> Path:
    """Return the state folder that a plain ``openclaw`` uses in this environment, existing or not."""
    own = _openclaw_home(env, home)
    if named := _named_state(env):
        return user_path(named, own).absolute()
    if profile := _profile(env):
        return own / f".openclaw-{profile}"
    folders = [own / name for name in (".openclaw", *LEGACY_FOLDERS)]
    return next((folder for folder in folders if is_folder(folder)), folders[0])


def _named_state(env: Mapping[str, str]) -> str:
    return _first(env, "OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR")


def _profile(env: Mapping[str, str]) -> str:
    profile = _first(env, "OPENCLAW_PROFILE")
    return "" if profile.lower() == "default" else profile


def _first(env: Mapping[str, str], *names: str) -> str:
    """Return the first of the variables that says something."""
    return next((value for name in names if (value := env.get(name, "").strip())), "")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # not ours to see: reading it gives the reason
