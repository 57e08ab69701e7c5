"""Texts in which a rule of another rule set finds a secret, drawn from its pattern in memory and never written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import re2
from msgspec import Struct, field

from benchmarks.redaction.cases import PIECE, Case
from benchmarks.redaction.patterns import Drawer
from benchmarks.redaction.settings import SYNTAXES
from memsyncd.core.redact.engine import entropy

DRAWS = 4
TRIES = 30
"""How often each draw is tried: not every one matches its pattern and looks random."""

SYNTAXES_EACH = 8

_LEAST_ENTROPY = 2.5
_NAME_ENDS = ("_token", "_API_KEY", "Token", "_secret", "-api-key", ".secret", "_key", "ApiKey")
_PASSWORD_IN_URL = re.compile(r"://[^/\s@]*?:?([^:/@\s]+)@")
_RUN = re.compile(rf"[\w+-]{{{PIECE},}}")


class Published(Struct, frozen=True, kw_only=True):
    """What a rule set says of one rule, by the names of gitleaks' fields."""

    name: str = field(name="id")
    pattern: str = field(default="", name="regex")
    entropy: float = 0.0  # bits per character that the secret has to exceed
    group: int = field(
        default=0, name="secretGroup"
    )  # which one is the secret; 0: the first that is not empty, else the whole match
    keywords: tuple[str, ...] = ()  # one of them has to be in the text


class ForeignRule:
    """A rule of another rule set at work.

    Raises:
        ValueError: RE2 or the drawer does not take the pattern.
    """

    def __init__(self, rule: Published) -> None:
        options = re2.Options()
        options.log_errors = False
        try:
            self._pattern = re2.compile(rule.pattern, options)
        except re2.error as error:
            raise ValueError(str(error)) from None
        self._rule = rule
        self._service = re.split(r"[/.]", rule.name)[-1].split("-")[0]
        self._draw = Drawer(rule.pattern)

    def cases(self, rng: Random) -> Iterator[Case]:
        """A few draws as they are, and their secrets given to names in syntaxes in which the rule finds them."""
        for text, secret in self._draws(rng):
            yield self._case(text, secret)
            for syntax in rng.sample(sorted(SYNTAXES), SYNTAXES_EACH):
                line = SYNTAXES[syntax].format(name=self._service + rng.choice(_NAME_ENDS), value=secret)
                if self._secret(line) == secret:
                    yield self._case(line, secret)

    def _draws(self, rng: Random) -> list[tuple[str, str]]:
        tried = (self._draw(rng) for _ in range(TRIES * DRAWS))
        found = ((text, secret) for text in tried if (secret := self._secret(text)))
        return [pair for pair, _ in zip(found, range(DRAWS), strict=False)]

    def _secret(self, text: str) -> str:
        """What the rule finds in the text, if it looks random enough to be a secret; else nothing."""
        match: Any = self._pattern.search(text)
        keywords = self._rule.keywords
        if match is None or (keywords and not any(keyword.lower() in text.lower() for keyword in keywords)):
            return ""
        group = self._rule.group
        secret: str = match.group(group) if group else next(filter(None, match.groups()), match.group())
        return secret if _random(secret, max(_LEAST_ENTROPY, self._rule.entropy)) else ""

    def _case(self, text: str, secret: str) -> Case:
        return Case(text=text, secrets=(_inner(secret),), kind=self._rule.name)


def _random(secret: str, bits: float) -> bool:
    """Whether it has letters and digits and is long and mixed enough, in one line."""
    mixed = re.search("[0-9]", secret) and re.search("[A-Za-z]", secret) and "\n" not in secret
    return bool(mixed) and len(secret) >= PIECE and entropy(secret.encode()) > bits


def _inner(secret: str) -> str:
    """What has to go of a URL: its password, else its longest run behind the host. Of anything else, all."""
    if "://" not in secret:
        return secret
    if password := _PASSWORD_IN_URL.search(secret):
        return password[1]
    runs = _RUN.findall(secret.split("://", 1)[1].partition("/")[2])
    return max(runs, key=len) if runs else secret
