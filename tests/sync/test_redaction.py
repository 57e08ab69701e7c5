"""What is in the store is looked at again: by newer rules, for newly known values, by a second detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from memsyncd.adapters.state import SecondLook, load_state
from memsyncd.core.redact import Policy, Redactor
from memsyncd.core.redact.redactor import packaged
from memsyncd.errors import DetectorFailed
from memsyncd.model import Finding
from memsyncd.sync.engine import Engine
from memsyncd.sync.health import health_of
from memsyncd.sync.publish import Target
from memsyncd.sync.redaction import Second
from memsyncd.sync.runs import RunReport
from tests.builders import Transcript
from tests.hidden import SECRET, hide, hiding
from tests.sync.rig import NOW, Rig

DAY = "2026-01-15T10:00:00Z"
LATER = "otherword"


class Detector:
    """A second detector to which some words are secrets; it can fail, and it remembers what it was shown."""

    def __init__(self, *words: str, fails: bool = False) -> None:
        self.words = words
        self.fails = fails
        self.shown: list[str] = []
        self.closed = False

    def scan(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        if self.fails:
            raise DetectorFailed("the second detector stopped", why="made to")
        self.shown += texts
        return [tuple(self._found(text)) for text in texts]

    def close(self) -> None:
        self.closed = True

    def _found(self, text: str) -> Iterator[Finding]:
        for word in self.words:
            if (start := text.find(word)) >= 0:
                yield Finding("second", "SECRET", start, start + len(word))


@contextmanager
def opened(rig: Rig, redactor: Redactor, second: Detector | None = None) -> Iterator[Engine]:
    target = Target(folder=rig.home.memory, sources=(rig.source,), zone=rig.zone, naming=rig.naming)
    used = Second(lambda: second) if second else None
    with Engine(rig.state_dir, [target], redactor, second=used, now=lambda: NOW) as engine:
        yield engine


def run(rig: Rig, redactor: Redactor, second: Detector | None = None) -> RunReport:
    with opened(rig, redactor, second) as engine:
        return engine.catch_up()


def look(rig: Rig) -> SecondLook | None:
    return load_state(rig.state_dir / "state.json")[0].second_detector


def holding(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    transcript = Transcript("s1", DAY).user(f"remember {SECRET} and {LATER} please").assistant(f"{LATER}: noted")
    transcript.tool("exec", {"command": f"login {LATER}"}, f"error: {LATER}", exit_code=1)
    rig.home.live(transcript)
    return rig


def test_newer_rules_take_secrets_out_of_stored_turns_and_their_days_are_published_anew(rig: Rig) -> None:
    run(rig, hide)
    assert LATER in rig.day("2026-01-15")
    report = run(rig, hiding(SECRET, LATER))
    assert report.found_later == {"word-2": 4}
    assert [day.action for day in report.days] == ["replace"]
    assert LATER not in rig.day("2026-01-15")
    assert holding(rig.state_dir, LATER) == []


def test_old_logs_need_not_be_there_any_more_for_that(rig: Rig) -> None:
    run(rig, hide)
    for path in rig.home.sessions.iterdir():
        path.unlink()
    run(rig, hiding(SECRET, LATER))
    assert LATER not in rig.day("2026-01-15")


def test_the_same_rules_look_only_once(rig: Rig) -> None:
    run(rig, hide)
    with opened(rig, hide) as engine:
        store = engine.store
        assert store.note("redaction.rules") == hide.version
        engine.catch_up()
        assert not engine.found_later


def test_a_person_s_line_stays_when_rules_change(rig: Rig) -> None:
    run(rig, hide)
    path = rig.home.memory / "2026-01-15.md"
    path.write_text(path.read_text() + f"\nMy own line with {LATER}\n")
    run(rig, hiding(SECRET, LATER))
    text = path.read_text()
    assert text.count(LATER) == 1
    assert text.endswith(f"My own line with {LATER}\n")


def test_a_newly_known_value_is_taken_out_and_not_searched_for_again(rig: Rig) -> None:
    plain = Redactor(packaged())
    knowing = Redactor(packaged(), Policy(known=(LATER,)))
    run(rig, plain)
    assert LATER in rig.day("2026-01-15")
    assert run(rig, knowing).found_later == {"known-value": 4}
    assert LATER not in rig.day("2026-01-15")
    assert run(rig, plain).found_later == {}  # a service may not know the value that a terminal knows
    assert run(rig, knowing).found_later == {}


def test_known_values_are_noted_as_keyed_hashes_only(rig: Rig) -> None:
    run(rig, Redactor(packaged(), Policy(known=(LATER,))))
    assert holding(rig.state_dir, LATER) == []


def test_the_receipt_of_a_day_counts_by_rule(rig: Rig) -> None:
    run(rig, hiding(SECRET, LATER))
    [record] = load_state(rig.state_dir / "state.json")[0].folders[str(rig.home.memory.resolve())].values()
    assert record.redacted == {"word-1": 1, "word-2": 4}


def test_what_only_the_second_detector_finds_is_replaced_in_file_and_store(rig: Rig) -> None:
    second = Detector(LATER)
    report = run(rig, hide, second)
    assert report.found_later == {"second": 4}
    assert LATER not in rig.day("2026-01-15")
    assert holding(rig.state_dir, LATER) == []
    assert any("remember" in text for text in second.shown)  # the whole turn
    assert any("## Session Flow" in text for text in second.shown)  # and the finished block
    assert second.closed
    found = look(rig)
    assert found is not None
    assert (found.status, found.found) == ("ok", 4)


def test_the_second_detector_is_not_asked_when_nothing_is_new(rig: Rig) -> None:
    run(rig, hide, Detector(LATER))
    second = Detector(LATER)
    run(rig, hide, second)
    assert second.shown == []
    assert look(rig).status == "ok"  # type: ignore[union-attr]


def test_a_second_detector_that_fails_is_told_and_the_day_is_written_all_the_same(rig: Rig) -> None:
    run(rig, hide, Detector(fails=True))
    assert f"remember [REDACTED-PASSWORD] and {LATER}" in rig.day("2026-01-15")
    failed = look(rig)
    assert failed is not None
    assert failed.status == "failed"
    assert "made to" in failed.why
    with opened(rig, hide, Detector()) as engine:
        assert not health_of(engine, engine.ingest()).healthy


def test_what_waits_for_the_second_detector_is_shown_to_it_when_it_works_again(rig: Rig) -> None:
    run(rig, hide, Detector(fails=True))
    run(rig, hide, Detector(LATER))
    assert LATER not in rig.day("2026-01-15")
    assert look(rig).status == "ok"  # type: ignore[union-attr]


def test_a_second_detector_that_comes_later_sees_what_was_there_before(rig: Rig) -> None:
    run(rig, hide)
    assert look(rig).status == "off"  # type: ignore[union-attr]
    run(rig, hide, Detector(LATER))
    assert LATER not in rig.day("2026-01-15")


def test_the_last_look_finds_what_comes_together_only_in_the_block(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.home.live(Transcript("s1", DAY).user("please fix the build").assistant("done"))
    report = run(rig, hiding("Session Flow"))
    [day] = report.days
    assert day.residual == 1
    assert "## [REDACTED-PASSWORD]" in rig.day("2026-01-15")
