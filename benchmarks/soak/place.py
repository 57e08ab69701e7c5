"""Where a soak takes place: two agents' logs, and on a disk of their own the memory folders and the state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from benchmarks.daemon.place import environment
from benchmarks.daemon.process import REPOSITORY
from benchmarks.soak.disk import Disk
from benchmarks.soak.logs import ZONE, Agent
from benchmarks.words import Words

RECONCILE = 5.0  # seconds
_WATCH = {"quiet_seconds": 0.3, "ceiling_seconds": 2.0, "reconcile_seconds": RECONCILE}


class Place:
    """The folders below ``root``. Of the two agents one ``keeps`` every line and one ``loses`` some."""

    def __init__(self, root: Path, seed: int) -> None:
        words = Words(Random(seed))
        self.root = root
        self.disk = Disk(root / "disk")
        self.state = self.disk.path / "state"
        self.keeps = Agent(root, "keeps", words, loses=False)
        self.loses = Agent(root, "loses", words, loses=True)
        self.agents = (self.keeps, self.loses)
        self.environment = environment(root, self.state)
        self.log = root / "log"
        self.configure()

    def memory(self, agent: Agent) -> Path:
        return self.disk.path / f"memory-{agent.name}"

    def configure(self, *, wrong: bool = False) -> None:
        """Writes the daemon's configuration."""
        settings = self._settings({agent.name: self.memory(agent) for agent in self.agents})
        (self.root / "config.toml").write_text(tomli_w.dumps({**settings, **({"colour": 1} if wrong else {})}))

    def fresh(self, name: str) -> Path:
        """A folder with what a catch-up makes that has never seen anything: ``state`` and ``memory-…``."""
        made = self.root / name
        made.mkdir()
        config = made / "config.toml"
        config.write_text(
            tomli_w.dumps(self._settings({agent.name: made / f"memory-{agent.name}" for agent in self.agents}))
        )
        command = [sys.executable, "-m", "memsyncd", "catch-up", "--quiet", "--config", str(config)]
        own = environment(made, made / "state")
        done = subprocess.run(command, env=own, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"a fresh catch-up exited {done.returncode}: {done.stderr}")
        return made

    def _settings(self, memory: Mapping[str, Path]) -> dict[str, Any]:
        sources = [
            {
                "name": agent.name,
                "kind": "openclaw",
                "agent": agent.name,
                "path": str(agent.home.sessions),
                "memory_dir": str(memory[agent.name]),
            }
            for agent in self.agents
        ]
        return {
            "timezone": ZONE,
            "sources": sources,
            "memory": {"name": "daily"},
            "schedule": {"nightly": ""},
            "redaction": {"second_detector": "off"},
            "watch": _WATCH,
        }
