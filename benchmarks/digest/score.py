"""Scores one memory file against the labels of its gold day, line by line. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from memsyncd.core.grade import BRIEF, BRIEF_SECTIONS, Grade, Share, grade, section
from tests.gold.gold import Decision, Gold, Labels, Open, Statement
from tests.gold.labels import content, folded, says, shows

MOST_TOPICS = 8

_ITEM = re.compile(r"\s*[-*] (?!…)")  # a list item, not the one that counts what was left out
_TRANSITION = re.compile(r"- (\d\d:\d\d) (\S+) → (\S+) \(session ([^\s)]+)\)")

Label = TypeVar("Label")


class Score(Struct, frozen=True, kw_only=True):
    """What one file has of its labels: shares to be added up over days, and what is missed in words."""

    decisions: Share  # of those asked for
    precise: Share  # of the lines shown
    timed: Share  # of the decisions found: the line states the time
    reversals: Share  # of the decisions that reverse another: the line tells which
    topics: Share  # of the essential ones, among the first eight shown
    fitting: Share  # of the topics shown
    open: Share  # of those asked for
    open_anywhere: Share  # the same, wherever in the file
    closed: int  # shown as open although it was answered or done
    facts: Share
    brief: Share  # of topics, decisions and open questions asked for: within the first thousand characters
    leaked: tuple[str, ...]  # pieces of noise in the file
    transitions: bool  # exactly those of the day
    grade: Grade
    missed: tuple[str, ...]  # what is not as it should be, a line each


def score(gold: Gold, text: str) -> Score:
    """Score the file ``text`` of a gold day."""
    labels = gold.labels
    decided, asked = items(text, "Key Decisions"), items(text, "Open Questions")
    topics = items(text, "Topics Covered")[:MOST_TOPICS]
    wanted = [decision for decision in labels.decisions if not decision.minor]
    opened = [each for each in labels.open if not each.minor]
    found = [decision for decision in wanted if _said(decision, decided)]
    reversing = [decision for decision in wanted if decision.replaces]
    whole = [content(line) for line in text.splitlines()]
    return Score(
        decisions=Share(len(found), len(wanted)),
        precise=_share(decided, lambda line: _is_right(line, labels)),
        timed=_share(found, lambda decision: _has_time(decision, decided)),
        reversals=_share(reversing, lambda decision: _tells_earlier(decision, decided)),
        topics=_share(labels.essential_topics, lambda topic: _shown(topic, topics)),
        fitting=_share(topics, lambda line: _fits(line, labels)),
        open=_share(opened, lambda each: _said(each, asked)),
        open_anywhere=_share(opened, lambda each: any(says(each.words, line) for line in whole)),
        closed=sum(any(_only_says(each, line, labels.open) for line in asked) for each in labels.closed),
        facts=_share(labels.facts, lambda fact: _stands(fact, text)),
        brief=_brief(labels, wanted, opened, text[:BRIEF]),
        leaked=tuple(noise for noise in labels.noise if _stands(noise, text)),
        transitions=_transitions(text) == _labelled(labels),
        grade=grade(gold.day, text),
        missed=tuple(_missed(gold, text)),
    )


def items(text: str, heading: str) -> list[str]:
    """The list items of a section."""
    return [line for line in section(text, heading) if _ITEM.match(line)]


def _share(labels: Sequence[Label], found: Callable[[Label], bool]) -> Share:
    return Share(sum(map(found, labels)), len(labels))


def _said(label: Statement, lines: Iterable[str]) -> bool:
    return any(says(label.words, content(line)) for line in lines)


def _shown(topic: Sequence[str], lines: Iterable[str]) -> bool:
    return any(shows(topic, content(line)) for line in lines)


def _is_right(line: str, labels: Labels) -> bool:
    return any(says(decision.words, content(line)) for decision in labels.decisions)


def _has_time(decision: Decision, lines: Iterable[str]) -> bool:
    return any(at in line for line in lines if says(decision.words, content(line)) for at in decision.at.split())


def _tells_earlier(decision: Decision, lines: Iterable[str]) -> bool:
    return any(
        str(decision.replaces) in line or says(decision.was, content(line))
        for line in lines
        if says(decision.words, content(line))
    )


def _fits(line: str, labels: Labels) -> bool:
    return any(shows(topic, content(line)) for topic in (*labels.essential_topics, *labels.topics))


def _only_says(closed: Statement, line: str, opened: Sequence[Open]) -> bool:
    text = content(line)
    return says(closed.words, text) and not any(says(each.words, text) for each in opened)


def _stands(fact: str, text: str) -> bool:
    whole = folded(text)
    return any(folded(either) in whole for either in fact.split("|"))


def _brief(labels: Labels, wanted: Sequence[Decision], opened: Sequence[Open], head: str) -> Share:
    topics, decided, asked = (items(head, heading) for heading in BRIEF_SECTIONS)
    hits = [
        *(_shown(topic, topics) for topic in labels.essential_topics),
        *(_said(decision, decided) for decision in wanted),
        *(_said(each, asked) for each in opened),
    ]
    return Share(sum(hits), len(hits))


def _transitions(text: str) -> set[tuple[str, ...]]:
    lines = section(text, "Model Transitions")
    return {found.groups() for line in lines if (found := _TRANSITION.match(line))}


def _labelled(labels: Labels) -> set[tuple[str, ...]]:
    return {(each.at, each.before, each.after, each.session[:8]) for each in labels.transitions}


def _missed(gold: Gold, text: str) -> Iterator[str]:
    """What is not as it should be, a line each: the kind of it, then the label or the line."""
    labels = gold.labels
    yield from _missed_topics(labels, items(text, "Topics Covered")[:MOST_TOPICS])
    yield from _missed_decisions(labels, items(text, "Key Decisions"))
    yield from _missed_open(labels, items(text, "Open Questions"))
    yield from (f"fact            {fact}" for fact in labels.facts if not _stands(fact, text))
    yield from (f"noise           {noise}" for noise in labels.noise if _stands(noise, text))
    yield from (f"transition      {' '.join(one)}" for one in sorted(_transitions(text) ^ _labelled(labels)))


def _missed_topics(labels: Labels, shown: Sequence[str]) -> Iterator[str]:
    for topic in labels.essential_topics:
        if not _shown(topic, shown):
            yield f"topic           {' / '.join(topic)}"


def _missed_decisions(labels: Labels, lines: Sequence[str]) -> Iterator[str]:
    for decision in labels.decisions:
        if not decision.minor and not _said(decision, lines):
            yield f"decision        {decision.at.split()[0]} {' + '.join(decision.words)}"
        elif decision.replaces and not _tells_earlier(decision, lines):
            yield f"reversal        {decision.at.split()[0]} does not tell what it replaces: {decision.replaces}"
    for line in lines:
        if not _is_right(line, labels):
            reasons = [each.why for each in labels.not_decisions if says(each.words, content(line))]
            yield f"no decision     {line} [{', '.join(reasons) or 'not labelled'}]"


def _missed_open(labels: Labels, lines: Sequence[str]) -> Iterator[str]:
    for each in labels.open:
        if not each.minor and not _said(each, lines):
            yield f"open {each.kind:<10} {' + '.join(each.words)}"
    for closed in labels.closed:
        if any(_only_says(closed, line, labels.open) for line in lines):
            yield f"closed          {' + '.join(closed.words)}"
