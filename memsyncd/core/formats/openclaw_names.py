"""What the name of a file in OpenClaw's ``sessions/`` folder, or in its archive of imports, says about it.

Pure: base names in, records out; no file is opened. The content of a transcript is the business of
:mod:`memsyncd.core.formats.openclaw`.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import datetime

from memsyncd.core.formats.base import Artefact, ArtefactKind
from memsyncd.model import Millis

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

# <key>.<former name>.imported-<milliseconds>, and a number when that name was taken already
_IMPORTED = re.compile(r"(?P<rest>.+)\.imported-(?P<millis>[0-9]{1,15})(?:\.[0-9]+)?", re.DOTALL | re.ASCII)
_NO_KEY = re.compile(r"\A(?:archive-tier|legacy-store)\.")
_COLD = re.compile(r"(?P<session>[0-9a-f]{64})\.jsonl\.zst")
_TOPIC = re.compile(r"-topic-[^/]*\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")

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


def classify_imported(name: str) -> Artefact | None:
    """Say what transcript the base name ``name`` in ``session-sqlite-import-archive/`` stands for; None: none.

    Read is what was a transcript under its former name; the instant is that of the import. The key, with ``_`` for
    every character that a file name should not have, and the session id can both hold dots, so that a name can be
    cut in several places. A session id that is a UUID decides, then a key that ends with the session id, as the
    keys of sessions named by hand and of recovered ones do; else the key ends at the first dot.
    Source: the names OpenClaw 2026.8.1 to 2026.9.6 gives when it takes transcripts over into its database.
    """
    imported = _IMPORTED.fullmatch(name)
    if imported is None:
        return None
    found = _former(imported["rest"])
    if found is None or found.kind != "live":
        return found  # a reset archive tells when the reset was
    return Artefact("imported", found.session, int(imported["millis"]))


def reason_not_imported(name: str) -> str:
    """Say in a word or two why ``name`` is not read; empty for names that :func:`classify_imported` accepts."""
    if classify_imported(name):
        return ""
    imported = _IMPORTED.fullmatch(name)
    return (imported and _ruled_out(_NO_KEY.sub("", imported["rest"]))) or "other"


def classify_cold(name: str) -> Artefact | None:
    """Say what the base name ``name`` in ``sessions/cold/`` stands for; the database knows whose session it is."""
    cold = _COLD.fullmatch(name)
    return cold and Artefact("archived", cold["session"], compressed=True)


def without_topic(session: str) -> str:
    """Return the id under which OpenClaw's database keeps the session that ``session`` names a transcript of."""
    return _TOPIC.sub("", session)


def in_a_file_name(session: str) -> str:
    """Return a session id as OpenClaw writes it into the names of files."""
    return _NOT_IN_NAMES.sub("_", session)


def _former(rest: str) -> Artefact | None:
    """Tell which transcript ``rest``, a key and a former name, stands for."""
    if _NO_KEY.match(rest):
        return classify(rest.split(".", 1)[1])
    if _ruled_out(rest):
        return None
    cuts = [at for at, character in enumerate(rest) if character == "."]
    whole = [(rest[:at], found) for at in cuts if (found := classify(rest[at + 1 :]))]
    for _, found in whole:
        if _UUID.fullmatch(without_topic(found.session)):
            return found
    for key, found in whole:
        if key.endswith(f"_{found.session}"):
            return found
    return whole[0][1] if whole else None


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
