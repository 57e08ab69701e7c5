"""Secrets of every known shape, planted wherever a log can hold one, and looked for in everything that comes out."""

from __future__ import annotations

import pytest

from tests.builders import Transcript, compaction, session_info
from tests.cli.transcripts import Stage, run
from tests.core.redact.shapes import SHAPES, survivors

WORDS = "we talk about the weather and the new shop for a while "
COMMANDS = (
    "catch-up --verbose",
    "show 2026-01-15 --full",
    "extract",
    "extract --json",
    "plan 2026-01-15",
    "stats",
)


def planted(secrets: list[str]) -> Transcript:
    """Each secret in a question, an answer, a command at the edge of shortening, an error and a file name."""
    transcript = Transcript("s1")
    for number, secret in enumerate(secrets):
        before = WORDS * (number % 7)
        transcript.user(f"{before}here is the key {secret} for you")
        transcript.assistant(f"{before}I stored `{secret}`. Decision: we keep {secret} in the vault.")
        command = f"curl https://shop.example/{'a' * (number * 9)} -H 'Authorization: Bearer {secret}'"
        transcript.tool("exec", {"command": command}, f"Error: bad token {secret}", exit_code=1)
        transcript.tool("write", {"path": f"keys/{secret}.txt"}, exit_code=0)
    transcript.add(compaction, f"so far: {secrets[0]} {secrets[1]}")
    return transcript.add(session_info, f"keys {secrets[2]}")


@pytest.mark.parametrize("seed", [1, 2])
def test_no_part_of_a_secret_reaches_store_file_log_or_terminal(stage: Stage, seed: int) -> None:
    secrets = [shape.expand(seed) for shape in SHAPES]
    stage.openclaw.live(planted(secrets), "main")
    shown = [run(*command.split()) for command in COMMANDS]
    assert [ran.code for ran in shown] == [0] * len(COMMANDS)
    files = [path for root in (stage.state, stage.memory) for path in root.rglob("*") if path.is_file()]
    told = "\n".join(
        [ran.out + ran.err for ran in shown] + [path.read_bytes().decode("latin-1") for path in files]
    )
    assert "[REDACTED-" in told
    assert [shape.id for shape, secret in zip(SHAPES, secrets, strict=True) if survivors(secret, told)] == []
