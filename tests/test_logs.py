"""The structured log: one event a line, for programs and for people, and silence where nobody listens."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memsyncd import logs
from memsyncd.config import LogConfig
from memsyncd.errors import FileError
from memsyncd.logs import configure
from memsyncd.sync.engine import unheard
from tests.hidden import hide


@pytest.fixture(autouse=True)
def _silence_afterwards() -> Iterator[None]:
    yield
    configure(LogConfig(), hide, verbose=False)


def terminal(monkeypatch: pytest.MonkeyPatch, *, is_one: bool) -> io.StringIO:
    """Puts a stream in the place of stderr."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: is_one)
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- lines ---


def test_an_event_is_a_json_line_that_says_when_how_bad_and_what_first(tmp_path: Path) -> None:
    emit = configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)
    before = datetime.now(UTC)
    emit("day.published", status="create", day="2026-01-15", messages=3, seconds=0.25)
    (line,) = lines(tmp_path / "log.jsonl")
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert before <= datetime.fromisoformat(line.pop("timestamp")) <= datetime.now(UTC)
    told = {"status": "create", "day": "2026-01-15", "messages": 3, "seconds": 0.25}
    assert line == {"level": "info", "event": "day.published", **told}


def test_the_fields_keep_their_order(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", status="ok", zebra=1, ant=2)
    assert list(lines(tmp_path / "log.jsonl")[0])[3:] == ["status", "zebra", "ant"]


def test_a_failed_event_is_a_warning(tmp_path: Path) -> None:
    emit = configure(LogConfig(file=tmp_path / "log.jsonl", level="warning"), hide, verbose=False)
    emit("source.ingested", status="ok")
    emit("day.failed", status="failed")
    found = [(line["event"], line["level"]) for line in lines(tmp_path / "log.jsonl")]
    assert found == [("day.failed", "warning")]


def test_a_long_field_is_cut_short(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", reason="a" * 5_000, count=1)
    (line,) = lines(tmp_path / "log.jsonl")
    assert line["reason"] == "a" * 2_000 + "…"


def test_text_of_any_language_comes_back(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", file="日記\n\x1b[31m.md")
    (line,) = lines(tmp_path / "log.jsonl")
    assert line["file"] == "日記\n\x1b[31m.md"


# --- where they go ---


def test_where_nobody_listens_nothing_is_set_up() -> None:
    assert configure(LogConfig(), hide, verbose=False) is unheard
    assert logging.getLogger(logs.LOGGER).handlers == []


def test_structlog_is_loaded_only_when_somebody_listens() -> None:
    code = (
        "import sys; from memsyncd.config import LogConfig; from memsyncd.logs import configure\n"
        "from memsyncd.core.redact import Redactor; hide = Redactor()\n"
        "configure(LogConfig(), hide, verbose=False)('e', status='ok'); print('structlog' in sys.modules)\n"
        "configure(LogConfig(), hide, verbose=True)('e', status='ok'); print('structlog' in sys.modules)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True"]
    assert len(ended.stderr.splitlines()) == 1


def test_verbose_writes_json_lines_where_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, is_one=False)
    configure(LogConfig(), hide, verbose=True)("day.published", status="create")
    assert json.loads(stream.getvalue())["event"] == "day.published"


def test_verbose_writes_for_people_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, is_one=True)
    configure(LogConfig(), hide, verbose=True)("day.published", status="create")
    assert "day.published" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


@pytest.mark.parametrize(("is_one", "no_color"), [(False, ""), (True, "1")])
def test_the_console_is_coloured_only_on_a_terminal_that_may_be(
    monkeypatch: pytest.MonkeyPatch, is_one: bool, no_color: str
) -> None:
    stream = terminal(monkeypatch, is_one=is_one)
    monkeypatch.setenv("NO_COLOR", no_color)
    configure(LogConfig(format="console"), hide, verbose=True)("day.failed", status="failed")
    (line,) = stream.getvalue().splitlines()
    assert "\x1b" not in line
    assert line.split()[1:] == ["[warning", "]", "day.failed", "status=failed"]


def test_control_characters_steer_no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, is_one=False)
    configure(LogConfig(format="console"), hide, verbose=True)("e", file="a\x1b[2J\u202eb\nc")
    assert r"file=a\x1b[2J\u202eb\nc" in stream.getvalue()


def test_json_can_be_asked_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch, is_one=True)
    configure(LogConfig(format="json"), hide, verbose=True)("e", status="ok")
    assert json.loads(stream.getvalue())["status"] == "ok"


def test_the_file_and_stderr_get_the_same_events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = terminal(monkeypatch, is_one=False)
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=True)("e", status="ok")
    assert json.loads(stream.getvalue()) == lines(tmp_path / "log.jsonl")[0]


def test_setting_up_again_replaces_what_was_set_up(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "one.jsonl"), hide, verbose=False)
    configure(LogConfig(file=tmp_path / "two.jsonl"), hide, verbose=False)("e", status="ok")
    assert (tmp_path / "one.jsonl").read_text() == ""
    assert len(lines(tmp_path / "two.jsonl")) == 1


# --- the file ---


def test_only_the_owner_can_read_the_file_and_the_one_after_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(logs, "_ROTATE_BYTES", 300)
    emit = configure(LogConfig(file=tmp_path / "log" / "log.jsonl"), hide, verbose=False)
    for number in range(20):
        emit("e", status="ok", number=number)
    files = list((tmp_path / "log").iterdir())
    assert len(files) == 4
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_what_the_file_held_stays(tmp_path: Path) -> None:
    for name in ("first", "second"):
        configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)(name)
    assert [line["event"] for line in lines(tmp_path / "log.jsonl")] == ["first", "second"]


def test_a_file_that_cannot_be_opened_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(FileError, match="cannot open the log file") as caught:
        configure(LogConfig(file=tmp_path / "file" / "log.jsonl"), hide, verbose=False)
    assert caught.value.where.endswith("log.jsonl")
