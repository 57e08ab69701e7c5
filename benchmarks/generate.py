"""Makes an OpenClaw state folder of any size: ``python benchmarks/generate.py OUT --days 90 --mb 30 --seed 1``.

Several sessions a day, most of them reset or deleted in the end, beside a group chat that runs through all days;
copies and traces that must not be read stand between them. The same arguments make the same bytes. It is for
measuring: the words mean nothing (the bundled demo has logs that do).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, the folder above is not on the path

from benchmarks.session import Session, encode, iso, uuid
from benchmarks.words import Words

Model = tuple[str, str, str]

_MODELS: Final[tuple[Model, ...]] = (
    ("anthropic", "claude-sonnet-4-5", "anthropic-messages"),
    ("anthropic", "claude-opus-4-5", "anthropic-messages"),
    ("openai", "gpt-5.2", "openai-responses"),
    ("google", "gemini-3-pro", "google-generative-ai"),
)
_HOUR: Final = 3_600_000
_WEEK: Final = (1.0, 1.2, 0.9, 1.0, 1.1, 0.5, 0.4)  # how much is said on each weekday


@dataclass(frozen=True)
class Generated:
    """What was made; messages that stand twice in files that are read count twice."""

    sessions_dir: Path
    bytes: int  # of the files that are read
    lines: int  # likewise
    messages: int  # lines that hold a user's, an assistant's or a tool's message
    days: int
    roles: dict[str, int]  # the messages by role
    unread_bytes: int  # of checkpoints and trajectories


def generate(out: Path, days: int, megabytes: float, seed: int, first: date) -> Generated:
    """Fills the new folder ``out`` with a state folder whose readable logs have about ``megabytes`` (10**6 bytes).

    The days run from ``first`` on; a day has at least one turn in each of its sessions, however small the target.
    """
    rng = Random(seed)
    words = Words(rng)
    folder = _Folder(out, rng)
    group = Session(words, _millis(first), _MODELS[0])
    for index, goal in enumerate(_goals(rng, first, days, megabytes * 1e6)):
        start = _millis(first + timedelta(days=index)) + 6 * _HOUR
        model = rng.choices(_MODELS, (6, 3, 2, 1))[0]
        words.next_day()
        group.model = model
        chats = [Session(words, start + rng.randint(0, 3 * _HOUR), model) for _ in range(rng.randint(1, 3))]
        _talk(rng, [*chats, group], start, goal - folder.bytes)
        folder.close_day(chats, start + 21 * _HOUR, last=index == days - 1)
        cron = Session(words, start - 2 * _HOUR, model)
        cron.cron()
        folder.save(cron, "deleted")
    folder.save(group, key="telegram:group:-1002003004005")
    return folder.finish(days)


def _goals(rng: Random, first: date, days: int, size: float) -> Iterator[float]:
    """How many bytes there are to be at the end of each day."""
    shares = [_WEEK[(first + timedelta(days=day)).weekday()] * rng.uniform(0.5, 1.5) for day in range(days)]
    done = 0.0
    for share in shares:
        done += share
        yield size * done / sum(shares)


def _millis(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


def _talk(rng: Random, sessions: list[Session], start: int, goal: float) -> None:
    """Lets the sessions grow side by side over a day of sixteen hours until they have ``goal`` bytes together.

    The last of them is the group, in which less is said; now and then a session goes on with another model.
    """
    weights = [*(1.0 for _ in sessions[1:]), 0.2]
    begin = size = sum(session.size for session in sessions)
    waiting = list(sessions)
    while waiting or size < goal:
        session = waiting.pop() if waiting else rng.choices(sessions, weights)[0]
        progress = min(1.0, (size - begin) / max(1.0, goal - begin))
        session.now = max(session.now, start + int(16 * _HOUR * progress))
        if rng.random() < 0.01:
            session.model = rng.choice(_MODELS)
        size -= session.size
        session.turn()
        size += session.size


class _Folder:
    """The state folder, and the count of what is in it."""

    def __init__(self, out: Path, rng: Random) -> None:
        self.rng = rng
        self.sessions = out / "agents" / "main" / "sessions"
        self.sessions.mkdir(parents=True)
        (out / "workspace" / "memory").mkdir(parents=True)
        _dump(out / "openclaw.json", {"agents": {"defaults": {"userTimezone": "Europe/Berlin"}}})
        self.index: dict[str, dict[str, object]] = {}
        self.roles: Counter[str] = Counter()
        self.bytes = self.lines = self.unread = 0

    def close_day(self, chats: list[Session], end: int, *, last: bool) -> None:
        """Saves the day's sessions: the first was reset unless the day is the ``last``, others have any end."""
        for number, session in enumerate(chats):
            if self.rng.random() < (0.05 if self.unread else 1):
                session.rewrite()
            if self.rng.random() < (0.2 if self.unread else 1):
                self._add_copies(session)
            session.now = max(session.now, end)
            ends = ("live", "reset", "deleted")
            fate = "live" if last else self.rng.choices(ends, (5, 4, 1))[0] if number else "reset"
            self.save(session, fate, key="main" if last and not number else None)

    def save(self, session: Session, fate: str = "live", key: str | None = None) -> None:
        """Writes a session under the name that its fate gives it; with a ``key`` the index knows it."""
        suffix = "" if fate == "live" else f".{fate}.{iso(session.now).replace(':', '-')}"
        (self.sessions / f"{session.id}.jsonl{suffix}").write_bytes(b"".join(session.lines))
        self.bytes += session.size
        self.lines += len(session.lines)
        self.roles.update(session.roles)
        if key:
            about = {"sessionId": session.id, "updatedAt": session.now}
            self.index[f"agent:main:{key}"] = {**about, "chatType": "group" if ":group:" in key else "direct"}

    def finish(self, days: int) -> Generated:
        """Writes the index and says what there is."""
        _dump(self.sessions / "sessions.json", self.index)
        return Generated(
            sessions_dir=self.sessions,
            bytes=self.bytes,
            lines=self.lines,
            messages=self.roles.total(),
            days=days,
            roles=dict(self.roles),
            unread_bytes=self.unread,
        )

    def _add_copies(self, session: Session) -> None:
        """A checkpoint and a run's trace, which end in ``.jsonl`` and are not to be read."""
        trace = {"traceSchema": "openclaw-trajectory", "sessionId": session.id, "data": {"prompt": "x" * 50_000}}
        copies = {f".checkpoint.{uuid(self.rng)}.jsonl": b"".join(session.lines)}
        copies[".trajectory.jsonl"] = (encode(trace) + "\n").encode()
        for suffix, data in copies.items():
            (self.sessions / f"{session.id}{suffix}").write_bytes(data)
            self.unread += len(data)


def _dump(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Reads the command line and prints what was made."""
    parser = argparse.ArgumentParser(description="Makes an OpenClaw state folder for benchmarks.")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to fill; must not hold logs yet")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--mb", type=float, default=30, help="size of the logs that are read, in 10**6 bytes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 1, 1), metavar="YYYY-MM-DD")
    given = parser.parse_args()
    try:
        made = generate(given.out, given.days, given.mb, given.seed, given.first)
    except FileExistsError as error:
        parser.error(f"there are logs already: {error.filename}")
    for name, value in asdict(made).items():
        print(f"{name:13} {value}")


if __name__ == "__main__":
    main()
