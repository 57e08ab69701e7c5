"""Reads the compact form in which a gold day's conversation is written, and makes the ``Day`` that the digest gets.

The script goes through the same cleaning as a real log, so what is noise in it is noise for the reason that real
noise is. One entry begins at the start of a line, what belongs to it is indented by two spaces::

    @8b476afa                       what follows happens in this session
    %openai/gpt-6                   and is answered by this model
    09:02 > words                   the user
    09:02 Tom> words                somebody in a group; the owner is the one whom the file names as such
    09:03 < words                   the agent
    09:03 $ rsync -a x y            a shell command that went well
    09:04 $ rsync -a x y            one that failed: its exit code and what it printed
      ! 11
      rsync: write failed
    09:05 * read notes/plan.md      another tool; ``!`` without a number: it failed without an exit code
    09:06 ~> words                  noise of the user's role, as it stands in a log
    09:06 ~< words                  noise of the assistant's role
    09:07 ~= words                  a copy of an answer that a channel delivered
    12:00 # compaction 152000       the context was compacted; the summary follows, indented
    12:10 # reset new               the context was reset, and why
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from msgspec import Struct

from memsyncd.core.conversation import Conversation
from memsyncd.core.facts import Carry, Facts, Keys
from memsyncd.core.redact import redact
from memsyncd.model import (
    Day,
    Millis,
    RawCall,
    RawCompaction,
    RawEntry,
    RawMessage,
    RawReset,
    RawResult,
    Session,
    ToolCall,
)

_ENTRY = re.compile(r"(\d\d:\d\d(?::\d\d)?) ((?:[^\W\d][^>\n]*)?>|<|~[><=]|[$*#]) ?(.*)")
_OUTCOME = re.compile(r"! ?(\d+)?$")
_STEP = 1_000  # milliseconds between entries of one minute
_MIRROR = ("openclaw", "delivery-mirror")
_SECRET = b"gold days are not secret"


class Written(Struct, frozen=True):
    """One entry as it is written."""

    session: str
    model: tuple[str, str]
    clock: str
    mark: str
    text: str


def written(talk: str, models: Mapping[str, str]) -> Iterator[Written]:
    """The entries of a script in the order in which they stand; ``models`` names each session's first model."""
    current = dict(models)
    session, entry, body = "", None, []
    for number, line in enumerate(talk.strip("\n").split("\n"), 1):
        if entry and (line.startswith("  ") or not line):
            body.append(line[2:])
            continue
        if entry:
            yield _finished(entry, body)
            entry = None
        if line.startswith("@"):
            session = line[1:].strip()
        elif line.startswith("%"):
            current[session] = line[1:].strip()
        elif found := _ENTRY.fullmatch(line):
            provider, _, model = current[session].partition("/")
            entry, body = Written(session, (provider, model), found[1], found[2], found[3]), [found[3]]
        elif line:
            raise ValueError(f"line {number} of the talk is no entry: {line[:60]!r}")
    if entry:
        yield _finished(entry, body)


def _finished(entry: Written, body: list[str]) -> Written:
    return Written(entry.session, entry.model, entry.clock, entry.mark, "\n".join(body).strip())


def day_of(
    entries: list[Written],
    *,
    day: date,
    zone: str,
    owner: str,
    sessions: Mapping[str, Session],
    earlier_models: Mapping[str, tuple[str, str]],
) -> Day:
    """The day as the store would give it."""
    facts = [_read(sessions[name], raw) for name, raw in _raw(entries, day, zone, owner).items()]
    kept = [found for found in facts if not found.session.excluded]
    muted = {key for found in kept for key in (*found.muted_turns, *found.muted_tools)}
    return Day(
        date=day,
        zone=zone,
        turns=tuple(
            sorted(
                (turn for found in kept for key, turn in found.turns if key not in muted),
                key=lambda turn: (turn.at, turn.role == "assistant", turn.text),
            )
        ),
        tools=tuple(sorted((tool for found in kept for tool in _tools(found, muted)), key=lambda tool: tool.at)),
        events=tuple(sorted((event for found in kept for _, event in found.events), key=lambda event: event.at)),
        sessions={found.session.id: found.session for found in kept},
        earlier_models=earlier_models,
    )


def _read(session: Session, raw: list[RawEntry]) -> Facts:
    conversation = Conversation(session, Carry(), keys=Keys(_SECRET), redact=redact)
    for entry in raw:
        conversation.feed(entry)
    return conversation.take()


def _tools(facts: Facts, muted: set[int]) -> Iterator[ToolCall]:
    outcomes = {outcome.key: outcome for outcome in facts.outcomes}
    for key, tool in facts.tools:
        if key in muted:
            continue
        values = {name: getattr(tool, name) for name in tool.__struct_fields__}
        if outcome := outcomes.get(key):
            values |= {"done": True, "failed": outcome.failed}
            values |= {"exit_code": outcome.exit_code, "error": outcome.error}
        yield ToolCall(**values)


def _raw(entries: list[Written], day: date, zone: str, owner: str) -> dict[str, list[RawEntry]]:
    """The log of each session; entries of one minute follow each other by seconds."""
    logs: defaultdict[str, list[RawEntry]] = defaultdict(list)
    last: dict[str, Millis] = {}
    for number, entry in enumerate(entries):
        clock = datetime.combine(day, time.fromisoformat(entry.clock), ZoneInfo(zone))
        at = max(int(clock.timestamp() * 1000), last.get(entry.session, 0) + _STEP)
        last[entry.session] = at
        logs[entry.session] += _entries(entry, at, f"e{number}", owner)
    return dict(logs)


def _entries(entry: Written, at: Millis, name: str, owner: str) -> list[RawEntry]:
    if entry.mark == "#":
        return [_event(entry, at, name)]
    if entry.mark in "$*":
        return _use(entry, at, name)
    if entry.mark in {"<", "~<", "~="}:
        model = _MIRROR if entry.mark == "~=" else entry.model
        provider, model_name = model
        return [
            RawMessage(
                id=name, at=at, role="assistant", text=entry.text, provider=provider, model=model_name, stop="stop"
            )
        ]
    sender = entry.mark.strip("~>") or None
    return [
        RawMessage(
            id=name, at=at, role="user", text=entry.text, sender=sender, owner=sender is None or sender == owner
        )
    ]


def _event(entry: Written, at: Millis, name: str) -> RawEntry:
    head, _, rest = entry.text.partition("\n")
    kind, _, detail = head.partition(" ")
    if kind == "compaction":
        return RawCompaction(name, at, rest.strip(), int(detail) if detail else None)
    if kind == "reset":
        return RawReset(name, at, detail or None)
    raise ValueError(f"no such event: {head!r}")


def _use(entry: Written, at: Millis, name: str) -> list[RawEntry]:
    """A tool call and its result."""
    head, _, rest = entry.text.partition("\n")
    mark, _, output = rest.partition("\n")
    outcome = _OUTCOME.fullmatch(mark.strip()) if rest else None
    tool, _, what = ("exec", "", head) if entry.mark == "$" else head.partition(" ")
    key = "command" if entry.mark == "$" else "url" if "://" in what else "query" if " " in what else "path"
    call = RawCall(id=f"call-{name}", name=tool, arguments={key: what})
    provider, model = entry.model
    asked = RawMessage(
        id=name, at=at, role="assistant", text="", provider=provider, model=model, stop="toolUse", calls=(call,)
    )
    exit_code = int(outcome[1]) if outcome and outcome[1] else None
    if entry.mark == "$" and not outcome:
        exit_code = 0
    result = RawResult(
        id=f"{name}r",
        at=at,
        call=call.id,
        name=tool,
        failed=outcome is not None,
        exit_code=exit_code,
        text=output if outcome else "",
    )
    return [asked, result]
