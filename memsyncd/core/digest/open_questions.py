"""What was open when the day ended: questions without an answer, promises not kept, commands that still fail.

An item leaves when somebody says later in the day that its matter is done, when a decision settles it, or when
its command succeeds. Pure; bounded to a few lines, the surest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from memsyncd.core.digest.decisions import Decision
from memsyncd.core.digest.open_cues import OpenCues, open_cues
from memsyncd.core.digest.open_items import Item, spoken_items, telling
from memsyncd.core.digest.plain import code, plain
from memsyncd.core.digest.sentences import is_question, room, sentences, shorten
from memsyncd.core.digest.technical import Command, Technical, program
from memsyncd.core.digest.words import Index
from memsyncd.model import Millis

MOST_OPEN = 8

_WIDTH = 140  # characters
_ERROR = 70  # characters of a command, and of its error
_COMMAND, _COMMAND_ONCE = 3.0, 2.25  # the weight of a command that failed more than once, and once
_SURE, _MOST_GUESSES = 2.0, 4  # the weight below which an item is a guess; how many of those are shown
_LOOKED_AT = 32  # items; the lightest of more are not looked at closely
_RARE = 4  # turns; a word in no more of them tells a matter by itself
_ALIKE = 0.5  # part of the words of the shorter of two items that makes them one
_SOON = 4  # turns after a promise in which a bare "done" means it
_BARE = 40  # characters of such a "done"
_PROBES = frozenset(
    ["grep", "rg", "test", "[", "ls", "cat", "which", "diff", "find", "head", "tail", "stat", "pgrep", "command"]
)
_ASKS = frozenset(["status", "is-active", "--check", "check-ignore"])
"""Programs, and words of other commands, that fail to say no."""


class OpenQuestion(Struct, frozen=True, kw_only=True):
    """One matter that was open at the end of the day."""

    at: Millis
    text: str  # one line, fit for a memory file


def open_questions_of(
    index: Index, technical: Technical, decisions: Sequence[Decision]
) -> tuple[OpenQuestion, ...]:
    """The day's open matters: the surest first, and of equal ones the latest."""
    cues = open_cues(index.codes)
    kinds = [cues.kinds(text) for text in index.texts]
    items = sorted(spoken_items(index, cues, kinds), key=lambda item: (-item.weight, -item.position))[:_LOOKED_AT]
    done = [
        (position, telling(index, index.texts[position]))
        for position, found in enumerate(kinds)
        if "done" in found
    ]
    settled = [(decision.at, telling(index, decision.text)) for decision in decisions]
    binding = (item for item in items if item.weight >= _SURE or index.turns[item.position].owner)
    still = [item for item in binding if not _closed(index, cues, item, done, settled)]
    spoken = [(item.weight, index.turns[item.position].at, _shown(index, item)) for item in _different(still)]
    ranked = sorted([*spoken, *_failing(technical)], key=lambda each: (-each[0], -each[1], each[2]))
    return tuple(OpenQuestion(at=at, text=text) for _, at, text in _without_guesses(ranked)[:MOST_OPEN])


def _without_guesses(ranked: Sequence[tuple[float, Millis, str]]) -> Sequence[tuple[float, Millis, str]]:
    """Ranked items with no more than a few light ones, which stand last."""
    sure = sum(weight >= _SURE for weight, _, _ in ranked)
    return ranked[: sure + _MOST_GUESSES]


def _shown(index: Index, item: Item) -> str:
    """The item's line; what somebody else than the owner said bears a name, for it binds nobody."""
    turn = index.turns[item.position]
    text = item.text if turn.owner else f"{turn.sender or 'somebody'}: {item.text}"
    text = plain(text)
    return shorten(text, room(text, _WIDTH))


def _failing(technical: Technical) -> Iterator[tuple[float, Millis, str]]:
    """The commands whose last run failed and that nothing like them made good, one for each error."""
    told: set[str] = set()
    fine = [command for command in technical.commands if not command.failed or command.recovered]
    for command in technical.commands:
        error = command.error or command.text
        fails = command.failed and not command.recovered
        if fails and error not in told and not _is_probe(command) and not _made_good(command, fine):
            told.add(error)
            yield _COMMAND if command.failed > 1 else _COMMAND_ONCE, command.last, _failure(command)


def _failure(command: Command) -> str:
    exit_code = f" (exit {command.exit_code})" if command.exit_code is not None else ""
    error = f": {code(shorten(command.error, _ERROR))}" if command.error else ""
    return f"still failing{exit_code}: {code(shorten(command.text, _ERROR))}{error}"


def _is_probe(command: Command) -> bool:
    return program(command.text) in _PROBES or not _ASKS.isdisjoint(command.text.split())


def _made_good(failed: Command, fine: Iterable[Command]) -> bool:
    """Whether a command of the same program on mostly the same things succeeded later."""
    words = set(failed.text.split())
    return any(
        other.last > failed.last
        and program(other.text) == program(failed.text)
        and len(words.intersection(other.text.split())) * 2 >= len(words)
        for other in fine
    )


def _closed(
    index: Index,
    cues: OpenCues,
    item: Item,
    done: Sequence[tuple[int, frozenset[str]]],
    settled: Sequence[tuple[Millis, frozenset[str]]],
) -> bool:
    at = index.turns[item.position].at
    # A decision settles a question for good, and what it was said with only when that was no doubt.
    first = at if item.weight < _SURE else at + 1
    if not item.due and any(when >= first and len(item.words & words) > 1 for when, words in settled):
        return True
    return any(
        position > item.position and _says_done(index, cues, item, position, words) for position, words in done
    )


def _says_done(index: Index, cues: OpenCues, item: Item, position: int, words: frozenset[str]) -> bool:
    """Whether a sentence of a later turn says that the item's matter is done."""
    text, turn = index.texts[position], index.turns[position]
    soon = position - item.position <= _SOON and turn.session == index.turns[item.position].session
    if soon and not item.due and turn.role == "user" and len(text) <= _BARE and not is_question(text):
        return True
    return bool(item.words & words) and any(
        "done" in cues.kinds(part) and not is_question(part) and _same_matter(index, item, telling(index, part))
        for part in sentences(text)
    )


def _same_matter(index: Index, item: Item, words: frozenset[str]) -> bool:
    shared = item.words & words
    return len(shared) > 1 or any(len(index.postings.get(word, ())) <= _RARE for word in shared)


def _different(items: Sequence[Item]) -> list[Item]:
    """Items without those that say again what a surer one says."""
    kept: list[Item] = []
    for item in items:
        if not any(_alike(item, other) for other in kept):
            kept.append(item)
    return kept


def _alike(item: Item, other: Item) -> bool:
    fewer = min(len(item.matter), len(other.matter))
    return len(item.matter & other.matter) >= _ALIKE * fewer
