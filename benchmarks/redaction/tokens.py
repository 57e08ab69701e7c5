"""Provider tokens: in eleven contexts of a chat, and with something in between."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.redaction.cases import Case
from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import load
from tests.core.redact.examples import all_examples
from tests.core.redact.expressions import expand
from tests.core.redact.shapes import CONTEXTS, SHAPES

ELEVEN = (
    "bare", "full stop", "brackets", "bold", "comma", "angle brackets", "query", "backticks", "table", "markup",
    "escaped json",
)  # fmt: skip

BETWEEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "bold": "**",
    "continued line": "\\\n  ",
    "hard wrap": "\n",
    "indented wrap": "\n    ",
    "quoted wrap": "\n> ",
    "wrap with CR": "\r\n",
    "space": " ",
    "joined strings": '" + "',
    "adjacent strings": '"\n    "',
}
"""What stands between two parts of a token. The last three are hard: nobody promises them."""


def formats() -> dict[str, list[str]]:
    """The expressions of tokens that announce themselves, by rule."""
    exact = {rule.id for rule in load(packaged()).rules if rule.exact}
    found = {
        example.rule: [one for one in example.finds if "⟦" not in one]
        for example in all_examples()
        if example.rule in exact
    }
    return {rule: expressions for rule, expressions in found.items() if expressions}


def tokens(seed: int) -> Iterator[tuple[str, str]]:
    """A name and a token of every format: the shapes of the tests and the examples of the rules."""
    for shape in SHAPES:
        yield shape.id, shape.expand(seed)
    for rule, expressions in formats().items():
        for expression in expressions:
            yield rule, expand(expression, seed).text


def in_contexts(seed: int) -> Iterator[Case]:
    """Each token in each of the eleven contexts."""
    for name in ELEVEN:
        for kind, token in tokens(seed):
            yield Case(text=CONTEXTS[name].format(token), secrets=(token,), kind=f"{kind}, {name}")


def examples(seed: int) -> Iterator[Case]:
    """What the rules themselves give as examples of tokens that need their context."""
    for example in all_examples():
        for expression in example.finds:
            made = expand(expression, seed)
            if "⟦" in expression:
                yield Case(text=made.text, secrets=made.secrets, kind=example.rule)


def split(seed: int) -> Iterator[Case]:
    """Each token of the tests' shapes with something in between, at a place drawn for each."""
    rng = Random(f"split/{seed}")
    for name, between in BETWEEN.items():
        for shape in SHAPES:
            token = shape.expand(seed)
            place = rng.randint(len(token) // 4, len(token) * 3 // 4)
            parts = (token[:place], token[place:])
            yield Case(text=f"it is {between.join(parts)} for now", secrets=parts, kind=name)
    for shape in SHAPES:
        token = shape.expand(seed)
        if "_" in token:
            pieces = tuple(part for part in token.split("_") if len(part) > 3)
            yield Case(text="it is {}.".format(token.replace("_", "\\_")), secrets=pieces, kind="Markdown escapes")
