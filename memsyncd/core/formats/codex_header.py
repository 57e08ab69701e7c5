"""What the header of a rollout says of its thread: where it comes from, and whether it is anybody's conversation.

Pure. Only the first header of a rollout speaks of it; a rollout that was forked off repeats its parent's.
"""

from __future__ import annotations

from typing import Final

from memsyncd.core.formats.codex_json import PayloadJson, read_any, read_object

_MACHINE_THREADS: Final = frozenset({"subagent", "guardian_review", "memory_consolidation"})


def outcast(header: PayloadJson) -> str | None:
    """Why the whole thread is generated and stays out of memory; None for a person's.

    The source of a person's thread is a word (``cli``, ``vscode``, ``exec``) or names a program of the user's; of
    the agent's own it is an object with ``subagent`` or ``internal``. A ``thread_source`` that is none of Codex's
    own names the feature that a person began the thread with.
    """
    source = read_any(header.source)
    if isinstance(source, dict):
        for kind in ("subagent", "internal"):
            if kind in source:
                return kind
    return header.thread_source if header.thread_source in _MACHINE_THREADS else None


def parent(header: PayloadJson) -> str | None:
    """The thread that this one was forked from, or goes on from."""
    base = header.history_base.thread_id if header.history_base else None
    other = header.forked_from_id or base
    return other if other != header.id else None


def replays_parent(header: PayloadJson) -> bool:
    """Whether the rollout begins with its parent's lines; a paginated one only says how far they count."""
    return bool(header.forked_from_id) and header.history_base is None and outcast(header) is None


def model_of(header: PayloadJson) -> str | None:
    """The model that the thread's instructions were made for, where the header says it.

    Rollouts of the desktop program often have no ``turn_context`` and name the model here alone (reported).
    """
    provenance = read_object(header.base_instructions).get("provenance")
    model = provenance.get("model") if isinstance(provenance, dict) else None
    return model if isinstance(model, str) and model else None
