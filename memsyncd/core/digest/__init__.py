"""The digest of a day: what it was about, what was settled and how it went, without a model or a network.

Each section is its own small module; here they are put together. Pure: the same day gives the same digest.
"""

from __future__ import annotations

from msgspec import Struct

from memsyncd.core.digest.decisions import Decision, decisions_of
from memsyncd.core.digest.flow import SessionFlow, flow_of
from memsyncd.core.digest.open_questions import OpenQuestion, open_questions_of
from memsyncd.core.digest.technical import Technical, technical_of
from memsyncd.core.digest.topics import topics_of
from memsyncd.core.digest.traffic import Traffic, traffic_of
from memsyncd.core.digest.words import index
from memsyncd.core.transitions import transitions
from memsyncd.model import Day, Transition


class Digest(Struct, frozen=True, kw_only=True):
    """The sections of a memory file as data."""

    topics: tuple[str, ...]  # the most important first
    decisions: tuple[Decision, ...]  # by time
    open: tuple[OpenQuestion, ...]  # the surest first
    flow: tuple[SessionFlow, ...]  # by start
    technical: Technical
    transitions: tuple[Transition, ...]  # by time
    traffic: Traffic


def digest(day: Day, *, scale: int = 1) -> Digest:
    """Make the digest of a day, with as many lines of its course as ``scale`` memory files can hold."""
    words = index(day.turns)
    technical = technical_of(day.tools, words.turns)
    decisions = decisions_of(words)
    return Digest(
        topics=topics_of(words),
        decisions=decisions,
        open=open_questions_of(words, technical, decisions),
        flow=flow_of(day, words, scale=scale),
        technical=technical,
        transitions=tuple(transitions(day.turns, day.earlier_models)),
        traffic=traffic_of(day),
    )
