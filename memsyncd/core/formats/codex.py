"""Codex's rollouts as a ``Format``."""

from __future__ import annotations

from memsyncd.core.formats.base import Beside, Format, Heirs, Imports
from memsyncd.core.formats.codex_forks import heir_state, parent_of
from memsyncd.core.formats.codex_home import IMPORTS, INDEX, LEAVE_IMPORTS, imports, titles
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
    heirs=Heirs(parent_of, heir_state),
    titles=Beside(INDEX, titles),
    imports=Imports(Beside(IMPORTS, imports), LEAVE_IMPORTS),
)
