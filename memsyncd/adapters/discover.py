"""Turns what is installed, configured or named on the command line into sources.

Every way ends in a :class:`Discovery`: the sources, and a note on whatever was seen and passed over. Looks at
names, ``openclaw.json`` and the tables of databases; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters.openclaw_agent import Agent, agent_at, agents_of
from memsyncd.adapters.openclaw_config import DEFAULT_AGENT
from memsyncd.adapters.openclaw_install import Install, find_installs, install_at, is_folder, same
from memsyncd.config import Config, SourceConfig
from memsyncd.errors import ConfigError, SourceMissing, UsageError
from memsyncd.model import Source


class Discovery(Struct, frozen=True):
    """The sources found, and what was seen and passed over or looks odd, a sentence each."""

    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


def discover(env: Mapping[str, str], home: Path) -> Discovery:
    """Find the sources of the installed agents; ``home`` is the operating system's word on the user's home.

    A source is found for every agent that has a ``sessions`` folder and whose workspace can be told. Its name is
    ``openclaw/<agent>``, or ``openclaw-<profile>/<agent>``.
    """
    survey = _Survey(env, home)
    sources: list[Source] = []
    for agent in survey.installed():
        if agent.workspace is None:
            continue  # a note of the agent's own says so
        source = _source(agent, agent.workspace / "memory", "discovered")
        if twin := next((other for other in sources if _looks_copied(source, other)), None):
            survey.notes.append(
                f"{source.name}: passed over, it feeds the memory folder of {twin.name} as a copied state folder "
                "would; add it to [[sources]] if it is an agent of its own"
            )
        else:
            sources.append(source)
    return Discovery(tuple(sources), tuple(survey.notes))


def sources_from_config(config: Config, env: Mapping[str, str], home: Path) -> Discovery:
    """Turn the ``[[sources]]`` of ``config`` into sources; without any, discover them.

    A path may be a sessions folder, an agent's folder or a state folder; an entry without one stands for what is
    installed. An agent's folder that is not there is noted and kept: it may appear later. Raises ConfigError with
    every entry whose memory folder cannot be told, and with those that lead to the same logs.
    """
    if not config.sources:
        return discover(env, home)
    survey = _Survey(env, home)
    sources: list[Source] = []
    problems: list[str] = []
    for index, entry in enumerate(config.sources):
        agents = survey.wanted(entry)
        if not agents:
            survey.notes.append(f"sources[{index}]: no agent with session files is found")
        for agent in agents:
            if entry.agent not in (None, agent.id):
                problems.append(f'sources[{index}].agent = "{entry.agent}": the path belongs to "{agent.id}"')
            memory_dir = entry.memory_dir or _memory_dir(agent)
            if memory_dir is None:
                problems.append(
                    f"sources[{index}].memory_dir: missing, and {agent.sessions} belongs to no workspace"
                )
            else:
                named = replace(agent, name=_configured_name(entry, agent, alone=len(agents) == 1))
                sources.append(_source(named, memory_dir, "config"))
    problems += _clashes(sources)
    if problems:
        raise ConfigError("[[sources]]", problems)
    return Discovery(tuple(sources), tuple(survey.notes))


def sources_from_folders(
    sessions_dir: Path | None, memory_dir: Path | None, env: Mapping[str, str], home: Path
) -> Discovery:
    """Turn ``--sessions-dir`` and ``--memory-dir`` into sources.

    ``sessions_dir`` may be a sessions folder, an agent's folder or a state folder; without it, what is installed
    is taken. Without ``memory_dir`` each agent's own is used. Raises SourceMissing when a folder is not there,
    UsageError when it cannot be told which memory folder belongs to the logs.
    """
    for option, folder in (("--sessions-dir", sessions_dir), ("--memory-dir", memory_dir)):
        if folder is not None and not is_folder(folder):
            hint = "check the path, or make the folder first"
            raise SourceMissing(f"{option} names a folder that is not there", where=folder, hint=hint)
    survey = _Survey(env, home)
    sources: list[Source] = []
    for agent in survey.wanted(SourceConfig(kind="openclaw", path=sessions_dir and sessions_dir.absolute())):
        memory = memory_dir.absolute() if memory_dir else _memory_dir(agent)
        if memory is None:
            raise UsageError(
                "it cannot be told which memory folder belongs to the logs",
                where=agent.sessions,
                why="; ".join(agent.notes),
                hint="name it with --memory-dir",
            )
        sources.append(_source(agent, memory, "command line"))
    return Discovery(tuple(sources), tuple(survey.notes))


class _Survey:
    """A look round the machine; ``notes`` gathers what is odd."""

    def __init__(self, env: Mapping[str, str], home: Path) -> None:
        self.notes: list[str] = []
        self._env = env
        self._home = home
        self._installs = find_installs(env, home)

    def installed(self) -> Iterator[Agent]:
        """Yield the agents that have a sessions folder, of every installation."""
        for install in self._installs:
            yield from self._all_of(install)

    def wanted(self, entry: SourceConfig) -> list[Agent]:
        """Return the agents that ``entry`` stands for, with names that no other logs have."""
        if entry.path is None:
            return [agent for agent in self.installed() if entry.agent in (None, agent.id)]
        state, agent_id = _place(entry.path)
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
        found = is_folder(agent.sessions)
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


def _place(path: Path) -> tuple[Path | None, str | None]:
    """Return the state folder and the agent that the shape of ``path`` tells, None for what it does not."""
    if is_folder(path / "agents"):
        return path, None
    if path.parent.name == "agents" and (is_folder(path / "sessions") or is_folder(path / "agent")):
        return path.parent.parent, path.name
    if path.name == "sessions" and path.parent.parent.name == "agents":
        return path.parent.parent.parent, path.parent.name
    return None, None


def _source(agent: Agent, memory_dir: Path, origin: str) -> Source:
    own = _memory_dir(agent)
    return Source(
        name=agent.name,
        kind="openclaw",
        agent=agent.id,
        path=agent.sessions,
        memory_dir=memory_dir,
        workspace=agent.workspace,
        timezone=agent.timezone,
        version=agent.version,
        sidecar=agent.keeps_hashes and own is not None and same(memory_dir, own),
        excluded_sessions=agent.excluded_sessions,
        origin=origin,
    )


def _memory_dir(agent: Agent) -> Path | None:
    return agent.workspace / "memory" if agent.workspace else None


def _configured_name(entry: SourceConfig, agent: Agent, *, alone: bool) -> str:
    """Return the name that the entry gives; one that stands for several agents gets the agent's id added."""
    if not entry.name:
        return agent.name
    return entry.name if alone else f"{entry.name}/{agent.id}"


def _looks_copied(source: Source, other: Source) -> bool:
    """Whether two installations have the same agent write the same memory: each turn would count twice."""
    return source.agent == other.agent and same(source.memory_dir, other.memory_dir)


def _clashes(sources: Sequence[Source]) -> Iterator[str]:
    """Yield a problem for every source that has the name or the logs of an earlier one."""
    for index, source in enumerate(sources):
        for earlier in sources[:index]:
            if same(source.path, earlier.path):
                yield f"the logs in {source.path} are named twice, by {earlier.name} and {source.name}"
            elif source.name == earlier.name:
                yield f"{source.path} and {earlier.path} are both called {source.name}: give each a name"
