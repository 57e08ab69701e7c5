"""The words of the section Session Flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from memsyncd.core.digest.budget import Line
from memsyncd.core.digest.flow import FlowLine, SessionFlow
from memsyncd.core.digest.plain import code, plain
from memsyncd.core.digest.sentences import shorten
from memsyncd.core.digest.sessions import SessionFacts
from memsyncd.model import Day, Event, Millis

_NAME = 50  # characters of a title or a channel
_MANY_SESSIONS = 24  # beyond which a headline is kept short
_MOST_MODELS = 3
_MOST_TOOLS = 3  # that the line of a session without words names
_MOST_NAMES = 40  # sessions that one line names


class Naming(Struct, frozen=True):
    """How the lines of one day name its instants and sessions."""

    time: Callable[[Millis], str]
    labels: Mapping[str, str]


def flow_lines(day: Day, flows: Sequence[SessionFlow], naming: Naming, alone: int) -> list[Line]:
    """The sessions' lines; only the ``alone`` largest sessions have their own, one line names the others."""
    talking = [flow for flow in flows if not flow.facts.machine_only]
    largest = sorted(talking, key=lambda flow: (-flow.facts.messages, -flow.facts.calls, flow.facts.start))[:alone]
    shown = {flow.facts.session for flow in largest}
    lines: list[Line] = []
    for flow in talking:
        if flow.facts.session in shown:
            lines.append(Line(_headline(day, flow.facts, naming, brief=len(flows) > _MANY_SESSIONS)))
            lines += _lines(flow, naming)
    others = [flow.facts for flow in talking if flow.facts.session not in shown]
    if others:
        messages = sum(facts.messages for facts in others)
        much = f"{counted(len(others), 'smaller session')} with {counted(messages, 'message')}"
        lines.append(Line(f"- {much}: {_names(others, naming)}"))
    machines = [flow.facts for flow in flows if flow.facts.machine_only]
    if machines:
        lines.append(
            Line(f"- {counted(len(machines), 'session')} of machine traffic only: {_names(machines, naming)}")
        )
    return lines


def _headline(day: Day, facts: SessionFacts, naming: Naming, *, brief: bool) -> str:
    session = day.sessions.get(facts.session)
    start, end = naming.time(facts.start), naming.time(facts.end)
    parts = [f"session {naming.labels[facts.session]}"]
    if session and (place := " ".join(filter(None, (session.channel, session.chat_type)))):
        parts.append(_name(place))
    if session and session.title and not brief:
        parts.append(f"“{_name(session.title)}”")
    if agent := day.agents.get(facts.session):
        parts.append(f"agent {_name(agent)}")
    parts.append(
        counted(facts.messages, "message")
        if facts.messages or not facts.calls
        else counted(facts.calls, "tool call")
    )
    parts += _models(facts, brief=brief)
    return f"- **{start if start == end else f'{start}–{end}'}** {' · '.join(parts)}"


def _models(facts: SessionFacts, *, brief: bool) -> list[str]:
    if not facts.models:
        return []
    names = [_name(model if brief else f"{provider}/{model}") for provider, model in facts.models]
    more = len(names) - _MOST_MODELS
    return [", ".join(names[:_MOST_MODELS]) + (f" and {more} more" if more > 0 else "")]


def _lines(flow: SessionFlow, naming: Naming) -> list[Line]:
    opening = max(flow.lines, key=lambda line: line.rank, default=None)
    return [
        Line(f"  - {naming.time(line.at)} {_words(line)}", None if line is opening else line.rank)
        for line in flow.lines
    ]


def _words(line: FlowLine) -> str:
    if line.event is not None:
        return _event_words(line.event)
    if line.tools:
        more = len(line.tools) - _MOST_TOOLS
        return f"ran {', '.join(map(code, line.tools[:_MOST_TOOLS]))}" + (f" and {more} more" if more > 0 else "")
    if line.asked and line.answered:
        return f"{line.asked} → {line.answered}"
    return line.asked or f"→ {line.answered}"


def _event_words(event: Event) -> str:
    if event.kind == "compaction":
        return f"*context compacted{f' at {event.tokens:,} tokens' if event.tokens else ''}*"
    return f"*context reset{f' ({_name(event.text)})' if event.text else ''}*"


def _names(sessions: Sequence[SessionFacts], naming: Naming) -> str:
    names = [naming.labels[facts.session] for facts in sessions[:_MOST_NAMES]]
    return ", ".join(names) + (" …" if len(sessions) > _MOST_NAMES else "")


def _name(text: str) -> str:
    return shorten(plain(text), _NAME)


def counted(count: int, noun: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
