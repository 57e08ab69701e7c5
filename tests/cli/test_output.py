"""The rules of the terminal: what goes where, what is shown to whom, and how numbers and columns look."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from memsyncd.cli.output import Output, Progress, columns, count, escaped, printable, short_path, size
from tests.cli import scenarios
from tests.cli.transcripts import Stage, Stream, run

# --- texts ---


@pytest.mark.parametrize(
    "char", ["\x00", "\x07", "\x08", "\r", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066"], ids=repr
)
def test_a_character_that_steers_a_terminal_is_shown_as_one_that_does_not(char: str) -> None:
    assert printable(f"a{char}b") == "a\ufffdb"
    assert json.loads(escaped(json.dumps(f"a{char}b", ensure_ascii=False))) == f"a{char}b"
    assert char not in escaped(json.dumps(f"a{char}b", ensure_ascii=False))


def test_lines_tabs_and_letters_of_any_language_are_shown_as_they_are() -> None:
    text = "日記\té\n🦕 شكرا"
    assert printable(text) == escaped(text) == text


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (12_345, "12,345 days")]
)
def test_a_number_has_its_noun_in_the_right_form(number: int, shown: str) -> None:
    assert count(number, "day") == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (30_100_000, "30.1 MB"), (5_000_000_000, "5.0 GB")],
)
def test_a_size_has_a_decimal_unit(number: int, shown: str) -> None:
    assert size(number) == shown


@pytest.mark.parametrize(
    ("path", "home", "shown"),
    [
        ("/home/ada/notes", "/home/ada", "~/notes"),
        ("/home/adam/notes", "/home/ada", "/home/adam/notes"),
        ("/home/ada", "/home/ada", "/home/ada"),
        ("/etc/x", "/", "/etc/x"),
        ("/etc/x", "", "/etc/x"),
    ],
)
def test_a_path_below_home_is_shown_short(path: str, home: str, shown: str) -> None:
    assert short_path(Path(path), {"HOME": home}) == shown


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("a", 1, "x"), ("日記", 22, ""), ("e\u0301", 333, "last")]
    assert columns(rows, right=[1]) == ["a       1  x", "日記   22", "e\u0301     333  last"]
    assert columns([]) == []


# --- where things go ---


def test_data_goes_to_stdout_and_words_to_stderr() -> None:
    out, err = Stream(), Stream()
    with redirect_stdout(out), redirect_stderr(err):
        shown = Output()
        shown.data("data")
        shown.say("words")
        shown.warn("odd")
    assert (out.text, err.text) == ("data\n", "words\nwarning: odd\n")


def test_quiet_leaves_data_and_warnings() -> None:
    out, err = Stream(), Stream()
    with redirect_stdout(out), redirect_stderr(err):
        shown = Output(quiet=True)
        shown.data("data")
        shown.say("words")
        shown.warn("odd")
    assert (out.text, err.text) == ("data\n", "warning: odd\n")


def test_a_value_without_a_json_form_is_a_fault_of_ours() -> None:
    with pytest.raises(NotImplementedError, match="no JSON form for object"):
        Output().json(object())


# --- progress ---


def shown_while_reading(progress: Progress) -> tuple[str, str]:
    """What appears on stdout and stderr, a terminal, while ``progress`` is told of work and data is printed."""
    out, err = Stream(), Stream(terminal=True)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("TERM", "xterm")
        progress.reading("openclaw/main", 5, 10)
        sys.stdout.write("data\n")
        progress.writing(1, 1)
        progress.close()
    return out.text, err.text


def test_bars_are_shown_beside_the_data_and_taken_away() -> None:
    out, err = shown_while_reading(Progress(shown=True, patience=0))
    assert out == "data\n"
    assert "reading openclaw/main" in err
    assert "50%" in err
    assert err.endswith("\x1b[2K")


def test_short_work_shows_no_bars() -> None:
    assert shown_while_reading(Progress(shown=True, patience=60)) == ("data\n", "")


def test_where_nobody_looks_no_bars_are_shown() -> None:
    assert shown_while_reading(Progress(shown=False, patience=0)) == ("data\n", "")


@pytest.mark.parametrize("options", [{"quiet": True}, {"verbose": True}, {"as_json": True}])
def test_bars_do_not_mix_with_other_output(options: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Stream(terminal=True))
    with Output(**options).progress() as progress:
        assert not progress.shown
    with Output().progress() as progress:
        assert progress.shown


def test_at_a_terminal_the_data_is_the_same(stage: Stage) -> None:
    scenarios.two_days(stage)
    assert run("extract", terminal=True).out == run("extract").out
