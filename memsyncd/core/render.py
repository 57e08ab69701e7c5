"""A day's memory block: the text between memsyncd's two markers.

Rendering decides layout and what gives way when room is short; what there is to say is the digest's matter. The
markers, the merge with what people wrote and the file itself belong to others.

All headings always stand, so that a reader sees that nothing was found rather than wonders; topics, decisions
and open questions come first because OpenClaw reads only the first 1,200 characters of a file when a session
starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from memsyncd.core.clock import time_of_day
from memsyncd.core.digest import Digest, digest
from memsyncd.core.digest.budget import Line, Section, fit, size_of_fixed
from memsyncd.core.digest.decisions import Decision
from memsyncd.core.digest.flow_lines import Naming, counted, flow_lines
from memsyncd.core.digest.labels import labels
from memsyncd.core.digest.open_questions import OpenQuestion
from memsyncd.core.digest.plain import plain
from memsyncd.core.digest.technical_lines import technical_lines
from memsyncd.core.digest.traffic import Traffic
from memsyncd.model import Day, Event, Transition

FILE_LIMIT = 15_000
"""Bytes of a block in a memory file: OpenClaw skips a file above 16,384, and heading and notes need room too."""

SMALLEST_LIMIT = 1_000
"""Bytes below which a block cannot hold its own frame and anything of use."""

_FOOTER = ("", "---", "", "*Review and edit this draft to capture what's actually important.*", "")
_MOST_DECISIONS, _FIRM_DECISIONS = 20, 5  # shown; of them as many stay while anything else can go
_FIRM_OPEN = 5  # open questions that stay likewise
_BEFORE_FLOW = 3  # sections
_MOST_ALONE = 120  # sessions; more do not fit even with two short lines each
_CENT = 0.01


def render_block(day: Day, *, limit: int = FILE_LIMIT) -> str:
    """The block of a day in at most ``limit`` UTF-8 bytes, with LF line ends and one at its end.

    A limit of several times ``FILE_LIMIT`` shows as many times more lines, and longer ones. Raises ValueError when
    ``limit`` is below ``SMALLEST_LIMIT``.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"limit {limit} is below {SMALLEST_LIMIT}")
    scale = max(1, limit // FILE_LIMIT)
    made = digest(day, scale=scale)
    sessions = [flow.facts.session for flow in made.flow]
    naming = Naming(partial(time_of_day, zone=ZoneInfo(day.zone)), labels(sessions))
    head = [f"*Auto-generated from {day.messages} session messages*", ""]
    room = limit - sum(len(line.encode()) + 1 for line in (*head, *_FOOTER)) + 1
    lines = fit(_sections(day, made, naming, room, scale), room, partial(_more, day.date))
    return "\n".join([*head, *lines, *_FOOTER])


def _more(day: date, count: int) -> str:
    return f"- … and {count:,} more: `memsyncd show {day.isoformat()} --full`"


def _sections(day: Day, made: Digest, naming: Naming, room: int, scale: int) -> list[Section]:
    """The sections; sessions are put together in one line as far as their own lines would not fit."""
    details, omitted = technical_lines(made.technical, scale)
    decided = _decisions(made.decisions, naming)
    most = _MOST_DECISIONS * scale
    around = [
        _section("Topics Covered", [Line(f"- {topic}") for topic in made.topics], "*None stood out.*"),
        _section("Key Decisions", decided[:most], "*None recognised.*", max(0, len(decided) - most)),
        _section("Open Questions", _open(made.open, naming), "*None.*"),
        _section("Technical Details", details, "*No commands, files or links.*", omitted),
        _section("Model Transitions", [_transition(each, naming) for each in made.transitions], "*None.*"),
        _section("Message Compaction", _traffic(made.traffic, naming), "*None.*"),
    ]
    more = partial(_more, day.date)
    free = room - size_of_fixed(around, more)
    alone = min(len(made.flow), _MOST_ALONE * scale)
    flow = _flow(day, made, naming, alone)
    while alone and size_of_fixed([flow], more) > free:
        alone = alone * 7 // 8
        flow = _flow(day, made, naming, alone)
    return [*around[:_BEFORE_FLOW], flow, *around[_BEFORE_FLOW:]]


def _flow(day: Day, made: Digest, naming: Naming, alone: int) -> Section:
    thinned = sum(flow.omitted for flow in made.flow)
    return _section("Session Flow", flow_lines(day, made.flow, naming, alone), "*No sessions.*", thinned)


def _section(heading: str, lines: Sequence[Line], empty: str, omitted: int = 0) -> Section:
    return Section(f"## {heading}", lines or [Line(empty)], omitted)


def _decisions(found: Sequence[Decision], naming: Naming) -> list[Line]:
    """What the owner settled comes before what the agent stated; within both by time."""
    ordered = sorted(found, key=lambda decision: not decision.own)
    return [
        Line(_decision(decision, naming), None if place < _FIRM_DECISIONS else (-place,))
        for place, decision in enumerate(ordered)
    ]


def _open(found: Sequence[OpenQuestion], naming: Naming) -> list[Line]:
    return [
        Line(f"- {naming.time(each.at)} {each.text}", None if place < _FIRM_OPEN else (-place,))
        for place, each in enumerate(found)
    ]


def _decision(decision: Decision, naming: Naming) -> str:
    earlier = ""
    if decision.replaces is not None:
        at, text = decision.replaces
        earlier = f" (replaces {naming.time(at)}: {text})"
    return f"- {naming.time(decision.at)} {decision.text}{earlier} ({naming.labels[decision.session]})"


def _transition(transition: Transition, naming: Naming) -> Line:
    before, after = (plain("/".join(model)) for model in (transition.before, transition.after))
    session = plain(transition.session[:8])
    return Line(f"- {naming.time(transition.at)} {before} → {after} (session {session})", (transition.at,))


def _traffic(found: Traffic, naming: Naming) -> list[Line]:
    steps = f"; {counted(found.work, 'step')} without words" if found.work else ""
    lines = [Line(f"- Messages: {found.user:,} user, {found.assistant:,} assistant{steps}")]
    usage = found.usage
    if usage.input or usage.output or usage.cache_read or usage.cache_write:
        cached = f", {usage.cache_read:,} cache read, {usage.cache_write:,} cache write"
        lines.append(Line(f"- Tokens: {usage.input:,} in, {usage.output:,} out{cached}{_cost(usage.cost)}"))
    return lines + [_compaction(event, naming) for event in found.compactions]


def _cost(dollars: float) -> str:
    if dollars <= 0:
        return ""
    return f"; cost ${dollars:,.2f}" if dollars >= _CENT else f"; cost below ${_CENT}"


def _compaction(event: Event, naming: Naming) -> Line:
    tokens = f" at {event.tokens:,} tokens" if event.tokens else ""
    return Line(
        f"- {naming.time(event.at)} context compacted{tokens} (session {naming.labels[event.session]})",
        (event.at,),
    )
