"""Opens what a command works on: configuration, sources, lock, engine. The same way for every command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.config_file import load_config, state_dir, store_path
from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.discover import Discovery, sources_from_config, sources_from_folders
from memsyncd.adapters.files import make_folder
from memsyncd.adapters.lock import daemon_at, exclusive
from memsyncd.adapters.redaction import load_key, make_key, redactor_of
from memsyncd.adapters.second_detector import Kingfisher, installed
from memsyncd.adapters.zone import system_zone
from memsyncd.cli.options import Invocation, Options
from memsyncd.cli.output import count, short_path
from memsyncd.config import Config
from memsyncd.core.redact import Redactor
from memsyncd.errors import Locked, MemsyncdError, UsageError
from memsyncd.logs import configure
from memsyncd.model import Source
from memsyncd.sync.engine import DETECTOR_CACHE, LOCK_FILE, Emit, Engine
from memsyncd.sync.ingest import SourceReport
from memsyncd.sync.publish import Publisher
from memsyncd.sync.redaction import Second
from memsyncd.sync.runs import Progress
from memsyncd.sync.targets import targets_of


class Setup(Struct, frozen=True, kw_only=True):
    """What the configuration and the machine amount to, before anything is opened."""

    config: Config
    config_file: Path | None
    state_dir: Path
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    redactor: Redactor
    emit: Emit


class Writing(Struct, frozen=True, kw_only=True):
    """An engine with the lock held."""

    engine: Engine
    setup: Setup


class Reading(Struct, frozen=True, kw_only=True):
    """An engine that has read what is new, for a command that only looks."""

    engine: Engine
    setup: Setup
    sources: tuple[SourceReport, ...]  # empty when another memsyncd does the reading
    daemon: DaemonState | None = None  # what it tells, when it is the daemon

    @property
    def publishers(self) -> list[Publisher]:
        """One for each memory folder."""
        return self.engine.publishers


def set_up(call: Invocation, *, log: Callable[[Config, Redactor], Emit] | None = None) -> Setup:
    """Reads the configuration and finds the sources. ``log`` sets up another log than commands have.

    Raises:
        ConfigError, SourceMissing, UsageError: as those two say.
    """
    options, env = call.options, call.env
    config, file = load_config(options.config, env)
    found = _find(options, config, env)
    for source in found.sources:
        _require_names(source.path, source.memory_dir)
    folder = state_dir(config, env)
    redactor = redactor_of(config.redaction, env, load_key(folder))
    return Setup(
        config=config,
        config_file=file,
        state_dir=folder,
        sources=found.sources,
        notes=found.notes,
        redactor=redactor,
        emit=log(config, redactor) if log else configure(config.log, redactor, verbose=options.verbose),
    )


def redactor_for(call: Invocation) -> Redactor:
    """The redactor of the configuration, for a command that opens nothing else.

    Raises:
        ConfigError: the configuration, or a rule file that it names, is wrong.
    """
    config, _ = load_config(call.options.config, call.env)
    return redactor_of(config.redaction, call.env, load_key(state_dir(config, call.env)))


@contextmanager
def opened_for_writing(call: Invocation, *, keep_all: bool = False) -> Iterator[Writing]:
    """An engine with the lock held; ``keep_all`` as the configuration's history.keep_all.

    Raises:
        Locked: another memsyncd works on the same state folder.
        MemsyncdError: there are no sources at all.
    """
    setup = set_up(call)
    _require_sources(call, setup)
    if keep_all:
        history = replace(setup.config.history, keep_all=True)
        setup = replace(setup, config=replace(setup.config, history=history))
    make_folder(setup.state_dir, 0o700)
    if setup.config.redaction.fingerprints and load_key(setup.state_dir) is None:
        redactor = redactor_of(setup.config.redaction, call.env, make_key(setup.state_dir))
        setup = replace(setup, redactor=redactor)
    lock = exclusive(setup.state_dir / LOCK_FILE)
    with lock, call.out.progress() as progress, opened_engine(call, setup, progress) as engine:
        yield Writing(engine=engine, setup=setup)


@contextmanager
def opened_for_reading(call: Invocation) -> Iterator[Reading]:
    """An engine whose store is up to date: read now, or by the memsyncd that holds the lock."""
    setup = set_up(call)
    _require_sources(call, setup)
    make_folder(setup.state_dir, 0o700)
    with ExitStack() as stack:
        lock = stack.enter_context(ExitStack())
        try:
            lock.enter_context(exclusive(setup.state_dir / LOCK_FILE))
            locked = True
        except Locked:
            daemon = daemon_at(setup.state_dir / LOCK_FILE)
            tell, who = (call.out.say, "the daemon") if daemon else (call.out.warn, "another memsyncd")
            tell(f"{who} is at work; this shows what it has read so far")
            locked = False
        with call.out.progress() as progress:
            engine = stack.enter_context(opened_engine(call, setup, progress))
            reports = tuple(engine.ingest()) if locked else ()
        # Looking needs no lock: while somebody pages through a year, catch-up may go on.
        lock.close()
        for note in engine.notes:
            call.out.warn(note)
        tell_problems(call, reports)
        yield Reading(engine=engine, setup=setup, sources=reports, daemon=None if locked else daemon)


def tell_problems(call: Invocation, reports: Sequence[SourceReport]) -> None:
    """Says what was wrong with the logs, once for each source."""
    for report in reports:
        for problem in report.problems:
            call.out.error(problem)
        if not report.files and not report.problems:
            call.out.warn(f"{report.source}: there are no session logs in {short_path(report.folder, call.env)}")
        for number, why in ((report.malformed, "unreadable"), (report.oversized, "longer than 32 MiB")):
            if number:
                call.out.warn(f"{report.source}: {count(number, 'line')} passed over: {why}")


def opened_engine(call: Invocation, setup: Setup, progress: Progress | None = None) -> Engine:
    """The engine of a set-up; whoever opens it closes it."""
    zone = system_zone(call.env)
    targets = targets_of(
        setup.sources, setup.config.memory, zone=setup.config.timezone or None, system_zone=zone.name
    )
    engine = Engine(
        setup.state_dir,
        targets,
        setup.redactor,
        second=_second_detector(setup),
        store_path=store_path(setup.config, call.env),
        now=lambda: datetime.now(UTC),
        emit=setup.emit,
        progress=progress,
        history=setup.config.history,
    )
    engine.notes[:0] = [*setup.notes, *filter(None, [zone.note])]
    return engine


def _second_detector(setup: Setup) -> Second:
    """The second detector, or why there is none."""
    if setup.config.redaction.second_detector == "off":
        return Second(None, "off")
    if not installed():
        return Second(None, "absent")
    return Second(partial(Kingfisher, setup.state_dir / DETECTOR_CACHE))


def _find(options: Options, config: Config, env: Mapping[str, str]) -> Discovery:
    home = Path.home()
    if options.sessions_dir is not None or options.memory_dir is not None:
        return sources_from_folders(options.sessions_dir, options.memory_dir, env, home)
    return sources_from_config(config, env, home)


def _require_names(*folders: Path) -> None:
    """Refuses names that neither the store nor the state file can hold: file systems allow any bytes."""
    for folder in folders:
        try:
            str(folder.resolve()).encode()
        except UnicodeEncodeError as error:
            where = os.fsencode(folder).decode("utf-8", "backslashreplace")
            what = "a folder has a name that is not UTF-8"
            raise UsageError(what, where=where, hint="rename the folder") from error


def _require_sources(call: Invocation, setup: Setup) -> None:
    if setup.sources:
        return
    as_json = call.options.as_json
    for note in () if as_json else setup.notes:
        call.out.warn(note)
    raise MemsyncdError(
        "no agent logs were found",
        why="; ".join(setup.notes) if as_json else "",
        hint="give --sessions-dir and --memory-dir, or run memsyncd init and edit its [[sources]]",
    )
