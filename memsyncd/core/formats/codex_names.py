"""Tells Codex's transcripts by their names; everything else in its folder is none of ours.

Pure: names relative to ``$CODEX_HOME`` in, records out; no file is opened. Codex calls a transcript a rollout and
a conversation a thread. It files rollouts under the local day on which the thread began, moves them to
``archived_sessions/`` when the thread is archived, and can pack those that have not been touched for a while.
"""

from __future__ import annotations

import re
from typing import Final

from memsyncd.core.formats.base import Artefact

_LIVE: Final = "sessions/"
_ARCHIVED: Final = "archived_sessions/"
_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

# A thread that was taken back to an earlier point goes on in a further rollout, named by an id of its own.
_ROLLOUT: Final = re.compile(
    rf"rollout-(?:\d{{4}}-\d\d-\d\d(?:T\d\d-\d\d-\d\d)?-)?(?P<thread>.+?)(?:_{_UUID})?\.jsonl(?P<zst>\.zst)?",
    re.DOTALL | re.ASCII,
)
_OF_2025: Final = re.compile(r"rollout-.*\.json", re.DOTALL)
_KNOWN_FILES: Final = {
    "auth.json": "credentials",
    "history.jsonl": "prompt history",
    "session_index.jsonl": "index",
    "external_agent_session_imports.json": "index",
}
_DATABASE: Final = re.compile(r"\.sqlite(?:-wal|-shm)?\Z")


def classify(name: str) -> Artefact | None:
    """Say what rollout ``name`` stands for; None when it is never read.

    Rollouts lie in ``sessions/``, at any depth, and in ``archived_sessions/``; zstandard-packed ones end in
    ``.zst``. The session is the thread, also of its further rollouts, so that copies of one rollout and all parts
    of a thread come together.
    """
    live = name.startswith(_LIVE)
    if not live and not name.startswith(_ARCHIVED):
        return None
    found = _ROLLOUT.fullmatch(name, name.rfind("/") + 1)
    if found is None:
        return None
    return Artefact("live" if live else "archived", found["thread"], compressed=found["zst"] is not None)


def reason_not_read(name: str) -> str:
    """Say in a word or two why ``name`` is not read; empty for names that :func:`classify` accepts."""
    if classify(name):
        return ""
    base = name.rpartition("/")[2]
    if name.startswith((_LIVE, _ARCHIVED)) and _OF_2025.fullmatch(base):
        return "JSON transcript of 2025"  # one document with all items, as the first Codex wrote it
    return _KNOWN_FILES.get(name) or ("database" if _DATABASE.search(base) else "other")
