"""Each transcript says what its commands print and leave behind; ``transcripts`` explains how to read one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli import scenarios
from tests.cli.transcripts import Stage, play

FOLDER = Path(__file__).with_name("transcripts")
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_commands_print_and_leave_what_the_transcript_says(path: Path, stage: Stage) -> None:
    expected = path.read_text("utf-8")
    found = play(expected, stage, vars(scenarios))
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        path.write_text(found, "utf-8")
    else:
        assert found == expected


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_transcript_begins_with_what_it_shows(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# ")


# --- the player itself ---


def test_playing_tells_of_output_that_the_transcript_does_not_have(stage: Stage) -> None:
    assert (
        play("$ memsyncd --version\n  memsyncd, version 99\n", stage, {})
        == "$ memsyncd --version\n  memsyncd, version VERSION\n"
    )


def test_playing_tells_of_exit_codes_and_missing_files(stage: Stage) -> None:
    found = play("$ memsyncd catch-up\n= $HOME/nothing\n", stage, {}).splitlines()
    assert found[0] == "$ memsyncd catch-up"
    assert found[-2:] == ["? 1", "- $HOME/nothing"]


def test_a_file_is_shown_only_where_the_transcript_shows_it(stage: Stage) -> None:
    (stage.root / "a.txt").write_text(f"one\n\nin {stage.root}\n")
    assert play("= $HOME/a.txt\n", stage, {}) == "= $HOME/a.txt\n"
    assert play("= $HOME/a.txt\n  ?\n", stage, {}) == "= $HOME/a.txt\n  one\n\n  in $HOME\n"
    assert play("- $HOME/a.txt\n", stage, {}) == "= $HOME/a.txt\n"


def test_the_environment_of_a_command_ends_with_it(stage: Stage) -> None:
    play("$ MEMSYNCD_CONFIG=$HOME/no.toml memsyncd config show\n", stage, {})
    assert "MEMSYNCD_CONFIG" not in os.environ


def test_a_happening_that_is_not_known_is_an_error(stage: Stage) -> None:
    with pytest.raises(KeyError):
        play("* nothing_of_this_name\n", stage, {})
