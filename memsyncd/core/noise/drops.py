"""Which messages in the user's role no person wrote: what they start with, and the reason to drop them."""

from __future__ import annotations

import re
from typing import Final

# (reason, first characters, pattern of what must follow). A pattern stands where a person could begin a sentence
# with the same words.
_STARTS: Final = (
    ("heartbeat", "Read HEARTBEAT.md if it exists (workspace context).", ""),
    ("heartbeat", "[OpenClaw heartbeat poll]", ""),
    ("heartbeat", "Follow the heartbeat monitor scratch context", ""),
    ("heartbeat", "Run the following periodic tasks (only those due", ""),
    ("event", "[OpenClaw exec completion]", ""),
    ("event", "[OpenClaw cron wake]", ""),
    ("event", "[OpenClaw session event]", ""),
    ("flush", "Pre-compaction memory flush", r"(?=[.:\n]| turn|\Z)"),
    ("start", "A new session was started via /new or /reset", ""),
    ("start", "[Startup context loaded by runtime]", ""),
    ("start", "[OpenClaw session new]", ""),
    ("start", "[OpenClaw session reset]", ""),
    ("cron", "[cron:", ""),
    ("cron", "A scheduled reminder has been triggered", ""),
    ("cron", "A scheduled cron event was triggered", ""),
    ("exec", "An async command you ran earlier", ""),
    ("exec", "An async command the user already approved", ""),
    ("exec", "An async command completion event", ""),
    ("exec", "Exec finished", r"(?= \(|[.:\n]|\Z)"),
    ("exec", "exec finished (", ""),
    ("inter-session", "[Inter-session message]", ""),
    ("task", "[Internal task completion event]", ""),
    ("task", "A background task ", r"(?=[\"“]|(?:just|completed|finished|failed|timed out)\b)"),
    ("task", "A subagent task ", r"(?=[\"“]|(?:just|completed|finished|failed|timed out)\b)"),
    ("task", "A completed subagent task", ""),
    ("task", "[Subagent Context]", ""),
    ("task", "[Subagent Task]", ""),
    ("announce", "[Queued announce messages while agent was busy]", ""),
    ("announce", "[Queue overflow] Dropped ", r"(?=\d+ announce)"),
    ("runtime", "OpenClaw runtime event.", ""),
    ("runtime", "OpenClaw runtime context for the immediately preceding", ""),
    ("runtime", "OpenClaw runtime context for the active user request", ""),
    ("runtime", "[System] Your previous turn was interrupted by a gateway restart", ""),
    ("placeholder", "(continue)", r"(?=\s*\Z)"),
    ("media", "[User sent media without caption]", r"(?=\s*\Z)"),
)

STARTS: Final = tuple(start for _, start, _ in _STARTS)


def _pattern() -> re.Pattern[str]:
    reasons = dict.fromkeys(reason for reason, _, _ in _STARTS)
    groups = []
    for reason in reasons:
        starts = "|".join(re.escape(start) + rest for other, start, rest in _STARTS if other == reason)
        groups.append(f"(?P<{reason.replace('-', '_')}>{starts})")
    return re.compile("|".join(groups))


_DROPPED: Final = _pattern()


def drop_reason(text: str, start: int = 0, stop: int | None = None) -> str | None:
    """Why ``text[start:stop]`` is no person's message, judged by what it starts with; None: keep it."""
    match = _DROPPED.match(text, start, len(text) if stop is None else stop)
    return match.lastgroup.replace("_", "-") if match and match.lastgroup else None
