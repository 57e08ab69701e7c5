from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from memsyncd.adapters.history import History
from memsyncd.adapters.memory_dir import Naming
from memsyncd.sync.engine import RunReport
from memsyncd.sync.publish import DayReport
from tests.builders import Transcript, line
from tests.hidden import SECRET
from tests.sync.rig import Rig, wanted

DAY = "2026-01-15"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def talk(session: str = "s1", at: str = "2026-01-15T12:00:00Z") -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


def written(report: RunReport) -> dict[str, str]:
    return {day.date.isoformat(): day.action for day in report.days if day.written}


def only(report: RunReport) -> DayReport:
    (day,) = report.days
    return day


# --- what is written ---


def test_each_day_gets_its_file(rig: Rig) -> None:
    rig.home.live(talk("s1"))
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    assert written(rig.catch_up()) == {"2026-01-15": "create", "2026-01-16": "create"}
    text = rig.day(DAY)
    assert text.startswith(
        "# 2026-01-15 (Thursday)\n\n<!-- memsyncd:begin -->\n*Auto-generated from 2 session messages*\n"
    )
    assert "question of s1" in text
    assert "s2" not in text


def test_a_second_run_writes_nothing(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    before = {path: path.stat().st_mtime_ns for path in rig.home.memory.iterdir()}
    report = rig.catch_up()
    assert written(report) == {}
    assert {path: path.stat().st_mtime_ns for path in rig.home.memory.iterdir()} == before


def test_only_the_days_that_changed_are_written(rig: Rig) -> None:
    old, new = talk("s1"), talk("s2", "2026-01-16T12:00:00Z")
    rig.home.live(old)
    rig.home.live(new)
    rig.catch_up()
    rig.home.append(new.user("one more"))
    report = rig.catch_up()
    assert written(report) == {"2026-01-16": "replace"}
    assert [day.reason for day in report.days if day.written] == ["1 new message"]


def test_a_message_a_millisecond_before_midnight_belongs_to_the_day_before(rig: Rig) -> None:
    rig.home.live(
        Transcript("s1").user("late", at="2026-01-15T22:59:59.999Z").user("early", at="2026-01-15T23:00:00Z")
    )
    rig.catch_up()
    assert sorted(rig.memory()) == ["2026-01-15.md", "2026-01-16.md"]


def test_the_same_day_from_any_mixture_of_files_is_the_same_text(tmp_path: Path) -> None:
    plain, mixed = Rig(tmp_path / "a"), Rig(tmp_path / "b")
    plain.home.live(talk().user("third"))
    transcript = talk()
    mixed.home.live(transcript)
    mixed.catch_up()
    mixed.home.bak(transcript, at="2026-01-15T13:00:00Z")
    mixed.home.append(transcript.user("third"))
    mixed.home.rewrite(transcript, 4, at="2026-01-16T12:00:00Z")
    mixed.catch_up()
    plain.catch_up()
    assert mixed.memory() == plain.memory()


def test_reading_bit_by_bit_gives_the_text_of_reading_all_at_once(tmp_path: Path) -> None:
    whole, bits = Rig(tmp_path / "a"), Rig(tmp_path / "b")
    transcript = talk().user("Check the oven").assistant("HEARTBEAT_OK").user("bye")
    whole.home.live(transcript)
    whole.catch_up()
    path = bits.home.path(transcript)
    data = transcript.data
    for end in range(0, len(data) + 97, 97):
        with path.open("ab") as file:
            file.write(data[max(0, end - 97) : end])
        bits.catch_up()
    assert bits.memory() == whole.memory()


def test_no_secret_reaches_a_file(rig: Rig) -> None:
    rig.home.live(
        Transcript("s1").user(f"it is {SECRET}").tool("exec", {"command": f"login {SECRET}"}, exit_code=1)
    )
    rig.catch_up()
    assert SECRET not in rig.day(DAY)


# --- what people wrote ---


def test_notes_around_the_block_stay_to_the_byte(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.catch_up()
    path = rig.home.memory / f"{DAY}.md"
    mine = b"\r\nmy notes \xff\x00 without end"
    path.write_bytes(path.read_bytes() + mine)
    rig.home.append(transcript.user("one more"))
    rig.catch_up()
    data = path.read_bytes()
    assert data.endswith(mine)
    assert b"from 3 session messages" in data


def test_a_line_added_inside_the_block_stays(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.catch_up()
    path = rig.home.memory / f"{DAY}.md"
    path.write_text(path.read_text().replace("## Key Decisions\n", "## Key Decisions\n- I decided this myself.\n"))
    rig.home.append(transcript.user("one more"))
    rig.catch_up()
    assert "- I decided this myself.\n" in rig.day(DAY)
    assert "from 3 session messages" in rig.day(DAY)


def test_a_file_of_the_agents_own_gets_the_block_at_its_end(rig: Rig) -> None:
    rig.home.note(f"{DAY}.md", "# Agent's notes\n\n- fed the cat\n")
    rig.home.live(talk())
    assert written(rig.catch_up()) == {DAY: "append"}
    assert rig.day(DAY).startswith("# Agent's notes\n\n- fed the cat\n\n<!-- memsyncd:begin -->\n")
    assert written(rig.catch_up()) == {}


def test_a_file_of_the_agents_own_can_be_left_alone(rig: Rig) -> None:
    rig.naming = Naming(foreign="sidecar")
    rig.home.note(f"{DAY}.md", "# Agent's notes\n")
    rig.home.live(talk())
    rig.catch_up()
    assert rig.memory()[f"{DAY}.md"] == "# Agent's notes\n"
    assert "question of s1" in rig.memory()[f"{DAY}-memsyncd.md"]


def test_a_day_that_has_our_block_keeps_its_file_when_the_naming_changes(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.catch_up()
    rig.naming = Naming(sidecar=True)
    rig.home.append(transcript.user("one more").user("next day", at="2026-01-16T12:00:00Z"))
    rig.catch_up()
    assert sorted(rig.memory()) == ["2026-01-15.md", "2026-01-16-memsyncd.md"]


def test_damaged_markers_are_refused_and_named_and_other_days_are_written(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.catch_up()
    path = rig.home.memory / f"{DAY}.md"
    torn = path.read_text().replace("<!-- memsyncd:begin -->\n", "")
    path.write_text(torn)
    rig.home.append(transcript.user("more").user("next day", at="2026-01-16T12:00:00Z"))
    report = rig.catch_up()
    assert path.read_text() == torn
    (error,) = report.failures
    assert "line" in str(error)
    assert written(report) == {"2026-01-16": "create"}


LEGACY = (
    "# 2026-01-15 (Thursday)\n\n*Auto-generated from 9 session messages*\n\n## Topics Covered\n- old\n\n---\n\n"
    "*Review and edit this draft to capture what's actually important.*\n\nmine\n"
)


def test_a_predecessors_file_is_left_alone_until_it_is_asked_for(rig: Rig) -> None:
    rig.home.note(f"{DAY}.md", LEGACY)
    rig.home.live(talk())
    report = rig.catch_up()
    assert (only(report).action, report.failures) == ("refused", [])
    assert rig.day(DAY) == LEGACY
    assert only(rig.catch_up(force=True)).action == "adopt"
    assert rig.day(DAY).endswith("\nmine\n")
    assert "question of s1" in rig.day(DAY)
    assert "- old" not in rig.day(DAY)


# --- what happens to logs and to what we keep ---


def test_a_day_keeps_its_text_when_its_logs_are_gone(rig: Rig) -> None:
    path = rig.home.live(talk())
    rig.catch_up()
    before = rig.memory()
    path.unlink()
    rig.catch_up()
    assert rig.memory() == before


@pytest.mark.parametrize("key", ["main", None])
def test_a_log_cut_at_its_front_takes_nothing_from_the_day(rig: Rig, key: str | None) -> None:
    """What is left of it begins with a wake-up, as the log of a scheduled run would."""
    transcript = talk().user("[cron:3f2a backup] Run it").assistant("Ran it.").user("thanks")
    path = rig.home.live(transcript, key)
    rig.catch_up()
    before = rig.memory()
    path.write_bytes(b"".join(map(line, [transcript.entries[0], *transcript.entries[6:]])))
    rig.catch_up()
    assert "question of s1" in rig.words()
    assert rig.memory() == before


def test_losing_the_state_file_changes_no_byte(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    before = rig.memory()
    (rig.state_dir / "state.json").unlink()
    report = rig.catch_up()
    assert rig.memory() == before
    assert only(report).action == "unchanged"
    assert only(rig.catch_up()).action == "skip"


def test_an_unreadable_state_file_is_set_aside_and_reported(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    for junk in ("{", "\0" * 40, '{"version": 999}'):
        (rig.state_dir / "state.json").write_text(junk)
        report = rig.catch_up()
        assert "set aside" in report.notes[0]
        assert only(report).action == "unchanged"
    assert len(list(rig.state_dir.glob("state.json.unreadable-*"))) == 3


def test_losing_the_store_and_some_logs_does_not_shrink_a_day(rig: Rig) -> None:
    keeps, goes = talk("s1"), talk("s2", "2026-01-15T14:00:00Z")
    rig.home.live(keeps)
    path = rig.home.live(goes)
    rig.catch_up()
    before = rig.memory()
    path.unlink()
    for file in rig.state_dir.glob("store.sqlite*"):
        file.unlink()
    report = rig.catch_up()
    assert (only(report).action, rig.memory()) == ("keep", before)
    assert "only 2 of the 4 messages" in only(report).reason


def test_what_only_a_lost_store_knew_is_saved_before_the_day_is_written_anew(rig: Rig) -> None:
    """As many new messages as the file states hide from the numbers that the old ones are gone."""
    rig.home.live(talk("s1"))
    rig.catch_up()
    before = rig.day(DAY)
    for path in [*rig.state_dir.glob("store.sqlite*"), *rig.home.sessions.glob("*.jsonl")]:
        path.unlink()
    rig.home.live(talk("s2", "2026-01-15T15:00:00Z"))
    assert only(rig.catch_up()).action == "replace"
    history = History(rig.state_dir / "history")
    (version,) = history.versions(rig.home.memory, date(2026, 1, 15))
    assert history.read(version).decode() == before


def test_a_block_that_the_store_knows_is_replaced_without_a_copy(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.catch_up()
    rig.home.append(transcript.user("one more"))
    rig.catch_up()
    assert History(rig.state_dir / "history").versions(rig.home.memory) == []


def test_losing_everything_of_ours_leaves_the_files_as_they_are(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    before = rig.memory()
    for file in sorted(rig.state_dir.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    rig.catch_up()
    assert rig.memory() == before


def test_a_deleted_memory_file_comes_back(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    before = rig.memory()
    (rig.home.memory / f"{DAY}.md").unlink()
    report = rig.catch_up()
    assert only(report).reason == "the file is missing"
    assert rig.memory() == before


def test_another_zone_publishes_anew_without_reading_anew(rig: Rig) -> None:
    rig.home.live(Transcript("s1").user("late", at="2026-01-15T23:30:00Z").user("noon", at="2026-01-15T12:00:00Z"))
    rig.catch_up()
    assert "noon" in rig.day("2026-01-15")
    assert "late" in rig.day("2026-01-16")
    rig.zone = "UTC"
    report = rig.catch_up()
    assert report.sources[0].lines == 0
    assert "late" in rig.day("2026-01-15")


def test_a_heartbeat_found_out_later_is_taken_out_of_the_file(rig: Rig) -> None:
    transcript = talk().user("Check the oven.")
    rig.home.live(transcript)
    rig.catch_up()
    assert "oven" in rig.day(DAY)
    rig.home.append(transcript.assistant("HEARTBEAT_OK"))
    rig.catch_up()
    assert "oven" not in rig.day(DAY)
    assert "from 2 session messages" in rig.day(DAY)


# --- reports and records ---


def test_the_state_file_tells_of_the_last_run(rig: Rig) -> None:
    rig.home.live(talk("s1"))
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    rig.catch_up()
    state = json.loads((rig.state_dir / "state.json").read_text())
    assert state["last_run"] == "2026-02-01T09:00:00+00:00"
    assert state["last_successful_date"] == "2026-01-16"
    assert state["total_days_processed"] == 2
    (days,) = state["folders"].values()
    assert days["2026-01-15"]["messages"] == 2


def test_chosen_days_are_written_and_others_left(rig: Rig) -> None:
    rig.home.live(talk("s1"))
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    rig.catch_up(wanted=wanted("2026-01-16"))
    assert list(rig.memory()) == ["2026-01-16.md"]


def test_each_written_day_is_told_of_in_one_event(rig: Rig) -> None:
    rig.home.live(talk())
    rig.catch_up()
    (fields,) = [fields for event, fields in rig.events if event == "day.published"]
    assert (fields["day"], fields["status"], fields["messages"]) == (DAY, "create", 2)
    rig.events.clear()
    rig.catch_up()
    assert [event for event, _ in rig.events] == ["source.ingested"]


def test_a_day_that_cannot_be_written_is_a_failure_and_does_not_stop_the_others(rig: Rig) -> None:
    rig.home.live(talk("s1"))
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    (rig.home.memory / f"{DAY}.md").mkdir()
    report = rig.catch_up()
    assert {day.date: day.action for day in report.days} == {
        date(2026, 1, 15): "failed",
        date(2026, 1, 16): "create",
    }
    assert "2026-01-15.md" in str(report.failures[0])
