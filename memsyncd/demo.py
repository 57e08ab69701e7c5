"""Lays out the bundled logs of ``memsyncd demo``: a made-up week of one developer and their agent.

The logs are an OpenClaw state folder, ``memsyncd/demo_logs``. Where its people paste a secret, the bundled files
hold a marker such as ``{{secret:github}}``; a token of that shape takes its place in the copy, so that no release
and no repository ever holds one. This module reads packaged files; the caller says how files are written, but for
the one message that comes later.
"""

from __future__ import annotations

import json
import re
import string
import zlib
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

_LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_AT_HOME: Final = "c20d9e17-48f6-4e02-b3ac-7d8851f0a975.jsonl"
"""The session whose last turn on Friday night asks where the rack should stand."""

_MARKER: Final = re.compile(rb"\{\{secret:([a-z]+)\}\}")


class DemoFolders(Struct, frozen=True, kw_only=True):
    """Where the demo's logs lie, and the secrets that must never come out of them."""

    sessions_dir: Path  # session logs of the agent "main"
    memory_dir: Path  # memory folder; holds one note that a person wrote
    secrets: tuple[str, ...]  # every secret planted in the logs


class Said(Struct, frozen=True, kw_only=True):
    """A message that came after the week was laid out."""

    log: Path
    text: str


def say_one_more(demo: DemoFolders) -> Said:
    """Appends one message to a log, as OpenClaw does: a line in one write, chained to the entry before it."""
    log = demo.sessions_dir / _AT_HOME
    text = "Agreed: the rack goes on top of the wardrobe, out of Emil's reach."
    entry = {
        "type": "message",
        "id": "3f60b7c8",
        "parentId": json.loads(log.read_bytes().splitlines()[-1])["id"],
        "timestamp": "2026-01-16T22:07:31.204Z",
        "message": {"role": "user", "content": [{"type": "text", "text": text}], "timestamp": 1768601251198},
    }
    with log.open("ab") as file:
        file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
    return Said(log=log, text=text)


def lay_out(target: Path, rng: Random, write: Callable[[Path, bytes], object]) -> DemoFolders:
    """Copies the bundled logs below ``target``, with fresh secrets from ``rng`` in place of the markers.

    ``write`` gets each file's path and bytes; the folder that the file stands in exists by then.
    """
    secrets = {name: make(rng) for name, make in _MAKERS.items()}
    for relative, data in _bundled(files("memsyncd") / "demo_logs"):
        path = target / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, _planted(data, secrets))
    return DemoFolders(
        sessions_dir=target / "agents" / "main" / "sessions",
        memory_dir=target / "workspace" / "memory",
        secrets=tuple(secrets.values()),
    )


def _bundled(folder: Traversable, above: Path = Path()) -> Iterator[tuple[Path, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _bundled(item, above / item.name)
        else:
            yield above / item.name, item.read_bytes()


def _planted(data: bytes, secrets: Mapping[str, str]) -> bytes:
    return _MARKER.sub(lambda found: secrets[found[1].decode()].encode(), data)


# --- secrets: made up, in the published shape of their kind ---


def _github(rng: Random) -> str:
    """A personal access token: 30 random characters, then their CRC-32 in six base-62 digits."""
    body = _random(rng, 30)
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _LETTERS[digit] + digits
    return "_".join(("ghp", body + digits))


def _stripe(rng: Random) -> str:
    return "_".join(("sk", "live", _random(rng, 24)))


def _wifi(rng: Random) -> str:
    """A password as routers print it on their label."""
    return "-".join(_random(rng, 5) for _ in range(3))


def _random(rng: Random, length: int) -> str:
    return "".join(rng.choices(_LETTERS, k=length))


_MAKERS: Final[Mapping[str, Callable[[Random], str]]] = {
    "github": _github,
    "stripe": _stripe,
    "database": lambda rng: _random(rng, 20),
    "wifi": _wifi,
}
