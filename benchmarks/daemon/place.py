"""The made-up logs that the daemon watches, and the folders and the configuration it works with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from benchmarks.daemon.process import Process
from benchmarks.words import Words
from tests.builders import OpenClawHome, Transcript, line

_FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)
_OF_THE_USER = ("MEMSYNCD_", "OPENCLAW_", "XDG_", "NOTIFY_", "WATCHDOG_")


def environment(home: Path, state: Path) -> dict[str, str]:
    """An environment in which nothing of the person's own is seen."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_USER)}
    config = str(home / "config.toml")
    return {**kept, "HOME": str(home), "MEMSYNCD_STATE_DIR": str(state), "MEMSYNCD_CONFIG": config, "TZ": "UTC"}


class Place:
    """A home folder with ``days`` days of ``sessions`` sessions each; the same ``seed`` makes the same logs."""

    def __init__(self, root: Path, *, days: int, sessions: int, seed: int) -> None:
        self.root = root
        self.home = OpenClawHome(root, zone="UTC")
        self.rng = Random(seed)
        self._words = Words(self.rng)
        self.talks = [self._talk(day, number) for day in range(days) for number in range(sessions)]

    @contextmanager
    def daemon(self, settings: Mapping[str, Any]) -> Iterator[Process]:
        """A daemon that has not said yet that it is ready; it is killed at the end, if it goes on."""
        (self.root / "config.toml").write_text(tomli_w.dumps(settings))
        process = Process(environment(self.root, self.root / "state"), self.root / "log")
        try:
            yield process
        finally:
            process.kill()

    def say(self, talk: Transcript) -> None:
        """Appends one message."""
        add = self.rng.choice((talk.user, talk.assistant))
        add(self._words.prose(200))
        with self.home.path(talk).open("ab") as file:
            file.write(line(talk.entries[-1]))

    def memory(self, talk: Transcript) -> Path:
        """The file of the day on which this session's next message will be said."""
        return self.home.memory / f"{talk.clock:%Y-%m-%d}.md"

    def _talk(self, day: int, number: int) -> Transcript:
        begin = _FIRST + timedelta(days=day, minutes=number)
        talk = Transcript(f"5e551011-0000-4000-8000-{day:06}{number:06}", begin, step=timedelta(seconds=5))
        self.home.live(talk.user(self._words.prose(200)).assistant(self._words.prose(300)))
        return talk
