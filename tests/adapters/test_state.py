"""The state file: what was published comes back, and nothing unreadable is thrown away or believed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.state import Failure, State, Writes, load_state, save_state
from memsyncd.errors import FileError
from memsyncd.model import PublishedDay

FIRST, SECOND = date(2026, 1, 14), date(2026, 1, 15)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "state.json"


def published(day: date) -> PublishedDay:
    return PublishedDay(file=f"{day}.md", fingerprint="f" * 16, block="0" * 8, messages=3, size=700, mtime_ns=1)


def test_without_a_file_nothing_was_published(path: Path) -> None:
    assert load_state(path) == (State(), None)
    assert not path.parent.exists()


def test_what_is_saved_comes_back(path: Path, tmp_path: Path) -> None:
    state = State(last_run="2026-02-01T09:00:00+00:00", last_successful_date=SECOND)
    state.days(tmp_path)[FIRST] = published(FIRST)
    save_state(path, state)
    assert load_state(path) == (state, None)


def test_what_failed_and_what_was_counted_comes_back(path: Path, tmp_path: Path) -> None:
    failure = Failure(what="cannot write", why="no space", hint="free some", since="2026-01-15", at="2026-01-16")
    failed = {str(tmp_path): {FIRST: failure}}
    state = State(last_error=failure, writes=Writes(since="2026-01-14", made=7, avoided=3), failed=failed)
    save_state(path, state)
    assert load_state(path) == (state, None)


def test_a_folder_in_which_nothing_fails_any_more_is_not_mentioned(path: Path, tmp_path: Path) -> None:
    save_state(path, State(failed={str(tmp_path): {}}))
    assert load_state(path) == (State(), None)


def test_the_file_of_an_older_program_is_read(path: Path) -> None:
    """It knows nothing of failures and counts; what it knows of days is not lost."""
    path.parent.mkdir()
    day = '{"file": "2026-01-14.md", "fingerprint": "f", "block": "0", "messages": 3}'
    path.write_text(f'{{"version": 1, "folders": {{"/m": {{"2026-01-14": {day}}}}}}}')
    state, note = load_state(path)
    assert (note, list(state.folders["/m"]), state.writes, state.failed) == (None, [FIRST], Writes(), {})


def test_days_of_all_folders_are_counted(path: Path, tmp_path: Path) -> None:
    state = State()
    state.days(tmp_path / "a").update({FIRST: published(FIRST), SECOND: published(SECOND)})
    state.days(tmp_path / "b")[FIRST] = published(FIRST)
    save_state(path, state)
    assert json.loads(path.read_bytes())["total_days_processed"] == 3


def test_the_order_in_which_days_were_written_does_not_show(path: Path, tmp_path: Path) -> None:
    texts = []
    for days in ((FIRST, SECOND), (SECOND, FIRST)):
        state = State()
        state.days(tmp_path).update({day: published(day) for day in days})
        save_state(path, state)
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]


def test_only_the_owner_can_read_it(path: Path) -> None:
    save_state(path, State())
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_and_a_link_to_it_have_the_same_days(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    state = State()
    state.days(tmp_path / "real")[FIRST] = published(FIRST)
    assert state.days(tmp_path / "link") == {FIRST: published(FIRST)}


# --- when it cannot be used ---


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"\0" * 64, b"[]", b"\xff", b'{"folders": 3}', b'{"last_successful_date": "2026-02-30"}'],
    ids=repr,
)
def test_an_unreadable_file_is_set_aside_as_it_is(path: Path, junk: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(junk)
    state, note = load_state(path)
    (aside,) = path.parent.iterdir()
    assert state == State()
    assert aside.read_bytes() == junk
    assert note is not None
    assert str(aside) in note


def test_the_file_of_a_newer_program_is_set_aside_too(path: Path) -> None:
    save_state(path, State(version=2))
    state, note = load_state(path)
    assert state == State()
    assert note is not None
    assert "version 2 is newer than this program" in note


def test_nothing_that_was_set_aside_earlier_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    for junk in (b"first", b"second"):
        path.write_bytes(junk)
        load_state(path)
    assert [file.read_bytes() for file in sorted(path.parent.iterdir())] == [b"first", b"second"]


def test_what_a_newer_program_added_is_passed_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 1, "mood": "fine", "last_run": "2026-02-01T09:00:00+00:00"}')
    assert load_state(path) == (State(last_run="2026-02-01T09:00:00+00:00"), None)


def test_something_that_is_no_file_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(FileError, match="cannot read the state file"):
        load_state(path)


def test_a_file_that_cannot_be_set_aside_stays_and_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 62)  # the name that it would get is longer than a name can be
    path.write_bytes(b"{")
    with pytest.raises(FileError, match="cannot set the unreadable state file aside"):
        load_state(path)
    assert path.read_bytes() == b"{"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(FileError):
        save_state(tmp_path / "kept" / "state.json", State())
