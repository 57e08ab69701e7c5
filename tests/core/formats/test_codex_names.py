from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.formats.base import Artefact
from memsyncd.core.formats.codex import CODEX
from memsyncd.core.formats.codex_names import classify, reason_not_read
from tests.conformance.codex import rollout_name
from tests.conformance.conversation import SESSION

FURTHER = "0199d3f4-0000-7abc-8def-001122334455"


@pytest.mark.parametrize(
    ("name", "artefact"),
    [
        (rollout_name(), Artefact("live", SESSION)),
        (f"{rollout_name()}.zst", Artefact("live", SESSION, compressed=True)),
        (f"sessions/rollout-2025-05-01T10-00-00-{SESSION}.jsonl", Artefact("live", SESSION)),
        (f"sessions/rollout-2025-05-01-{SESSION}.jsonl", Artefact("live", SESSION)),
        (f"archived_sessions/rollout-2026-03-02T09-00-00-{SESSION}.jsonl", Artefact("archived", SESSION)),
        (
            f"archived_sessions/rollout-2026-03-02T09-00-00-{SESSION}.jsonl.zst",
            Artefact("archived", SESSION, compressed=True),
        ),
        (f"sessions/2026/03/02/rollout-2026-03-02T09-00-00-{SESSION}_{FURTHER}.jsonl", Artefact("live", SESSION)),
        ("sessions/2026/03/02/rollout-hand-made.jsonl", Artefact("live", "hand-made")),
        ("sessions/2026/03/02/rollout-with_part.jsonl", Artefact("live", "with_part")),
    ],
)
def test_rollouts_are_recognised_and_named_by_their_thread(name: str, artefact: Artefact) -> None:
    assert classify(name) == artefact
    assert reason_not_read(name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("auth.json", "credentials"),
        ("history.jsonl", "prompt history"),
        ("session_index.jsonl", "index"),
        ("external_agent_session_imports.json", "index"),
        ("state_5.sqlite", "database"),
        ("state_5.sqlite-wal", "database"),
        (f"sessions/rollout-2025-06-20-{SESSION}.json", "JSON transcript of 2025"),
        (f"rollout-2026-03-02T09-00-00-{SESSION}.jsonl", "other"),
        (f"sessions/2026/03/02/rollout-2026-03-02T09-00-00-{SESSION}.jsonl.tmp", "other"),
        (f"sessions/2026/03/02/.rollout-2026-03-02T09-00-00-{SESSION}.jsonl", "other"),
        ("sessions/2026/03/02/rollout-.jsonl", "other"),
        ("sessions/2026/03/02/notes.jsonl", "other"),
        ("config.toml", "other"),
        ("sessions", "other"),
        ("", "other"),
    ],
)
def test_everything_else_is_not_read_and_says_why(name: str, reason: str) -> None:
    assert classify(name) is None
    assert reason_not_read(name) == reason


@given(st.text(max_size=80))
def test_every_name_is_either_read_or_has_a_reason(name: str) -> None:
    assert (classify(name) is None) == bool(reason_not_read(name))


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True))
def test_a_thread_has_one_name_in_every_place_and_packing(thread: str) -> None:
    places = (
        f"sessions/2026/03/02/rollout-2026-03-02T09-00-00-{thread}.jsonl",
        f"archived_sessions/rollout-2026-03-02T09-00-00-{thread}.jsonl.zst",
    )
    assert {artefact.session for name in places if (artefact := classify(name))} == {thread}


def test_the_format_looks_where_rollouts_lie() -> None:
    """The folder of a day lies three deep."""
    root, *folders = rollout_name().split("/")[:-1]
    assert (CODEX.kind, CODEX.roots, CODEX.depth) == ("codex", (root, "archived_sessions"), len(folders))
