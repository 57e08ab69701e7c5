"""Texts of one megabyte that are made to take long."""

from __future__ import annotations

from collections.abc import Iterator

from memsyncd.core.redact.redactor import packaged
from memsyncd.core.redact.rules import load
from tests.core.redact.test_hostile import UNITS

SIZE = 1_000_000


def shapes() -> Iterator[tuple[str, str]]:
    """A name and a text: one unit over and over, or one that a pattern may look far behind."""
    for unit in UNITS:
        yield f"{unit!r} repeated", _filled(unit)
    everything = "".join(
        dict.fromkeys(keyword.decode() for rule in load(packaged()).rules for keyword in rule.keywords)
    )
    yield "all keywords", _filled(everything)
    yield (
        "all keywords, in lines",
        _filled("\n".join(everything[at : at + 40] for at in range(0, len(everything), 40))),
    )
    yield "all keywords as assignments", _filled("".join(f'{word}="a1' for word in everything.split("_")))
    yield "a keyword, then one long run", "password: " + "a1" * (SIZE // 2)
    yield "a prefix, then one long run", "gh" + "p_" + "A1b2" * (SIZE // 4)
    yield "one line of JSON", _filled('{"token": "", "password": null, "key": "')


def _filled(unit: str) -> str:
    return (unit * (SIZE // len(unit) + 1))[:SIZE]
