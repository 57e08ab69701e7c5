"""Short names of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from memsyncd.core.digest.plain import plain

_SHORT = 8  # characters, as people know them from the agent's own output


def labels(sessions: Collection[str]) -> Mapping[str, str]:
    """For each session the first eight characters of its id.

    Where two begin alike (OpenClaw names the transcript of a forum topic after its parent, ``<id>-topic-<n>``),
    the end of the id follows, and the whole id where that does not tell them apart either.
    """
    ways = [
        {session: session[:_SHORT] for session in sessions},
        {session: f"{session[:_SHORT]}…{session[-_SHORT:]}" for session in sessions},
    ]
    found: dict[str, str] = {}
    for way in ways:
        uses = Counter(way.values())
        found = {session: label for session, label in way.items() if uses[label] == 1} | found
    return {session: plain(found.get(session, session)) or "unnamed" for session in sessions}
