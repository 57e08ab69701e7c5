"""Turns what is installed, configured or named on the command line into sources.

Every way ends in a :class:`Discovery`: the sources, and a note on whatever was seen and passed over. Looks at
names, ``openclaw.json`` and the tables of databases; writes nothing. Agents beside OpenClaw are the business of
:mod:`memsyncd.adapters.other_agents`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.adapters import other_agents
from memsyncd.adapters.openclaw_agent import Agent
from memsyncd.adapters.openclaw_install import is_folder, same
from memsyncd.adapters.openclaw_survey import Survey, place
from memsyncd.config import Config, SourceConfig
from memsyncd.core.choice import OTHERS, rules_of
from memsyncd.errors import ConfigError, SourceMissing, UsageError
from memsyncd.model import Source


class Discovery(Struct, frozen=True):
    """The sources found, and what was seen and passed over or looks odd, a sentence each."""

    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


class PassedOver(Struct, frozen=True, kw_only=True):
    """An agent whose logs are not read."""

    kind: str
    path: Path  # folder of its logs
    why: str
    found: bool  # its logs are there


def discover(env: Mapping[str, str], home: Path) -> Discovery:
    """Find the sources of the installed agents; ``home`` is the operating system's word on the user's home.

    A source is found for every agent that has session files or transcripts in a database, and whose workspace can
    be told. Its name is
    ``openclaw/<agent>``, or ``openclaw-<profile>/<agent>``. Behind these come the other agents, each a source that
    feeds a memory folder of its own: without a word in the configuration none is mixed into OpenClaw's memory.
    """
    survey = Survey(env, home)
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
    others, notes = other_agents.discovered(env, home)
    # Who runs another agent alone need not be told at every run that there is no OpenClaw.
    seen = [] if others and survey.usual_is_missing() else survey.notes
    return Discovery((*sources, *others), (*seen, *notes))


def sources_from_config(config: Config, env: Mapping[str, str], home: Path) -> Discovery:
    """Turn the ``[[sources]]`` of ``config`` into sources; without any, discover them.

    A path may be a sessions folder, an agent's folder or a state folder; an entry without one stands for what is
    installed, and one without a kind for the agent that keeps its logs there, else OpenClaw. An agent's folder
    that is not there is noted and kept: it may appear later. Raises ConfigError with every entry whose memory
    folder cannot be told, and with those that lead to the same logs.
    """
    if not config.sources:
        return discover(env, home)
    survey = Survey(env, home)
    sources: list[Source] = []
    problems: list[str] = []
    for index, entry in enumerate(config.sources):
        kind = _kind(entry, env, home)
        if kind == "openclaw":
            sources += _openclaw_sources(survey, entry, f"sources[{index}]", problems)
        else:
            source, notes = other_agents.wanted(entry, kind, env, home)
            survey.notes += notes
            sources += [source] if source else []
    problems += _clashes(sources)
    if problems:
        raise ConfigError("[[sources]]", problems)
    return Discovery(tuple(sources), tuple(survey.notes))


def sources_from_folders(
    sessions_dir: Path | None, memory_dir: Path | None, env: Mapping[str, str], home: Path
) -> Discovery:
    """Turn ``--sessions-dir`` and ``--memory-dir`` into sources.

    ``sessions_dir`` may be a sessions folder, an agent's folder or a state folder; without it, the agents of
    OpenClaw that are installed are taken. Without ``memory_dir`` each agent's own is used. Raises SourceMissing
    when a folder is not there, UsageError when it cannot be told which memory folder belongs to the logs.
    """
    for option, folder in (("--sessions-dir", sessions_dir), ("--memory-dir", memory_dir)):
        if folder is not None and not is_folder(folder):
            hint = "check the path, or make the folder first"
            raise SourceMissing(f"{option} names a folder that is not there", where=folder, hint=hint)
    survey = Survey(env, home)
    entry = SourceConfig(
        path=sessions_dir and sessions_dir.absolute(), memory_dir=memory_dir and memory_dir.absolute()
    )
    kind = _kind(entry, env, home)
    if kind != "openclaw":
        other, notes = other_agents.wanted(entry, kind, env, home, "command line")
        return Discovery((other,) if other else (), tuple(notes))
    sources: list[Source] = []
    for agent in survey.wanted(entry):
        memory = entry.memory_dir or _memory_dir(agent)
        if memory is None:
            raise UsageError(
                "it cannot be told which memory folder belongs to the logs",
                where=agent.sessions,
                why="; ".join(agent.notes),
                hint="name it with --memory-dir",
            )
        sources.append(_source(agent, memory, "command line"))
    return Discovery(tuple(sources), tuple(survey.notes))


def passed_over(sources: Sequence[Source], env: Mapping[str, str], home: Path) -> Iterator[PassedOver]:
    """Yield every agent that memsyncd knows and that is none of ``sources``: those that are there first."""
    for source in discover(env, home).sources:
        if not any(same(source.path, other.path) for other in sources):
            why = "[[sources]] or the command line names others"
            yield PassedOver(kind=source.kind, path=source.path, why=why, found=True)
    if Survey(env, home).usual_is_missing():
        usual = other_agents.home_of(env, home) / ".openclaw"
        yield PassedOver(kind="openclaw", path=usual, why="there is no such folder", found=False)
    for root in other_agents.roots(env, home):
        if root.missing and not any(same(root.path, other.path) for other in sources):
            yield PassedOver(kind=root.kind, path=root.path, why=root.missing, found=False)


def _kind(entry: SourceConfig, env: Mapping[str, str], home: Path) -> str:
    """Return the kind of agent that ``entry`` speaks of, which may have to be told from its path."""
    if entry.kind or entry.path is None or place(entry.path)[0]:
        return entry.kind or "openclaw"
    return other_agents.kind_of(entry.path, env, home) or "openclaw"


def _openclaw_sources(survey: Survey, entry: SourceConfig, where: str, problems: list[str]) -> Iterator[Source]:
    """Yield the sources that ``entry`` stands for; what is wrong with it goes to ``problems`` under ``where``."""
    agents = survey.wanted(entry)
    if not agents:
        survey.notes.append(f"{where}: no agent with session files is found")
    for agent in agents:
        if entry.agent not in (None, agent.id):
            problems.append(f'{where}.agent = "{entry.agent}": the path belongs to "{agent.id}"')
        memory_dir = entry.memory_dir or _memory_dir(agent)
        if memory_dir is None:
            problems.append(f"{where}.memory_dir: missing, and {agent.sessions} belongs to no workspace")
        else:
            named = replace(agent, name=_configured_name(entry, agent, alone=len(agents) == 1))
            yield _source(named, memory_dir, "config", entry.include)


def _source(
    agent: Agent, memory_dir: Path, origin: str, include: Collection[str] = SourceConfig().include
) -> Source:
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
        excluded_sessions=(*agent.excluded_sessions, *rules_of(include)),
        others=OTHERS in include,
        origin=origin,
        database=agent.database,
        imports=agent.imports,
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
