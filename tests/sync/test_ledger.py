"""The ledger: what a run leaves in the state file beside its days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.state import Failure, SecondLook, State, load_state
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.errors import FileError, MemsyncdError, StoreError
from memsyncd.sync.engine import Engine
from memsyncd.sync.ledger import enter, enter_error
from memsyncd.sync.publish import DayReport
from memsyncd.sync.runs import RunReport
from tests.builders import Transcript
from tests.hidden import SECRET
from tests.sync.rig import NOW, Rig

DAY = date(2026, 1, 15)
FULL = FileError("cannot write", where="/memory/2026-01-15.md", why="no space left", hint="free some space")
FIRST, SECOND, THIRD = "2026-02-01T09:00:00+00:00", "2026-02-01T09:05:00+00:00", "2026-02-01T09:10:00+00:00"


def clean(text: str) -> str:
    return text.replace(SECRET, "[gone]")


def day(action: str = "create", error: MemsyncdError | None = None, on: date = DAY) -> DayReport:
    return DayReport(date=on, folder="/memory", file=f"{on}.md", action=action, reason="", messages=2, error=error)


def run(
    state: State, *days: DayReport, now: str = FIRST, whole: bool = True, **report: list[MemsyncdError]
) -> None:
    enter(state, RunReport(days=list(days), **report), SecondLook(status="off"), now=now, whole=whole, clean=clean)


def failures(state: State) -> dict[date, Failure]:
    return state.failures(Path("/memory"))


# --- writes ---


def test_writes_made_and_avoided_add_up_since_the_first_run() -> None:
    state = State()
    run(state, day("create"), day("unchanged"), day("skip"), day("failed", FULL))
    run(state, day("replace"), day("append"), now=SECOND)
    assert (state.writes.since, state.writes.made, state.writes.avoided) == (FIRST, 3, 1)


def test_the_newest_day_that_is_up_to_date_is_kept_and_one_that_failed_is_none() -> None:
    state = State()
    run(state, day(), day("failed", FULL, on=date(2026, 1, 17)))
    run(state, now=SECOND)
    assert (state.last_run, state.last_successful_date) == (SECOND, DAY)


# --- failed days ---


def test_a_failed_day_is_kept_with_its_error_and_the_advice() -> None:
    state = State()
    run(state, day("failed", FULL))
    (failure,) = failures(state).values()
    assert (failure.what, failure.where, failure.why) == (FULL.what, FULL.where, FULL.why)
    assert (failure.hint, failure.since, failure.at) == ("free some space", FIRST, FIRST)


def test_it_says_since_when_whatever_the_error_has_become() -> None:
    state = State()
    run(state, day("failed", FULL))
    run(state, day("failed", FileError("cannot read", why="no")), now=SECOND)
    (failure,) = failures(state).values()
    assert (failure.what, failure.since, failure.at) == ("cannot read", FIRST, SECOND)


@pytest.mark.parametrize("action", ["create", "replace", "unchanged", "skip", "keep", "refused"])
def test_a_day_that_is_dealt_with_is_no_failed_one_any_more(action: str) -> None:
    state = State()
    run(state, day("failed", FULL))
    run(state, day(action), whole=False)
    assert failures(state) == {}


def test_a_run_over_other_days_says_nothing_of_a_failed_one() -> None:
    state = State()
    run(state, day("failed", FULL))
    run(state, day(on=date(2026, 1, 16)), whole=False)
    assert list(failures(state)) == [DAY]


def test_no_secret_of_an_error_is_kept() -> None:
    state = State()
    run(state, day("failed", FileError(SECRET, where=f"/{SECRET}", why=SECRET, hint=SECRET)))
    assert SECRET not in repr(state)
    assert "[gone]" in repr(state)


# --- the last error ---


def test_the_last_error_is_over_when_a_whole_run_went_well() -> None:
    state = State()
    run(state, problems=[FULL])
    run(state, whole=False, now=SECOND)
    assert state.last_error is not None
    assert not state.last_error.over
    run(state, now=THIRD)
    assert (state.last_error.at, state.last_error.over) == (FIRST, True)


def test_the_same_error_again_says_since_when() -> None:
    state = State()
    for now in (FIRST, SECOND):
        enter_error(state, FULL, now=now, clean=clean)
    assert state.last_error is not None
    assert (state.last_error.since, state.last_error.at) == (FIRST, SECOND)


def test_an_error_that_comes_back_begins_anew() -> None:
    state = State()
    enter_error(state, FULL, now=FIRST, clean=clean)
    run(state, now=SECOND)
    enter_error(state, FULL, now=THIRD, clean=clean)
    assert state.last_error is not None
    assert (state.last_error.since, state.last_error.over) == (THIRD, False)


# --- what the engine enters ---


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.home.live(Transcript("s1", "2026-01-15T10:00:00Z").user("please fix the build").assistant("done"))
    return rig


def state_of(rig: Rig) -> State:
    return load_state(rig.state_dir / "state.json")[0]


def test_a_day_that_cannot_be_written_is_in_the_state_file_until_it_is(rig: Rig) -> None:
    blocked = rig.home.memory / "2026-01-15.md"
    blocked.mkdir()
    rig.catch_up()
    rig.catch_up()
    failed = state_of(rig).failures(rig.home.memory)
    assert [(failure.why, bool(failure.hint)) for failure in failed.values()] == [
        ("it is not a regular file", True)
    ]
    assert state_of(rig).last_error is not None
    blocked.rmdir()
    rig.catch_up()
    state = state_of(rig)
    assert (state.failures(rig.home.memory), state.last_error and state.last_error.over) == ({}, True)


def test_an_update_that_fails_enters_it_too(rig: Rig) -> None:
    (rig.home.memory / "2026-01-15.md").mkdir()
    with rig.engine() as engine:
        engine.update({"openclaw/main": None})
    assert list(state_of(rig).failures(rig.home.memory)) == [DAY]


def test_an_unchanged_day_counts_as_a_write_that_was_avoided(rig: Rig) -> None:
    rig.catch_up()
    rig.catch_up(again=True)
    writes = state_of(rig).writes
    assert (writes.since, writes.made, writes.avoided) == (NOW.isoformat(), 1, 1)


class Full(SqliteStore):
    """A store on a full disk."""

    def apply(self, source: int, batch: object) -> object:  # type: ignore[override]
        raise StoreError("cannot write to the store", why="disk full", hint="free some disk space")


def test_an_error_that_ends_a_run_is_told_by_the_state_file(rig: Rig) -> None:
    def onto_a_full_disk(engine: Engine) -> None:
        engine.store.close()
        engine.store = Full(rig.state_dir / "store.sqlite")

    with pytest.raises(StoreError):
        rig.catch_up(onto_a_full_disk)
    error = state_of(rig).last_error
    assert error is not None
    assert (error.what, error.hint, error.over) == ("cannot write to the store", "free some disk space", False)
