"""What a machine on which all is well looks like, as facts; tests change one thing about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from memsyncd.adapters.access import Access, Disk
from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.lock_look import LockLook
from memsyncd.adapters.machine import Installation, Machine
from memsyncd.adapters.memory_dir import Naming
from memsyncd.adapters.service_manager import ServiceState
from memsyncd.adapters.store_look import NEWEST, StoreLook
from memsyncd.adapters.watcher_limits import Inotify
from memsyncd.adapters.write_probe import Probe
from memsyncd.adapters.zone import SystemZone
from memsyncd.config import Config
from memsyncd.doctor.check import Check
from memsyncd.doctor.facts import Facts, Logs, Memory, Record, Retention, Service, Settings, State
from memsyncd.model import Source
from memsyncd.sync.publish import Target

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOME = Path("/home/mira")
USER = 1000
PYTHON = "/home/mira/.local/share/pipx/venvs/memsyncd/bin/python"
SESSIONS = HOME / ".openclaw/agents/main/sessions"
MEMORY = HOME / ".openclaw/workspace/memory"
STATE = HOME / ".local/state/memsyncd"
ROOMY = Disk(device=1, free=50_000_000_000, inodes=9_000_000)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def folder(path: Path, **changes: Any) -> Access:
    there = Access(
        path=path,
        kind="folder",
        real=path,
        owner=USER,
        mode=0o700,
        writable=True,
        above=path.parent,
        file_system="ext4",
        disk=ROOMY,
    )
    return replace(there, **changes)


def file(path: Path, **changes: Any) -> Access:
    return folder(path, **{"kind": "file", "mode": 0o600, **changes})


def missing(path: Path, *, makeable: bool = True) -> Access:
    return Access(path=path, kind="missing", real=path, above=path.parent, makeable=makeable, disk=ROOMY)


def source(**changes: Any) -> Source:
    return replace(
        Source(
            name="openclaw/main",
            kind="openclaw",
            agent="main",
            path=SESSIONS,
            memory_dir=MEMORY,
            workspace=MEMORY.parent,
            timezone="Europe/Berlin",
            version="2026.7.35",
        ),
        **changes,
    )


def logs(**changes: Any) -> Logs:
    one = source()
    found = Logs(
        source=one,
        folder=folder(SESSIONS),
        files=12,
        newest=ago(hours=3),
        database_file=SESSIONS.parent / "agent" / "openclaw-agent.sqlite",
    )
    return replace(found, **changes)


def memory(*sources: Source, zone: str = "Europe/Berlin", **changes: Any) -> Memory:
    target = Target(
        folder=MEMORY, sources=sources or (source(),), zone=zone, naming=Naming(), workspace=MEMORY.parent
    )
    return Memory(target=target, folder=folder(MEMORY, **changes))


def daemon(**changes: Any) -> DaemonState:
    told = DaemonState(pid=4711, version="1.2.3", started="2026-11-30T08:00:00+00:00", mode="events", watched=1)
    return replace(told, **changes)


def running(**changes: Any) -> State:
    """The state folder while the daemon is at work."""
    return state(lock=LockLook(held=True, pid=4711), daemon=daemon(**changes))


def state(**changes: Any) -> State:
    found = State(
        folder=folder(STATE),
        probe=Probe(exchanges=True),
        store=StoreLook(exists=True, version=NEWEST, size=2_000_000, checked=True),
        store_file=file(STATE / "store.sqlite"),
        record=Record(exists=True, last_run=ago(hours=2), last_date=ago().date()),
        lock=LockLook(),
    )
    return replace(found, **changes)


def machine(**changes: Any) -> Machine:
    found = Machine(
        python="3.12.4",
        executable=PYTHON,
        system="Linux 6.12 x86_64",
        platform="linux",
        user=USER,
        through_sudo=False,
        installation=installation(),
        extras={"summarize": None, "redact": "1.5.0", "postgres": None},
        linear=True,
        keywords=True,
        encoding="utf-8",
        names="utf-8",
        files=1024,
    )
    return replace(found, **changes)


def installation(**changes: Any) -> Installation:
    prefix = Path(PYTHON).parents[1]
    usual = Installation(by="pipx", prefix=prefix, command=HOME / ".local/bin/memsyncd", own_command=True)
    return replace(usual, **changes)


def service(**changes: Any) -> Service:
    found = Service(
        manager="systemd",
        state=ServiceState(loaded=True, active="active", enabled=True, pid=4711, restarts=0),
        file=HOME / ".local/share/systemd/user/memsyncd.service",
        interpreter=PYTHON,
        own=PYTHON,
    )
    return replace(found, **changes)


def unwell(**changes: Any) -> Service:
    """The service in another state than running."""
    return service(state=replace(ServiceState(loaded=True, enabled=True), **changes))


def facts(**changes: Any) -> Facts:
    found = Facts(
        version="1.2.3",
        now=NOW,
        home=HOME,
        machine=machine(),
        settings=Settings(file=file(HOME / ".config/memsyncd/config.toml"), config=Config()),
        state=running(),
        logs=(logs(),),
        retention=(Retention(file=HOME / ".openclaw/openclaw.json", days=30.0),),
        memory=(memory(),),
        zone=SystemZone("Europe/Berlin"),
        inotify={
            "instances": Inotify(limit=128, used=9),
            "watches": Inotify(limit=65_536, used=1_200),
        },
        synchronised=True,
        service=service(),
    )
    return replace(found, **changes)


def configured(**keys: Any) -> Settings:
    """Settings with a configuration of one's own."""
    return replace(facts().settings, config=replace(Config(), **keys))


def odd(checks: Any) -> list[Check]:
    """The checks that are not fine."""
    return [check for check in checks if check.verdict != "ok"]


def only(checks: Any) -> Check:
    """The one check that is not fine."""
    (check,) = odd(checks)
    return check  # type: ignore[no-any-return]
