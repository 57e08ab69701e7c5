"""Sentences in which something was settled, by the owner or by the agent.

The owner settles by saying so, by agreeing to a proposal, by picking one of several, or by an instruction that
the agent takes note of (``exchanges``); the agent only by stating it in so many words, and not when the owner's
next message refuses it. People who are not the owner settle nothing unless the owner agrees to it, and neither
does an agent that answers them.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence

from msgspec import Struct

from memsyncd.core.digest.answers import agreed, chosen, is_accepted, is_rejected
from memsyncd.core.digest.cjk import cjk_words, is_cjk
from memsyncd.core.digest.exchanges import Exchange, weighed, with_note
from memsyncd.core.digest.languages import folded
from memsyncd.core.digest.plain import plain
from memsyncd.core.digest.reversals import Settled, final
from memsyncd.core.digest.sentences import is_question, room, sentences, shorten
from memsyncd.core.digest.stems import Stemmer
from memsyncd.core.digest.words import FIRST_MEANING, Index
from memsyncd.model import Millis

_WIDTH = 200  # characters of a decision
_REPLACED = 60  # characters of the decision that it replaced
_HEDGE_REACH = 30  # characters after a cue in which a hedge still concerns it
_MOST_PER_TURN = 4
_FULL = 6  # words; an instruction that says so much needs no question before it
_OPENING = 300  # characters of a text that only opens like a decision
_VALUE = re.compile(r"\d+(?:[.,:]\d+)*|(?:周|星期|礼拜|週|禮拜)[一二三四五六日天]|[月火水木金土日]曜")
_WORD = re.compile(r"[a-zß-ÿ']+(?:-feira)?")


class Decision(Struct, frozen=True, kw_only=True):
    """Something that was settled and still stood at the end of the day."""

    at: Millis
    session: str
    text: str  # one line, fit for a memory file
    own: bool  # the owner said it or agreed to it; else the agent stated it
    replaces: tuple[Millis, str] | None = None  # the earlier decision of the day that it replaced, shortened


def decisions_of(index: Index) -> tuple[Decision, ...]:
    """The day's decisions in the order of time."""
    stemmer = Stemmer(index.vocabulary)
    found = [settled for positions in index.sessions.values() for settled in _settled(index, stemmer, positions)]
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


def _settled(index: Index, stemmer: Stemmer, positions: Sequence[int]) -> Iterator[Settled]:
    """What is settled in one session, whose turns are at ``positions``."""
    people = [place for place, position in enumerate(positions) if index.turns[position].role == "user"]
    for place, position in enumerate(positions):
        turn = index.turns[position]
        if turn.role == "user":
            if turn.owner:
                yield from _by_owner(index, stemmer, positions, place)
        elif position in index.cued and _stands(index, positions, people, place):
            for text in _statements(index, position, own=False):
                yield _record(index, stemmer, position, text, "", own=False)


def _by_owner(index: Index, stemmer: Stemmer, positions: Sequence[int], place: int) -> Iterator[Settled]:
    position = positions[place]
    exchange = weighed(index.cues, stemmer, _exchange(index, positions, place))
    note = exchange.note if exchange else ""
    statements: Sequence[str] = ()
    if not (exchange and exchange.settles) and (position in index.cued or position in index.opened):
        statements = _statements(index, position, own=True)
    pointing = bool(statements) and not _telling(index, statements[0])
    confirmed = exchange is not None and exchange.confirmed
    answer = _answer(index, stemmer, positions, place, pointing=pointing, confirmed=confirmed)
    if exchange and exchange.settles and (not answer or len(stemmer.of(exchange.instruction)) >= _FULL):
        texts = [exchange.instruction]
    elif answer:
        texts = [answer]
    else:
        texts = [text for text in statements if _telling(index, text)]
    for text in texts:
        shown = with_note(index.cues, stemmer, text, note)
        yield _record(index, stemmer, position, shown, note, own=True)


def _exchange(index: Index, positions: Sequence[int], place: int) -> Exchange:
    """The turn at ``place`` with what it answers, said by the agent or another person, and the agent's reply."""
    before = positions[place - 1] if place else None
    after = positions[place + 1] if place + 1 < len(positions) else None
    return Exchange(
        asker="" if before is None or _by_themselves(index, before) else index.texts[before],
        answer=index.texts[positions[place]],
        reply="" if after is None else _agents(index, after),
    )


def _by_themselves(index: Index, position: int) -> bool:
    turn = index.turns[position]
    return turn.role == "user" and turn.owner


def _agents(index: Index, position: int) -> str:
    """What the agent says at a position; nothing when a person speaks there."""
    return "" if index.turns[position].role == "user" else index.texts[position]


def _answer(
    index: Index, stemmer: Stemmer, positions: Sequence[int], place: int, *, pointing: bool, confirmed: bool
) -> str | None:
    """What the turn settles by answering another's message before it.

    ``pointing``: it says "do that"; ``confirmed``: the agent takes note of it.
    """
    if not place or _by_themselves(index, positions[place - 1]):
        return None
    asker, answer = index.texts[positions[place - 1]], index.texts[positions[place]]
    if choice := chosen(asker, answer, index.cues, stemmer):
        return choice
    if not (pointing or is_accepted(answer, index.cues)):
        return None
    found = agreed(asker, answer, index.cues, index.vocabulary, any_statement=confirmed)
    if found is None and (earlier := _before_question(index, positions, place)):
        found = agreed(earlier, answer, index.cues, index.vocabulary)
    return found


def _before_question(index: Index, positions: Sequence[int], place: int) -> str:
    """The agent's message that the owner asked about before the one that they answer now."""
    if place < 3:  # noqa: PLR2004  their question, and a message of the agent on either side of it
        return ""
    question = index.texts[positions[place - 2]]
    asks = is_question(question) or index.cues.asking.search(folded(question))
    return _agents(index, positions[place - 3]) if asks and _by_themselves(index, positions[place - 2]) else ""


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
        if not end or is_question(sentence) or index.cues.hedged.search(lower[: end + _HEDGE_REACH]):
            continue
        if not (index.cues.asking.search(lower) if own else index.cues.confirmed.match(lower)):
            found.append(sentence)
    return found[:_MOST_PER_TURN]


def _cue_end(index: Index, sentence: str, *, own: bool) -> int:
    """Where the cue of a folded sentence ends; 0 when it has none."""
    triggers = index.vocabulary.triggers(sentence)
    return index.cues.settled.end(sentence, triggers) or (own and index.cues.chosen.end(sentence, triggers))


def _record(index: Index, stemmer: Stemmer, position: int, text: str, note: str, *, own: bool) -> Settled:
    turn, cues, lower, words = index.turns[position], index.cues, folded(text), _words(index, text)
    whole = folded(f"{text} {note}") if note else lower
    return Settled(
        at=turn.at,
        session=turn.session,
        position=position,
        text=text,
        own=own,
        words=words,
        matter=frozenset(stem for stem in stemmer.of(text) if not _is_value(index, stem)),
        values=_values(index, lower),
        negative=bool(cues.negation.search(lower)),
        reverses=bool(cues.reversal.search(whole) or cues.contrast.search(whole)),
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


def _is_value(index: Index, stem: str) -> bool:
    return stem[0].isdigit() or stem in index.vocabulary.lexicon.dates
