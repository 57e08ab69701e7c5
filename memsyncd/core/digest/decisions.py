"""Sentences in which something was settled, by the owner or by the agent.

The owner settles by saying so, by agreeing to a proposal or by picking one of several; the agent only by
stating it in so many words, and not when the owner's next message refuses it. People who are not the owner
never settle anything, and neither does an agent that answers them.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence

from msgspec import Struct

from memsyncd.core.digest.answers import agreed, chosen, is_accepted, is_rejected
from memsyncd.core.digest.cjk import cjk_words, is_cjk
from memsyncd.core.digest.languages import folded
from memsyncd.core.digest.plain import plain
from memsyncd.core.digest.reversals import Settled, final
from memsyncd.core.digest.sentences import is_question, room, sentences, shorten
from memsyncd.core.digest.words import FIRST_MEANING, Index
from memsyncd.model import Millis

_WIDTH = 180  # characters of a decision
_REPLACED = 60  # characters of the decision that it replaced
_HEDGE_REACH = 30  # characters after a cue in which a hedge still concerns it
_MOST_PER_TURN = 4
_OPENING = 300  # characters of a text that only opens like a decision
_SHORT = 90  # characters; a longer answer names its choice in words that are looked for anyway
_VALUE = re.compile(r"\d+(?:[.,:]\d+)*|(?:周|星期|礼拜|週|禮拜)[一二三四五六日天]|[月火水木金土日]曜")
_WORD = re.compile(r"[a-zß-ÿ']+(?:-feira)?")
_QUESTION = re.compile(r"[?？]")


class Decision(Struct, frozen=True, kw_only=True):
    """Something that was settled and still stood at the end of the day."""

    at: Millis
    session: str
    text: str  # one line, fit for a memory file
    own: bool  # the owner said it or agreed to it; else the agent stated it
    replaces: tuple[Millis, str] | None = None  # the earlier decision of the day that it replaced, shortened


def decisions_of(index: Index) -> tuple[Decision, ...]:
    """The day's decisions in the order of time."""
    found = [settled for positions in index.sessions.values() for settled in _settled(index, positions)]
    found.sort(key=lambda settled: settled.position)
    return tuple(
        Decision(
            at=settled.at,
            session=settled.session,
            text=_shown(settled.text, _WIDTH),
            own=settled.own,
            replaces=settled.replaces and (settled.replaces[0], _shown(settled.replaces[1], _REPLACED)),
        )
        for settled in final(found)
    )


def _shown(text: str, width: int) -> str:
    text = plain(text)
    return shorten(text, room(text, width))


def _places(index: Index, positions: Sequence[int]) -> Iterator[int]:
    """Places in a session whose turn may settle something: it has a cue, or it is a short answer to a question."""
    for place, position in enumerate(positions):
        if position in index.cued or position in index.opened:
            yield place
        elif place and index.turns[position].role == "user" and len(index.texts[position]) <= _SHORT:
            asker = index.texts[positions[place - 1]]
            if _QUESTION.search(asker, max(0, len(asker) - 2 * _SHORT)):
                yield place


def _settled(index: Index, positions: Sequence[int]) -> Iterator[Settled]:
    """What is settled in one session, whose turns are at ``positions``."""
    people = [place for place, position in enumerate(positions) if index.turns[position].role == "user"]
    for place in _places(index, positions):
        turn = index.turns[positions[place]]
        if turn.role == "user":
            if turn.owner:
                yield from _by_owner(index, positions, place)
        elif _stands(index, positions, people, place):
            for text in _statements(index, positions[place], own=False):
                yield _record(index, positions[place], text, own=False)


def _by_owner(index: Index, positions: Sequence[int], place: int) -> Iterator[Settled]:
    position = positions[place]
    statements = _statements(index, position, own=True)
    pointing = bool(statements) and not _telling(index, statements[0])
    answer = _answer(index, positions, place, pointing=pointing)
    if answer:
        yield _record(index, position, answer, own=True)
        opening = next(iter(sentences(index.texts[position])), "")
        statements = [text for text in statements if text != opening]
    for text in statements:
        if _telling(index, text):
            yield _record(index, position, text, own=True)


def _answer(index: Index, positions: Sequence[int], place: int, *, pointing: bool) -> str | None:
    """What the turn settles by answering the agent's message before it; ``pointing``: it says "do that"."""
    if not place or index.turns[positions[place - 1]].role == "user":
        return None
    asker, answer = index.texts[positions[place - 1]], index.texts[positions[place]]
    if choice := chosen(asker, answer, index.cues):
        return choice
    if is_accepted(answer, index.cues) or pointing:
        return agreed(asker, answer, index.cues, index.vocabulary)
    return None


def _stands(index: Index, positions: Sequence[int], people: Sequence[int], place: int) -> bool:
    """Whether what the agent states answers the owner and is not refused by the owner's next message.

    ``people`` are the places in the session where a person speaks.
    """
    following = bisect(people, place)
    if following and not index.turns[positions[people[following - 1]]].owner:
        return False
    if following == len(people):
        return True
    after = positions[people[following]]
    return not index.turns[after].owner or not is_rejected(index.texts[after], index.cues)


def _statements(index: Index, position: int, *, own: bool) -> list[str]:
    """The sentences of a turn that settle something by themselves."""
    text = index.texts[position]
    found: list[str] = []
    for sentence in sentences(text) if position in index.cued else sentences(text[:_OPENING])[:1]:
        lower = folded(sentence)
        end = _cue_end(index, lower, own=own)
        if end and not is_question(sentence) and not index.cues.hedged.search(lower[: end + _HEDGE_REACH]):
            found.append(sentence)
    return found[:_MOST_PER_TURN]


def _cue_end(index: Index, sentence: str, *, own: bool) -> int:
    """Where the cue of a folded sentence ends; 0 when it has none."""
    triggers = index.vocabulary.triggers(sentence)
    return index.cues.settled.end(sentence, triggers) or (own and index.cues.chosen.end(sentence, triggers))


def _record(index: Index, position: int, text: str, *, own: bool) -> Settled:
    turn, cues, lower, words = index.turns[position], index.cues, folded(text), _words(index, text)
    return Settled(
        at=turn.at,
        session=turn.session,
        position=position,
        text=text,
        own=own,
        words=words,
        matter=frozenset(words),
        values=_values(index, lower),
        negative=bool(cues.negation.search(lower)),
        reverses=bool(cues.reversal.search(lower) or cues.contrast.search(lower)),
        revokes=bool(cues.revocation.search(lower)),
    )


def _words(index: Index, text: str) -> tuple[str, ...]:
    """The words of a sentence that name its matter, in order where blanks part them."""
    vocabulary = index.vocabulary
    words = sorted(cjk_words(text, vocabulary)) if is_cjk(text) else [vocabulary[token] for token in text.split()]
    return tuple(word.removesuffix("s") for word in words if word >= FIRST_MEANING)


def _telling(index: Index, text: str) -> bool:
    """Whether a sentence names what it settles."""
    return bool(_words(index, text)) or bool(_values(index, folded(text)))


def _values(index: Index, text: str) -> frozenset[str]:
    """The numbers, days and months of a folded sentence: what changes when the same matter is settled anew."""
    return index.vocabulary.lexicon.dates.intersection(_WORD.findall(text)).union(_VALUE.findall(text))
