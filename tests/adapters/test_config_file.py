from __future__ import annotations

from pathlib import Path

import pytest

from memsyncd.adapters.config_file import config_path, load_config, state_dir, store_path
from memsyncd.config import Config, StoreConfig
from memsyncd.errors import ConfigError

HOME = {"HOME": "/home/ada"}


@pytest.fixture
def env(tmp_path):
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}


def put(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def timezone(path, env):
    config, file = load_config(path, env)
    return config.timezone, file


def test_without_any_file_everything_has_its_default(env):
    assert load_config(None, env) == (Config(), None)


def test_the_named_file_goes_before_the_environment_s_and_that_before_the_platform_s(tmp_path, env):
    usual = put(tmp_path / "xdg/memsyncd/config.toml", 'timezone = "UTC"')
    assert timezone(None, env) == ("UTC", usual)
    env["MEMSYNCD_CONFIG"] = "~/mine.toml"
    mine = put(tmp_path / "mine.toml", 'timezone = "Europe/Rome"')
    assert timezone(None, env) == ("Europe/Rome", mine)
    given = put(tmp_path / "given.toml", '\ufefftimezone = "Europe/Oslo"')
    assert timezone(given, env) == ("Europe/Oslo", given)


def test_relative_paths_start_at_the_file(tmp_path, env):
    file = put(tmp_path / "deep/config.toml", '[store]\npath = "store.sqlite"')
    assert load_config(file, env)[0].store.path == tmp_path / "deep/store.sqlite"


def test_a_named_file_has_to_be_there(tmp_path, env):
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path / "none.toml", env)
    with pytest.raises(ConfigError, match="no such file"):
        load_config(None, {**env, "MEMSYNCD_CONFIG": "/nowhere/config.toml"})


def test_a_variable_that_leads_nowhere_is_a_configuration_error(env):
    with pytest.raises(ConfigError, match="NOPE is not set") as caught:
        load_config(None, {**env, "MEMSYNCD_CONFIG": "$NOPE/config.toml"})
    assert caught.value.where == "$MEMSYNCD_CONFIG"


def test_a_file_that_cannot_be_read_is_a_configuration_error_even_at_the_platform_s_place(tmp_path, env):
    config_path(env).mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(None, env)
    (tmp_path / "latin").write_bytes(b'timezone = "\xe9"')
    with pytest.raises(ConfigError, match=r"not UTF-8: .* at byte 12"):
        load_config(tmp_path / "latin", env)


@pytest.mark.parametrize(
    ("env", "platform", "path"),
    [
        (HOME, "linux", "/home/ada/.config/memsyncd/config.toml"),
        ({**HOME, "XDG_CONFIG_HOME": "/etc/xdg"}, "linux", "/etc/xdg/memsyncd/config.toml"),
        ({**HOME, "XDG_CONFIG_HOME": "relative"}, "linux", "/home/ada/.config/memsyncd/config.toml"),
        (HOME, "darwin", "/home/ada/Library/Application Support/memsyncd/config.toml"),
        ({**HOME, "XDG_CONFIG_HOME": "/etc/xdg"}, "darwin", "/etc/xdg/memsyncd/config.toml"),
    ],
)
def test_the_platform_s_place_follows_the_environment_that_is_given(env, platform, path):
    assert config_path(env, platform) == Path(path)


def test_windows_has_a_place_too():
    assert config_path({}, "win32").parent.name == "memsyncd"


@pytest.mark.parametrize(
    ("config", "env", "path"),
    [
        (Config(state_dir=Path("/var/lib/m")), {"MEMSYNCD_STATE_DIR": "/env"}, "/var/lib/m"),
        (Config(), {**HOME, "MEMSYNCD_STATE_DIR": "~/m"}, "/home/ada/m"),
        (Config(), {**HOME, "XDG_STATE_HOME": "/xdg"}, "/xdg/memsyncd"),
        (Config(), HOME, "/home/ada/.local/state/memsyncd"),
    ],
)
def test_the_state_folder_is_the_configured_the_environment_s_or_the_platform_s(config, env, path):
    assert state_dir(config, env, "linux") == Path(path)


def test_the_store_is_in_the_state_folder_unless_configured():
    assert store_path(Config(state_dir=Path("/s")), {}) == Path("/s/store.sqlite")
    assert store_path(Config(store=StoreConfig(path=Path("/db"))), {}) == Path("/db")
