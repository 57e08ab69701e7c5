"""The formats that are read, by the ``kind`` of a source."""

from __future__ import annotations

from collections.abc import Mapping

from memsyncd.core.formats.base import Format
from memsyncd.core.formats.claude_code import CLAUDE_CODE
from memsyncd.core.formats.codex import CODEX
from memsyncd.core.formats.openclaw_format import OPENCLAW
from memsyncd.core.formats.pi import PI

FORMATS: Mapping[str, Format] = {format_.kind: format_ for format_ in (OPENCLAW, CLAUDE_CODE, CODEX, PI)}
