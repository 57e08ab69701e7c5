"""The configuration: TOML text and an environment mapping in, a :class:`Config` or every problem at once out.

Each key is one field: its type says what is allowed, its default what happens without it. The file itself is the
business of :mod:`memsyncd.adapters.config_file`, the words that explain the keys stand in
:mod:`memsyncd.core.configfile`, and the reading of a table in :mod:`memsyncd.config_reader`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias, cast
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from memsyncd.config_reader import Count, Seconds, path_text, read_record, shown
from memsyncd.core.choice import CHAT_TYPES, OTHERS
from memsyncd.core.configfile import commented_toml
from memsyncd.errors import ConfigError
from memsyncd.model import Source

Kind: TypeAlias = Literal["openclaw", "claude-code", "codex", "pi"]
"""The agents whose logs are read."""

Included: TypeAlias = Literal["direct", "group", "channel", "others"]
"""What of OpenClaw's conversations becomes memory: chat types, and the words of people who are not the owner."""


class SourceConfig(Struct, frozen=True, kw_only=True):
    """``[[sources]]``: the logs of one agent. A kind or a path is enough; discovery fills in the rest."""

    name: str | None = None
    kind: Kind | None = None
    path: Path | None = None
    agent: str | None = None
    memory_dir: Path | None = None
    include: tuple[Included, ...] = (*CHAT_TYPES, OTHERS)


class MemoryConfig(Struct, frozen=True, kw_only=True):
    """``[memory]``: the memory files."""

    name: Literal["auto", "daily", "sidecar"] = "auto"
    foreign: Literal["append", "sidecar"] = "append"
    adopt_legacy: bool = False
    sparse_bytes: Count = 1024
    sparse_bytes_per_message: Count = 5


class HistoryConfig(Struct, frozen=True, kw_only=True):
    """``[history]``: the versions of memory files that were replaced."""

    versions: Count = 20
    days: Count = 365
    keep_all: bool = False


class WatchConfig(Struct, frozen=True, kw_only=True):
    """``[watch]``: when ``memsyncd run`` writes."""

    quiet_seconds: Seconds = 20.0
    ceiling_seconds: Seconds = 300.0
    reconcile_seconds: Seconds = 300.0
    poll: Literal["auto", "always"] = "auto"


class ScheduleConfig(Struct, frozen=True, kw_only=True):
    """``[schedule]``: what ``memsyncd run`` does at a time of day."""

    nightly: str | None = "03:30"


class RedactionConfig(Struct, frozen=True, kw_only=True):
    """``[redaction]``: what is taken for a secret, beside the packaged rules."""

    rules: tuple[Path, ...] = ()
    allow: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    pii: tuple[Literal["card", "iban", "ssn", "phone", "email"], ...] = ()
    known_variables: tuple[str, ...] = (
        "*_API_KEY",
        "*_AUTH_TOKEN",
        "*_PASSWORD",
        "*_SECRET",
        "*_SECRET_KEY",
        "*_TOKEN",
    )
    known_files: tuple[Path, ...] = ()
    second_detector: Literal["auto", "off"] = "auto"
    fingerprints: bool = False


class StoreConfig(Struct, frozen=True, kw_only=True):
    """``[store]``: the database of redacted turns."""

    path: Path | None = None


class LogConfig(Struct, frozen=True, kw_only=True):
    """``[log]``: what memsyncd says about its own work."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"
    file: Path | None = None
    metrics_file: Path | None = None


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration. None and empty mean that the key was left out."""

    timezone: str = ""  # IANA name
    state_dir: Path | None = None
    sources: tuple[SourceConfig, ...] = ()
    memory: MemoryConfig = MemoryConfig()
    history: HistoryConfig = HistoryConfig()
    watch: WatchConfig = WatchConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    redaction: RedactionConfig = RedactionConfig()
    store: StoreConfig = StoreConfig()
    log: LogConfig = LogConfig()


_EXAMPLE = SourceConfig(
    name="openclaw/main",
    kind="openclaw",
    path=Path("~/.openclaw/agents/main/sessions"),
    agent="main",
    memory_dir=Path("~/.openclaw/workspace/memory"),
)

_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_POSITION = re.compile(r"(.*) \(at (line \d+, column \d+|end of document)\)", re.DOTALL)


def parse_config(text: str, where: str | Path, env: Mapping[str, str]) -> Config:
    """Read the TOML document ``text``, which came from the file ``where``.

    ``~`` and ``$NAME`` in paths are taken from ``env``; a relative path starts at the folder of ``where``.
    Raises ConfigError with every problem: dotted key, value, what is allowed; for bad TOML the line and column.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(where, [_syntax_problem(str(error))]) from None
    config, problems = read_record(Config, document, base=Path(where).parent, env=env)
    problems += tuple(_contradictions(config))
    if problems:
        raise ConfigError(where, problems, hint="config.example.toml lists every key with its default")
    return replace(config, timezone=zone_name(config.timezone) or "")


def render_config(config: Config) -> str:
    """Write the commented TOML file that :func:`parse_config` reads back as ``config``."""
    tables = to_builtins(config, enc_hook=path_text)
    for source in tables["sources"]:
        if source["kind"] not in (None, "openclaw"):  # the logs of others tell nothing to choose from
            del source["include"]
    return commented_toml(tables, to_builtins(_EXAMPLE, enc_hook=path_text))


def source_config(source: Source) -> SourceConfig:
    """Return the entry that makes a discovered source permanent, as ``memsyncd init`` writes it."""
    return SourceConfig(
        name=source.name,
        kind=cast("Kind", source.kind),
        path=source.path,
        agent=source.agent,
        memory_dir=source.memory_dir,
    )


def zone_name(text: str) -> str | None:
    """Return the IANA name that ``text`` means, whatever its case; None when there is no such zone."""
    if not text:
        return None
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        # OpenClaw takes zone names in any case; the zone database of most systems does not.
        return next((name for name in available_timezones() if name.casefold() == text.casefold()), None)


def _contradictions(config: Config) -> Iterator[str]:
    """Yield a problem for every value or entry that is well-typed and still makes no sense."""
    if config.timezone and not zone_name(config.timezone):
        yield f'timezone = {shown(config.timezone)}: must be an IANA time zone such as "Europe/Berlin"'
    if config.schedule.nightly and not _TIME.fullmatch(config.schedule.nightly):
        yield f'schedule.nightly = {shown(config.schedule.nightly)}: must be a time such as "03:30"'
    if config.watch.ceiling_seconds < config.watch.quiet_seconds:
        yield f"watch.ceiling_seconds = {config.watch.ceiling_seconds:g}: must be watch.quiet_seconds or more"
    if config.log.metrics_file and config.log.metrics_file.suffix != ".prom":
        name = shown(config.log.metrics_file.name)
        yield f"log.metrics_file = {name}: must end in .prom, node_exporter reads no other files"
    names: set[str] = set()
    for index, source in enumerate(config.sources):
        if source.kind is None and source.path is None:
            yield f"sources[{index}]: must name a kind or a path"
        if not set(source.include).intersection(CHAT_TYPES):
            yield f'sources[{index}].include: must name "direct", "group" or "channel", or nothing is left'
        if source.kind not in (None, "openclaw") and source.include != SourceConfig().include:
            yield f'sources[{index}].include: only for the kind "openclaw", no other logs tell groups and senders'
        if source.name in names:
            yield f"sources[{index}].name = {shown(source.name)}: must be unique"
        names |= {source.name} if source.name else set()


def _syntax_problem(message: str) -> str:
    """Put the position, which the standard library gives last, in front."""
    found = _POSITION.fullmatch(message)
    return f"{found[2]}: {found[1]}" if found else f"not TOML: {message}"
