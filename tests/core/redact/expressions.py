"""Expressions for token-shaped texts: what stands in the repository looks like no token, what a test sees does.

``{alnum:36}`` draws 36 characters of an alphabet, ``|`` stands between two pieces of a prefix and vanishes, and
``⟦…⟧`` marks the secret where an expression holds more than that: ``gh|p_{alnum:36}``, ``curl -u bob:⟦{word:12}⟧``.
A ``|`` that is to be in the text, in a table or a token, is written ``{pipe}``.
"""

from __future__ import annotations

import re
from random import Random

from msgspec import Struct

from tests.core.redact.shapes import ALNUM, B32, B64, HEX, LOWNUM, WORD, draw

ALPHABETS = {
    "alnum": ALNUM,
    "alpha": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "b32": B32,
    "b58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "b64": B64,
    "digits": "0123456789",
    "hex": HEX,
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "lownum": LOWNUM,
    "print": ALNUM + "!#%+,.:=?@^~",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "upnum": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "uphex": "0123456789ABCDEF",
    "word": WORD,
}

_DRAW = re.compile(r"\{([a-z0-9]+):(\d+)\}")
_SECRET = re.compile("⟦(.*?)⟧", re.DOTALL)


class Example(Struct, frozen=True):
    """Texts in which one rule finds a secret, and texts like them in which nothing is one."""

    rule: str
    finds: tuple[str, ...]
    stays: tuple[str, ...]


class Expanded(Struct, frozen=True):
    """An expression with its draws made."""

    text: str
    secrets: tuple[str, ...]


def expand(expression: str, seed: object = 0) -> Expanded:
    """The text of an expression, and the secrets in it: what is marked, else the whole."""
    rng = Random(f"{expression}/{seed}")
    drawn = _DRAW.sub(lambda found: draw(rng, ALPHABETS[found[1]], int(found[2])), expression.replace("|", ""))
    drawn = drawn.replace("{pipe}", "|")
    secrets = tuple(_SECRET.findall(drawn)) or (drawn,)
    return Expanded(drawn.replace("⟦", "").replace("⟧", ""), secrets)
