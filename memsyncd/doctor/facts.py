"""What was found on this machine: the records between looking and judging. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.access import Access
from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.discover import PassedOver
from memsyncd.adapters.lock_look import LockLook
from memsyncd.adapters.machine import Machine
from memsyncd.adapters.openclaw_probe import Database
from memsyncd.adapters.service_manager import ServiceState
from memsyncd.adapters.store_look import StoreLook
from memsyncd.adapters.watcher_limits import Inotify, Resource
from memsyncd.adapters.write_probe import Probe
from memsyncd.adapters.zone import SystemZone
from memsyncd.config import Config
from memsyncd.model import Source
from memsyncd.sync.publish import Target


class Trouble(Struct, frozen=True):
    """An error that kept us from looking further: what happened, and what can be done."""

    words: str
    hint: str = ""


class Settings(Struct, frozen=True, kw_only=True):
    """The configuration."""

    file: Access
    config: Config  # the defaults where it is wrong
    wrong: tuple[str, ...] = ()  # every fault of the file
    rules: Trouble | None = None  # what is wrong with the rules and values of [redaction]
    log: Access | None = None  # the file that log.file names
    metrics: Access | None = None  # the file that log.metrics_file names


class Record(Struct, frozen=True, kw_only=True):
    """The state file."""

    exists: bool = False
    closed: str = ""  # why it cannot be read
    damage: str = ""  # what is wrong with its content
    last_run: datetime | None = None
    last_date: date | None = None  # the newest day that was up to date then


class State(Struct, frozen=True, kw_only=True):
    """The folder of memsyncd's own state."""

    folder: Access
    probe: Probe | None  # what writing there came to; None: it was not tried
    store: StoreLook
    store_file: Access
    record: Record
    lock: LockLook
    daemon: DaemonState | None = None  # what the running daemon tells
    fallen: DaemonState | None = None  # what one told that ended without order


class Logs(Struct, frozen=True, kw_only=True):
    """The logs of one source."""

    source: Source
    folder: Access
    files: int = 0  # session files that memsyncd reads
    newest: datetime | None = None  # when the newest of them was last written to
    database: Database = Database()  # the agent's own
    database_file: Path | None = None


class Retention(Struct, frozen=True, kw_only=True):
    """How long an agent keeps logs, as one configuration of it says or leaves to it."""

    program: str = "OpenClaw"
    file: Path
    warns_only: bool = False  # nothing is removed
    days: float  # after which the first logs may go
    stated: bool = False  # by the configuration
    budget: str = ""  # size above which the oldest go, as the configuration writes it


class Memory(Struct, frozen=True, kw_only=True):
    """One memory folder."""

    target: Target
    folder: Access


class Service(Struct, frozen=True, kw_only=True):
    """The service manager's view."""

    manager: str = ""
    trouble: Trouble | None = None  # it cannot be asked
    state: ServiceState | None = None
    file: Path | None = None  # unit or agent
    interpreter: str = ""  # that it starts; empty: not found out
    interpreter_there: bool = True
    by_hand: bool = False  # a person changed the file
    outdated: bool = False  # installing again would write another file
    advice: tuple[str, ...] = ()  # the manager's own
    own: str = ""  # the interpreter of this memsyncd, as a service would start it
    passing: Trouble | None = None  # this installation is in a cache


class Facts(Struct, frozen=True, kw_only=True):
    """Everything that was found."""

    version: str  # of this program
    now: datetime
    home: Path
    machine: Machine
    settings: Settings
    state: State
    logs: tuple[Logs, ...] = ()
    notes: tuple[str, ...] = ()  # what the search for logs passed over or found odd
    passed_over: tuple[PassedOver, ...] = ()  # agents whose logs are there and are not read
    lost: Trouble | None = None  # why the search came to nothing
    retention: tuple[Retention, ...] = ()
    memory: tuple[Memory, ...] = ()
    zone: SystemZone
    inotify: Mapping[Resource, Inotify] = {}
    synchronised: bool | None = None  # a time server sets the clock; None: not known
    service: Service = Service()
