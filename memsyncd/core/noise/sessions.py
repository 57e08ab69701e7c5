"""Which sessions stay out of memory altogether, told by their key and by what created them."""

from __future__ import annotations

import re
from typing import Final

_GENERATED: Final = (
    ("cron:", "cron"),
    ("subagent:", "subagent"),
    ("acp:", "acp"),
    ("hook:", "hook"),
    ("boot:", "boot"),
    ("internal-session-effects:", "internal"),  # OpenClaw itself never shows these
    ("dreaming-narrative-", "dreaming"),
)
_MODEL_RUN: Final = re.compile(r"explicit:model-run-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CREATORS: Final = frozenset({"cron", "spawn", "internal", "plugin"})


def session_verdict(key: str | None, created_via: str | None = None) -> str | None:
    """Why a session stays out of memory, None to keep it.

    ``key`` is OpenClaw's routing key, ``agent:<id>:<rest>``; ``created_via`` the column of the same name. Imported
    sessions and those of the command line have neither: not knowing keeps.
    """
    if created_via in _CREATORS:
        return created_via
    return None if key is None else _key_verdict(key)


def _key_verdict(key: str) -> str | None:
    rest = key.split(":", 2)[-1] if key.startswith("agent:") else key
    for start, reason in _GENERATED:
        if rest.startswith(start):
            return reason
    if key.endswith(":heartbeat"):
        return "heartbeat"
    return "model-run" if _MODEL_RUN.fullmatch(rest) else None
