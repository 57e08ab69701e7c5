"""A look round the machine for the agents of OpenClaw: those installed, and those that a path stands for.

Reads names and ``openclaw.json``, writes nothing. What sources they make is decided in
:mod:`memsyncd.adapters.discover`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from memsyncd.adapters.openclaw_agent import Agent, agent_at, agents_of
from memsyncd.adapters.openclaw_config import DEFAULT_AGENT
from memsyncd.adapters.openclaw_install import Install, find_installs, install_at, is_folder, same
from memsyncd.config import SourceConfig


class Survey:
    """A look round the machine; ``notes`` gathers what is odd."""

    def __init__(self, env: Mapping[str, str], home: Path) -> None:
        self.notes: list[str] = []
        self._env = env
        self._home = home
        self._installs = find_installs(env, home)

    def usual_is_missing(self) -> bool:
        """Tell whether there is no OpenClaw, and nothing in the environment says that there is one."""
        return not any(is_folder(one.state) or one.state.name != ".openclaw" for one in self._installs)

    def installed(self) -> Iterator[Agent]:
        """Yield the agents that have a sessions folder or transcripts in a database, of every installation."""
        for install in self._installs:
            yield from self._all_of(install)

    def wanted(self, entry: SourceConfig) -> list[Agent]:
        """Return the agents that ``entry`` stands for, with names that no other logs have."""
        if entry.path is None:
            return [agent for agent in self.installed() if entry.agent in (None, agent.id)]
        state, agent_id = place(entry.path)
        if state is None:
            return [self._loose(entry.path, entry.agent or DEFAULT_AGENT)]
        install = install_at(state, self._env, self._home)
        if agent_id is None and entry.agent is None:
            return [self._told_apart(agent, install) for agent in self._all_of(install)]
        agent = agent_at(install, agent_id or entry.agent or DEFAULT_AGENT)
        if agent_id is not None:
            agent = replace(
                agent, sessions=entry.path if entry.path.name == "sessions" else entry.path / "sessions"
            )
        self.notes += [*install.config.notes, *agent.notes]
        self._exists(agent)
        return [self._told_apart(agent, install)]

    def _all_of(self, install: Install) -> Iterator[Agent]:
        self.notes += install.config.notes
        try:
            found = agents_of(install)
        except OSError as error:
            absent = isinstance(error, FileNotFoundError) and not install.state.exists()
            why = "there is no such folder" if absent else f"no agents in it: {error.strerror}"
            self.notes.append(f"{install.label}: {install.state}: {why}")
            return
        for agent_id in found:
            agent = agent_at(install, agent_id)
            self.notes += agent.notes
            if self._exists(agent):
                yield agent

    def _exists(self, agent: Agent) -> bool:
        found = is_folder(agent.sessions) or agent.in_database
        if not found:
            self.notes.append(f"{agent.name}: there is no folder {agent.sessions}, so there are no session files")
        return found

    def _loose(self, sessions: Path, agent_id: str) -> Agent:
        """Return the agent whose sessions lie outside any state folder, as ``session.store`` can have them."""
        for install in self._installs:
            if install.config.get("session", "store"):
                with suppress(OSError):
                    agents = (agent_at(install, name) for name in agents_of(install))
                    if found := next((agent for agent in agents if same(agent.sessions, sessions)), None):
                        return found
        agent = Agent(id=agent_id, name=f"openclaw/{agent_id}@{sessions}", sessions=sessions)
        self._exists(agent)
        return agent

    def _told_apart(self, agent: Agent, install: Install) -> Agent:
        """Name an agent of an installation that is not found by itself so that it is not taken for one that is."""
        if any(same(install.state, other.state) for other in self._installs):
            return agent
        return replace(agent, name=f"{agent.name}@{agent.sessions}")


def place(path: Path) -> tuple[Path | None, str | None]:
    """Return the state folder and the agent that the shape of ``path`` tells, None for what it does not."""
    if is_folder(path / "agents"):
        return path, None
    if path.parent.name == "agents" and (is_folder(path / "sessions") or is_folder(path / "agent")):
        return path.parent.parent, path.name
    if path.name == "sessions" and path.parent.parent.name == "agents":
        return path.parent.parent.parent, path.parent.name
    return None, None
