"""A long text is searched near its keywords only, and gives what a search of the whole gives."""

from __future__ import annotations

from random import Random

import pytest

from memsyncd.core.redact import redact
from tests.core.redact.examples import all_examples
from tests.core.redact.expressions import Example, expand
from tests.core.redact.shapes import survivors

WORDS = [
    "river",
    "stone",
    "cloud",
    "piano",
    "tiger",
    "maple",
    "ocean",
    "candle",
    "forest",
    "garden",
    "mirror",
    "window",
    "paper",
    "bread",
]


def filler(seed: str, words: int = 700) -> str:
    rng = Random(seed)
    return "".join(rng.choice(WORDS) + ("\n" if rng.random() < 0.1 else " ") for _ in range(words))


@pytest.mark.parametrize("example", all_examples(), ids=lambda example: example.rule)
def test_what_a_rule_finds_it_finds_in_the_middle_of_a_long_text(example: Example):
    for expression in example.finds:
        made = expand(expression, "long")
        text = f"{filler(expression)}\n{made.text}\n{filler(expression + 'x')}"
        redacted = redact(text).text
        left = [
            piece
            for secret in made.secrets
            for piece in survivors(secret, redacted)
            if piece not in text.replace(secret, "")
        ]
        assert not left, expression


def test_a_secret_that_reaches_far_behind_its_keyword_goes_whole():
    long = expand("sk|-ant|-api03-{word:3000}").text
    text = f"{filler('a')} {long} {filler('b')}"
    assert redact(text).text == text.replace(long, "[REDACTED-ANTHROPIC-KEY]")


@pytest.mark.parametrize("length", [900, 1100, 3000, 20_000])
def test_a_value_that_goes_on_for_long_goes_whole(length: int):
    """Its rule looks for what ends the value, which lies far from the keyword."""
    secret = expand(f"{{print:{length}}}").text.replace(",", "x").replace(":", "y")
    text = f"{filler('a')}\npassword: {secret}\n{filler('b')}"
    assert survivors(secret, redact(text).text) == []


def test_split_tokens_are_found_in_long_texts():
    token = expand("gh|p_{alnum:36}").text
    split = f"{token[:20]}\u200b{token[20:]}"
    text = f"{filler('a')}{split} {filler('b')}"
    assert redact(text).text == text.replace(split, "[REDACTED-GITHUB-TOKEN]")


def test_every_keyword_of_a_long_text_counts():
    tokens = [expand("gh|p_{alnum:36}", number).text for number in range(40)]
    text = "".join(filler(token, 100) + token + " " for token in tokens)
    redacted = redact(text)
    assert len(redacted.findings) == len(tokens)
    assert not [token for token in tokens if token in redacted.text]
