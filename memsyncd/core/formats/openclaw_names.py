"""What the name of a file in OpenClaw's ``sessions/`` folder says about it.

Pure: base names in, records out; no file is opened. The content of a transcript is the business of
:mod:`memsyncd.core.formats.openclaw`.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from memsyncd.model import Millis

ArtefactKind: TypeAlias = Literal["live", "reset", "deleted", "bak"]


class Artefact(Struct, frozen=True):
    """A transcript that is read, as its name describes it."""

    kind: ArtefactKind  # live: still written to; the others are what OpenClaw renamed or copied
    session: str  # everything before ".jsonl": the session id, with "-topic-<id>" for a topic's transcript
    at: Millis | None = None  # the instant in the name; None for live files and for instants no calendar has
    compressed: bool = False  # zstandard-compressed JSONL


# OpenClaw gives several of these a name that ends in ".jsonl" as well: they have to be ruled out first.
_NOT_READ: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("trajectory", re.compile(r"\.trajectory\.jsonl(?:\.|\Z)|\.trajectory-path\.json")),
    ("checkpoint", re.compile(r"\.checkpoint\.[0-9A-Fa-f-]{36}\.jsonl\Z")),
    ("corrupt copy", re.compile(r"\.jsonl\.corrupt-.*-[0-9a-f]{8}\.jsonl\Z")),
    ("repair copy", re.compile(r"\.jsonl\.pre-doctor-(?:branch|openai-codex)-repair-.*\.bak\Z")),
    ("repair copy", re.compile(r"\.jsonl\.bak-[0-9]+-[0-9]+\Z")),
    ("lock", re.compile(r"\.jsonl(?:\..*)?\.lock\Z")),
    ("index", re.compile(r"\Asessions\.json(?:\.|\Z)")),
    # No session id starts with a dot, but the side files of network drives and editors do.
    ("other", re.compile(r"\A\.")),
)

_STAMP = r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?Z)"

_AFTER_KIND: Mapping[ArtefactKind, str] = {
    "bak": r"(?P<stamp>\d{4}-.*?)",
    "reset": _STAMP,
    "deleted": _STAMP + r"(?:\.[0-9a-f]{32})?",
}

_ARCHIVED = tuple(
    (kind, re.compile(rf"(?P<session>.+)\.jsonl\.{kind}\.{rest}(?P<zst>\.zst)?", re.DOTALL | re.ASCII))
    for kind, rest in _AFTER_KIND.items()
)

_HAND_MADE = re.compile(r"\.jsonl\.(?:deleted\.[0-9]+|full_backup)\Z")

_FILE_TIME = re.compile(r"T(\d\d)-(\d\d)-(\d\d)")


def classify(name: str) -> Artefact | None:
    """Say what transcript the base name ``name`` stands for; None when it is never read.

    Read are live transcripts, those renamed at a reset or a deletion (also zstandard-compressed exports), and the
    full copies that ``sessions.compact`` leaves: the lines it cut survive nowhere else. Never read are run traces,
    checkpoints, corrupt and repair copies, locks and indexes, which hold copies or no conversation at all.
    Source: the names OpenClaw 2026.1 to 2026.9 gives; OpenClaw itself counts live, reset and deleted transcripts.
    """
    if ".jsonl" not in name or _ruled_out(name):
        return None
    for kind, pattern in _ARCHIVED:
        if found := pattern.fullmatch(name):
            return Artefact(kind, found["session"], _instant(found["stamp"]), found["zst"] is not None)
    return Artefact("live", name.removesuffix(".jsonl")) if name.endswith(".jsonl") else None


def reason_not_read(name: str) -> str:
    """Say in a word or two why ``name`` is not read; empty for names that :func:`classify` accepts."""
    if reason := _ruled_out(name):
        return reason
    if _HAND_MADE.search(name):
        return "hand-made copy"
    return "" if classify(name) else "other"


def _ruled_out(name: str) -> str | None:
    """Return the reason of the first pattern that rules ``name`` out."""
    return next((reason for reason, pattern in _NOT_READ if pattern.search(name)), None)


def _instant(stamp: str) -> Millis | None:
    """Read an ISO instant whose time may be written with dashes, as file names need."""
    try:
        at = datetime.fromisoformat(_FILE_TIME.sub(r"T\1:\2:\3", stamp))
        return None if at.tzinfo is None else timegm(at.utctimetuple()) * 1000 + at.microsecond // 1000
    except (ValueError, OverflowError):
        return None
