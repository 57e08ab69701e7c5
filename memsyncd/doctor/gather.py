"""Looks at everything once: this machine, the configuration, the state folder. Logs and service stand beside.

What cannot be looked at is a fact like any other; only what the command line names wrongly is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from memsyncd import __version__
from memsyncd.adapters.access import look_at
from memsyncd.adapters.config_file import config_path, load_config, state_dir, store_path
from memsyncd.adapters.daemon_file import DAEMON_FILE, read_daemon_state
from memsyncd.adapters.discover import PassedOver, passed_over
from memsyncd.adapters.lock_look import look_at_lock
from memsyncd.adapters.machine import clock_is_set_by_network, this_machine
from memsyncd.adapters.redaction import load_key, redactor_of
from memsyncd.adapters.service_manager import Run
from memsyncd.adapters.state import State as PublishedState
from memsyncd.adapters.store_look import look_at_store
from memsyncd.adapters.watcher_limits import inotify, read_mounts
from memsyncd.adapters.write_probe import try_writing
from memsyncd.adapters.zone import system_zone
from memsyncd.config import Config
from memsyncd.core.mounts import Mount, parse_mounts
from memsyncd.doctor.facts import Facts, Record, Settings, State, Trouble
from memsyncd.doctor.gather_logs import find_sources, logs_of, memory_of, retention_of
from memsyncd.doctor.gather_service import service_of
from memsyncd.errors import ConfigError, MemsyncdError
from memsyncd.model import Source
from memsyncd.service.managers import user_id
from memsyncd.service.program import HANDED_ON
from memsyncd.sync.engine import LOCK_FILE, STATE_FILE

_VARIABLES = ("MEMSYNCD_CONFIG", *HANDED_ON)


class Asked(Struct, frozen=True, kw_only=True):
    """What the command line says."""

    env: Mapping[str, str]
    home: Path  # the operating system's word on the user's home
    config: Path | None = None
    sessions_dir: Path | None = None
    memory_dir: Path | None = None


def gather(asked: Asked, run: Run, now: datetime) -> Facts:
    """Looks around. ``run`` asks the service manager.

    Raises:
        UsageError: a folder that the command line names is not there, or belongs to no workspace.
    """
    env = asked.env
    mounts = parse_mounts(read_mounts())
    settings = _settings(asked, mounts)
    found, lost = find_sources(settings.config, asked.sessions_dir, asked.memory_dir, env, asked.home)
    zone, user = system_zone(env), user_id()
    state = _state(settings.config, env, mounts)
    named = asked.config or env.get("MEMSYNCD_CONFIG")
    return Facts(
        version=__version__,
        now=now,
        home=Path(env.get("HOME") or asked.home),
        machine=this_machine(env, user, _VARIABLES),
        settings=settings,
        state=state,
        logs=tuple(logs_of(source, mounts) for source in found.sources),
        notes=found.notes,
        passed_over=_passed_over(found.sources, asked) if lost is None else (),
        lost=lost,
        retention=retention_of(found.sources, env, asked.home),
        memory=memory_of(found.sources, settings.config, zone, mounts),
        zone=zone,
        inotify=inotify(user),
        synchronised=clock_is_set_by_network(),
        service=service_of(env, user, run, settings.file.path if named else None),
    )


def _passed_over(sources: Sequence[Source], asked: Asked) -> tuple[PassedOver, ...]:
    return tuple(one for one in passed_over(sources, asked.env, asked.home) if one.found)


# --- the configuration ---


def _settings(asked: Asked, mounts: Sequence[Mount]) -> Settings:
    env = asked.env
    try:
        config, file = load_config(asked.config, env)
        wrong: tuple[str, ...] = ()
    except ConfigError as error:
        config, file, wrong = Config(), Path(error.where), error.problems
    try:
        redactor_of(config.redaction, env, load_key(state_dir(config, env)))
        rules = None
    except MemsyncdError as error:
        rules = Trouble(str(error), error.hint)
    return Settings(
        file=look_at(file or config_path(env), mounts),
        config=config,
        wrong=wrong,
        rules=rules,
        log=look_at(config.log.file, mounts) if config.log.file else None,
        metrics=look_at(config.log.metrics_file, mounts) if config.log.metrics_file else None,
    )


# --- the state folder ---


def _state(config: Config, env: Mapping[str, str], mounts: Sequence[Mount]) -> State:
    folder = look_at(state_dir(config, env), mounts)
    lock = look_at_lock(folder.path / LOCK_FILE)
    told = read_daemon_state(folder.path / DAEMON_FILE)
    return State(
        folder=folder,
        probe=try_writing(folder.path) if folder.kind == "folder" else None,
        store=look_at_store(store_path(config, env)),
        store_file=look_at(store_path(config, env), mounts),
        record=_record(folder.path / STATE_FILE),
        lock=lock,
        daemon=told if lock.held else None,
        fallen=told if lock.held is False else None,
    )


def _record(path: Path) -> Record:
    """The state file, which is only read: the engine sets one aside that it cannot read."""
    try:
        state = msgspec.json.decode(path.read_bytes(), type=PublishedState)
    except FileNotFoundError:
        return Record()
    except OSError as error:
        return Record(exists=True, closed=error.strerror or str(error))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Record(exists=True, damage=str(error))
    if state.version > PublishedState().version:
        return Record(exists=True, damage=f"version {state.version} is newer than this program")
    return Record(exists=True, last_run=_instant(state.last_run), last_date=state.last_successful_date)


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
