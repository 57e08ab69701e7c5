"""The same conversation, written in each format, gives the same turns, tools and days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memsyncd.adapters.store.base import Slice
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.core.days import by_day
from memsyncd.core.formats.registry import FORMATS
from memsyncd.model import Source
from memsyncd.sync.ingest import SourceReport, ingest
from tests.conformance import claude_code, codex, openclaw, pi
from tests.conformance.conversation import CONVERSATION, Said
from tests.hidden import hide

Write = Callable[[Iterable[Said], Path], None]

WRITERS: dict[str, tuple[str, Write]] = {
    "openclaw": ("openclaw", openclaw.write),
    "openclaw's database": ("openclaw", openclaw.write_database),
    "claude-code": ("claude-code", claude_code.write),
    "codex": ("codex", codex.write),
    "codex, paginated": ("codex", codex.write_paginated),
    "pi": ("pi", pi.write),
}

each = pytest.mark.parametrize("name", WRITERS)


def source_of(kind: str, root: Path) -> Source:
    folder = root / "agent-folder" / "sessions"
    database = folder.with_name("agent") / "openclaw-agent.sqlite"
    return Source(
        name=kind,
        kind=kind,
        agent="main",
        path=folder,
        memory_dir=root / "memory",
        database=database if kind == "openclaw" else None,
    )


def read(kind: str, root: Path, times: int = 1) -> tuple[Slice, SourceReport]:
    source = source_of(kind, root)
    store = SqliteStore(root / "store.sqlite")
    for _ in range(times):
        report = ingest(store, source, hide)
    found = store.slice([store.register(source)], 0, 1 << 62)
    store.close()
    return found, report


@pytest.fixture
def written(name: str, tmp_path: Path) -> str:
    """The kind of a format in which the conversation stands below ``tmp_path``."""
    kind, write = WRITERS[name]
    write(CONVERSATION, source_of(kind, tmp_path).path)
    return kind


def test_every_format_has_its_fixture() -> None:
    assert {kind for kind, _ in WRITERS.values()} == set(FORMATS)


@each
def test_each_message_arrives_once_with_its_time_and_words(written: str, tmp_path: Path) -> None:
    found, report = read(written, tmp_path)
    told = [(turn.at, turn.role, turn.text) for turn in found.turns if turn.kind == "talk"]
    assert told == [(int(said.at.timestamp() * 1000), said.role, said.text) for said in CONVERSATION if said.text]
    assert (report.files, report.messages, report.malformed, report.problems) == (1, len(told), 0, [])


@each
def test_reading_again_adds_nothing(written: str, tmp_path: Path) -> None:
    first, _ = read(written, tmp_path)
    again, report = read(written, tmp_path)
    assert (again.turns, again.tools, report.added) == (first.turns, first.tools, 0)


@each
def test_models_change_where_they_changed(written: str, tmp_path: Path) -> None:
    found, _ = read(written, tmp_path)
    models = [turn.model for turn in found.turns if turn.model]
    assert [(before, after) for before, after in pairwise(models) if before != after] == [
        ("model-one", "model-two")
    ]


@each
def test_commands_arrive_with_what_became_of_them(written: str, tmp_path: Path) -> None:
    found, _ = read(written, tmp_path)
    assert [(tool.command, tool.done, tool.failed) for tool in found.tools] == [
        (call.command, True, call.exit_code != 0) for said in CONVERSATION for call in said.calls
    ]
    failed = next(tool for tool in found.tools if tool.failed)
    assert (failed.exit_code, "timeout" in (failed.error or "")) == (2, True)


@each
def test_messages_fall_on_the_same_days(written: str, tmp_path: Path) -> None:
    found, _ = read(written, tmp_path)
    talk = [turn.at for turn in found.turns if turn.kind == "talk"]
    days = list(by_day(talk, ZoneInfo("Europe/Berlin")))
    assert [day.isoformat() for day in days] == ["2026-03-02"] * 5 + ["2026-03-04"] * 2


@each
def test_one_session_is_known(written: str, tmp_path: Path) -> None:
    found, _ = read(written, tmp_path)
    assert len(found.sessions) == 1


@pytest.mark.parametrize("name", [name for name in WRITERS if "database" not in name])
def test_a_log_that_grows_line_by_line_gives_the_same(written: str, tmp_path: Path) -> None:
    whole, _ = read(written, tmp_path)
    (tmp_path / "store.sqlite").unlink()
    [log] = source_of(written, tmp_path).path.rglob("*.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"")
    source = source_of(written, tmp_path)
    store = SqliteStore(tmp_path / "store.sqlite")
    for line in lines:
        with log.open("ab") as file:
            file.write(line)
        ingest(store, source, hide)
    grown = store.slice([store.register(source)], 0, 1 << 62)
    store.close()
    assert (grown.turns, grown.tools) == (whole.turns, whole.tools)
