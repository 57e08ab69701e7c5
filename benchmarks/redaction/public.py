"""Rule sets of others as corpora: kingfisher's, a user's file, or texts from outside the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from benchmarks.redaction.cases import Case
from benchmarks.redaction.foreign import ForeignRule, Published

_NO_SECRET = re.compile(r"-(id|url|uri|name|host|address|repository|domain|project)(\.\d+)?$")


class Row(Struct, frozen=True):
    """One line of a ``--corpus`` file."""

    text: str
    expect: bool = True
    secrets: tuple[str, ...] = ()
    rule: str = "no rule named"


def rows(path: Path) -> Iterator[Case]:
    """The lines of a file. Where a secret is expected and none is named, the whole text is one."""
    for line in path.read_bytes().splitlines():
        row = msgspec.json.decode(line, type=Row)
        yield Case(text=row.text, secrets=(row.secrets or (row.text,)) if row.expect else (), kind=row.rule)


def installed() -> bool:
    """Whether kingfisher's rules are at hand."""
    return find_spec("kingfisher_sdk") is not None


def kingfisher(cache: Path, seed: int) -> list[Case]:
    """Texts for each rule of kingfisher that names a secret."""
    from kingfisher_sdk import Rules  # noqa: PLC0415 - an extra

    rules = Rules(cache_dir=str(cache))
    details = (rules.detail(metadata["id"]) for metadata in rules.metadata())
    return _drawn(
        (Published(name=one["id"], pattern=one["pattern"], entropy=one["min_entropy"] or 0.0) for one in details),
        seed,
    )


def gitleaks(source: bytes, seed: int) -> list[Case]:
    """Texts for each rule of a file in gitleaks' format."""
    return _drawn((rule for rule in msgspec.toml.decode(source, type=_File).rules if rule.pattern), seed)


class _File(Struct, frozen=True):
    rules: tuple[Published, ...]


def _drawn(rules: Iterable[Published], seed: int) -> list[Case]:
    """The cases of all rules; a rule whose pattern cannot be drawn from is left out."""
    cases: list[Case] = []
    for rule in rules:
        if not _NO_SECRET.search(rule.name):
            with suppress(ValueError):
                cases += ForeignRule(rule).cases(Random(f"{rule.name}/{seed}"))
    return cases
