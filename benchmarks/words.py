"""Words for made-up logs: they mean nothing, but are as uneven as a person's and drift from day to day."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

_PHRASES: Final = (
    "Let's go with {0} instead of {1}.",
    "Decision: the {0} stays, the {1} goes.",
    "Should the {0} wait for the {1}?",
    "I changed `{0}/{1}.py`, the tests pass.",
    "Actually, forget the {0}: we take the {1}.",
    "Next: {0}, then {1}.",
    "Still open: who looks after the {0}?",
)


class Words:
    """A vocabulary with Zipf-like weights whose topics drift from day to day."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        rows = (row.split(": ") for row in Path(__file__).with_name("words.txt").read_text("utf-8").splitlines())
        self.topics = {name: words.split() for name, words in rows}
        self.common = self.topics.pop("common")
        self.taste = {topic: rng.random() ** 3 for topic in self.topics}
        self.next_day()

    def next_day(self) -> None:
        """Lets the topics' shares wander, and renews the pool that tool output is made of."""
        self.taste = {topic: (share + 0.6 * self.rng.random() ** 6) * 0.7 for topic, share in self.taste.items()}
        weighted = [(word, 1 / (rank + 3)) for rank, word in enumerate(self.common)]
        for topic, share in self.taste.items():
            weighted += [(word, share / (rank + 2)) for rank, word in enumerate(self.topics[topic])]
        self.words = [word for word, _ in weighted]
        self.weights = list(accumulate(weight for _, weight in weighted))
        self.output = [f"{self.rng.getrandbits(24):06x} {self.text(70)}" for _ in range(200)]

    def some(self, count: int) -> list[str]:
        """Words of the day."""
        return self.rng.choices(self.words, cum_weights=self.weights, k=count)

    def text(self, characters: float) -> str:
        """Sentences of about that many characters."""
        words, sentences = self.some(int(characters / 5.6) + 2), []
        while words:
            length = self.rng.randint(6, 16)
            sentence = " ".join(words[:length])
            sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
            del words[:length]
        return " ".join(sentences)

    def prose(self, characters: float) -> str:
        """What people and models write: sentences, turns of phrase, sometimes a list."""
        parts = [self.text(characters)]
        if self.rng.random() < 0.4:
            parts.append(self.rng.choice(_PHRASES).format(*self.some(2)))
        if characters > 300 and self.rng.random() < 0.5:
            parts += [f"- **{self.some(1)[0]}**: {self.text(characters / 8)}" for _ in range(3)]
        return "\n".join(parts)

    def listing(self, characters: float) -> str:
        """What tools print, of that many characters."""
        return "\n".join(self.rng.choices(self.output, k=int(characters / 70) + 1))[: int(characters)]
