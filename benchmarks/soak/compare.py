"""What the daemon left, beside what a fresh catch-up makes of the same logs."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.soak.logs import ZONE
from memsyncd.adapters.memory_dir import DAY_FILE
from memsyncd.core.markers import parse

_NOTE = re.compile(r"Note (\d+):")
_IN_STATE = re.compile(
    r"state\.json|store\.sqlite|lock|canary(/canary)?|(bases|history)/[^/.]+(/\d{4}-\d\d-\d\d[^/]*\.(md|zst))?|bases|history"
)
"""What a state folder may hold when nobody is at work."""


def blocks(memory: Path) -> dict[str, bytes]:
    """File name → what is generated in it, without what people wrote around."""
    return {path.name: parse(path.read_bytes()).body for path in _day_files(memory)}


def stated(memory: Path) -> dict[str, int]:
    """File name → how many messages its block says it is made from."""
    return {path.name: parse(path.read_bytes()).messages or 0 for path in _day_files(memory)}


def differing(one: Path, other: Path) -> list[str]:
    """The names of the day files whose blocks are not the same in both folders, or that only one has."""
    first, second = blocks(one), blocks(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def known(state: Path, agent: str) -> dict[int, str]:
    """Number of each message of an agent in a store → the file of its day."""
    zone = ZoneInfo(ZONE)
    query = "SELECT t.at, t.text FROM turns t JOIN sources s ON s.id = t.source WHERE s.agent = ?"
    with closing(sqlite3.connect(f"file:{state / 'store.sqlite'}?mode=ro", uri=True)) as store:
        rows = store.execute(query, (agent,)).fetchall()
    found = {}
    for at, text in rows:
        if number := _NOTE.match(text):
            found[int(number[1])] = f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%Y-%m-%d}.md"
    return found


def miscounted(memory: Path, state: Path, agent: str) -> list[str]:
    """The day files whose blocks state another number of messages than the store holds."""
    held, said = Counter(known(state, agent).values()), stated(memory)
    return [f"{name}: {said.get(name)} of {held[name]}" for name in sorted(held) if said.get(name) != held[name]]


def litter(state: Path, memories: list[Path]) -> list[str]:
    """Files that nobody needs any more."""
    in_state = [path.relative_to(state).as_posix() for path in sorted(state.rglob("*"))]
    in_memory = [path.name for memory in memories for path in sorted(memory.iterdir())]
    return [name for name in in_state if not _IN_STATE.fullmatch(name)] + [
        name for name in in_memory if not DAY_FILE.fullmatch(name)
    ]


def _day_files(memory: Path) -> Iterator[Path]:
    if memory.is_dir():
        yield from (path for path in sorted(memory.iterdir()) if DAY_FILE.fullmatch(path.name))
