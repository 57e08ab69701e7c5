"""What happens to an event on its way to a line: time and level, secrets out, cut to size, rendered.

Our events and what libraries log with the standard library's loggers end in the same chain.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any, TypeAlias

from memsyncd.core.loglines import Mask, cleaned
from memsyncd.core.redact import cut

LOGGER = "memsyncd"

Write: TypeAlias = Callable[[int, str, Mapping[str, object]], None]
"""Takes the level, the name and the fields of an event."""

_LONGEST = 2_000  # bytes of one field as JSON: journald splits lines above 48 KiB and loses their fields
_BYTES_OF_A_CHARACTER = 12  # at most, as an escaped pair of surrogates
_TRACES = frozenset({"exception", "stack"})
_FIRST = ("timestamp", "level", "event", "logger")


def load_structlog() -> None:
    """Imports structlog, and keeps it from importing rich, whose tracebacks nobody asks for: 40 ms and 6 MB."""
    if "structlog" in sys.modules or "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment] # the import system's word for a module that is not there
    try:
        import structlog  # noqa: F401, PLC0415 — paid only when someone reads the log
    finally:
        del sys.modules["rich"]


def writer(logger: logging.Logger) -> Write:
    """What writes events through ``logger``."""
    load_structlog()
    import structlog  # noqa: PLC0415

    log = structlog.wrap_logger(
        logger,
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _timestamp(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    ).bind()

    def write(level: int, event: str, fields: Mapping[str, object]) -> None:
        if logger.isEnabledFor(level):
            log.log(level, event, **fields)

    return write


def formatter(mask: Mask, *, as_json: bool, colors: bool = False) -> logging.Formatter:
    """Makes one line of a record, ours or a library's; ``mask`` takes the secrets out of all its texts."""
    load_structlog()
    import structlog  # noqa: PLC0415

    def guard(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
        return {key: cleaned(value, mask) for key, value in event.items()}

    look: list[Any] = [structlog.processors.JSONRenderer(sort_keys=False)]
    if not as_json:
        plain = structlog.dev.plain_traceback
        look = [_printable, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _as_said,
            _timestamp(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # names of functions and lines, never the values of variables
            guard,
            _shorten,  # after the guard: half a secret is still a secret
            _in_order,
            *look,
        ],
    )


def _timestamp() -> Any:  # noqa: ANN401 — structlog's processor
    import structlog  # noqa: PLC0415

    return structlog.processors.TimeStamper(fmt="iso", utc=True)


def _as_said(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    """Drops what other handlers of the same record have left on it."""
    return {key: value for key, value in event.items() if key not in ("message", "asctime")}


def _shorten(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    return {key: _short(key, value) for key, value in event.items()}


def _short(key: str, value: object) -> object:
    if isinstance(value, str):
        return _end(value) if key in _TRACES else _beginning(value)
    if isinstance(value, list | dict):
        text = json.dumps(value)
        return value if len(text) <= _LONGEST else _beginning(text)
    return value


def _beginning(text: str) -> str:
    if _fits(text):
        return text
    end = _LONGEST
    while (over := _bytes(text[:end]) - _LONGEST) > 0:
        end -= over // _BYTES_OF_A_CHARACTER + 1
    return cut(text, end + 1)


def _end(text: str) -> str:
    """The end of a traceback tells what happened and where."""
    if _fits(text):
        return text
    start = max(0, len(text) - _LONGEST)
    while (over := _bytes(text[start:]) - _LONGEST) > 0:
        start += over // _BYTES_OF_A_CHARACTER + 1
    return f"…{text[start:]}"


def _fits(text: str) -> bool:
    return len(text) * _BYTES_OF_A_CHARACTER <= _LONGEST or _bytes(text) <= _LONGEST


def _bytes(text: str) -> int:
    return len(encode_basestring_ascii(text)) - len('""')


def _printable(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    """Escapes characters that would steer a terminal; JSON has them escaped already."""
    return {
        key: "\n".join(str(_visible(row)) for row in value.split("\n")) if key in _TRACES else _visible(value)
        for key, value in event.items()
    }


def _visible(value: object) -> object:
    return repr(value)[1:-1] if isinstance(value, str) and not value.isprintable() else value


def _in_order(_logger: Any, _method: str, event: Any) -> Any:  # noqa: ANN401 — structlog's signature
    first = {name: event[name] for name in _FIRST if name in event}
    return {**first, **event}
