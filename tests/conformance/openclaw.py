"""The made-up conversation as OpenClaw's session file, and as rows of its database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from tests.builders import Transcript
from tests.builders.database import OpenClawDatabase
from tests.builders.entries import call_block, tool_result
from tests.conformance.conversation import SESSION, Said


def write(conversation: Iterable[Said], folder: Path) -> None:
    """Writes the conversation as one transcript into ``folder``, which stands for the sessions folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _transcript(conversation).write(folder / f"{SESSION}.jsonl")


def write_database(conversation: Iterable[Said], folder: Path) -> None:
    """Writes it as rows of the database of the agent whose sessions folder is ``folder``."""
    with OpenClawDatabase(folder.with_name("agent") / "openclaw-agent.sqlite", live=True) as database:
        database.put(_transcript(conversation))


def _transcript(conversation: Iterable[Said]) -> Transcript:
    said = tuple(conversation)
    transcript = Transcript(SESSION, said[0].at)
    for one in said:
        if one.role == "user":
            transcript.user(one.text, at=one.at)
            continue
        calls = [call_block("exec", {"command": call.command}, call.id) for call in one.calls]
        transcript.assistant(one.text, at=one.at, model=one.model, calls=calls)
        for call in one.calls:
            at = one.at + timedelta(seconds=2)
            transcript.add(
                tool_result,
                call.output,
                at=at,
                call_id=call.id,
                name="exec",
                exit_code=call.exit_code,
                failed=call.exit_code != 0,
            )
    return transcript
