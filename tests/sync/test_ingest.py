from __future__ import annotations

import os
from pathlib import Path

import pytest

from memsyncd.adapters import jsonl
from memsyncd.sync.ingest import SourceReport
from tests.builders import Transcript, assistant, compaction, header, line, user
from tests.hidden import SECRET
from tests.sync.rig import Rig

DAY = "2026-01-15T12:00:00Z"


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def ingest(rig: Rig) -> SourceReport:
    with rig.engine() as engine:
        (report,) = engine.ingest()
        return report


def talk(session: str = "s1", at: str = DAY) -> Transcript:
    return Transcript(session, at).opening().user(f"question of {session}").assistant(f"answer of {session}")


def test_a_live_transcript_is_read_once(rig: Rig) -> None:
    rig.home.live(talk())
    first, second = ingest(rig), ingest(rig)
    assert (first.files, first.read, first.added) == (1, 1, 2)
    assert (second.files, second.read, second.lines) == (1, 0, 0)
    assert rig.words() == ["question of s1", "answer of s1"]


def test_only_what_was_appended_is_read(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    ingest(rig)
    rig.home.append(transcript.user("and now?"))
    report = ingest(rig)
    assert (report.lines, report.added, report.known) == (1, 1, 0)


def test_a_torn_line_is_read_when_it_is_whole(rig: Rig) -> None:
    transcript = talk()
    path = rig.home.live(transcript)
    ingest(rig)
    rig.home.append(transcript.user("a torn thought"), short=12)
    report = ingest(rig)
    assert (report.added, report.malformed) == (0, 0)
    rig.home.append(transcript)
    assert ingest(rig).added == 1
    assert "a torn thought" in rig.words()
    assert path.read_bytes().endswith(b"\n")


def test_a_whole_last_line_without_newline_is_read_at_once(rig: Rig) -> None:
    """OpenClaw puts the newline in front of its next line when the last one has none."""
    path = rig.home.sessions / "s1.jsonl"
    path.write_bytes(line(header("s1")) + line(user("first")).rstrip(b"\n"))
    assert ingest(rig).added == 1
    with path.open("ab") as file:
        file.write(b"\n" + line(assistant("second")))
    assert ingest(rig).added == 1
    assert rig.words() == ["first", "second"]


def test_a_torn_line_in_an_archive_is_counted(rig: Rig) -> None:
    (rig.home.sessions / "s1.jsonl.reset.2026-01-16T04-00-00.000Z").write_bytes(
        line(header("s1")) + line(user("kept")) + b'{"type":"message","mess'
    )
    report = ingest(rig)
    assert (report.added, report.malformed) == (1, 1)


@pytest.mark.parametrize("junk", [b"not json\n", b"[1,2]\n", b"\0\0\0\0\n", b'{"type":"message"}\n'])
def test_malformed_lines_are_counted_once_and_the_rest_is_read(rig: Rig, junk: bytes) -> None:
    path = rig.home.sessions / "s1.jsonl"
    path.write_bytes(line(header("s1")) + junk + b"\n  \n" + line(user("after")))
    assert (ingest(rig).malformed, ingest(rig).malformed) == (1, 0)
    assert rig.words() == ["after"]
    with rig.engine() as engine:
        assert engine.store.totals([1])[0].malformed == 1


@pytest.mark.parametrize(
    "junk", [b"not json\n", b'{\n  "type": "session"\n}\n\n', b"\0" * 5000 + b"\n", b"[1]\n[2"]
)
def test_a_log_of_which_no_line_can_be_read_is_a_problem_when_it_is_read(rig: Rig, junk: bytes) -> None:
    path = rig.home.sessions / "s1.jsonl"
    path.write_bytes(junk)
    (problem,) = ingest(rig).problems
    assert (problem.what, problem.where) == ("no line of this log can be read", str(path))
    assert ingest(rig).problems == []
    with path.open("ab") as file:
        file.write(b"\nmore of it\n")
    assert ingest(rig).problems == []


def test_an_unreadable_log_that_is_packed_is_a_problem_too(rig: Rig) -> None:
    transcript = Transcript("s1", DAY, bare=True)
    rig.home.live(transcript).write_bytes(b"not json\n")
    rig.home.deleted(transcript, at="2026-01-16T04:00:00Z", generation="0" * 32, zst=True)
    assert [problem.what for problem in ingest(rig).problems] == ["no line of this log can be read"]


@pytest.mark.parametrize("data", [b"", b"\n \n", b'{"type":"sess', b"\n{", line(header("s1")) + b"not json\n"])
def test_a_log_that_has_only_begun_or_can_be_read_in_part_is_no_problem(rig: Rig, data: bytes) -> None:
    (rig.home.sessions / "s1.jsonl").write_bytes(data)
    assert ingest(rig).problems == []


def test_invalid_utf8_does_not_cost_the_line(rig: Rig) -> None:
    path = rig.home.sessions / "s1.jsonl"
    path.write_bytes(line(header("s1")) + line(user("caf@ open")).replace(b"@", b"\xe9"))
    ingest(rig)
    assert rig.words() == ["caf\ufffd open"]


def test_empty_files_and_empty_folders_are_no_problem(rig: Rig) -> None:
    report = ingest(rig)
    assert (report.files, report.problems) == (0, [])
    (rig.home.sessions / "s1.jsonl").touch()
    assert (ingest(rig).files, rig.words()) == (1, [])


def test_a_line_of_many_megabytes_is_read_and_one_above_the_limit_passed_over(rig: Rig) -> None:
    image = {"type": "image", "data": "A" * (9 << 20), "mimeType": "image/png"}
    entry = user([{"type": "text", "text": "look"}, image])
    too_long = user("x" * (jsonl.LONGEST_LINE + (2 << 20)))
    path = rig.home.sessions / "s1.jsonl"
    path.write_bytes(
        line(header("s1")) + line(entry) + line(too_long) + line(user("after", at="2026-01-15T13:00:00Z"))
    )
    report = ingest(rig)
    assert (report.oversized, report.malformed) == (1, 0)
    assert rig.words() == ["look", "after"]


# --- artefacts ---


def test_archives_count_and_copies_do_not(rig: Rig) -> None:
    home = rig.home
    for number, archive in enumerate((home.reset, home.deleted)):
        transcript = talk(f"s{number}", f"2026-01-1{number}T12:00:00Z")
        home.live(transcript)
        archive(transcript, at="2026-01-16T04:00:00Z")
    packed = talk("s2", "2026-01-12T12:00:00Z")
    home.live(packed)
    home.deleted(packed, at="2026-01-16T04:00:00Z", generation="0" * 32, zst=True)
    live = talk("s3", "2026-01-13T12:00:00Z")
    home.live(live)
    for copy in (home.checkpoint, home.trajectory, home.lock):
        copy(live)
    home.corrupt(live, at="2026-01-13T13:00:00Z")
    home.repair_bak(live, at="2026-01-13T13:00:00Z")
    report = ingest(rig)
    assert report.files == 4
    assert sum(report.not_read.values()) >= 5
    assert [word for word in rig.words() if word.startswith("question")] == [f"question of s{n}" for n in range(4)]


def test_lines_that_only_a_bak_file_still_holds_are_read(rig: Rig) -> None:
    transcript = talk()
    for number in range(4):
        transcript.user(f"more {number}")
    rig.home.live(transcript)
    rig.home.compact_lines(transcript, keep=2, at="2026-01-15T14:00:00Z")
    ingest(rig)
    assert rig.words() == ["question of s1", "answer of s1", "more 0", "more 1", "more 2", "more 3"]


def test_a_reset_archive_tells_when_the_context_was_reset(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    rig.home.reset(transcript, at="2026-01-16T04:00:00Z")
    ingest(rig)
    with rig.engine() as engine:
        (event,) = engine.store.slice([1], 0, 1 << 60).events
    assert (event.kind, event.session) == ("reset", "s1")


# --- what happens to files between two runs ---


def test_a_renamed_transcript_is_not_read_again(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    ingest(rig)
    rig.home.reset(transcript, at="2026-01-16T04:00:00Z")
    report = ingest(rig)
    assert (report.lines, report.known, report.vanished) == (0, 0, 0)


def test_a_renamed_transcript_with_new_lines_gives_the_new_ones(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    ingest(rig)
    rig.home.append(transcript.user("last words"))
    rig.home.reset(transcript, at="2026-01-16T04:00:00Z")
    assert ingest(rig).added == 1


def test_a_new_file_under_the_old_name_is_read_from_its_start(rig: Rig) -> None:
    old, new = talk("s1"), Transcript("s1", "2026-01-17T12:00:00Z").user("fresh")
    rig.home.live(old)
    ingest(rig)
    rig.home.reset(old, at="2026-01-16T04:00:00Z")
    rig.home.live(new)
    ingest(rig)
    assert rig.words() == ["question of s1", "answer of s1", "fresh"]


def test_a_rewritten_transcript_adds_only_what_is_new(rig: Rig) -> None:
    transcript = talk().user("third")
    rig.home.live(transcript)
    ingest(rig)
    rig.home.rewrite(transcript, 4, at="2026-01-16T12:00:00Z")
    report = ingest(rig)
    assert report.added == 0
    assert rig.words() == ["question of s1", "answer of s1", "third"]


def test_a_truncated_transcript_takes_nothing_from_the_store(rig: Rig) -> None:
    transcript = talk().user("third")
    rig.home.live(transcript)
    ingest(rig)
    rig.home.truncate(transcript, keep=1)
    ingest(rig)
    assert rig.words() == ["question of s1", "answer of s1", "third"]


def test_deleted_logs_are_counted_as_vanished_and_stay_in_the_store(rig: Rig) -> None:
    path = rig.home.live(talk())
    ingest(rig)
    path.unlink()
    first, second = ingest(rig), ingest(rig)
    assert (first.vanished, second.vanished) == (1, 0)
    assert rig.words() == ["question of s1", "answer of s1"]


def test_an_inode_used_again_for_another_session_is_read_whole(rig: Rig) -> None:
    path = rig.home.live(talk("s1"))
    ingest(rig)
    inode = path.stat().st_ino
    path.unlink()
    other = rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    if other.stat().st_ino != inode:
        os.link(other, rig.home.sessions / "unused")
    ingest(rig)
    assert "question of s2" in rig.words()


# --- sessions ---


@pytest.mark.parametrize("key", ["cron:backup", "subagent:7", "hook:mail", "main:heartbeat"])
def test_sessions_of_machines_stay_out_by_their_key(rig: Rig, key: str) -> None:
    rig.home.live(talk("s1"), key)
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"), "main")
    ingest(rig)
    assert rig.words() == ["question of s2", "answer of s2"]


def test_a_session_that_the_user_excludes_stays_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path, excluded_sessions=("agent:main:diary",))
    rig.home.live(talk("s1"), "diary")
    ingest(rig)
    assert rig.words() == []


def test_a_session_found_out_late_gives_up_its_turns_but_not_those_others_share(rig: Rig) -> None:
    """A fork shares turns with the session that it came from; only one copy is kept, here the wrong one's."""
    child = talk("s0", "2026-01-15T11:00:00Z")
    parent = Transcript("s1", "2026-01-15T11:30:00Z")
    parent.entries.extend(child.entries[1:])
    rig.home.live(child)
    rig.home.live(parent)
    ingest(rig)
    assert rig.words() == ["question of s0", "answer of s0"]
    rig.home.know("subagent:1", child)
    ingest(rig)
    assert rig.words() == ["question of s0", "answer of s0"]
    with rig.engine() as engine:
        sessions = {turn.session for turn in engine.store.slice([1], 0, 1 << 60).turns}
    assert sessions == {"s1"}


def test_a_broken_session_index_is_a_problem_and_no_obstacle(rig: Rig) -> None:
    rig.home.live(talk())
    (rig.home.sessions / "sessions.json").write_text("{")
    report = ingest(rig)
    assert report.added == 2
    assert "session index" in str(report.problems[0])


def test_a_missing_folder_is_a_problem_and_takes_nothing_away(rig: Rig) -> None:
    rig.home.live(talk())
    ingest(rig)
    rig.home.sessions.rename(rig.home.sessions.with_name("elsewhere"))
    report = ingest(rig)
    assert (report.files, len(report.problems)) == (0, 1)
    assert rig.words() == ["question of s1", "answer of s1"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_log_is_a_problem_and_the_others_are_read(rig: Rig) -> None:
    rig.home.live(talk("s1")).chmod(0)
    rig.home.live(talk("s2", "2026-01-16T12:00:00Z"))
    report = ingest(rig)
    assert (len(report.problems), report.added) == (1, 2)


def test_a_damaged_archive_is_a_problem_and_gives_what_comes_before(rig: Rig) -> None:
    transcript = talk()
    rig.home.live(transcript)
    path = rig.home.deleted(transcript, at="2026-01-16T04:00:00Z", generation="0" * 32, zst=True)
    path.write_bytes(path.read_bytes()[:-5])
    report = ingest(rig)
    assert "unpack" in str(report.problems[0])


# --- secrets and events ---


def test_no_secret_reaches_the_store_in_any_part(rig: Rig) -> None:
    transcript = Transcript("s1", DAY).user(f"it is {SECRET}").assistant(f"noted {SECRET}")
    transcript.tool("exec", {"command": f"login {SECRET}", "path": SECRET}, f"error: {SECRET}", exit_code=1)
    transcript.add(compaction, f"so far {SECRET}")
    rig.home.live(transcript)
    assert ingest(rig).redactions >= 5
    files = [path for path in rig.state_dir.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_each_source_is_told_of_in_one_event(rig: Rig) -> None:
    rig.home.live(talk())
    ingest(rig)
    ((event, fields),) = rig.events
    assert event == "source.ingested"
    assert (fields["status"], fields["added"], fields["files"]) == ("ok", 2, 1)
