"""The memory files that are compared: ours as it is published, and what memsyncd's predecessor made of a day."""

from __future__ import annotations

from collections import Counter

from memsyncd.core.digest.languages import lexicon, spoken
from memsyncd.core.frame import render_heading
from memsyncd.core.merge import merge
from memsyncd.core.render import render_block
from memsyncd.model import Day
from tests.gold.gold import Gold

_LINES, _WORDS = 10, 8
_LINE = 100  # characters
_SHORTEST = 4  # letters of a word


def ours(gold: Gold) -> str:
    """The file of a day as it is written into an empty memory folder.

    ``gold.background`` waits for a digest that looks at the user's other days.
    """
    block = render_block(gold.day)
    return merge(None, block, base=None, heading=render_heading(gold.day.date)).data.decode()


def predecessors(gold: Gold) -> str:
    """The first ten lines of the user, and the most frequent single words; function words are spared it."""
    day = gold.day
    topics = [f"- {word}" for word in _frequent(day)]
    lines = [f"- {line}" for line in _first_lines(day)]
    return "\n".join(
        [
            render_heading(day.date),
            "",
            f"*Auto-generated from {day.messages} session messages*",
            "",
            "## Topics Covered",
            *topics,
            "## Key Decisions",
            "## Session Flow",
            *lines,
            "",
        ]
    )


def _frequent(day: Day) -> list[str]:
    texts = [turn.text.lower() for turn in day.turns if turn.kind == "talk"]
    stop = lexicon(spoken(texts)).stop
    words = Counter(word.strip(".,;:!?*`()\"'") for text in texts for word in text.split())
    return [word for word, _ in words.most_common() if len(word) >= _SHORTEST and word not in stop][:_WORDS]


def _first_lines(day: Day) -> list[str]:
    said = (turn.text for turn in day.turns if turn.kind == "talk" and turn.role == "user")
    lines = [line.strip() for text in said for line in text.splitlines() if line.strip()]
    return [line[:_LINE] for line in lines[:_LINES]]
