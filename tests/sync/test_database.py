from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.core.facts import Keys
from memsyncd.model import Session, Source
from memsyncd.sync.database import ingest_database
from memsyncd.sync.database_reading import path_of_session
from memsyncd.sync.ingest import SourceReport
from tests.builders import Transcript, reset_entry
from tests.builders.database import OpenClawDatabase
from tests.hidden import SECRET, hide
from tests.sync.rig import Rig

DAY = "2026-01-15T12:00:00Z"


class Desk:
    """A source whose transcripts lie in a database, read alone or together with its session files."""

    def __init__(self, root: Path, **source: Any) -> None:
        self.path = root / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
        self.rig = Rig(root, database=self.path, **source)
        self.sessions = self.rig.home.sessions

    def openclaw(self, *, live: bool = False) -> OpenClawDatabase:
        return OpenClawDatabase(self.path, live=live)

    def read(self, *, rounds: int = 1, **options: Any) -> SourceReport:
        """One reading of the database, repeated as long as it asks for that and ``rounds`` allow."""
        with self.rig.engine() as engine:
            for _ in range(rounds):
                report = SourceReport(source="openclaw/main", folder="")
                if not self._ingest(engine.store, report, **options):
                    break
            return report

    def _ingest(self, store: Any, report: SourceReport, **options: Any) -> bool:
        source: Source = self.rig.source
        return ingest_database(store, store.register(source), source, Keys(store.secret), hide, report, **options)

    def settle(self) -> None:
        """Lets the last change be ten seconds ago."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            if path.exists():
                past = path.stat().st_mtime_ns - 10**10
                os.utime(path, ns=(past, past))

    def session(self, session: str = "s1") -> Session | None:
        with self.rig.engine() as engine:
            return engine.store.sessions(engine.store.register(self.rig.source)).get(session)

    def cursors(self) -> set[str]:
        with self.rig.engine() as engine:
            return set(engine.store.cursors(engine.store.register(self.rig.source)))

    def words(self) -> list[str]:
        return self.rig.words()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def talk(session: str = "s1", at: str = DAY) -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


SAID = ["question of s1", "answer of s1"]


# --- rows ---


def test_a_source_without_a_database_has_nothing_to_read(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    report = SourceReport(source="openclaw/main", folder="")
    store = SqliteStore(tmp_path / "store")
    assert not ingest_database(store, 1, rig.source, Keys(store.secret), hide, report)
    assert report.problems == []
    store.close()


def test_rows_are_read_once(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    first, second = desk.read(), desk.read()
    assert (first.read, first.lines, first.added, first.messages) == (1, 6, 2, 2)
    assert (second.read, second.lines, second.problems) == (0, 0, [])
    assert desk.words() == SAID


def test_only_what_was_appended_is_read(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript).put(talk("s2"), "side")
        desk.read()
        openclaw.put(transcript.user("and now?"))
        report = desk.read()
    assert (report.read, report.lines, report.added, report.known) == (1, 1, 1, 0)


def test_packed_rows_are_read_too(desk: Desk) -> None:
    transcript = talk().user("a long thought " * 200)
    with desk.openclaw() as openclaw:
        openclaw.put(transcript, pack=1024)
    assert desk.read().messages == 3


def test_the_reply_to_a_poll_is_recognised_when_it_comes_later(desk: Desk) -> None:
    """What reading on has to know of the rows before is kept with the cursor."""
    transcript = talk().user("[OpenClaw heartbeat poll]").assistant("Looking around.", stop="toolUse")
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        desk.read()
        openclaw.put(transcript.assistant("HEARTBEAT_OK"))
        desk.read()
    assert "Looking around." not in desk.words()


def test_a_rewritten_transcript_is_read_again_and_nothing_doubles(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        desk.read()
        openclaw.rewrite(transcript.rewrite(4).user("after the rewrite"))
        report = desk.read()
    assert (report.added, report.known) == (1, 4)
    assert desk.words() == [*SAID, "after the rewrite"]


def test_a_transcript_cut_short_and_continued_is_read_again(desk: Desk) -> None:
    """As a restored backup has it: rows with the same numbers and other words."""
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        desk.read()
        openclaw.db.execute("DELETE FROM transcript_events WHERE seq > 4")
        del transcript.entries[5:]
        openclaw.put(transcript.assistant("another answer").user("one more"))
        desk.read()
    assert desk.words() == ["question of s1", "answer of s1", "another answer", "one more"]


def test_another_database_in_its_place_is_read_from_the_start(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    desk.read()
    copy = desk.path.with_name("copy")
    shutil.copy(desk.path, copy)
    with OpenClawDatabase(copy) as openclaw:
        openclaw.db.execute("UPDATE transcript_events SET event_json = replace(event_json, 'question', 'riddle')")
    copy.replace(desk.path)
    assert desk.read().added == 1
    assert "riddle of s1" in desk.words()


def test_session_ids_are_any_text(desk: Desk) -> None:
    ids = ["a b", "../../etc/passwd", "archive/x", "x.jsonl", "ä?#%"]
    with desk.openclaw() as openclaw:
        for number, session in enumerate(ids):
            openclaw.put(talk(session, f"2026-01-15T1{number}:00:00Z"), f"explicit:{session}")
    assert desk.read().messages == 2 * len(ids)
    assert desk.words()[::2] == [f"question of {session}" for session in ids]
    assert desk.cursors() >= {path_of_session(session) for session in ids}
    assert path_of_session("../x") == "database/..%2Fx"


def test_rows_are_redacted(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk().user(f"it is {SECRET}"), label=f"about {SECRET}")
    assert desk.read().redactions == 1
    assert SECRET not in " ".join(desk.words())
    session = desk.session()
    assert session is not None
    assert session.title is not None
    assert session.title.startswith("about ")
    assert SECRET not in session.title


def test_a_row_that_cannot_be_read_is_counted_and_named_once(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        openclaw.db.execute("UPDATE transcript_events SET event_json = NULL, event_zstd = x'00' WHERE seq = 4")
        report = desk.read()
        (problem,) = report.problems
        assert (report.malformed, report.messages) == (1, 1)
        assert "row 4 of session s1" in problem.why
        assert "question" not in str(problem.as_dict())
        openclaw.put(transcript.user("and now?"))
        again = desk.read()
    assert (again.malformed, again.problems, again.added) == (0, [], 1)
    with desk.rig.engine() as engine:
        number = engine.store.register(desk.rig.source)
        assert engine.store.cursors(number)[path_of_session("s1")].malformed == 1


def test_many_such_rows_are_one_problem(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        for number in range(3):
            openclaw.put(talk(f"s{number}"), f"explicit:{number}")
        openclaw.db.execute("UPDATE transcript_events SET event_json = NULL WHERE seq IN (4, 5)")
    report = desk.read()
    (problem,) = report.problems
    assert problem.why == "3 transcripts: row 4 of session s2: it holds no text (2 such rows)"
    assert report.malformed == 6


# --- when nothing changed ---


def test_an_unchanged_database_is_not_even_opened(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    desk.settle()
    desk.read()
    stat = desk.path.stat()
    desk.path.write_bytes(b"\0" * stat.st_size)
    os.utime(desk.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert desk.read().problems == []
    os.utime(desk.path)
    assert desk.read().problems != []


def test_rows_that_stay_in_the_write_ahead_log_are_a_change(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        desk.settle()
        desk.read()
        before = desk.path.stat()
        openclaw.put(transcript.user("and now?"))
        assert desk.path.stat().st_mtime_ns == before.st_mtime_ns
        assert desk.read().added == 1


def test_a_change_of_this_moment_is_looked_at_once_more(desk: Desk) -> None:
    """A second change within the same tick of the clock would not show in the files."""
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    desk.read()
    assert "database/" not in desk.cursors()
    desk.settle()
    desk.read()
    assert "database/" in desk.cursors()


def test_what_was_left_for_another_time_is_read_then(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        for number in range(3):
            openclaw.put(talk(f"s{number}"), f"explicit:{number}")
    desk.settle()
    asked: list[int] = []
    report = desk.read(stop=lambda: asked.append(1) or len(asked) > 1)  # type: ignore[func-returns-value]
    assert (report.read, report.stopped) == (1, True)
    assert desk.read().read == 2


def test_progress_ends_with_all_rows(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    with desk.openclaw() as openclaw:
        openclaw.put(talk()).put(talk("s2"), "side")
    desk.read(progress=lambda done, total: told.append((done, total)))
    assert told == [(6, 12), (12, 12)]


# --- problems ---


def test_a_database_that_cannot_be_read_is_a_problem_and_what_was_read_stays(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    desk.read()
    desk.path.write_bytes(b"no database at all " * 1000)
    (problem,) = desk.read().problems
    assert problem.why == "it is not a database"
    assert desk.words() == SAID


def test_a_database_that_is_gone_is_a_problem_and_what_was_read_stays(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
    desk.read()
    desk.path.unlink()
    (problem,) = desk.read().problems
    assert problem.why == "it is not there"
    assert desk.words() == SAID


def test_damage_in_the_middle_costs_only_what_is_damaged(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        for number in range(4):
            transcript = talk(f"s{number}", f"2026-01-1{number}T12:00:00Z")
            openclaw.put(transcript.user(f"marked {str(number) * 30_000}"), f"explicit:{number}")
    data = desk.path.read_bytes()
    for number in (1, 2):  # a page in the midst of the long line
        page = data.index(b"%d" % number * 4092) // 4096 * 4096
        data = data[:page] + b"\xff" * 4096 + data[page + 4096 :]
    desk.path.write_bytes(data)
    desk.settle()
    (problem,) = desk.read().problems
    assert problem.why == "2 transcripts: it is damaged"
    words = [text[:14] for text in desk.words()]
    assert [word for word in words if word.startswith("question")] == [
        f"question of s{number}" for number in range(4)
    ]
    assert [word for word in words if word.startswith("marked")] == ["marked 0000000", "marked 3333333"]
    assert desk.read().problems != []


def test_a_database_without_transcripts_is_fine(desk: Desk) -> None:
    """OpenClaw 2026.7.35 keeps credentials and its search index in a database of the same name."""
    with desk.openclaw() as openclaw:
        openclaw.db.execute("DROP TABLE transcript_events")
    desk.settle()
    assert desk.read().problems == []
    assert desk.cursors() == {"database/"}


# --- sessions that stay out ---


def test_a_session_that_stays_out_is_passed_over(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk(), "cron:job:run:1").put(talk("s2"), "hooked", hook_external_content_source="gmail")
    report = desk.read()
    assert (report.lines, report.messages) == (0, 0)
    assert desk.words() == []
    session = desk.session("s2")
    assert session is not None
    assert session.excluded == "external content"


def test_what_the_user_excludes_later_goes(desk: Desk, tmp_path: Path) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk(), channel="telegram").put(talk("s2"), "side")
    desk.settle()
    desk.read()
    other = Desk(tmp_path, excluded_sessions=("channel:telegram",))
    other.read(rounds=3)
    assert other.words() == ["question of s2", "answer of s2"]


def test_a_recovered_session_is_judged_by_its_content(desk: Desk) -> None:
    transcript = Transcript("s1").user("[cron:1 nightly] do it").assistant("done")
    with desk.openclaw() as openclaw:
        openclaw.put(transcript, "recovered:s1").put(talk("s2"), "recovered:s2")
    desk.read(rounds=3)
    assert desk.words() == ["question of s2", "answer of s2"]


def test_a_session_found_out_late_sends_round_again(desk: Desk) -> None:
    """Another session may hold copies of what only the one that stays out was kept for."""
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript).put(talk("s2", "2026-01-15T13:00:00Z"), "side")
        desk.read()
        openclaw.db.execute("UPDATE session_nodes SET created_via = 'cron' WHERE session_key = 'agent:main:main'")
        openclaw.put(transcript.user("and now?"))
        report = desk.read(rounds=1)
        assert (report.read, report.added) == (2, 0)
        assert desk.read(rounds=3).problems == []
    assert desk.words() == ["question of s2", "answer of s2"]


# --- what the user has had OpenClaw forget ---


def published(desk: Desk) -> str:
    desk.rig.catch_up()
    return "".join(desk.rig.memory().values())


def test_a_forgotten_session_leaves_the_day_that_was_published(desk: Desk) -> None:
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(talk()).put(talk("s2", "2026-01-15T13:00:00Z"), "side")
        desk.read()
        before = published(desk)
        assert "Auto-generated from 4 session messages" in before
        assert "question of s1" in before
        openclaw.forget("s1")
        assert desk.read(rounds=3).muted == 0
        after = published(desk)
    assert "Auto-generated from 2 session messages" in after
    assert "of s1" not in after
    assert "question of s2" in after


def test_a_forgotten_session_leaves_the_day_that_its_file_had_brought(desk: Desk) -> None:
    desk.rig.home.live(talk())
    assert "question of s1" in published(desk)
    with desk.openclaw() as openclaw:
        openclaw.put(talk()).put(talk("s2", "2026-01-15T13:00:00Z"), "side").forget("s1")
    desk.read(rounds=3)
    after = published(desk)
    assert "of s1" not in after
    assert "Auto-generated from 2 session messages" in after


def test_the_only_session_of_a_day_can_be_forgotten(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk())
        desk.read()
        assert "question of s1" in published(desk)
        openclaw.forget("s1")
    desk.read(rounds=3)
    assert "of s1" not in published(desk)


def test_files_of_a_forgotten_session_go_under_their_own_names_too(desk: Desk) -> None:
    """A topic's file carries its topic in its name, and no file name holds every character of a session id."""
    desk.rig.home.live(talk("s1-topic-5"))
    desk.rig.home.live(talk("by_hand", "2026-01-15T14:00:00Z"))
    desk.rig.home.live(talk("s11", "2026-01-15T15:00:00Z"))
    with desk.rig.engine() as engine:
        engine.ingest()
    with desk.openclaw() as openclaw:
        openclaw.forget("s1").forget("by hand")
    desk.read(rounds=3)
    assert desk.words() == ["question of s11", "answer of s11"]


def test_nothing_is_kept_of_a_forgotten_session_but_its_id(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk(), label="the title of it").forget("s1")
    desk.read(rounds=3)
    assert desk.session() == Session(id="s1", excluded="forgotten")


def test_a_forgotten_session_is_not_read_again(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript).forget("s1")
        desk.read(rounds=3)
        openclaw.put(transcript.user("and now?"))
        assert desk.read().lines == 0
    assert desk.words() == []


# --- archives ---


@pytest.mark.parametrize("pack", [True, False])
def test_a_deleted_session_keeps_its_words(desk: Desk, pack: bool) -> None:
    transcript = talk()
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        desk.read()
        openclaw.delete(transcript.user("the last word"), pack=pack)
        report = desk.read()
    assert (report.read, report.added, report.known) == (1, 1, 2)
    assert desk.words() == [*SAID, "the last word"]
    assert not [path for path in desk.cursors() if path == path_of_session("s1")]


def test_the_exported_file_of_a_deleted_session_brings_nothing_twice(desk: Desk) -> None:
    transcript = talk()
    with desk.openclaw() as openclaw:
        openclaw.put(transcript).delete(transcript, at="2026-01-16T10:00:00Z")
    desk.rig.home.deleted(transcript, "2026-01-16T10:00:00Z", generation="a" * 32, zst=True)
    assert desk.read().added == 2
    with desk.rig.engine() as engine:
        (report,) = engine.ingest()
    assert report.added == 0
    assert desk.words() == SAID


def test_an_archive_is_read_once(desk: Desk) -> None:
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(talk()).delete(talk())
        assert desk.read().read == 1
        openclaw.put(talk("s2"), "side")
        assert desk.read().read == 1


def test_the_archive_of_a_session_that_stays_out_is_passed_over(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk(), "cron:job:run:1").delete(talk(), "cron:job:run:1")
    assert desk.read().lines == 0
    assert desk.words() == []


def test_the_archive_of_a_reset_tells_when_the_reset_was(desk: Desk) -> None:
    at = "2026-01-16T04:00:00Z"
    with desk.openclaw() as openclaw:
        openclaw.put(talk()).delete(talk(), reason="reset", at=at)
    desk.rig.home.reset(talk(), at)
    desk.read()
    with desk.rig.engine() as engine:
        engine.ingest()
        number = engine.store.register(desk.rig.source)
        events = engine.store.slice([number], 0, 1 << 60).events
    assert [event.kind for event in events] == ["reset"]


@pytest.mark.parametrize("in_a_file", [True, False])
def test_a_session_that_went_cold_keeps_its_words_and_can_go_on(desk: Desk, in_a_file: bool) -> None:
    transcript = talk()
    folder = desk.sessions if in_a_file else None
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(transcript)
        openclaw.cold(transcript, folder)
        assert desk.read().added == 2
        openclaw.db.execute("DELETE FROM session_transcript_cold_archives")
        openclaw.put(transcript.user("awake again"))
        assert desk.read().added == 1
        openclaw.cold(transcript.user("and once more"), folder)
        assert desk.read().added == 1
    assert desk.words() == [*SAID, "awake again", "and once more"]


def test_a_cold_file_that_is_gone_is_a_problem_until_it_is_back(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        name = openclaw.put(talk()).cold(talk(), desk.sessions)
        openclaw.put(talk("s2"), "side")
    desk.settle()
    file = desk.sessions / "cold" / name
    data = file.read_bytes()
    file.unlink()
    assert [problem.where for problem in desk.read().problems] == [str(file)]
    assert len(desk.read().problems) == 1
    file.write_bytes(data)
    report = desk.read()
    assert (report.problems, report.added) == ([], 2)


def test_a_damaged_archive_is_a_problem_once(desk: Desk) -> None:
    with desk.openclaw(live=True) as openclaw:
        openclaw.put(talk()).delete(talk())
        openclaw.db.execute("UPDATE session_transcript_archives SET archive_blob = substr(archive_blob, 1, 80)")
        assert [problem.what for problem in desk.read().problems] == ["cannot unpack log archive"]
        openclaw.put(talk("s2"), "side")
        assert desk.read().problems == []


# --- together with files ---


def test_an_import_changes_no_day(desk: Desk) -> None:
    desk.rig.home.live(talk().user("more").assistant("and more"), "main")
    before = published(desk)
    with desk.openclaw() as openclaw:
        openclaw.put(talk().user("more").assistant("and more"))
    desk.sessions.joinpath("s1.jsonl").unlink()
    desk.sessions.joinpath("sessions.json").unlink()
    report = desk.read()
    assert (report.added, report.known) == (0, 4)
    assert published(desk) == before


def test_a_reset_that_is_a_row_is_an_event(desk: Desk) -> None:
    with desk.openclaw() as openclaw:
        openclaw.put(talk().add(reset_entry, "new").user("after"))
    desk.read()
    with desk.rig.engine() as engine:
        number = engine.store.register(desk.rig.source)
        events = engine.store.slice([number], 0, 1 << 60).events
    assert [(event.kind, event.text) for event in events] == [("reset", "new")]
