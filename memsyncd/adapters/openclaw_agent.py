"""What one agent of an OpenClaw installation keeps where: its sessions, its workspace, its traces of a version.

Reads names, ``openclaw.json`` and the tables of databases; writes nothing. The rules are those of OpenClaw
2026.7.35 and 2026.9.6. Nothing is guessed: what cannot be found out stays None, and a note says why.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.openclaw_config import DEFAULT_AGENT, Unknown, fill_in
from memsyncd.adapters.openclaw_install import Install, is_folder, same, user_path
from memsyncd.adapters.openclaw_probe import Database, probe, version_key
from memsyncd.config import zone_name
from memsyncd.core.formats.openclaw_names import classify

# From this version on OpenClaw keeps the hash of every memory file that its tools wrote.
_KEEPS_HASHES = (2026, 7, 33)


class Agent(Struct, frozen=True, kw_only=True):
    """One agent, whether or not it has any sessions yet."""

    id: str
    name: str  # e.g. "openclaw/main"
    sessions: Path  # folder of its transcripts, as files
    database: Path | None = None  # file in which newer OpenClaws keep its transcripts, there or not
    in_database: bool = False  # transcripts are there
    imports: Path | None = None  # folder of the files that the database has taken over, there or not
    workspace: Path | None = None
    timezone: str | None = None
    version: str | None = None  # of the newest OpenClaw that left a trace
    keeps_hashes: bool = False  # of its memory files: it distrusts outside edits, see Source.sidecar
    excluded_sessions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def agents_of(install: Install) -> tuple[str, ...]:
    """Return the ids of the agents that the installation has folders for, sorted.

    Where ``session.store`` keeps sessions elsewhere, the configured agents as well. Raises OSError when the state
    folder holds no agents or cannot be read.
    """
    moved = {*install.config.roster, DEFAULT_AGENT} if install.config.get("session", "store") else set()
    try:
        kept = {folder.name for folder in (install.state / "agents").iterdir() if is_folder(folder)}
    except FileNotFoundError:
        if not moved:
            raise
        kept = set()
    return tuple(sorted(name for name in kept | moved if not name.startswith(".")))


def agent_at(install: Install, agent: str) -> Agent:
    """Return what can be found out about the agent with that id."""
    finder = _Finder(install, agent)
    sessions = finder.sessions()
    workspace = finder.workspace()
    database = finder.database()
    found = probe(database)
    version, keeps_hashes = finder.version(found)
    return Agent(
        id=agent,
        name=finder.name,
        sessions=sessions,
        database=database,
        in_database=found.transcripts,
        imports=install.state / "agents" / agent / "session-sqlite-import-archive",
        workspace=workspace,
        timezone=finder.timezone(),
        version=version,
        keeps_hashes=keeps_hashes,
        excluded_sessions=install.config.excluded_sessions,
        notes=tuple(finder.notes),
    )


class _Finder:
    """Answers one question after the other about an agent; ``notes`` gathers what is odd on the way."""

    def __init__(self, install: Install, agent: str) -> None:
        self.name = f"{install.label}/{agent}"
        self.notes: list[str] = []
        self._install = install
        self._config = install.config
        self._agent = agent
        self._entry = install.config.roster.get(agent, {})

    def sessions(self) -> Path:
        """Return the folder of the transcripts, see ``session.store``."""
        usual = self._install.state / "agents" / self._agent / "sessions"
        try:
            moved = self._moved_sessions()
        except Unknown as why:
            self._note(f"session.store cannot be followed: {why}")
            return usual
        if moved is None or same(moved, usual):
            return usual
        if not is_folder(moved):
            self._note(f"session.store keeps sessions in {moved}, which is not there")
            return usual
        if _holds_transcripts(usual):
            self._note(
                f"session.store keeps sessions in {moved}; older ones in {usual} need their own [[sources]]"
            )
        return moved

    def database(self) -> Path:
        """Return where the agent's database is or will be; whoever reads it finds out whether it can be read."""
        try:
            folder = self._path(fill_in(self._entry.get("agentDir"), self._config.env))
        except Unknown:
            folder = self._install.state / "agents" / self._agent / "agent"
        return folder / "openclaw-agent.sqlite"

    def workspace(self) -> Path | None:
        """Return the agent's workspace, None when it cannot be found out."""
        try:
            found = self._workspace()
        except Unknown as why:
            self._note(f"its workspace cannot be found out: {why}; say memory_dir in [[sources]]")
            return None
        if not is_folder(found):
            self._note(f"its workspace {found} is not there; if it is elsewhere, say memory_dir in [[sources]]")
        return found

    def timezone(self) -> str | None:
        """Return the user's zone as the configuration states it."""
        try:
            stated = self._config.text("agents", "defaults", "userTimezone")
        except Unknown as why:
            self._note(f"agents.defaults.userTimezone cannot be followed: {why}")
            return None
        zone = zone_name(stated)
        if stated and zone is None:
            self._note(f"agents.defaults.userTimezone = {stated} is not the name of a time zone")
        return zone

    def version(self, own: Database) -> tuple[str | None, bool]:
        """Return the newest version that left a trace, and whether the agent keeps hashes of its memory files."""
        shared = probe(self._install.state / "state" / "openclaw.sqlite")
        touched = self._config.get("meta", "lastTouchedVersion")
        seen = [str(touched), *own.versions, *shared.versions]
        newest = max(seen, key=version_key)
        keeps_hashes = version_key(newest) >= _KEEPS_HASHES or own.transcripts or not own.readable
        return newest if any(version_key(newest)) else None, keeps_hashes

    def _moved_sessions(self) -> Path | None:
        store = self._config.text("session", "store")
        if not store:
            return None
        if "{agentId}" not in store and len(self._config.roster) > 1:
            self._note("session.store is shared by all agents: their sessions cannot be told apart")
            if self._agent != self._config.default_agent:
                return None
        return self._path(store.replace("{agentId}", self._agent)).parent

    def _workspace(self) -> Path:
        if own := fill_in(self._entry.get("workspace"), self._config.env):
            return self._configured(own)
        common = self._config.text("agents", "defaults", "workspace")
        if self._agent != self._config.default_agent:
            beside = self._install.state / f"workspace-{self._agent}"
            return self._path(common) / self._agent if common else self._unconfigured(beside)
        if common:
            return self._configured(common)
        named = self._named_workspace()
        return named or self._unconfigured(*self._default_workspaces())

    def _configured(self, text: str) -> Path:
        """Follow the configuration, which OpenClaw prefers to the environment, unless it speaks of a container."""
        configured, named = self._path(text), self._named_workspace()
        if named is None or same(configured, named):
            return configured
        if is_folder(named) and not is_folder(configured):
            self._note(f"its workspace {configured} is not there, OPENCLAW_WORKSPACE_DIR is: a container's path?")
            return named
        self._note(f"openclaw.json's workspace {configured} goes before OPENCLAW_WORKSPACE_DIR")
        return configured

    def _named_workspace(self) -> Path | None:
        """Return the workspace that the environment names; it is meant for the default agent only."""
        named = self._config.env.get("OPENCLAW_WORKSPACE_DIR", "").strip()
        meant = self._install.selected and self._agent == self._config.default_agent
        return user_path(named, self._install.home).absolute() if named and meant else None

    def _default_workspaces(self) -> tuple[Path, ...]:
        """Return where the default agent's workspace can be when nobody says: a profile's moved after 2026.7."""
        state, profile = self._install.state, self._install.profile
        older = (self._install.home / ".openclaw" / f"workspace-{profile}",) if profile else ()
        return (state / "workspace", *older)

    def _unconfigured(self, *candidates: Path) -> Path:
        """Return the first candidate that is there, else the first."""
        found = next((folder for folder in candidates if is_folder(folder)), None)
        if found is None and self._config.damaged:
            raise Unknown(f"{self._config.path} is damaged")
        return found or candidates[0]

    def _path(self, text: str) -> Path:
        path = user_path(text.replace("\0", ""), self._install.home)
        if not path.is_absolute():
            raise Unknown(f'"{text}" starts at the folder that OpenClaw was started in')
        return path

    def _note(self, text: str) -> None:
        self.notes.append(f"{self.name}: {text}")


def _holds_transcripts(folder: Path) -> bool:
    try:
        return any(classify(entry.name) for entry in folder.iterdir())
    except OSError:
        return False
