"""An engine on a made-up OpenClaw folder, opened anew for each run as the command line does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from memsyncd.adapters.memory_dir import Naming
from memsyncd.model import Source
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Target
from memsyncd.sync.runs import RunReport
from tests.builders import OpenClawHome
from tests.hidden import hide

NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


class Rig:
    """One agent's logs and memory below ``root``, and memsyncd's state beside them."""

    def __init__(self, root: Path, *, zone: str = "Europe/Berlin", **source: Any) -> None:
        self.home = OpenClawHome(root)
        self.state_dir = root / "state"
        self.zone = zone
        self.naming = Naming()
        self.events: list[tuple[str, dict[str, object]]] = []
        self.source = Source(
            **{
                "name": "openclaw/main",
                "kind": "openclaw",
                "agent": "main",
                "path": self.home.sessions,
                "memory_dir": self.home.memory,
                **source,
            }
        )

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The engine as a run opens it."""
        target = Target(folder=self.home.memory, sources=(self.source,), zone=self.zone, naming=self.naming)
        emit = lambda event, /, **fields: self.events.append((event, fields))  # noqa: E731
        with Engine(self.state_dir, [target], hide, now=lambda: NOW, emit=emit) as engine:
            yield engine

    def catch_up(self, change: Callable[[Engine], object] = lambda _: None, **options: Any) -> RunReport:
        """One run, after ``change`` has been applied to its engine."""
        with self.engine() as engine:
            change(engine)
            return engine.catch_up(**options)

    def memory(self) -> dict[str, str]:
        """Every file of the memory folder by name."""
        return {path.name: path.read_text() for path in sorted(self.home.memory.iterdir())}

    def day(self, day: str) -> str:
        """The daily file of ``day``."""
        return (self.home.memory / f"{day}.md").read_text()

    def words(self) -> list[str]:
        """Everything said, as the store holds it, in order of time."""
        with self.engine() as engine:
            number = engine.store.register(self.source)
            return [turn.text for turn in engine.store.slice([number], 0, 1 << 60).turns if turn.kind == "talk"]


def wanted(*days: str) -> Callable[[object], set[date]]:
    """Chooses days by name, for ``Engine.catch_up``."""
    chosen = {date.fromisoformat(day) for day in days}
    return lambda _: chosen
