"""The part of a message that says most, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from memsyncd.core.digest.languages import Cues, folded
from memsyncd.core.digest.plain import plain
from memsyncd.core.digest.sentences import is_question, joined, room, sentences, shorten

_MARGIN = 140  # characters looked at beyond the room that a line has
_FULL = 0.6  # of the room, beyond which no sentence is begun that does not fit
_LONGEST_FILLER = 40  # characters


def asked(text: str, width: int, cues: Cues) -> str:
    """What a message asks or says: from its first real sentence on, or its question when that comes too late."""
    parts = _parts(text, width, cues)
    if len(parts) > 1 and len(parts[0]) >= width:
        question = next((place for place, part in enumerate(parts) if is_question(part)), 0)
        return _fitted(parts, question, width)
    return _fitted(parts, 0, width)


def answered(text: str, width: int, cues: Cues) -> str:
    """What an agent's message brings: from the first sentence that is no announcement and no question back."""
    parts = _parts(text, width, cues)
    start = 0
    while start < len(parts) - 1 and (is_question(parts[start]) or cues.announce.match(folded(parts[start]))):
        start += 1
    return _fitted(parts, start, width)


def _parts(text: str, width: int, cues: Cues) -> list[str]:
    """The sentences of the head of a message without those that carry nothing; never empty."""
    head = text[: width + _MARGIN]
    parts = sentences(head if len(head) == len(text) else head.rpartition(" ")[0] or head)
    return (
        [part for part in parts if len(part) > _LONGEST_FILLER or not cues.filler.match(folded(part))]
        or parts
        or [head]
    )


def _fitted(parts: Sequence[str], start: int, width: int) -> str:
    """Sentences from ``start`` on, as many as fit, and the beginning of the next where much room is left."""
    line = parts[start]
    width = room(line, width)
    for part in parts[start + 1 :]:
        if len(line) + len(part) >= width and len(line) > _FULL * width:
            break
        line = joined(line, part)
    return shorten(plain(line), width)
