"""Whether an instruction of the owner and the agent's note of it settle something together.

"Saturday morning, then." settles nothing alone. Between a question and "Saturday morning for the buttercream."
it does: what the owner says, what it answers and what the agent makes of it are weighed against each other.
Nothing here knows the words of a language; those are in the tables of ``languages``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from memsyncd.core.digest.languages import Cues, folded
from memsyncd.core.digest.sentences import is_question, joined, room, sentences, shorten
from memsyncd.core.digest.stems import Stemmer, shared

_READ, _REPLY_READ, _ASKER_READ = 1_200, 300, 250  # characters of the three messages
_BRIEF_REPLY, _NEAT_REPLY, _LONG_REPLY = 90, 200, 330  # characters; a note is brief, an answer is not
_LONG_NOTE = 220
_SHORT = 160  # characters of an instruction that is taken whole
_DICTATED = 200  # characters; a longer sentence is dictated speech, in which one doubt says little of the rest
_ECHO = 0.4  # of the shorter text's words
_NOTED = 2  # sentences of a reply of which one may be the note
_ASKED = 2  # sentences at the end of a message that an answer may belong to
_MORE = 2  # words; what says as many more than another text is shown beside it
_INSTRUCTION, _NOTE = 90, 125  # characters
_STOP = re.compile(r"(?<=[^\W\d_]{3}\.) (?=[^\W\d_])")
_DIGIT = re.compile(r"\d")

# Points for and against, in the order of the three messages. They were found by hand on made-up days.
_PROPOSED, _TAKEN_UP, _ALTERNATIVES, _PICKS, _AGREED = 0.25, 1.0, 0.5, 1.0, 0.5
_INSTRUCTS, _NUMBER, _CHANGES, _DENIES = 1.0, 0.5, 0.5, 0.25
_WORK, _PLANS, _REPORTS, _ASKS, _EXCLAIMS, _RAMBLES = -2.0, -1.5, -0.5, -0.5, -0.5, -1.0
_CONFIRMED, _ECHOED, _ECHOED_MORE, _MOSTLY_ECHO = 1.5, 0.75, 0.5, 0.5
_BRIEF, _NEAT, _LONG, _ASKS_BACK = 1.0, 0.5, -1.0, -0.25
_ONLY_A_FACT = -1.0
_SETTLED = 2.5
_MOST_OF_QUESTION = 2 * _PROPOSED + _AGREED + _TAKEN_UP + _ALTERNATIVES + _PICKS
_MOST_OF_OTHERS = _INSTRUCTS + _NUMBER + _CHANGES + _DENIES + _MOST_OF_QUESTION


class Exchange(Struct, frozen=True):
    """What the owner says between two messages of others; each may be empty."""

    asker: str
    answer: str
    reply: str  # the agent's


class Weighed(Struct, frozen=True):
    """An instruction, the agent's note of it, and how surely they settle something."""

    instruction: str
    note: str  # empty when the agent took none
    weight: float
    confirmed: bool  # the note says that it is one

    @property
    def settles(self) -> bool:
        """Whether it is sure enough to be shown."""
        return self.weight >= _SETTLED


def weighed(cues: Cues, stemmer: Stemmer, exchange: Exchange) -> Weighed | None:
    """What the exchange may settle; None when the owner only asks."""
    clauses = _clauses(exchange.answer[:_READ])
    told = [part for part in clauses if len(part) > _DICTATED or tells(cues, part)]
    if not told:
        return None
    note, noted = _note(cues, stemmer, told, exchange.reply)
    around = noted + _of_reply(exchange.reply)
    if around + _MOST_OF_OTHERS < _SETTLED:
        return Weighed("", note, around, confirmed=False)
    instruction, weight = _instruction(cues, stemmer, told, note)
    weight += around
    if weight + _MOST_OF_QUESTION >= _SETTLED:
        weight += _of_question(cues, stemmer, exchange.asker, instruction, told[0])
    if len(told) < len(clauses):
        weight += _ASKS
    if "!" in exchange.answer:
        weight += _EXCLAIMS
    return Weighed(instruction, note, weight, bool(cues.confirmed.match(folded(note))))


def _clauses(text: str) -> list[str]:
    """The sentences of a message, also where the next one begins in lower case, as in chats."""
    parts = sentences(text)
    return [clause for part in parts for clause in _STOP.split(part)] if ". " in text else parts


def tells(cues: Cues, sentence: str) -> bool:
    """Whether a sentence neither asks nor hesitates."""
    lower = folded(sentence)
    return not (is_question(sentence) or cues.asking.search(lower) or cues.hedged.search(lower))


def _instruction(cues: Cues, stemmer: Stemmer, told: Sequence[str], note: str) -> tuple[str, float]:
    """The whole of a short message, of a long one the sentence that the note takes up or that instructs most."""
    weights = [_of_instruction(cues, part) for part in told]
    whole = " ".join(told)
    if len(whole) <= _SHORT:
        return whole, max(weights)
    noted = stemmer.of(note)
    common = [len(noted & stemmer.of(part)) for part in told]
    best = max(range(len(told)), key=lambda place: 0.5 * min(common[place], 4) + weights[place])
    return told[best], max(weights[best], 0.0) if common[best] > 1 else weights[best] + _RAMBLES


def _of_instruction(cues: Cues, sentence: str) -> float:
    lower = folded(sentence)
    weight = _INSTRUCTS if cues.settling.search(lower) else 0.0
    if _DIGIT.search(lower):
        weight += _NUMBER
    if cues.reversal.search(lower) or cues.contrast.search(lower):
        weight += _CHANGES
    if cues.negation.search(lower):
        weight += _DENIES
    if cues.tasked.search(lower):
        weight += _WORK
    if cues.todo.search(lower):
        weight += _PLANS
    if cues.reported.search(lower):
        weight += _REPORTS
    return weight


def _of_question(cues: Cues, stemmer: Stemmer, asker: str, instruction: str, first: str) -> float:
    """An answer to a proposal or to alternatives settles more than a remark out of the blue.

    ``first`` is the first sentence of the answer: when it says nothing but what was asked, it picks that.
    """
    end = sentences(asker[-_ASKER_READ:])[-_ASKED:]
    if not end:
        return 0
    asked = " ".join(end)
    lower, asks = folded(asked), is_question(end[-1])
    proposed, accepted = cues.proposal.search(lower), cues.accept.match(folded(instruction))
    if asks and accepted and not proposed:
        return _ONLY_A_FACT
    weight = _PROPOSED * (asks + bool(proposed)) + (_AGREED if accepted else 0)
    offered = stemmer.of(asked)
    if offered & stemmer.of(instruction):
        weight += _TAKEN_UP
        if cues.alternatives.search(lower):
            weight += _ALTERNATIVES + (_PICKS if frozenset() < stemmer.of(first) <= offered else 0)
    return weight


def _of_reply(reply: str) -> float:
    size = len(reply)
    weight = _ASKS_BACK if "?" in reply or "？" in reply else 0.0
    if 0 < size <= _NEAT_REPLY:
        return weight + (_BRIEF if size <= _BRIEF_REPLY else _NEAT)
    return weight + (_LONG if size > _LONG_REPLY else 0)


def _note(cues: Cues, stemmer: Stemmer, told: Sequence[str], reply: str) -> tuple[str, float]:
    """The sentence of a reply that takes note of what was told, with its points."""
    best, most = "", 0.0
    said = stemmer.of(" ".join(told))
    for part in sentences(reply[:_REPLY_READ])[:_NOTED]:
        if is_question(part) or len(part) > _LONG_NOTE:
            break
        points = _of_note(cues, stemmer, part, said)
        if points > most:
            best, most = (joined(best, part) if most >= _CONFIRMED else part), points
    return best, most


def _of_note(cues: Cues, stemmer: Stemmer, part: str, said: frozenset[str]) -> float:
    lower, noted = folded(part), stemmer.of(part)
    common = noted & said
    weight = _CONFIRMED if cues.confirmed.match(lower) else 0.0
    if common:
        weight += _ECHOED
        weight += _ECHOED_MORE if len(common) > 1 else 0
        weight += _MOSTLY_ECHO if shared(noted, said) >= _ECHO else 0
    elif not weight or cues.announce.match(lower):
        return 0
    return 0 if cues.reject.match(lower) or cues.proposal.search(lower) or cues.hedged.search(lower) else weight


def with_note(cues: Cues, stemmer: Stemmer, text: str, note: str) -> str:
    """``text`` with the agent's note behind it where that says more; both are shortened so that each is seen."""
    if not note:
        return text
    said, confirmed = stemmer.of(text), cues.confirmed.match(folded(note))
    new = stemmer.of(note[confirmed.end() :] if confirmed else note) - said
    if len(new) < _MORE <= len(said):
        return text
    return f"{shorten(text, room(text, _INSTRUCTION))} — {shorten(note, room(note, _NOTE))}"
