"""What stands beside the logs about sessions reaches the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.model import Session
from tests.conformance.codex import user_message
from tests.hidden import SECRET
from tests.sync.rig import Rig
from tests.sync.test_beginnings import CHILD, FIRST, PARENT, Codex
from tests.sync.test_ingest import ingest, talk

INDEX = "session_index.jsonl"


@pytest.fixture
def codex(tmp_path: Path) -> Codex:
    return Codex(tmp_path)


def name(codex: Codex, **titles: str) -> None:
    lines = [json.dumps({"id": session, "thread_name": title}) + "\n" for session, title in titles.items()]
    with (codex.source.path / INDEX).open("a") as file:
        file.writelines(lines)


def known(codex: Codex) -> dict[str, Session]:
    store = SqliteStore(codex.store_path)
    sessions = store.sessions(store.register(codex.source))
    store.close()
    return sessions


# --- titles ---


def test_a_thread_has_the_title_of_the_index_also_when_it_is_renamed_later(codex: Codex) -> None:
    codex.write(FIRST, PARENT)
    name(codex, **{PARENT: "Proxy"})
    codex.read()
    assert known(codex)[PARENT].title == "Proxy"
    name(codex, **{PARENT: "Staging proxy"})
    codex.read()
    assert known(codex)[PARENT].title == "Staging proxy"


def test_titles_of_threads_without_a_log_are_passed_over(codex: Codex) -> None:
    codex.write(FIRST, PARENT)
    name(codex, **{CHILD: "Nothing of it is here"})
    codex.read()
    assert known(codex).keys() == {PARENT}


def test_secrets_in_titles_are_replaced(codex: Codex) -> None:
    codex.write(FIRST, PARENT)
    name(codex, **{PARENT: f"use {SECRET}"})
    codex.read()
    title = known(codex)[PARENT].title
    assert title is not None
    assert title.startswith("use ")
    assert SECRET not in title


def test_a_title_is_learned_with_the_log_that_changed(codex: Codex) -> None:
    """The daemon names only the files that changed; the index is never among them."""
    path = codex.write(FIRST, PARENT)
    codex.read()
    name(codex, **{PARENT: "Proxy"})
    log = path.relative_to(codex.source.path).as_posix()
    codex.read(only=[log])
    assert known(codex)[PARENT].title is None
    codex.write([*FIRST, user_message("and now?")], PARENT)
    codex.read(only=[log])
    assert known(codex)[PARENT].title == "Proxy"


def test_an_index_of_titles_that_cannot_be_read_is_a_problem_and_no_obstacle(codex: Codex) -> None:
    codex.write(FIRST, PARENT)
    (codex.source.path / INDEX).mkdir()
    report = codex.read()
    assert [problem.what for problem in report.problems] == ["cannot use the titles of sessions"]
    assert report.added == 4


def test_openclaws_label_is_a_title_without_its_secrets(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.home.live(talk("s1"), "main", label=f"use {SECRET}")
    ingest(rig)
    with rig.engine() as engine:
        title = engine.store.sessions(engine.store.register(rig.source))["s1"].title
    assert title is not None
    assert title.startswith("use ")
    assert SECRET not in title


def test_a_label_that_is_given_later_is_learned_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.home.live(talk("s1"), "main")
    ingest(rig)
    rig.home.know("main", talk("s1"), label="Proxy")
    assert ingest(rig).read == 0
    with rig.engine() as engine:
        assert engine.store.sessions(engine.store.register(rig.source))["s1"].title == "Proxy"


@pytest.mark.parametrize("key", ["main", "cron:backup"])
def test_nothing_is_kept_of_the_label_of_a_session_that_stays_out(tmp_path: Path, key: str) -> None:
    rig = Rig(tmp_path)
    with rig.engine() as engine:
        reason = "forgotten" if key == "main" else None
        engine.store.know_sessions(engine.store.register(rig.source), [Session(id="s1", excluded=reason)])
    rig.home.know(key, talk("s1"), label="Proxy")
    ingest(rig)
    with rig.engine() as engine:
        session = engine.store.sessions(engine.store.register(rig.source))["s1"]
    assert session.excluded
    assert session.title is None


# --- sessions that stay out ---


def test_an_excluded_session_that_no_index_names_stays_out_from_its_first_reading(tmp_path: Path) -> None:
    rig = Rig(tmp_path, excluded_sessions=("s1",))
    rig.home.live(talk("s1"))
    rig.home.live(talk("s1-topic-5", "2026-01-15T13:00:00Z"))
    rig.home.live(talk("s11", "2026-01-15T14:00:00Z"))
    ingest(rig)
    assert rig.words() == ["question of s11", "answer of s11"]


def test_a_session_found_out_by_the_index_sends_through_every_file(tmp_path: Path) -> None:
    """Of a turn that two sessions share one copy is kept; here it is the one that goes."""
    rig = Rig(tmp_path)
    child = talk("s0", "2026-01-15T11:00:00Z")
    parent = talk("s1", "2026-01-15T11:30:00Z")
    parent.entries[1:] = child.entries[1:]
    rig.home.live(child)
    rig.home.live(parent)
    ingest(rig)
    rig.home.know("subagent:1", child)
    with rig.engine() as engine:
        engine.update({rig.source.name: ["sessions.json"]})
    assert rig.words() == ["question of s0", "answer of s0"]
