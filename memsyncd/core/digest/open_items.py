"""What may still be open: sentences of the talk that promise, ask or do not know, each with a weight.

Nothing here knows whether it was closed later in the day; ``open_questions`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from memsyncd.core.digest.cjk import cjk_words, is_cjk
from memsyncd.core.digest.open_cues import OpenCues
from memsyncd.core.digest.sentences import is_question, room, sentences, shorten
from memsyncd.core.digest.words import FIRST_MEANING, Index

ENOUGH = 1.0  # the weight from which an item counts

_NO_ANSWER = frozenset(["unsure", "pending"])
_OVER = frozenset(["done", "past"])
_FIRM = {"remind": 3.0, "pending": 2.5, "unsure": 2.0}  # open by their own words
_TWICE = 0.5  # more for what is open by two signs
_DUE = 2.5  # a promise or a duty with a time that is to come
_DUTY, _AWAITED = 2.0, 2.5  # what the owner has to do; what has to wait for something
_UNANSWERED, _LEFT = 2.5, 2.0  # the owner's question, the agent's at the end of its session
_BROKEN = _PROMISED = 1.5  # what does not work, what the owner is going to do
_VAGUE, _CURT = 3, 90  # telling words, characters; with fewer the sentence is shown with what it refers to
_SAYS = 16  # characters; a shorter sentence is an opening, not what another refers to
_CONTEXT = 70  # characters of it
_REACH = 3  # turns back in which a question may stand that an answer leaves open
_DATED = 1.0  # something about a time that is to come
_DONE, _TOLD = 1.5, 1.0  # less: the sentence itself says that it is done; it tells of what was
_AGENT = 0.5  # less: the agent's words repeat the owner's or advise


class Item(Struct, kw_only=True):
    """One matter that may be open."""

    position: int  # of the turn, in the talk of the day
    text: str
    weight: float
    due: bool = False  # at a time that is to come, so that nothing said soon after closes it
    words: frozenset[str]  # that tell its matter, with those of what it refers to
    matter: frozenset[str]  # without them


def spoken_items(index: Index, cues: OpenCues, kinds: Sequence[frozenset[str]]) -> Iterator[Item]:
    """Every item of the talk by session; ``kinds`` are those of each turn's whole text."""
    for positions in index.sessions.values():
        for place, position in enumerate(positions):
            text, own = index.texts[position], index.turns[position].role == "user"
            asks = "?" in text or "？" in text
            # The kinds of a whole text are those of all its sentences: most texts need not be cut into them.
            if _weight(kinds[position] - _OVER, own=own, asks=False) >= ENOUGH:
                yield from _stated(index, cues, positions, place)
            if asks:
                yield from _asked(index, cues, kinds, positions, place)


def telling(index: Index, text: str) -> frozenset[str]:
    """The words of a text that tell its matter, without endings of the plural."""
    vocabulary = index.vocabulary
    words = cjk_words(text, vocabulary) if is_cjk(text) else vocabulary.words(text)
    return frozenset([word.removesuffix("s") for word in words if word >= FIRST_MEANING])


def _stated(index: Index, cues: OpenCues, positions: Sequence[int], place: int) -> Iterator[Item]:
    """The sentences of a turn that leave something open."""
    position = positions[place]
    own = index.turns[position].role == "user"
    parts = sentences(index.texts[position])
    for number, part in enumerate(parts):
        kinds = cues.kinds(part)
        weight = _weight(kinds, own=own, asks=is_question(part)) if kinds else 0.0
        if weight >= ENOUGH:
            before = parts[number - 1] if number else ""
            text = _with_context(index, positions, place, part, before, kinds)
            if words := telling(index, text):
                yield Item(
                    position=position,
                    text=text,
                    weight=weight,
                    words=words,
                    matter=telling(index, part) or words,
                    due="later" in kinds or "waiting" in kinds,
                )


def _weight(kinds: frozenset[str], *, own: bool, asks: bool) -> float:
    """How sure it is that a sentence with phrases of these kinds leaves something open."""
    if asks:
        return _FIRM["remind"] if own and "remind" in kinds else 0.0
    if not own and "done" in kinds and not kinds & _NO_ANSWER:
        return 0.0
    found = _claim(kinds, own=own)
    if own and not found and "failing" in kinds and not kinds & _OVER:
        return _BROKEN
    if not own and found < _FIRM["remind"]:
        found -= _AGENT
    if kinds & _OVER:
        found -= _DONE if "done" in kinds else _TOLD
    return found


def _claim(kinds: frozenset[str], *, own: bool) -> float:
    """What phrases of these kinds weigh, whatever else stands in their sentence."""
    found = max((weight for kind, weight in _FIRM.items() if kind in kinds), default=0.0)
    intended = "promise" in kinds or "need" in kinds
    if intended and "later" in kinds:
        found = max(found, _DUE) + (_TWICE if found else 0.0)
    if intended and "waiting" in kinds:
        found = max(found, _AWAITED)
    if own and intended:
        found = max(found, _DUTY if "need" in kinds else _PROMISED)
    return max(found, _DATED) if "later" in kinds else found


def _with_context(
    index: Index, positions: Sequence[int], place: int, part: str, before: str, kinds: frozenset[str]
) -> str:
    """The sentence, after the question that it leaves open or the sentence that it refers to.

    To another speaker than the owner only own words are put, as all of it will bear that name.
    """
    named = not index.turns[positions[place]].owner
    if not named and "unsure" in kinds and (question := _question_before(index, positions, place)):
        return f"{_short(question)} — {part}"
    if len(part) >= _CURT and len(telling(index, part)) >= _VAGUE:
        return part
    if len(before) >= _SAYS:
        return f"{_short(before)} {part}"
    subject = "" if named else _subject(index, positions, place)
    return f"{_short(subject)} — {part}" if subject else part


def _subject(index: Index, positions: Sequence[int], place: int) -> str:
    """What a short sentence may be about: the question just before it, else what its speaker said before."""
    if not place:
        return ""
    before, role = positions[place - 1], index.turns[positions[place]].role
    asked = [part for part in sentences(index.texts[before]) if is_question(part)]
    if asked:
        return asked[-1]
    stretch = index.segments[positions[place]]
    for position in reversed(positions[max(place - _REACH, 0) : place]):
        if index.turns[position].role == role and index.segments[position] == stretch:
            return next(iter(sentences(index.texts[position])), "")
    return ""


def _question_before(index: Index, positions: Sequence[int], place: int) -> str:
    """The last question in the turn itself or in the few before it."""
    for position in reversed(positions[max(place - _REACH, 0) : place + 1]):
        text = index.texts[position]
        if "?" in text or "？" in text:
            found = [part for part in sentences(text) if is_question(part)]
            if found:
                return found[-1]
    return ""


def _asked(
    index: Index, cues: OpenCues, kinds: Sequence[frozenset[str]], positions: Sequence[int], place: int
) -> Iterator[Item]:
    """The last question of a turn, when nobody answers it or the answer is that nobody knows."""
    position, following = positions[place], positions[place + 1 : place + 2 + _REACH]
    own = index.turns[position].role == "user"
    reply = next((each for each in following if index.turns[each].role != "user"), None)
    unknown = reply is not None and bool(kinds[reply] & _NO_ANSWER)
    alone = bool(following) and index.turns[following[0]].role == "user"
    if following and not (own and (unknown or alone)):
        return
    question = next((part for part in reversed(sentences(index.texts[position])) if is_question(part)), "")
    if not telling(index, question):
        return
    weight, text = _UNANSWERED if own else _LEFT, question
    if reply is not None and unknown:
        text = f"{_short(question)} — {_unsure(cues, index.texts[reply])}"
    elif following:
        weight = 0.0 if _answered(index, positions, place, question) else _LEFT
    if weight:
        words = telling(index, text)
        yield Item(position=position, text=text, weight=weight, words=words, matter=words)


def _answered(index: Index, positions: Sequence[int], place: int, question: str) -> bool:
    """Whether one of the next turns shares the question's words or is the agent's."""
    words = telling(index, question)
    for position in positions[place + 1 : place + 2 + _REACH]:
        if index.turns[position].role != "user" or words & telling(index, index.texts[position]):
            return True
    return False


def _unsure(cues: OpenCues, text: str) -> str:
    """The first sentence that says that nobody knows; where only several together say it, the first of all."""
    parts = sentences(text)
    unsure = (part for part in parts if not is_question(part) and cues.kinds(part) & _NO_ANSWER)
    return next(unsure, parts[0] if parts else "")


def _short(text: str) -> str:
    return shorten(text, room(text, _CONTEXT))
