"""The structured log: one event per unit of work, as JSON lines or for people, through structlog.

Configured once per process. One-shot commands speak words on their own; their log lines appear with ``--verbose``
and in the file that ``[log] file`` names. The daemon logs always, and what its libraries say goes the same way.
Each line: timestamp, level, event, for a library's line its logger, then the event's own fields.

``pipeline`` is what happens to an event, ``handlers`` where it goes, ``tail`` reads a file of such lines again.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from memsyncd.config import LogConfig
from memsyncd.core.loglines import Mask
from memsyncd.logs.handlers import FanOut, console, journald, private_file
from memsyncd.logs.hooks import catch_what_nobody_catches
from memsyncd.logs.pipeline import LOGGER, formatter, load_structlog, writer
from memsyncd.logs.repeats import Repeats
from memsyncd.sync.engine import Emit, unheard

__all__ = ["LOGGER", "Mask", "bound", "configure", "configure_daemon", "default_file"]

_REPEAT_SECONDS = 3600.0

# Without it, what an event says would reach stderr as it is while no log is set up.
logging.getLogger(LOGGER).addHandler(logging.NullHandler())

_undo = ExitStack()


def configure(config: LogConfig, mask: Mask, *, verbose: bool) -> Emit:
    """Sets the log up, to stderr when ``verbose`` and to the configured file, and returns where events go.

    ``mask`` takes the secrets out of every text before it is written, whoever logs it.

    Without either nothing is set up and events go nowhere: structlog then costs no start-up time.

    Raises:
        FileError: the log file cannot be opened.
    """
    _undo.close()
    handlers = [_stderr(config, mask)] if verbose else []
    if config.file is not None:
        handlers.append(_file(config.file, mask))
    if not handlers:
        return unheard
    logger = _attached(LOGGER, config.level.upper(), *handlers)
    logger.propagate = False
    _undo.callback(setattr, logger, "propagate", True)  # noqa: FBT003 — setattr has no keywords
    return _emit(logger)


def configure_daemon(config: LogConfig, mask: Mask, *, launchd: bool, state_dir: Path) -> Emit:
    """Sets the log of the daemon up, for the whole process, and returns where events go.

    Lines go to stderr, with the journal's priorities where the journal reads it, and to the configured file. Under
    ``launchd``, which lets the file of stderr grow without end, they go to the configured file or the default one
    below ``state_dir``, and to stderr only when the process breaks down.

    What libraries log from warnings on, Python's warnings, and exceptions that end a thread or the process become
    lines like our own. A warning or an error that only repeats itself is told once an hour, with its count.

    Raises:
        FileError: the log file cannot be opened.
    """
    _undo.close()
    sinks = [_stderr(config, mask)]
    if launchd:
        sinks[0].setLevel(logging.CRITICAL)
    file = config.file or (default_file(state_dir) if launchd else None)
    if file is not None:
        sinks.append(_file(file, mask))
    own_level = logging.getLevelNamesMapping()[config.level.upper()]
    theirs = max(own_level, logging.WARNING)
    _attached("", theirs, FanOut(sinks, foreign_level=theirs, repeats=Repeats(_REPEAT_SECONDS)))
    own = _attached(LOGGER, own_level)
    logging.captureWarnings(capture=True)
    _undo.callback(logging.captureWarnings, capture=False)
    catch_what_nobody_catches(writer(own), _undo)
    return _emit(own)


def default_file(state_dir: Path) -> Path:
    """The file that the daemon logs to under launchd, which keeps no journal."""
    return state_dir / "log" / "memsyncd.jsonl"


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Adds ``fields``, such as the run or the day, to every line that this thread logs meanwhile.

    A run is given by its number: words that are new each time would make every error news.
    """
    load_structlog()
    import structlog  # noqa: PLC0415 — loaded above

    with structlog.contextvars.bound_contextvars(**fields):
        yield


def _emit(logger: logging.Logger) -> Emit:
    """Takes events; a failed one is a warning, so that nobody has to read the others to find it."""
    write = writer(logger)

    def emit(event: str, /, **fields: object) -> None:
        write(_LEVELS.get(str(fields.get("status")), logging.INFO), event, fields)

    return emit


_LEVELS = {"failed": logging.WARNING, "error": logging.ERROR}
"""What the ``status`` of an event makes of its level."""


def _attached(name: str, level: int | str, *handlers: logging.Handler) -> logging.Logger:
    """The logger of this name with level and handlers, until the log is set up again."""
    logger = logging.getLogger(name)
    _undo.callback(logger.setLevel, logger.level)
    logger.setLevel(level)
    for handler in handlers:
        logger.addHandler(handler)
        _undo.callback(handler.close)
        _undo.callback(logger.removeHandler, handler)
    return logger


def _stderr(config: LogConfig, mask: Mask) -> logging.Handler:
    terminal = sys.stderr.isatty()
    as_json = config.format == "json" or (config.format == "auto" and not terminal)
    look = formatter(mask, as_json=as_json, colors=terminal and not os.environ.get("NO_COLOR"))
    return console(sys.stderr, journald(look, os.environ))


def _file(path: Path, mask: Mask) -> logging.Handler:
    return private_file(path, formatter(mask, as_json=True))
