"""What redaction needs from outside: users' rule files, values that this machine knows to be secret, the key.

The values are read into memory and go nowhere else.
"""

from __future__ import annotations

import os
import re
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from memsyncd.adapters.fileops import reported
from memsyncd.adapters.files import write_private
from memsyncd.config import RedactionConfig
from memsyncd.core.redact import Policy, Redactor
from memsyncd.core.redact.redactor import SHORTEST_KNOWN
from memsyncd.errors import ConfigError

KEY_FILE = "redaction.key"
_KEY_BYTES = 32

_LATEST: Final[deque[tuple[Policy, Redactor]]] = deque(maxlen=1)
"""The last redactor made. The rules of one take 5 MB, and a daemon asks for its redactor again and again."""

_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(?P<value>.*)")
_ORDINARY = re.compile(r"(?:[A-Za-z]+|[\d.]+|/.*|[A-Za-z]:\\.*|https?://[^@]*)", re.DOTALL)
"""A variable may bear a secret's name and hold a switch, a path or an address."""


def redactor_of(config: RedactionConfig, env: Mapping[str, str], key: bytes | None = None) -> Redactor:
    """The redactor that a configuration asks for; ``key`` makes fingerprints. The same question gets the same one.

    Raises:
        ConfigError: a file that is named cannot be read, or a rule in it is wrong.
    """
    policy = Policy(
        files={str(path): _read(path, "redaction.rules") for path in config.rules},
        allow=config.allow,
        disable=frozenset(config.disable),
        pii=frozenset(config.pii),
        known=tuple(known_values(config, env)),
        key=key,
        fingerprints=config.fingerprints,
    )
    for known, redactor in tuple(_LATEST):
        if known == policy:
            return redactor
    redactor = Redactor(policy=policy)
    if config.rules or config.allow or config.disable:
        redactor.check()
    _LATEST.append((policy, redactor))
    return redactor


def known_values(config: RedactionConfig, env: Mapping[str, str]) -> Iterator[str]:
    """The secret values of this machine that the configuration names.

    Raises:
        ConfigError: a file that is named cannot be read.
    """
    yield from _from_variables(config.known_variables, env)
    for path in config.known_files:
        yield from _from_lines(_read(path, "redaction.known_files").decode("utf-8", "replace"))


def load_key(state_dir: Path) -> bytes | None:
    """The key of fingerprints, 32 random bytes; None when there is none yet, or it cannot be read."""
    try:
        key = (state_dir / KEY_FILE).read_bytes()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def make_key(state_dir: Path) -> bytes:
    """The key of fingerprints, made on first use, readable by its owner alone.

    Raises:
        FileError: it cannot be written.
    """
    key = load_key(state_dir)
    if key is None:
        key = secrets.token_bytes(_KEY_BYTES)
        with reported("cannot write the key of fingerprints", state_dir / KEY_FILE):
            write_private(state_dir / KEY_FILE, key)
    return key


def _from_variables(patterns: Iterable[str], env: Mapping[str, str]) -> Iterator[str]:
    for pattern in patterns:
        by_name = not any(sign in pattern for sign in "*?[")
        for name, value in env.items():
            # What is named outright is secret whatever it looks like; a pattern may catch what is none.
            if fnmatchcase(name.upper(), pattern.upper()) and (by_name or not _ORDINARY.fullmatch(value)):
                yield value


def _from_lines(text: str) -> Iterator[str]:
    """One value a line; of ``NAME=value`` the value too, without quotes around it."""
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        assigned = _ASSIGNMENT.fullmatch(line)
        value = assigned["value"] if assigned else line
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        # What ends in "==" looks like an assignment of nothing and is one value.
        yield line if len(value) < SHORTEST_KNOWN else value


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(key, [f"{os.fspath(path)}: {error.strerror or error}"]) from error
