"""What the name of a file in Claude Code's ``projects/`` folder says about it.

Pure: names in, records out; no file is opened. Names are relative to ``projects``, or to one project's folder.
"""

from __future__ import annotations

from memsyncd.core.formats.base import Artefact


def classify(name: str) -> Artefact | None:
    """Say what transcript ``name`` stands for; None when it is never read.

    Read is ``<project>/<session id>.jsonl``. Deeper lie subagents' transcripts and spilled output; older releases
    put subagents' transcripts beside the session's own. A project's folder is named after its path with every
    other character replaced, which cannot be undone, so it tells nothing.
    """
    if reason_not_read(name):
        return None
    return Artefact("live", name.rsplit("/", 1)[-1].removesuffix(".jsonl"))


def reason_not_read(name: str) -> str:
    """Say in a word or two why ``name`` is not read; empty for names that :func:`classify` accepts."""
    *folders, last = name.split("/")
    if "subagents" in folders or last.startswith("agent-"):
        return "subagent"
    if "tool-results" in folders or "workflows" in folders:
        return "tool output"
    if last == "history.jsonl":
        return "prompt history"
    # No session id starts with a dot, but the side files of network drives and editors do.
    hidden = any(part.startswith(".") for part in (*folders, last))
    return "" if last.endswith(".jsonl") and len(folders) <= 1 and not hidden else "other"
