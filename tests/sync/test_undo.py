"""History and undo over several runs: what is saved, what comes back, and what the runs after it do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsyncd.adapters.history import History
from memsyncd.adapters.leftovers import part_path, swap_path
from memsyncd.adapters.memory_dir import Naming
from memsyncd.config import HistoryConfig
from memsyncd.core.retention import Version
from memsyncd.errors import FileError
from memsyncd.sync.engine import Engine
from memsyncd.sync.publish import Target
from memsyncd.sync.runs import RunReport
from memsyncd.sync.undo import Undone, undo
from tests.builders import Transcript
from tests.hidden import hide
from tests.sync.rig import NOW, Rig

DAY = "2026-01-15"
LEGACY = "*Auto-generated from 9 session messages*\n\n## Topics Covered\n- old\n\n*Review and edit this draft*\n\nmine\n"


class Desk(Rig):
    """A rig whose person looks into the history, on a clock that goes on by itself."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.history = History(self.state_dir / "history")
        self.file = self.home.memory / f"{DAY}.md"
        self.talk = Transcript("s1", f"{DAY}T12:00:00Z").opening().user("shall we sail?").assistant("We shall.")
        self.config = HistoryConfig()
        self.clock = NOW

    @property
    def target(self) -> Target:
        return Target(folder=self.home.memory, sources=(self.source,), zone=self.zone, naming=self.naming)

    def now(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def run(self, **options: Any) -> RunReport:
        with Engine(self.state_dir, [self.target], hide, now=self.now, history=self.config) as engine:
            return engine.catch_up(**options)

    def say(self, text: str) -> RunReport:
        """One more message, and the run that publishes it."""
        self.home.live(self.talk.user(text))
        return self.run()

    def note(self, line: str) -> str:
        """A person adds a line at the end; returns the whole text."""
        with self.file.open("a") as file:
            file.write(f"{line}\n")
        return self.file.read_text()

    def versions(self) -> list[Version]:
        return self.history.versions(self.home.memory, date.fromisoformat(DAY))

    def saved(self) -> list[str]:
        """The saved texts, newest first."""
        return [self.history.read(version).decode() for version in self.versions()]

    def undo(self, at: int = 0) -> Undone:
        """Brings back the newest version, or another."""
        return undo(self.state_dir, self.target, self.history, self.versions()[at], now=self.now)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.home.live(desk.talk)
    desk.run()
    return desk


def changed(report: RunReport) -> list[str]:
    assert report.failures == []
    return [f"{day.action}: {day.reason}" for day in report.days if day.written]


# --- what runs save ---


def test_runs_save_what_a_person_wrote_and_not_their_own_rewrites(desk: Desk) -> None:
    desk.say("to Malta?")
    assert desk.saved() == []
    first = desk.note("call the harbour")
    for place in ("to Crete?", "to Corfu?", "to Cyprus?"):
        desk.say(place)
    assert desk.saved() == [first]
    second = desk.note("and the bank")
    desk.say("home?")
    assert desk.saved() == [second, first]


def test_an_edit_in_a_file_that_was_found_up_to_date_is_saved_by_the_next_write(desk: Desk) -> None:
    desk.note("early")
    desk.say("to Malta?")
    edited = desk.note("late")
    assert changed(desk.run(again=True)) == []
    desk.say("to Crete?")
    assert desk.saved()[0] == edited


def test_losing_the_state_file_costs_no_version(desk: Desk) -> None:
    edited = desk.note("mine")
    (desk.state_dir / "state.json").unlink()
    desk.say("to Malta?")
    assert desk.saved() == [edited]


def test_with_keep_all_every_rewrite_is_saved(desk: Desk) -> None:
    desk.config = HistoryConfig(keep_all=True)
    texts = [desk.file.read_text()]
    for place in ("to Malta?", "to Crete?"):
        desk.say(place)
        texts.append(desk.file.read_text())
    assert desk.saved() == [texts[1], texts[0]]


def test_a_run_that_writes_shortens_the_history(desk: Desk) -> None:
    desk.config = HistoryConfig(versions=2)
    texts = []
    for number in range(4):
        texts.append(desk.note(f"line {number}"))
        desk.say(f"message {number}")
    assert desk.saved() == [texts[3], texts[2]]


def test_a_run_that_fails_to_write_shortens_it_too(desk: Desk) -> None:
    for number in range(3):
        desk.note(f"line {number}")
        desk.say(f"message {number}")
    desk.file.write_text(desk.file.read_text().replace("<!-- memsyncd:begin -->\n", ""))
    desk.config = HistoryConfig(versions=1)
    assert [day.action for day in desk.say("to Malta?").days] == ["failed"]
    assert len(desk.saved()) == 1


def test_a_history_that_cannot_be_shortened_is_a_problem_of_the_run(desk: Desk) -> None:
    (desk.state_dir / "history").write_text("a file")
    report = desk.say("to Malta?")
    (problem,) = report.problems
    assert "cannot list the history" in str(problem)
    assert [day.action for day in report.days] == ["replace"]


def test_a_day_whose_version_cannot_be_saved_fails_and_the_others_are_written(desk: Desk) -> None:
    edited = desk.note("mine")
    (desk.state_dir / "history").write_text("a file")
    desk.home.live(Transcript("s2", "2026-01-16T12:00:00Z").user("another day"))
    report = desk.say("to Malta?")
    assert [(day.date.isoformat(), day.action) for day in report.days] == [
        (DAY, "failed"),
        ("2026-01-16", "create"),
    ]
    assert desk.file.read_text() == edited


# --- undo, and the runs after it ---


def test_after_undo_the_day_stays_as_it_is_until_it_has_a_new_message(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    published = desk.file.read_text()
    desk.undo()
    assert desk.file.read_text() == edited
    assert changed(desk.run()) == []
    assert desk.file.read_text() == edited
    assert desk.saved() == [published, edited]
    assert changed(desk.say("to Crete?"))
    text = desk.file.read_text()
    assert "to Malta?" in text
    assert "to Crete?" in text
    assert text.endswith("\nmine\n")


def test_an_edit_inside_the_block_that_came_back_stays_and_what_was_generated_is_brought_up_to_date(
    desk: Desk,
) -> None:
    desk.file.write_text(desk.file.read_text().replace("## Key Decisions\n", "## Key Decisions\n- mine\n"))
    desk.say("to Malta?")
    desk.undo()
    desk.say("to Crete?")
    text = desk.file.read_text()
    assert "\n- mine\n" in text
    assert text.count("session messages*") == text.count("4 messages ·") == 1
    assert "2 messages ·" not in text


@pytest.mark.parametrize(("text", "force"), [("the agent's own\n", False), (LEGACY, True)])
def test_a_version_without_our_block_stays_until_there_is_a_new_message(
    tmp_path: Path, text: str, force: bool
) -> None:
    desk = Desk(tmp_path)
    desk.file.write_text(text)
    desk.home.live(desk.talk)
    desk.run(force=force)
    desk.undo()
    assert changed(desk.run(force=force)) == []
    assert desk.file.read_text() == text
    desk.naming = Naming(adopt_legacy=force)
    assert changed(desk.say("to Malta?"))
    assert text.splitlines()[-1] in desk.file.read_text()


def test_undo_undoes_itself(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    published = desk.file.read_text()
    desk.undo()
    desk.undo()
    assert desk.file.read_text() == published
    desk.undo()
    assert desk.file.read_text() == edited
    assert changed(desk.run()) == []


def test_what_came_back_is_saved_again_when_it_is_replaced(desk: Desk) -> None:
    first = desk.note("first")
    desk.say("to Malta?")
    desk.note("second")
    desk.say("to Crete?")
    desk.undo(at=1)
    assert desk.file.read_text() == first
    desk.say("to Corfu?")
    assert [version.kind for version in desk.versions()] == ["edited", "undone", "edited", "edited"]
    assert desk.saved()[0] == first


def test_what_came_back_counts_as_edited_though_its_block_is_the_last_one_written(desk: Desk) -> None:
    desk.note("first")
    desk.say("to Malta?")
    edited = desk.note("second")
    desk.undo()
    desk.undo()
    assert desk.file.read_text() == edited
    desk.say("to Crete?")
    newest = desk.versions()[0]
    assert (newest.kind, desk.saved()[0]) == ("edited", edited)


def test_a_file_that_was_deleted_comes_back(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    desk.file.unlink()
    desk.undo()
    assert desk.file.read_text() == edited
    assert changed(desk.run()) == []


def test_undo_needs_no_logs_and_no_store(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    for path in (*desk.state_dir.glob("store.sqlite*"), desk.home.path(desk.talk)):
        path.unlink()
    desk.undo()
    assert changed(desk.run()) == []
    assert desk.file.read_text() == edited


def test_undo_first_brings_back_what_an_interrupted_write_had_displaced(desk: Desk) -> None:
    desk.note("mine")
    desk.say("to Malta?")
    ours = desk.file.read_bytes()
    swap_path(part_path(desk.file, ours, b"old")).write_bytes(ours + b"written in the last moment\n")
    done = desk.undo()
    assert "lines that an interrupted write had displaced are back" in "".join(done.notes)
    assert "written in the last moment\n" in desk.saved()[0]


def test_a_broken_state_file_is_set_aside_and_told(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    (desk.state_dir / "state.json").write_bytes(b"\0")
    assert "was unreadable" in "".join(desk.undo().notes)
    assert desk.file.read_text() == edited
    desk.run()
    assert desk.file.read_text().endswith("\nmine\n")


def test_a_damaged_version_leaves_everything_as_it_is(desk: Desk) -> None:
    desk.note("mine")
    desk.say("to Malta?")
    text, state = desk.file.read_text(), (desk.state_dir / "state.json").read_bytes()
    (path,) = (desk.state_dir / "history").rglob("*.zst")
    path.write_bytes(b"\0")
    with pytest.raises(FileError, match="a saved version is damaged"):
        desk.undo()
    assert (desk.file.read_text(), (desk.state_dir / "state.json").read_bytes()) == (text, state)


def test_a_version_of_a_year_ago_is_still_there(desk: Desk) -> None:
    edited = desk.note("mine")
    desk.say("to Malta?")
    desk.clock = datetime(2029, 1, 1, tzinfo=UTC)
    desk.say("to Crete?")
    assert desk.saved() == [edited]


# --- the promise ---

EDITS: dict[str, Callable[[str], str]] = {
    "note": lambda text: f"{text}a note\n",
    "line above": lambda text: f"a line\n{text}",
    "line inside": lambda text: text.replace("## Session Flow\n", "## Session Flow\n- a line\n"),
    "line deleted": lambda text: text.replace("## Topics Covered\n", "", 1),
    "all rewritten": lambda text: f"{len(text)} characters were too many\n",
}
RUNS = ("message", "again", "undo", "state lost", "bases lost")


@settings(max_examples=30)
@given(st.lists(st.sampled_from([*EDITS, *RUNS]), max_size=14))
def test_whatever_happens_no_text_that_somebody_else_wrote_is_replaced_unsaved(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[str]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.home.live(desk.talk)
    desk.run()
    own, replaced = "", set()
    for number, happening in enumerate(happenings):
        before = desk.file.read_text()
        if happening in EDITS:
            own = EDITS[happening](before)
            desk.file.write_text(own)
            continue
        _run(desk, happening, number)
        if before == own != desk.file.read_text():
            replaced.add(own)
    assert replaced <= {*desk.saved()}


def _run(desk: Desk, happening: str, number: int) -> None:
    if happening == "message":
        desk.say(f"message {number}")
    elif happening == "undo":
        if versions := desk.versions():
            desk.undo(at=number % len(versions))
    elif happening == "state lost":
        (desk.state_dir / "state.json").unlink(missing_ok=True)
    elif happening == "bases lost":
        shutil.rmtree(desk.state_dir / "bases", ignore_errors=True)
    else:
        desk.run(again=True)
