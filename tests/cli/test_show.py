"""``memsyncd show`` where a transcript cannot show it: a terminal, several folders, files on disk."""

from __future__ import annotations

import json

import pytest

from tests.builders import OpenClawHome, Transcript
from tests.cli import scenarios
from tests.cli.transcripts import Stage, run

CONTROLS = ("\x1b", "\x07", "\x9b", "\u202e", "\r")


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", "--json"],
        ["show", "2026-01-16"],
        ["show", "2026-01-16", "--full"],
        ["extract"],
        ["extract", "--json"],
        ["stats"],
    ],
)
def test_what_people_wrote_steers_no_terminal(stage: Stage, arguments: list[str]) -> None:
    scenarios.hostile_words(stage)
    stage.openclaw.note("2026-01-16.md", f"a note\n{scenarios.HOSTILE}\rover\n")
    ran = run(*arguments, terminal=True)
    assert ran.code == 0
    assert not [char for char in CONTROLS if char in ran.out]


def test_escaped_characters_are_still_there_in_json(stage: Stage) -> None:
    scenarios.hostile_words(stage)
    stage.openclaw.note("2026-01-16.md", scenarios.HOSTILE)
    (day,) = json.loads(run("show", "2026-01-16", "--json").out)["days"]
    assert day["text"] == scenarios.HOSTILE


def test_a_day_that_has_no_file_yet_is_rendered(stage: Stage) -> None:
    scenarios.two_days(stage)
    ran = run("show", "2026-01-14")
    assert ran.out.startswith("# 2026-01-14 (Wednesday)\n\n*Auto-generated from 2 session messages*\n")
    assert json.loads(run("show", "2026-01-14", "--json").out)["days"][0]["file"] is None
    assert not any(stage.memory.iterdir())


def test_a_file_of_a_day_without_messages_is_shown(stage: Stage) -> None:
    scenarios.two_days(stage)
    stage.openclaw.note("2025-12-24.md", "a quiet day\n")
    assert run("show", "2025-12-24").out == "a quiet day\n"


def test_each_folder_is_named_where_there_are_several(stage: Stage) -> None:
    scenarios.two_days(stage)
    other = OpenClawHome(stage.root, agent="sam")
    other.configure({"agents": {"list": [{"id": "main", "default": True}, {"id": "sam"}]}})
    other.live(
        Transcript("0e0e0000-0000-4000-8000-00000000000e", "2026-01-15T11:00:00Z").user("Sam, book a room.")
    )
    (stage.root / ".openclaw/workspace-sam").mkdir()
    ran = run("show", "2026-01-15")
    assert "And the receipts?" in ran.out
    assert "book a room" in ran.out
    headings = [line for line in ran.err.splitlines() if line.startswith("── ")]
    assert headings == [f"── {stage.memory}", f"── {stage.root / '.openclaw/workspace-sam/memory'}"]


def test_full_shows_what_the_size_limit_leaves_out_of_the_file(stage: Stage) -> None:
    talk = Transcript("0fac0000-0000-4000-8000-00000000000f", "2026-01-16T09:00:00Z")
    for number in range(400):
        talk.user(f"Item {number}: measure the beam with the number {number} and write it down, please.")
    stage.openclaw.live(talk)
    run("catch-up")
    short, full = run("show", "2026-01-16").out, run("show", "2026-01-16", "--full").out
    assert len(short.encode()) < 16_384 < len(full.encode())
    assert "`memsyncd show 2026-01-16 --full`" in short
    assert full.count("measure the beam with the number") > short.count("measure the beam with the number")
