"""The formats that are read, by the ``kind`` of a source."""

from __future__ import annotations

from collections.abc import Mapping

from memsyncd.core.formats.base import Format
from memsyncd.core.formats.openclaw_format import OPENCLAW

FORMATS: Mapping[str, Format] = {format_.kind: format_ for format_ in (OPENCLAW,)}
