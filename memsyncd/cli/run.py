"""``memsyncd run``: the daemon in the foreground, as the services start it."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import click
from msgspec.structs import replace

from memsyncd import __version__
from memsyncd.adapters.config_file import state_dir
from memsyncd.adapters.files import make_folder
from memsyncd.adapters.lock import exclusive
from memsyncd.adapters.memory import share_one_arena
from memsyncd.adapters.notify import Notify
from memsyncd.adapters.watcher import Watcher
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.session import opened_engine, set_up
from memsyncd.cli.telling import Teller
from memsyncd.config import Config
from memsyncd.core.redact import Redactor
from memsyncd.daemon.loop import Daemon, pace_of
from memsyncd.daemon.worker import Running
from memsyncd.logs import configure_daemon
from memsyncd.sync.engine import LOCK_FILE, Emit

_CANARY = "canary"


@click.command()
@log_options
@partial(shared_options, as_json=False)
@invocation
def command(call: Invocation) -> int:
    r"""Watch the logs and write the days that change, until stopped.

    Catches up first. SIGTERM or Ctrl-C finishes the day at hand and ends within seconds, SIGHUP reads the
    configuration again, SIGUSR1 catches up now. Exit code 4: another memsyncd runs already.

    \b
    Examples:
      memsyncd run
      memsyncd run --verbose
      memsyncd run --sessions-dir ~/.openclaw/agents/main/sessions --memory-dir ~/notes/memory
    """
    share_one_arena()
    setup = set_up(call, log=lambda config, redactor: _log(call, config, redactor))
    make_folder(setup.state_dir, 0o700)
    teller = Teller(setup)
    with exclusive(setup.state_dir / LOCK_FILE), _woken() as (wait, asked):
        daemon = Daemon(
            lambda: _opened(call, setup.emit),
            lambda: set_up(call, log=lambda _config, _redactor: setup.emit).sources,
            lambda notice: Watcher(
                teller.counting(notice),
                canary=setup.state_dir / _CANARY,
                emit=setup.emit,
                force_polling=setup.config.watch.poll == "always",
            ),
            clock=MachineClock(),
            notify=Notify(call.env),
            emit=setup.emit,
            tell=teller,
            pace=pace_of(setup.config.watch),
        )
        asked(daemon)
        teller.begin()
        setup.emit("daemon.started", status="ok", pid=os.getpid(), version=__version__)
        try:
            daemon.run(wait)
        finally:
            teller.end()
            setup.emit("daemon.stopped", status="ok", pid=os.getpid())
    return 0


class MachineClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.now(UTC)


def _log(call: Invocation, config: Config, redactor: Redactor) -> Emit:
    """The log of the daemon, at its own level, or the finest with ``--verbose``."""
    log = replace(config.log, level="debug") if call.options.verbose else config.log
    launchd = sys.platform == "darwin" and _started_by_launchd(call)
    return configure_daemon(log, redactor, launchd=launchd, state_dir=state_dir(config, call.env))


def _started_by_launchd(call: Invocation) -> bool:
    from memsyncd.service.launchd import LABEL  # noqa: PLC0415 - half a megabyte that other systems do without

    return call.env.get("XPC_SERVICE_NAME", "") == LABEL


def _opened(call: Invocation, emit: Emit) -> Running:
    """An engine as the configuration says now; what it tells goes into the log that there is."""
    setup = set_up(call, log=lambda _config, _redactor: emit)
    engine = opened_engine(call, setup)
    zones = [publisher.target.zone for publisher in engine.publishers]
    zone = setup.config.timezone or (zones[0] if zones else "UTC")
    return Running(engine=engine, config=setup.config, sources=setup.sources, zone=zone)


@contextmanager
def _woken() -> Iterator[tuple[Callable[[float], None], Callable[[Daemon], None]]]:
    """A way to wait that signals and other threads end, and a way to say whom they concern.

    Handlers run between two steps of the main thread, which may hold a lock just then: they only set flags. The
    byte that the interpreter writes into a pipe for each signal ends the wait.
    """
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait(seconds: float) -> None:
        select.select([reading], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(reading, 4096)

    def asked(daemon: Daemon) -> None:
        daemon.wake = lambda: _poke(writing)
        for number, want in _SIGNALS.items():
            signal.signal(number, lambda *_, want=want: setattr(daemon.wants, want, True))

    try:
        yield wait, asked
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _poke(writing: int) -> None:
    try:
        os.write(writing, b"\0")
    except OSError:  # full, or closed at the end: either way the main thread looks anyway
        return


_SIGNALS = {
    signal.SIGTERM: "stop",
    signal.SIGINT: "stop",
    signal.SIGHUP: "reload",
    signal.SIGUSR1: "catch_up",
}
"""What each signal asks for."""
