"""Finds and reads the configuration file, and knows the folders that memsyncd keeps things in.

What the file may say is the business of :mod:`memsyncd.config`. Nothing is created here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from memsyncd.config import Config, parse_config
from memsyncd.config_reader import expand_path
from memsyncd.errors import ConfigError


def load_config(path: Path | None, env: Mapping[str, str]) -> tuple[Config, Path | None]:
    """Read the configuration file: ``path``, else ``$MEMSYNCD_CONFIG``, else the one at the platform's place.

    Returns the configuration and the file it came from; None when there is no file at the platform's place, which
    is fine: every key has a default. Raises ConfigError when a file that was named is missing, and when a file
    cannot be read or is wrong.
    """
    named = path or _from_environment(env, "MEMSYNCD_CONFIG")
    file = (named or config_path(env)).absolute()
    try:
        return parse_config(file.read_text(encoding="utf-8-sig"), file, env), file
    except FileNotFoundError:
        if named is None:
            return Config(), None
        raise ConfigError(file, ["there is no such file"], hint="memsyncd init writes one") from None
    except OSError as error:
        raise ConfigError(file, [f"the file cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(file, [f"the file is not UTF-8: {error.reason} at byte {error.start}"]) from error


def config_path(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return where the platform keeps a program's configuration, e.g. ``~/.config/memsyncd/config.toml``."""
    return _user_dir(env, "XDG_CONFIG_HOME", ".config", platform) / "config.toml"


def state_dir(config: Config, env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the folder of memsyncd's own state: configured, ``$MEMSYNCD_STATE_DIR``, or the platform's."""
    return (
        config.state_dir
        or _from_environment(env, "MEMSYNCD_STATE_DIR")
        or _user_dir(env, "XDG_STATE_HOME", ".local/state", platform)
    )


def store_path(config: Config, env: Mapping[str, str]) -> Path:
    """Return the database file of redacted turns."""
    return config.store.path or state_dir(config, env) / "store.sqlite"


def _from_environment(env: Mapping[str, str], name: str) -> Path | None:
    try:
        return expand_path(env[name], env).absolute() if env.get(name) else None
    except ValueError as error:
        raise ConfigError(f"${name}", [str(error)]) from None


def _user_dir(env: Mapping[str, str], variable: str, below_home: str, platform: str) -> Path:
    # platformdirs knows Windows, but it reads the process's own environment: elsewhere ``env`` decides.
    if platform == "win32":
        from platformdirs import user_data_path  # noqa: PLC0415 - needed on one platform

        return user_data_path("memsyncd", appauthor=False)
    if env.get(variable, "").startswith("/"):  # the XDG specification has relative paths ignored
        return Path(env[variable], "memsyncd")
    home = Path(env.get("HOME") or Path.home())
    return home / ("Library/Application Support" if platform == "darwin" else below_home) / "memsyncd"
