"""The logs of one agent while they are being written, and everything that was ever said in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from benchmarks.words import Words
from tests.builders import OpenClawHome, Transcript

ZONE = "Europe/Berlin"
_DAYS = 10
_FIRST = datetime(2026, 3, 24, tzinfo=UTC)  # the clocks change within the days that follow
DAY_FILES = [f"{_FIRST + timedelta(days=day):%Y-%m-%d}.md" for day in range(_DAYS)]
_FEW = 4  # sessions that are kept open at least, so that there is something to do


class Agent:
    """Methods are the steps of the plan. An agent that ``loses`` also loses lines for good; another never does.

    Each message begins with a number of its own, by which it is found again.
    """

    def __init__(self, root: Path, name: str, words: Words, *, loses: bool) -> None:
        self.name = name
        self.loses = loses
        self.home = OpenClawHome(root / name, agent=name, zone=ZONE)
        self.said = 0
        self.away = False
        self._aside = root / f"{name}-aside"
        self._words = words
        self._serial = 0
        self._open: list[Transcript] = []

    def do(self, what: str, rng: Random) -> str:
        """Does a step; returns what it really came to."""
        if what in ("truncate", "delete") and not self.loses:
            what = "append"
        if len(self._open) < _FEW:
            what = "begin"
        steps: dict[str, Callable[[Random], object]] = {
            "append": self._append,
            "append half a line": self._append_half,
            "begin": self._begin,
            "rewrite": self._rewrite,
            "reset": lambda rng: self.home.reset(self._close(rng), self._now(rng), zst=rng.random() < 0.3),
            "archive": lambda rng: self.home.deleted(self._close(rng), self._now(rng), zst=rng.random() < 0.3),
            "compact": lambda rng: self.home.compact_lines(self._pick(rng), 2, self._now(rng)),
            "index": self._index,
            "truncate": lambda rng: self.home.truncate(self._pick(rng), rng.randint(0, 3)),
            "delete": lambda rng: self.home.path(self._close(rng)).unlink(),
        }
        steps[what](rng)
        return what

    def vanish(self) -> None:
        """The folder is gone."""
        self.away = True
        if self.loses:
            self._open.clear()
        else:
            self.finish()
            shutil.copytree(self.home.sessions, self._aside)
        shutil.rmtree(self.home.sessions)

    def come_back(self) -> None:
        """The folder is there again: empty, or with everything in it under new inodes."""
        self.away = False
        if self.loses:
            self.home.sessions.mkdir()
        else:
            shutil.move(shutil.copytree(self._aside, self._aside.with_suffix(".new")), self.home.sessions)
            shutil.rmtree(self._aside)

    def finish(self) -> None:
        """Completes the lines that were begun."""
        for talk in self._open:
            self.home.append(talk)

    # --- steps ---

    def _begin(self, rng: Random) -> None:
        self._serial += 1
        at = _FIRST + timedelta(days=rng.randrange(_DAYS), minutes=rng.randrange(24 * 60))
        session = f"5e551011-0000-4000-8000-{self._serial:012}"
        talk = Transcript(session, at, step=timedelta(minutes=rng.randint(1, 30)))
        self._say(talk, rng)
        self.home.live(talk)
        self._open.append(talk)

    def _append(self, rng: Random) -> None:
        talk = self._pick(rng)
        for _ in range(rng.randint(1, 4)):
            self._say(talk, rng)
        self.home.append(talk)

    def _append_half(self, rng: Random) -> None:
        talk = self._pick(rng)
        self._say(talk, rng)
        self.home.append(talk, short=rng.randint(1, 40))

    def _rewrite(self, rng: Random) -> None:
        talk = self._pick(rng)
        self.home.rewrite(talk, max(1, len(talk.entries) - rng.randint(1, 6)))

    def _index(self, rng: Random) -> None:
        # A key of its own: an index that forgets sessions tells a later reader less than an earlier one.
        talk = self._pick(rng)
        self.home.know(f"chat-{talk.session[-6:]}", talk, chatType="direct")

    # --- draws ---

    def _pick(self, rng: Random) -> Transcript:
        return rng.choice(self._open)

    def _close(self, rng: Random) -> Transcript:
        return self._open.pop(rng.randrange(len(self._open)))

    def _now(self, rng: Random) -> datetime:
        """An instant for an archive's name, unlike any other one."""
        return _FIRST + timedelta(days=_DAYS, milliseconds=rng.getrandbits(30))

    def _say(self, talk: Transcript, rng: Random) -> None:
        self.said += 1
        self._words.rng = rng
        text = f"Note {self.said}: {self._words.prose(120)}"
        if rng.random() < 0.5:
            talk.user(text)
        else:
            talk.assistant(text)
