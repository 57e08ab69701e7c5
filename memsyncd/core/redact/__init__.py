"""Takes secrets out of a text before it is stored, shown, logged, shortened or sent.

What counts as a secret is data, the files in ``data``. Everything else is a pure function of the
text: ``redact`` replaces the secrets, ``cut`` shortens a redacted text without breaking a placeholder.
"""

from __future__ import annotations

from memsyncd.core.redact.placeholders import LABELS, PLACEHOLDER, cut
from memsyncd.core.redact.redactor import Policy, Redactor
from memsyncd.model import Redaction

__all__ = ["LABELS", "PLACEHOLDER", "RULESET_VERSION", "Policy", "Redactor", "cut", "redact"]


def redact(text: str) -> Redaction:
    """``text`` without secrets, by the rules of this package; see Redactor."""
    return Redactor.default()(text)


def __getattr__(name: str) -> str:
    """``RULESET_VERSION``, the version of the rules of this package, read when it is first asked for."""
    if name == "RULESET_VERSION":
        return Redactor.default().version
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
