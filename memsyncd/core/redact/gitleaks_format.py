"""The records that a rule file in gitleaks' format consists of, before anything is compiled.

Names are lower case: gitleaks compares keys without case. Fields of Betterleaks, which grew out of gitleaks, and
our ``label`` stand beside its own.
"""

from __future__ import annotations

import re
from math import inf, nextafter
from typing import TypeAlias

from msgspec import Struct, field

Table: TypeAlias = dict[str, object]

AND = ("AND", "&&")
OR = ("", "OR", "||")
TARGETS = ("", "secret", "match", "line")


class AllowlistText(Struct, frozen=True, kw_only=True):
    """An allowlist as it is written."""

    condition: str = ""
    target: str = field(default="", name="regextarget")
    regexes: tuple[str, ...] = ()
    stopwords: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    rules: tuple[str, ...] = field(default=(), name="targetrules")
    description: str = ""

    @property
    def every(self) -> bool:
        """Whether every condition has to hold, not only one of them."""
        return self.condition.upper() in AND


_ENTROPY_FILTER = re.compile(
    r"""\s*(?:filter\.)?entropy\(finding\[["']secret["']\]\)\s*(?P<sign><=?)\s*(?P<limit>\d+(?:\.\d+)?)\s*"""
    r"(?P<rest>\|\||\Z)"
)


class RuleText(Struct, frozen=True, kw_only=True):
    """A rule as it is written."""

    id: str = ""
    label: str = "SECRET"  # ours
    regex: str = ""
    path: str = ""
    secret_group: int = field(default=0, name="secretgroup")
    value_group: int = field(default=0, name="valuegroup")  # Betterleaks: a later name of the same
    entropy: float = 0.0
    filter: str = ""  # Betterleaks: an expression that tells what to skip
    keywords: tuple[str, ...] = ()
    allowlists: tuple[AllowlistText, ...] = ()
    allowlist: AllowlistText | None = None  # the older form
    required: tuple[object, ...] = ()
    components: tuple[object, ...] = ()  # Betterleaks: a later name of the same
    skip_report: bool = field(default=False, name="skipreport")
    # Words for people, and what only tools need that ask the provider: no warning is due.
    description: str = ""
    tags: tuple[str, ...] = ()
    confidence: str = ""
    specificity: int = 0
    validate: object = None

    @property
    def group(self) -> int:
        """The group that holds the secret, 0 for the first that holds anything."""
        return self.secret_group or self.value_group

    @property
    def bound(self) -> float:
        """The entropy that a secret has to exceed, 0 for none; Betterleaks writes it as a filter."""
        found = _ENTROPY_FILTER.match(self.filter)
        if found is None:
            return self.entropy
        limit = float(found["limit"])
        return max(self.entropy, limit if found["sign"] == "<=" else nextafter(limit, -inf))

    @property
    def understood(self) -> bool:
        """Whether ``bound`` is all that the filter says."""
        found = _ENTROPY_FILTER.match(self.filter)
        return not self.filter.strip() or (found is not None and not found["rest"])

    def every_allowlist(self) -> tuple[AllowlistText, ...]:
        """Those of both forms."""
        return (*self.allowlists, self.allowlist) if self.allowlist else self.allowlists


class Extension(Struct, frozen=True, kw_only=True):
    """Which other rules a file builds on."""

    use_default: bool = field(default=False, name="usedefault")
    path: str = ""
    url: str = ""
    disabled: tuple[str, ...] = field(default=(), name="disabledrules")

    @property
    def source(self) -> str:
        """What the file extends, empty for nothing."""
        return "the rules of gitleaks itself" if self.use_default else self.path or self.url


class FileText(Struct, frozen=True, kw_only=True):
    """A whole file as it is written."""

    rules: tuple[Table, ...] = ()
    allowlists: tuple[AllowlistText, ...] = ()
    allowlist: AllowlistText | None = None
    extend: Extension = Extension()
    title: str = ""
    description: str = ""
    minversion: str = ""
    betterleaksminversion: str = ""
