"""A gold day: a made-up day, what is usual for its user, and what a good memory file says of it.

The labels are a reader's: what would this person, or their agent, need to know tomorrow? They are written before
the digest is tuned, and a digest is never consulted for them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from memsyncd.model import Day, Session
from tests.gold.script import Written, day_of, written

FOLDER = Path(__file__).parent / "days"

OpenKind = Literal["question", "todo", "error"]
Reason = Literal["rejected", "announcement", "question", "proposal", "reversed", "hearsay", "past"]


class Statement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that one line of the file says when it holds all these words; ``a|b`` is either."""

    words: tuple[str, ...]


class Decision(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that was settled."""

    at: str  # when, as HH:MM; further times under which it may stand follow after blanks
    session: str
    minor: bool = False  # right when it is shown, not asked for
    replaces: str | None = None  # time of the earlier decision that this one reverses
    was: tuple[str, ...] = ()  # words of that earlier decision


class NoDecision(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that must not stand among the decisions, and why."""

    why: Reason


class Open(Statement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that is open at the day's end."""

    kind: OpenKind
    minor: bool = False  # right when it is shown, not asked for


class Switch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Two consecutive answers by different models."""

    at: str
    before: str  # provider/model
    after: str
    session: str


class Labels(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the file has to say and must not say. A topic is a list of its wordings."""

    essential_topics: tuple[tuple[str, ...], ...]
    topics: tuple[tuple[str, ...], ...] = ()  # acceptable as well
    decisions: tuple[Decision, ...] = ()
    not_decisions: tuple[NoDecision, ...] = ()
    open: tuple[Open, ...] = ()
    closed: tuple[Statement, ...] = ()  # asked or promised, and answered or done before the day ends
    transitions: tuple[Switch, ...] = ()
    noise: tuple[str, ...] = ()  # pieces of machine talk that may stand nowhere in the file
    facts: tuple[str, ...] = ()  # commands, files, errors, addresses, versions that must stand in it


class Place(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A session as the file describes it."""

    model: str  # provider/model that answers first
    channel: str | None = None
    chat: str | None = None
    title: str | None = None
    key: str | None = None
    started: str | None = None  # local date and time, when it began on an earlier day
    earlier_model: str | None = None  # provider/model that it used last before this day


class File(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One TOML file."""

    about: str
    language: str
    kinds: tuple[str, ...]
    date: date
    zone: str
    talk: str
    sessions: dict[str, Place]
    labels: Labels
    owner: str = ""
    background: tuple[str, ...] = ()


class Gold(Struct, frozen=True, kw_only=True):
    """A gold day, ready to be digested and scored."""

    name: str
    about: str
    language: str
    kinds: tuple[str, ...]
    day: Day
    background: tuple[str, ...]  # texts of the user's other days
    written: tuple[Written, ...]  # the conversation as it stands in the log, noise and all
    labels: Labels


@cache
def load(path: Path) -> Gold:
    """The gold day of a file. Raises ``msgspec.ValidationError`` or ValueError when it is not well-formed."""
    file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), File)
    entries = list(written(file.talk, {name: place.model for name, place in file.sessions.items()}))
    day = day_of(
        entries,
        day=file.date,
        zone=file.zone,
        owner=file.owner,
        sessions={name: _session(name, place, file.zone) for name, place in file.sessions.items()},
        earlier_models={
            name: _model(place.earlier_model) for name, place in file.sessions.items() if place.earlier_model
        },
    )
    return Gold(
        name=path.stem,
        about=file.about,
        language=file.language,
        kinds=file.kinds,
        day=day,
        background=file.background,
        written=tuple(entries),
        labels=file.labels,
    )


def load_all(names: Sequence[str] = ()) -> list[Gold]:
    """All gold days by name, or those whose names are given."""
    paths = sorted(FOLDER.glob("*.toml"))
    return [load(path) for path in paths if not names or path.stem in names]


def _session(name: str, place: Place, zone: str) -> Session:
    started = place.started and datetime.fromisoformat(place.started).replace(tzinfo=ZoneInfo(zone))
    return Session(
        id=name,
        key=place.key,
        channel=place.channel,
        chat_type=place.chat,
        title=place.title,
        started=int(started.timestamp() * 1000) if started else None,
    )


def _model(name: str) -> tuple[str, str]:
    provider, _, model = name.partition("/")
    return provider, model
