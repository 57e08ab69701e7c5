"""Logs that begin with another's lines, or were made from another source's, bring nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from memsyncd.adapters.memory_dir import Naming
from memsyncd.adapters.store.sqlite import SqliteStore
from memsyncd.model import Source
from memsyncd.sync import beginnings
from memsyncd.sync.engine import Engine
from memsyncd.sync.ingest import SourceReport, ingest
from memsyncd.sync.publish import Target
from tests.builders import iso, line
from tests.conformance import claude_code
from tests.conformance.codex import AT, Line, agent_message, rollout_name, session_meta, turn_context, user_message
from tests.conformance.conversation import CONVERSATION
from tests.core.formats.test_codex_reader import imported
from tests.hidden import hide

PARENT, CHILD, GRANDCHILD = (f"0000000{n}-0000-4000-8000-000000000000" for n in range(3))
DAY = timedelta(days=1)


class Codex:
    """Codex's folder, and Claude Code's beside it, read into one store."""

    def __init__(self, root: Path) -> None:
        self.source = _source("codex", root / "codex")
        self.claude = _source("claude-code", root / "claude")
        self.store_path = root / "store.sqlite"

    def write(self, lines: Sequence[Line], session: str, at: datetime = AT, *, pack: bool = False) -> Path:
        data = b"".join(map(line, lines))
        path = self.source.path / (rollout_name(session, at) + (".zst" if pack else ""))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zstandard.compress(data) if pack else data)
        return path

    def read(self, *siblings: Source, only: list[str] | None = None) -> SourceReport:
        store = SqliteStore(self.store_path)
        report = ingest(store, self.source, hide, siblings=siblings, only=only)
        store.close()
        return report

    def read_claude(self) -> None:
        store = SqliteStore(self.store_path)
        ingest(store, self.claude, hide)
        store.close()

    def told(self) -> list[tuple[int, str]]:
        """The day, counted from the first, and the words of every message."""
        store = SqliteStore(self.store_path)
        turns = store.slice([store.register(self.source)], 0, 1 << 62).turns
        store.close()
        return [(_days(turn.at), turn.text) for turn in turns if turn.kind == "talk"]


def _source(kind: str, path: Path) -> Source:
    path.mkdir()
    return Source(name=kind, kind=kind, agent=kind, path=path, memory_dir=path)


def _days(at: int) -> int:
    return (at - round(AT.timestamp() * 1000)) // 86_400_000


def turn(words: str, at: datetime) -> list[Line]:
    answer = f"To {words}."
    return [
        turn_context("model-one", at),
        user_message(words, at),
        agent_message(answer, at + timedelta(seconds=1)),
    ]


def fork(of: str, lines: list[Line], session: str, at: datetime) -> list[Line]:
    return [session_meta(session, at, forked_from_id=of), *({**entry, "timestamp": iso(at)} for entry in lines)]


FIRST = [session_meta(PARENT), *turn("one", AT), *turn("two", AT + timedelta(minutes=1))]
SECOND = [*fork(PARENT, FIRST, CHILD, AT + DAY), *turn("three", AT + DAY + timedelta(minutes=1))]
THIRD = [*fork(CHILD, SECOND, GRANDCHILD, AT + 2 * DAY), *turn("four", AT + 2 * DAY + timedelta(minutes=1))]
WORDS = ["one", "To one.", "two", "To two.", "three", "To three.", "four", "To four."]
DATED = list(zip([0, 0, 0, 0, 1, 1, 2, 2], WORDS, strict=True))


@pytest.fixture
def codex(tmp_path: Path) -> Codex:
    return Codex(tmp_path)


# --- forks ---


@pytest.mark.parametrize("pack", [(), ("parent",), ("child",), ("parent", "child", "grandchild")])
def test_what_a_fork_repeats_is_there_once_with_its_first_time(codex: Codex, pack: tuple[str, ...]) -> None:
    codex.write(FIRST, PARENT, pack="parent" in pack)
    codex.write(SECOND, CHILD, AT + DAY, pack="child" in pack)
    codex.write(THIRD, GRANDCHILD, AT + 2 * DAY, pack="grandchild" in pack)
    assert codex.read().problems == []
    assert codex.told() == DATED
    assert codex.read().read == 0


def test_a_fork_that_comes_alone_finds_the_parent_that_was_read_before(codex: Codex) -> None:
    """The daemon names only the files that changed."""
    codex.write(FIRST, PARENT)
    codex.read()
    path = codex.write(SECOND, CHILD, AT + DAY)
    codex.read(only=[path.relative_to(codex.source.path).as_posix()])
    assert codex.told() == DATED[:6]


def test_a_fork_goes_on_where_its_head_ended(codex: Codex) -> None:
    codex.write(FIRST, PARENT)
    path = codex.write(SECOND[:-3], CHILD, AT + DAY)
    codex.read()
    with path.open("ab") as file:
        file.writelines(map(line, SECOND[-3:]))
    assert codex.read().added == 2
    assert codex.told() == DATED[:6]


def test_a_fork_whose_parent_was_archived_is_dated_by_it(codex: Codex) -> None:
    parent = codex.write(FIRST, PARENT)
    archived = codex.source.path / "archived_sessions" / parent.name
    archived.parent.mkdir()
    parent.rename(archived)
    codex.write(SECOND, CHILD, AT + DAY)
    codex.read()
    assert codex.told() == DATED[:6]


def test_a_fork_whose_parent_is_gone_keeps_every_word(codex: Codex) -> None:
    codex.write(SECOND, CHILD, AT + DAY)
    codex.read()
    assert sorted(words for _, words in codex.told()) == sorted(WORDS[:6])


def test_a_parent_that_cannot_be_unpacked_costs_the_fork_no_word(codex: Codex) -> None:
    parent = codex.write(FIRST, PARENT, pack=True)
    parent.write_bytes(parent.read_bytes()[:-5])
    codex.write(SECOND, CHILD, AT + DAY)
    assert [problem.what for problem in codex.read().problems] == ["cannot unpack log archive"]
    assert {words for _, words in codex.told()} >= set(WORDS[:6])


@pytest.mark.parametrize(("first", "second"), [(PARENT, PARENT), (PARENT, CHILD)])
def test_forks_of_each_other_are_read_as_they_stand(codex: Codex, first: str, second: str) -> None:
    codex.write(fork(second, turn("one", AT), first, AT), first)
    codex.write(fork(first, turn("two", AT), second, AT), second, AT + DAY)
    codex.read()
    assert {words for _, words in codex.told()} == set(WORDS[:4])


def test_a_family_is_traced_back_only_so_far(codex: Codex) -> None:
    names = [f"{n:08}-0000-4000-8000-000000000000" for n in range(beginnings._GENERATIONS + 4)]
    codex.write([session_meta(names[0]), *turn("one", AT)], names[0])
    for parent, child in pairwise(names):
        codex.write(fork(parent, turn("one", AT), child, AT + DAY), child, AT + DAY)
    assert codex.read().problems == []
    assert {words for _, words in codex.told()} == {"one", "To one."}


# --- imports ---


def note(codex: Codex, *paths: Path | str, session: str = CHILD) -> None:
    records = [{"imported_thread_id": session, "source_path": str(path)} for path in paths]
    (codex.source.path / "external_agent_session_imports.json").write_text(json.dumps({"records": records}))


def claude_log(codex: Codex) -> Path:
    claude_code.write(CONVERSATION, codex.claude.path)
    [log] = codex.claude.path.rglob("*.jsonl")
    return log


SINCE, WHOLE = ["Thanks", "Gladly."], ["Which port?", "It is 8443.", "Thanks", "Gladly."]


def words(codex: Codex, *siblings: Source) -> list[str]:
    codex.write(imported(), CHILD)
    codex.read(*siblings)
    return [words for _, words in codex.told()]


def test_what_another_source_brings_is_left_out_of_the_thread_made_from_it(codex: Codex) -> None:
    note(codex, claude_log(codex))
    assert words(codex, codex.source, codex.claude) == SINCE


def test_an_engine_knows_all_its_sources_whichever_is_read_first(codex: Codex, tmp_path: Path) -> None:
    note(codex, claude_log(codex))
    codex.write(imported(), CHILD)
    targets = [
        Target(folder=source.memory_dir, sources=(source,), zone="UTC", naming=Naming())
        for source in (codex.source, codex.claude)
    ]
    with Engine(tmp_path / "state", targets, hide, store_path=codex.store_path, now=lambda: AT) as engine:
        first, second = engine.ingest()
    assert (first.messages, second.messages > 2) == (2, True)
    assert [words for _, words in codex.told()] == SINCE


def test_without_that_source_the_thread_is_the_only_copy(codex: Codex) -> None:
    note(codex, claude_log(codex))
    assert words(codex, codex.source) == WHOLE


def test_a_log_that_is_gone_and_was_never_read_leaves_the_thread_whole(codex: Codex) -> None:
    log = claude_log(codex)
    log.unlink()
    note(codex, log)
    assert words(codex, codex.claude) == WHOLE


def test_a_log_that_was_read_before_it_went_is_left_out(codex: Codex) -> None:
    log = claude_log(codex)
    codex.read_claude()
    log.unlink()
    note(codex, log)
    assert words(codex, codex.claude) == SINCE


@pytest.mark.parametrize("path", ["", "relative.jsonl", "/elsewhere/log.jsonl", "/with\0nul", "/" + "x" * 5000])
def test_paths_that_are_no_log_of_the_other_source_leave_the_thread_whole(codex: Codex, path: str) -> None:
    note(codex, path)
    assert words(codex, codex.claude) == WHOLE


def test_a_log_outside_the_folder_of_the_other_source_leaves_the_thread_whole(
    codex: Codex, tmp_path: Path
) -> None:
    log = claude_log(codex)
    note(codex, log.rename(tmp_path / log.name))
    assert words(codex, codex.claude) == WHOLE


def test_a_list_of_imports_that_cannot_be_read_is_a_problem_and_the_thread_is_read_whole(codex: Codex) -> None:
    (codex.source.path / "external_agent_session_imports.json").mkdir()
    codex.write(imported(), CHILD)
    assert [problem.what for problem in codex.read(codex.claude).problems] == ["cannot use the list of imports"]
    assert [words for _, words in codex.told()] == WHOLE
