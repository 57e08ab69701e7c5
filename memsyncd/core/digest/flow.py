"""The course of each session: what was asked and what came out of it, from start to end.

Every session of the day is named. A long one is thinned evenly (``thinning``), so that its end is as present as
its start.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from msgspec import Struct

from memsyncd.core.digest.budget import Rank
from memsyncd.core.digest.essence import answered, asked
from memsyncd.core.digest.languages import folded
from memsyncd.core.digest.plain import plain
from memsyncd.core.digest.sentences import shorten
from memsyncd.core.digest.sessions import SessionFacts, session_facts
from memsyncd.core.digest.technical import normalised
from memsyncd.core.digest.thinning import rounds, spread
from memsyncd.core.digest.words import Index
from memsyncd.model import Day, Event, Millis, ToolCall, Turn

_MOST_LINES = 110  # of all sessions together; more do not fit a memory file
_MANY_SESSIONS = 24  # beyond which even the lines that must stay have to be short

# Up to so many lines: characters of question and answer.
_WIDTHS = ((25, (220, 200)), (45, (150, 130)), (70, (110, 90)), (_MOST_LINES, (80, 50)))
_WIDTHS_OF_MANY_SESSIONS = (64, 36)
_WIDTHS_WITHOUT_LIMIT = (600, 600)
_SENDER = 30  # characters
_WITH_SEVERAL = ("group", "channel")  # chat types in which it has to be told who speaks
_MOST_STEPS = 6  # messages of the agent shown between a question and its outcome
_WORDS = 12  # of a message, beyond which it does not count as saying more

_ACKNOWLEDGED = 1  # telling words, all others counting as one; a message with no more says only that it was heard
_ANNOUNCED = 100  # characters of a message in which it announces something
_STEP, _EXCHANGE, _OPENING = 0, 1, 2  # what a line is worth before its round is looked at


class FlowLine(Struct, frozen=True, kw_only=True):
    """One exchange, one step of the agent's work, or the end of a context."""

    at: Millis
    rank: Rank  # the lowest give way first
    asked: str = ""  # the owner's words, or a labelled sender's
    answered: str = ""  # what the agent brought
    tools: tuple[str, ...] = ()  # what ran in a session without any words: commands or tools' names
    event: Event | None = None


class SessionFlow(Struct, frozen=True, kw_only=True):
    """One session of the day."""

    facts: SessionFacts
    lines: tuple[FlowLine, ...]  # by time
    omitted: int  # lines that were thinned out


class _Draft(Struct):
    """A line before its words are chosen: most are thinned out and never need them."""

    at: Millis
    session: str
    worth: int  # _STEP, _EXCHANGE or _OPENING
    score: int = 0
    asked: int | None = None  # position in the index
    answered: int | None = None
    event: Event | None = None
    rank: Rank = ()


def flow_of(day: Day, index: Index, *, scale: int = 1) -> tuple[SessionFlow, ...]:
    """The sessions of the day in the order of their start, with lines for ``scale`` memory files."""
    sessions = session_facts(day)
    events = _by_session(day.events)
    drafts = [draft for facts in sessions for draft in _drafts(index, facts.session, events, _MOST_STEPS * scale)]
    kept = sorted(
        nlargest(_MOST_LINES * scale, range(len(drafts)), key=lambda place: (drafts[place].rank, -place))
    )
    widths = _widths(len(kept), len(sessions), scale)
    groups = {session.id for session in day.sessions.values() if session.chat_type in _WITH_SEVERAL}
    lines: dict[str, list[FlowLine]] = defaultdict(list)
    for draft in map(drafts.__getitem__, kept):
        lines[draft.session].append(_line(draft, index, *widths, in_group=draft.session in groups))
    _add_work(day.tools, lines)
    made = Counter(draft.session for draft in drafts)
    return tuple(
        SessionFlow(
            facts=facts,
            lines=tuple(sorted(lines[facts.session], key=lambda line: line.at)),
            omitted=max(0, made[facts.session] - len(lines[facts.session])),
        )
        for facts in sessions
    )


def _widths(lines: int, sessions: int, scale: int) -> tuple[int, int]:
    """Characters of question and answer. They go in steps, so that one more line rarely changes all the others."""
    if scale > 1:
        return _WIDTHS_WITHOUT_LIMIT
    if sessions > _MANY_SESSIONS:
        return _WIDTHS_OF_MANY_SESSIONS
    return next(widths for most, widths in _WIDTHS if lines <= most)


def _add_work(tools: Sequence[ToolCall], lines: dict[str, list[FlowLine]]) -> None:
    """Gives sessions without any line one that names what ran in them."""
    ran: dict[str, list[ToolCall]] = defaultdict(list)
    for tool in tools:
        if tool.session not in lines:
            ran[tool.session].append(tool)
    for session, calls in ran.items():
        names = dict.fromkeys(normalised(call.command) if call.command else call.name for call in calls)
        lines[session].append(FlowLine(at=calls[0].at, rank=(_OPENING,), tools=tuple(names)))


def _by_session(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.session].append(event)
    return found


def _drafts(index: Index, session: str, events: Mapping[str, list[Event]], most_steps: int) -> list[_Draft]:
    exchanges: list[_Draft] = []
    steps: list[_Draft] = []
    for question, replies in _exchanges(index, index.sessions.get(session, ())):
        outcome = _outcome(index, replies)
        exchanges.append(_draft(index, _EXCHANGE, question, outcome))
        if len(replies) > 1:
            on_the_way = [reply for reply in replies if reply != outcome]
            steps += [_draft(index, _STEP, None, reply) for reply in _told(index, on_the_way, most_steps)]
    ends = [
        _Draft(at=event.at, session=session, worth=_EXCHANGE, event=event) for event in events.get(session, ())
    ]
    for drafts in (exchanges, steps, ends):
        _rank(drafts)
    if opening := exchanges[:1] or ends[:1]:
        opening[0].rank = (_OPENING,)
    return exchanges + steps + ends


def _rank(drafts: Sequence[_Draft]) -> None:
    for place, (draft, lost) in enumerate(zip(drafts, rounds([draft.score for draft in drafts]), strict=True)):
        draft.rank = (draft.worth, lost, draft.score, spread(place))


def _exchanges(index: Index, positions: Iterable[int]) -> Iterator[tuple[int | None, list[int]]]:
    """Each message of a person with the agent's messages up to the next one."""
    question: int | None = None
    replies: list[int] = []
    for position in positions:
        if index.turns[position].role == "assistant":
            replies.append(position)
            continue
        if question is not None or replies:
            yield question, replies
        question, replies = position, []
    if question is not None or replies:
        yield question, replies


def _outcome(index: Index, replies: Sequence[int]) -> int | None:
    """The last reply that is more than an acknowledgement."""
    if not replies:
        return None
    return next((reply for reply in reversed(replies) if index.sizes[reply] > _ACKNOWLEDGED), replies[-1])


def _draft(index: Index, worth: int, question: int | None, answer: int | None) -> _Draft:
    """A line of at least one of two turns; what was asked counts twice."""
    said = [position for position in (question, answer) if position is not None]
    turn = index.turns[said[0]]
    score = sum(_said(index, position) for position in said) + (0 if question is None else _said(index, question))
    return _Draft(at=turn.at, session=turn.session, worth=worth, score=score, asked=question, answered=answer)


def _said(index: Index, position: int) -> int:
    return min(index.sizes[position], _WORDS)


def _told(index: Index, replies: Sequence[int], most: int) -> list[int]:
    """The agent's messages on the way to an outcome that say more than what it is about to do."""
    told = [
        reply
        for reply in replies
        if index.sizes[reply] > _ACKNOWLEDGED
        and not index.cues.announce.match(folded(index.texts[reply][:_ANNOUNCED]))
    ]
    lost = rounds([_said(index, reply) for reply in told])
    best = nlargest(most, range(len(told)), key=lambda place: (lost[place], -place))
    return [told[place] for place in sorted(best)]


def _line(draft: _Draft, index: Index, question: int, answer: int, *, in_group: bool) -> FlowLine:
    said, brought = "", ""
    if draft.asked is not None:
        words = asked(index.texts[draft.asked], question, index.cues)
        said = _labelled(index.turns[draft.asked], words, in_group=in_group)
    if draft.answered is not None:
        brought = answered(index.texts[draft.answered], answer if said else question + answer, index.cues)
    return FlowLine(at=draft.at, rank=draft.rank, asked=said, answered=brought, event=draft.event)


def _labelled(turn: Turn, text: str, *, in_group: bool) -> str:
    """``text``, with its sender in front when that is not the owner, or one of several people."""
    if turn.owner and not (in_group and turn.sender):
        return text
    name = shorten(plain(turn.sender or "someone"), _SENDER)
    return f"{name}: {text}" if turn.owner else f"{name} (not the owner): {text}"
