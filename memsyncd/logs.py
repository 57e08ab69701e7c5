"""The structured log: one event per unit of work, as JSON lines or for people, through structlog.

Configured once per process. One-shot commands speak words on their own; their log lines appear with ``--verbose``
and in the file that ``[log] file`` names. Each line: timestamp, level, event, then the event's own fields.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from memsyncd.adapters.fileops import reported
from memsyncd.config import LogConfig
from memsyncd.model import Redaction
from memsyncd.sync.engine import Emit, unheard

_ROTATE_BYTES = 2_000_000
_ROTATED_FILES = 3
_LONGEST = 2_000  # characters of one field: journald splits lines above 48 KiB and loses their fields
_BAD = frozenset({"failed"})  # values of ``status`` that make an event a warning

LOGGER = "memsyncd"

Mask = Callable[[str], Redaction]
"""Takes the secrets out of a text."""


def configure(config: LogConfig, mask: Mask, *, verbose: bool) -> Emit:
    """Sets the log up, to stderr when ``verbose`` and to the configured file, and returns where events go.

    ``mask`` takes the secrets out of every text before it is written, whoever logs it.

    Without either nothing is set up and events go nowhere: structlog then costs no start-up time.

    Raises:
        FileError: the log file cannot be opened.
    """
    handlers: list[logging.Handler] = []
    if verbose:
        as_json = config.format == "json" or (config.format == "auto" and not sys.stderr.isatty())
        handlers.append(_with_format(logging.StreamHandler(sys.stderr), mask, as_json=as_json))
    if config.file is not None:
        handlers.append(_with_format(_rotating(config.file), mask, as_json=True))
    logger = logging.getLogger(LOGGER)
    for handler in logger.handlers:
        handler.close()
    logger.handlers = handlers
    logger.propagate = False
    logger.setLevel(config.level.upper())
    return _emit if handlers else unheard


def _emit(event: str, /, **fields: object) -> None:
    """Writes one event; a failed one is a warning, so that nobody has to read the others to find it."""
    import structlog  # noqa: PLC0415 — 50 ms, paid only when someone reads the log

    level = logging.WARNING if fields.get("status") in _BAD else logging.INFO
    structlog.wrap_logger(
        logging.getLogger(LOGGER),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    ).log(level, event, **fields)


def _shorten(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    return {key: f"{v[:_LONGEST]}…" if isinstance(v, str) and len(v) > _LONGEST else v for key, v in event.items()}


class _PrivateFile(RotatingFileHandler):
    """A log file that only its owner can read, also the new one after a rotation."""

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def _rotating(path: Path) -> logging.Handler:
    with reported("cannot open the log file", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return _PrivateFile(path, maxBytes=_ROTATE_BYTES, backupCount=_ROTATED_FILES, encoding="utf-8")


def _with_format(handler: logging.Handler, mask: Mask, *, as_json: bool) -> logging.Handler:
    import structlog  # noqa: PLC0415

    look: list[Any] = [structlog.processors.JSONRenderer(sort_keys=False)]
    if not as_json:
        colors = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        plain = structlog.dev.plain_traceback
        look = [_printable, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _Guard(mask),
                _shorten,  # after the guard: half a secret is still a secret
                _event_first,
                *look,
            ],
        )
    )
    return handler


class _Guard:
    """Takes the secrets out of everything that an event says, names of fields apart."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask

    def __call__(self, _logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        if isinstance(value, bool | int | float | None):
            return value
        if isinstance(value, Mapping):
            return {str(key): self._clean(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(part) for part in value]
        return self._mask(str(value)).text


def _printable(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    """Escapes characters that would steer a terminal; JSON has them escaped already."""
    return {
        key: repr(value)[1:-1] if isinstance(value, str) and not value.isprintable() else value
        for key, value in event.items()
    }


def _event_first(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    first = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return {**first, **event}
