"""What the files beside Codex's rollouts tell: titles, and which threads were taken over from another agent.

Pure: bytes in, mappings out. Both files are reported by readers of them, not documented; what cannot be read in
them is passed over.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from memsyncd.core.formats.codex_state import State, write_state
from memsyncd.core.formats.fitting import read_record, read_value

INDEX: Final = "session_index.jsonl"
IMPORTS: Final = "external_agent_session_imports.json"

LEAVE_IMPORTS: Final = write_state(State(leave_imports=True))
"""The state to begin an imported thread's reader in, so that it reads what was said in Codex since and no more."""


class _TitleJson(Struct):
    id: str | None = None
    thread_name: str | None = None


_TITLE: Final = msgspec.json.Decoder(_TitleJson)
_VALUE: Final = msgspec.json.Decoder()


def titles(index: bytes) -> dict[str, str]:
    """Thread id → title, from the bytes of ``session_index.jsonl``; of a renamed thread's lines the last wins."""
    found = {}
    for line in index.splitlines():
        title = read_record(line, _TITLE) if line.strip() else None
        if isinstance(title, _TitleJson) and title.id and title.thread_name:
            found[title.id] = title.thread_name
    return found


def imports(data: bytes) -> dict[str, str]:
    """Thread id → path of the log it was made from, from the bytes of ``external_agent_session_imports.json``.

    Whoever reads that log too has each of its words twice unless the thread is begun with ``LEAVE_IMPORTS``. Where
    it is not read, or is gone, the thread is the only copy.
    """
    value = read_value(data, _VALUE)
    records = value.get("records") if isinstance(value, dict) else value
    found = (_import_of(record) for record in records) if isinstance(records, list) else ()
    return dict(pair for pair in found if pair)


def _import_of(record: Any) -> tuple[str, str] | None:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(record, dict) or not isinstance(record.get("imported_thread_id"), str):
        return None
    path = record.get("source_path")
    return record["imported_thread_id"], path if isinstance(path, str) else ""
