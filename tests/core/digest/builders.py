"""Makes days for the tests of digest and rendering, line by line, by the time on the clock."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from memsyncd.core.digest.words import Index, index
from memsyncd.model import Day, Event, Millis, Session, ToolCall, Turn, TurnKind, Usage

DATE = date(2026, 1, 15)
_LONG = 800  # lines
MODEL = ("anthropic", "claude-sonnet-5-5")


class DayBuilder:
    """A day in the making. ``clock`` is a time of day such as "09:30" or "09:30:05" in the day's zone."""

    def __init__(self, day: date = DATE, zone: str = "Europe/Berlin") -> None:
        self.date = day
        self.zone = zone
        self.turns: list[Turn] = []
        self.tools: list[ToolCall] = []
        self.events: list[Event] = []
        self.sessions: dict[str, Session] = {}
        self.earlier: dict[str, tuple[str, str]] = {}
        self.agents: dict[str, str] = {}
        self.current = ""

    def session(self, session: str, **facts: Any) -> DayBuilder:
        """What follows happens in this session."""
        self.current = session
        self.sessions.setdefault(session, Session(id=session, **facts))
        return self

    def at(self, clock: str) -> Millis:
        return int(datetime.combine(self.date, time.fromisoformat(clock), ZoneInfo(self.zone)).timestamp() * 1000)

    def user(self, clock: str, text: str, *, sender: str | None = None, owner: bool = True) -> DayBuilder:
        return self._turn(clock, text, role="user", sender=sender, owner=owner)

    def agent(
        self, clock: str, text: str, *, model: tuple[str, str] = MODEL, usage: Usage | None = None
    ) -> DayBuilder:
        kind: TurnKind = "talk" if text else "work"
        return self._turn(clock, text, role="assistant", kind=kind, provider=model[0], model=model[1], usage=usage)

    def machine(self, clock: str, usage: Usage | None = None) -> DayBuilder:
        return self._turn(clock, "", role="assistant", kind="noise", usage=usage)

    def _turn(self, clock: str, text: str, *, kind: TurnKind = "talk", **rest: Any) -> DayBuilder:
        entry = f"e{len(self.turns)}"
        turn = Turn(at=self.at(clock), text=text, kind=kind, session=self.current, entry=entry, **rest)
        self.turns.append(turn)
        return self

    def call(self, clock: str, name: str = "exec", **facts: Any) -> DayBuilder:
        call = f"c{len(self.tools)}"
        tool = ToolCall(at=self.at(clock), session=self.current, call=call, name=name, done=True, **facts)
        self.tools.append(tool)
        return self

    def event(self, clock: str, kind: Literal["compaction", "reset"], **facts: Any) -> DayBuilder:
        self.events.append(Event(at=self.at(clock), session=self.current, kind=kind, **facts))
        return self

    def build(self) -> Day:
        return Day(
            date=self.date,
            zone=self.zone,
            turns=tuple(sorted(self.turns, key=lambda turn: (turn.at, turn.role == "assistant"))),
            tools=tuple(sorted(self.tools, key=lambda tool: tool.at)),
            events=tuple(sorted(self.events, key=lambda event: event.at)),
            sessions=self.sessions,
            earlier_models=self.earlier,
            agents=self.agents,
        )


def talk(*lines: str, session: str = "8b476afa") -> Day:
    """A day of one session from nine o'clock on, a line a minute or, of many lines, every half.

    A line that starts with ``> `` is the agent's.
    """
    day = DayBuilder().session(session)
    for number, line in enumerate(lines):
        second = number * (60 if len(lines) < _LONG else 30)
        clock = f"{9 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        if line.startswith("> "):
            day.agent(clock, line[2:])
        else:
            day.user(clock, line)
    return day.build()


def index_of(*lines: str) -> Index:
    """The index of such a day."""
    return index(talk(*lines).turns)
