"""What the owner's answer settles: a yes to the agent's proposal, or one of the alternatives it asked about.

The text of such a decision is the proposal or the question in the agent's words, a dash, and the answer in the
owner's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from memsyncd.core.digest.cjk import is_cjk
from memsyncd.core.digest.languages import Cues, folded
from memsyncd.core.digest.sentences import is_question, joined, room, sentences, shorten
from memsyncd.core.digest.stems import Stemmer
from memsyncd.core.digest.words import FIRST_MEANING, Vocabulary

_NEAR_THE_END = 4  # sentences; what the owner answers stands among the last of a message
_QUESTION_NEAR_THE_END = 3
_OPENING = 100  # characters in which an answer agrees or refuses
_PROPOSAL, _ANSWER, _CHOICE = 115, 60, 90  # characters
_SHORT_PROPOSAL = 250  # characters
_VAGUE = 2  # telling words; a question with fewer is shown with the sentence before it

_PICK = re.compile(
    r"^(?:ok(?:ay)?,? )?(?:the |die |la |le |a |o )?"
    r"(?:option|variante?|opción|opção|choix|plan|number|nummer|方案|选项|選項|案)?\s*"
    r"([a-d]|[1-9])(?:[).:。!]|,? (?:please|bitte|por favor|s'il te plaît|then|dann))*$",
    re.IGNORECASE,
)
_FIRM = re.compile(r"^(?:y|ye[sp]|yup|do (?:it|that)|go|👍|✅|ja|jo|jep|sí|si|oui|sim|да|要|はい|네)\b")
_BUT = re.compile(r"\b(?:but|aber|pero|mais|mas|ma|maar|но|但|でも|지만)\b")
_ORDINAL = re.compile(
    r"\b(?:first|second|third|former|latter|ersten?|zweiten?|dritten?|primer[ao]?|segund[ao]|terceir[ao]|tercer[ao]?|première?|premier|deuxième|"
    r"troisième)\b|第[一二三]|前者|[后後]者|[12]番目",
    re.IGNORECASE,
)
_PICKED = 40  # characters of an answer that is the letter or number of an option
_TELLING = 4  # characters of a word that tells which alternative is meant
_WORD = re.compile(r"[^\W_]{2,}|\d+")


def is_accepted(answer: str, cues: Cues) -> bool:
    """Whether an answer begins by agreeing, and does not ask or hesitate in the same breath."""
    if not cues.accept.match(folded(answer.lstrip()[:_OPENING])):
        return False
    first = next(iter(sentences(answer)), "")
    return not is_question(first) and not cues.hedged.search(folded(first))


def is_rejected(answer: str, cues: Cues) -> bool:
    """Whether an answer begins by refusing."""
    return bool(cues.reject.match(folded(answer.lstrip()[:_OPENING])))


def agreed(
    proposer: str, answer: str, cues: Cues, vocabulary: Vocabulary, *, any_statement: bool = False
) -> str | None:
    """The proposal that ``answer`` agrees to, with the answer; None when there is none but of activity.

    ``any_statement``: what a short message says is taken for a proposal when nothing in it proposes.
    """
    parts = sentences(proposer)
    proposal = _proposal(parts, cues, vocabulary)
    firm = (any_statement or _FIRM.match(folded(answer))) and not _BUT.search(folded(answer[:_OPENING]))
    if proposal is None and firm and parts and not is_question(parts[-1]) and len(proposer) <= _SHORT_PROPOSAL:
        proposal = next((part for part in reversed(parts) if _tells(part, vocabulary)), None)
    if proposal is None:
        return None
    return _joined(proposal, next(iter(sentences(answer)), ""))


def chosen(asker: str, answer: str, cues: Cues, stemmer: Stemmer) -> str | None:
    """The question with alternatives that ``answer`` picks from, with what it picks; None when it does not."""
    asks = "?" in asker or "？" in asker
    if not asks and len(answer) > _PICKED:
        return None
    reply = next(iter(sentences(answer)), "")
    if not reply or len(reply) > _CHOICE or is_question(reply):
        return None
    pick = _PICK.match(reply)
    if not (pick or asks):
        return None
    asked = _last_question(sentences(asker))
    if pick:
        option = _option(asker, pick[1])
        return option and _joined(asked or "", f"{pick[1].upper()}: {option}")
    if asked is None or not cues.alternatives.search(folded(asked)) or cues.reject.match(folded(reply)):
        return None
    if _ORDINAL.search(reply) or _shares_a_word(asked, reply, cues, stemmer):
        return _joined(asked, reply)
    return None


def _joined(asked: str, answer: str) -> str:
    """Question and answer in one line; both are shortened so that the answer is always seen."""
    question, reply = shorten(asked, room(asked, _PROPOSAL)), shorten(answer, room(answer, _ANSWER))
    return f"{question} — {reply}" if question else reply


def _proposal(parts: Sequence[str], cues: Cues, vocabulary: Vocabulary) -> str | None:
    asked = _last_question(parts)
    if asked is None:
        return _last_proposal(parts[-_NEAR_THE_END:], cues, vocabulary)
    before = parts[: len(parts) - 1 - parts[::-1].index(asked)]
    if cues.generic.match(folded(asked)):
        statements = [part for part in before[-_NEAR_THE_END:] if not is_question(part)]
        return _last_proposal(statements, cues, vocabulary) or (statements[-1] if statements else None)
    if cues.alternatives.search(folded(asked)) or not _proposes(asked, cues, vocabulary):
        return None
    vague = before and not is_question(before[-1]) and not _tells(asked, vocabulary)
    return joined(before[-1], asked) if vague else asked


def _tells(part: str, vocabulary: Vocabulary) -> bool:
    """Whether a sentence says by itself what it is about."""
    return sum(word >= FIRST_MEANING for word in vocabulary.words(part)) >= _VAGUE


def _proposes(asked: str, cues: Cues, vocabulary: Vocabulary) -> bool:
    """Whether a question is a proposal: by its words, or because it asks for nothing ("Friday at ten?")."""
    lower = folded(asked)
    if cues.proposal.search(lower):
        return _last_proposal([asked], cues, vocabulary) is not None
    return not (cues.asking.search(lower) or cues.errand.search(lower))


def _last_proposal(parts: Sequence[str], cues: Cues, vocabulary: Vocabulary) -> str | None:
    for part in reversed(parts):
        lower = folded(part)
        found = cues.proposal.search(lower) or cues.concluded.match(lower)
        end = found.end() if found else cues.chosen.end(lower, vocabulary.triggers(lower))
        if end:
            return None if cues.errand.search(lower[end:]) else part
    return None


def _last_question(parts: Sequence[str]) -> str | None:
    return next((part for part in reversed(parts[-_QUESTION_NEAR_THE_END:]) if is_question(part)), None)


def _option(asker: str, name: str) -> str | None:
    """What stands behind the letter or number of an option: the rest of its line, or up to the next option."""
    line = re.search(
        rf"^\W*(?:option|variante?|opción|opção|plan|方案|选项|案)?\s*{name}\s*[).:\uff1a、]\W*(\S.*)$",
        asker,
        re.IGNORECASE | re.MULTILINE,
    ) or re.search(rf"\(?\b{name}\)\s*([^;()\n]+?)(?=[;,]? (?:\w+ )?\(?\w\)|[;?\n]|$)", asker, re.IGNORECASE)
    return line and line[1].strip(" *_")


def _shares_a_word(asked: str, reply: str, cues: Cues, stemmer: Stemmer) -> bool:
    question, words = folded(asked), set(_WORD.findall(folded(reply)))
    if is_cjk(question):
        return any(word in question for word in words)
    if stemmer.of(reply) & stemmer.of(asked):
        return True
    picked = {
        word for word in words.intersection(_WORD.findall(question)) if not cues.alternatives.fullmatch(word)
    }
    return any(len(word) >= _TELLING or word.isdigit() for word in picked)
