"""Codex's rollouts as a ``Format``."""

from __future__ import annotations

from memsyncd.core.formats.base import Format
from memsyncd.core.formats.codex_names import classify, reason_not_read
from memsyncd.core.formats.codex_reader import CodexReader
from memsyncd.core.formats.codex_text import NOISE

CODEX = Format(
    kind="codex",
    classify=classify,
    reason_not_read=reason_not_read,
    reader=CodexReader,
    noise=NOISE,
    roots=("sessions", "archived_sessions"),
    depth=3,  # year, month, day
)
