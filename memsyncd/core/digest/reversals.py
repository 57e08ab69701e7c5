"""Decisions of one day against each other: the same one twice, and one that replaces another.

Two decisions are about the same thing when their telling words overlap. No meaning is understood: a replacement
needs either a word that says so ("instead", "after all"), a contradiction (one says not), or other numbers in
the same words.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from memsyncd.model import Millis

_LOOKED_BACK = 40  # decisions
_ECHO = 2  # turns after a decision in which the agent may take note of it
_NEAR = 4  # turns between a decision and a bare "on second thought"
_RELATED = 0.3  # of the shorter decision's words, where a word says that something is replaced
_SAME_MATTER = 0.6  # likewise, where only the words themselves tell


class Settled(Struct):
    """A decision while the day is being read."""

    at: Millis
    session: str
    position: int  # of its turn among the talk of the day
    text: str
    own: bool  # the owner said it or agreed to it
    words: tuple[str, ...]  # the telling ones in order
    matter: frozenset[str]  # the same words
    values: frozenset[str]  # numbers, days and months
    negative: bool
    reverses: bool  # it says that an earlier decision about the same thing falls, or names what gives way
    revokes: bool  # it says that the decision just before falls
    replaces: tuple[Millis, str] | None = None


def final(found: Sequence[Settled]) -> list[Settled]:
    """The decisions that stand at the end of the day, in order; each names the one that it replaced."""
    kept: list[Settled] = []
    for new in found:
        related = (old for old in reversed(kept[-_LOOKED_BACK:]) if _related(old, new))
        old = next((old for old in related if _repeats(old, new) or _replaces(old, new)), None)
        if old is not None and _repeats(old, new):
            _take_over(old, new)
            continue
        old = old or _revoked(new, kept)
        if old is not None:
            kept.remove(old)
            new.replaces = (old.at, old.text)
        kept.append(new)
    return kept


def _take_over(old: Settled, new: Settled) -> None:
    """Of two wordings of one decision the owner's stays, and of two by the same the one that says more."""
    says_more = len(new.words) + len(new.values) > len(old.words) + len(old.values)
    if (new.own, says_more) > (old.own, False):
        old.text, old.words, old.matter, old.values = new.text, new.words, new.matter, new.values
    old.own = old.own or new.own


def _revoked(new: Settled, kept: Sequence[Settled]) -> Settled | None:
    last = next((old for old in reversed(kept) if old.session == new.session), None)
    return last if last and new.revokes and new.position - last.position <= _NEAR else None


def _related(old: Settled, new: Settled) -> bool:
    """Whether it is worth comparing them: most decisions of a day have no word in common."""
    return not old.matter.isdisjoint(new.matter) or old.text == new.text or old.words[:1] == new.words[:1]


def _repeats(old: Settled, new: Settled) -> bool:
    if old.text == new.text:
        return True
    if _echoes(old, new):
        return True
    nested = not old.matter.isdisjoint(new.matter) and (old.matter <= new.matter or new.matter <= old.matter)
    agree = old.values <= new.values or new.values <= old.values
    return nested and agree and old.negative == new.negative


def _echoes(old: Settled, new: Settled) -> bool:
    """Whether the agent only takes note of what the owner has just settled."""
    if new.own or not old.own or new.session != old.session or new.position - old.position > _ECHO:
        return False
    return _overlap(old, new) >= _SAME_MATTER and old.negative == new.negative and new.values <= old.values


def _overlap(old: Settled, new: Settled) -> float:
    return len(old.matter & new.matter) / (min(len(old.matter), len(new.matter)) or 1)


def _replaces(old: Settled, new: Settled) -> bool:
    overlap = _overlap(old, new)
    if new.reverses:
        return overlap >= _RELATED
    changed = old.negative != new.negative or bool(old.values and new.values and old.values != new.values)
    return (changed and overlap >= _SAME_MATTER) or _ends_otherwise(old.words, new.words)


def _ends_otherwise(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether two decisions use the same words except for the last ("paint the kitchen green", "… blue")."""
    return len(old) > 2 and old[:-1] == new[:-1]  # noqa: PLR2004  with one word in common they may be about two things
