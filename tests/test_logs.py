"""The structured log: one event a line, for programs and for people, and silence where nobody listens."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.config import LogConfig
from memsyncd.errors import FileError
from memsyncd.logs import bound, configure, configure_daemon, default_file, handlers
from memsyncd.logs.repeats import Repeats
from memsyncd.logs.tail import LogFile
from memsyncd.sync.engine import unheard
from tests.hidden import SECRET, hide


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


@pytest.mark.parametrize("char", ["a", "é", "日", "😀", "\x00", '"'])
def test_no_field_takes_more_than_2_kb_of_the_line(tmp_path: Path, char: str) -> None:
    emit = configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)
    emit("e", words=char * 3_000, several=[char * 900] * 9, nested={"a": {"b": char * 3_000}})
    (line,) = (tmp_path / "log.jsonl").read_bytes().splitlines()
    assert 5_000 < len(line) < 6_200


def test_a_secret_at_the_cut_leaves_nothing_of_itself(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", reason="a" * 1_997 + SECRET)
    text = (tmp_path / "log.jsonl").read_text()
    assert "hun" not in text
    assert "[RED" not in text  # half a placeholder says nothing


@pytest.mark.parametrize(
    "value", [[SECRET], {"k": SECRET}, {SECRET: 1}, (SECRET,), Path(SECRET), ValueError(SECRET)]
)
def test_secrets_are_found_wherever_they_stand(tmp_path: Path, value: object) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", value=value)
    text = (tmp_path / "log.jsonl").read_text()
    assert "[REDACTED-PASSWORD]" in text
    assert SECRET not in text


def test_every_line_can_be_read_by_strict_readers_of_json(tmp_path: Path) -> None:
    emit = configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)
    emit("e", name="a\udc80b", number=float("nan"), other=float("inf"))
    (line,) = (tmp_path / "log.jsonl").read_bytes().splitlines()
    assert msgspec.json.decode(line)["name"] == "a\\udc80b"


def test_an_error_event_is_an_error(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("job.failed", status="error")
    assert lines(tmp_path / "log.jsonl")[0]["level"] == "error"


def test_text_of_any_language_comes_back(tmp_path: Path) -> None:
    configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)("e", file="日記\n\x1b[31m.md")
    (line,) = lines(tmp_path / "log.jsonl")
    assert line["file"] == "日記\n\x1b[31m.md"


# --- where they go ---


def test_where_nobody_listens_nothing_is_set_up() -> None:
    assert configure(LogConfig(), hide, verbose=False) is unheard


def test_what_is_logged_while_nobody_listens_is_not_shown_as_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    emit = configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)
    configure(LogConfig(), hide, verbose=False)
    emit("day.failed", status="failed", reason=SECRET)
    assert capfd.readouterr() == ("", "")


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
    monkeypatch.setattr(handlers, "_ROTATE_BYTES", 300)
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


def test_a_file_that_was_moved_away_begins_anew(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    emit = configure(LogConfig(file=log), hide, verbose=False)
    emit("first")
    log.rename(tmp_path / "moved")
    emit("second")
    log.unlink()
    emit("third")
    assert [line["event"] for line in lines(log)] == ["third"]
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_log_that_cannot_be_written_is_said_once_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stream = terminal(monkeypatch, is_one=False)
    (tmp_path / "full.jsonl").symlink_to("/dev/full")
    emit = configure(LogConfig(file=tmp_path / "full.jsonl"), hide, verbose=False)
    for _ in range(3):
        emit("e", reason=SECRET)
    assert stream.getvalue() == "memsyncd: a log line could not be written: No space left on device\n"


# --- the daemon's log ---


@pytest.fixture
def daemon_log(tmp_path: Path) -> Path:
    """The log of a daemon, set up under launchd."""
    configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)
    return default_file(tmp_path)


def test_the_daemon_writes_to_stderr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = terminal(monkeypatch, is_one=False)
    configure_daemon(LogConfig(), hide, launchd=False, state_dir=tmp_path)("day.published", status="create")
    assert json.loads(stream.getvalue())["event"] == "day.published"
    assert list(tmp_path.glob("log*")) == []


def test_on_a_terminal_it_writes_for_people(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = terminal(monkeypatch, is_one=True)
    configure_daemon(LogConfig(), hide, launchd=False, state_dir=tmp_path)("day.published", status="create")
    assert "\x1b[" in stream.getvalue()


def test_a_traceback_for_people_has_lines_and_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stream = terminal(monkeypatch, is_one=False)
    configure_daemon(LogConfig(format="console"), hide, launchd=False, state_dir=tmp_path)
    logging.getLogger("x").error("it broke", exc_info=ValueError("a\x1b[2Jb"))
    assert "\nValueError: a\\x1b[2Jb\n" in stream.getvalue()


def test_under_launchd_it_writes_to_a_private_file_and_not_to_stderr(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stream = terminal(monkeypatch, is_one=False)
    emit = configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path / "state")
    emit("day.failed", status="failed")
    (line,) = lines(tmp_path / "state/log/memsyncd.jsonl")
    assert line["event"] == "day.failed"
    assert stream.getvalue() == ""
    assert (tmp_path / "state/log").stat().st_mode & 0o777 == 0o700


def test_the_configured_file_takes_the_place_of_the_default_one(tmp_path: Path) -> None:
    config = LogConfig(file=tmp_path / "mine.jsonl")
    configure_daemon(config, hide, launchd=True, state_dir=tmp_path / "state")("e")
    assert len(lines(tmp_path / "mine.jsonl")) == 1
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "name", ["watchdog.observers", "apscheduler.scheduler", "anthropic", "httpx2", "py.warnings"]
)
def test_what_a_library_warns_of_is_a_line_like_ours(daemon_log: Path, name: str) -> None:
    logging.getLogger(name).warning("job %s was missed: %s", "nightly", SECRET)
    (line,) = lines(daemon_log)
    assert list(line) == ["timestamp", "level", "event", "logger"]
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC
    words = "job nightly was missed: [REDACTED-PASSWORD]"
    assert (line["level"], line["logger"], line["event"]) == ("warning", name, words)


def test_what_a_library_says_beside_its_words_becomes_fields(daemon_log: Path) -> None:
    logging.getLogger("watchdog").error("lost", extra={"folder": SECRET})
    (line,) = lines(daemon_log)
    assert line["folder"] == "[REDACTED-PASSWORD]"


def test_a_library_that_turns_its_own_level_up_is_not_heard_all_the_same(daemon_log: Path) -> None:
    logger = logging.getLogger("anthropic._base_client")
    logger.setLevel(logging.DEBUG)  # as ANTHROPIC_LOG=debug does when it is imported
    logger.debug("request options")
    logger.info("sent")
    logger.setLevel(logging.NOTSET)
    assert not daemon_log.read_text()


def test_only_errors_of_libraries_are_heard_where_only_errors_are_wanted(tmp_path: Path) -> None:
    config = LogConfig(level="error", file=tmp_path / "log.jsonl")
    emit = configure_daemon(config, hide, launchd=True, state_dir=tmp_path)
    emit("day.failed", status="failed")
    logging.getLogger("watchdog").warning("hm")
    logging.getLogger("watchdog").error("oh")
    assert [line["event"] for line in lines(tmp_path / "log.jsonl")] == ["oh"]


def test_warnings_of_python_become_lines(daemon_log: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)  # pytest, which wants them too, has come between
        warnings.warn(f"old style {SECRET}", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    (line,) = lines(daemon_log)
    assert (line["logger"], line["level"]) == ("py.warnings", "warning")
    assert "DeprecationWarning: old style [REDACTED-PASSWORD]" in line["event"]


def test_a_traceback_holds_neither_the_secrets_of_its_words_nor_the_values_of_variables(daemon_log: Path) -> None:
    def work() -> None:
        talk = "they" + "spoke"
        raise ValueError(f"cannot send {SECRET} to " + str(len(talk)))

    try:
        work()
    except ValueError:
        logging.getLogger("apscheduler.executors").exception("Job raised")
    (line,) = lines(daemon_log)
    assert line["exception"].endswith("ValueError: cannot send [REDACTED-PASSWORD] to 9")
    assert "theyspoke" not in daemon_log.read_text()


def test_of_a_long_traceback_the_end_stays(daemon_log: Path) -> None:
    error = ValueError("on and on " * 500 + "to the bottom 日")
    logging.getLogger("x").error("it broke", exc_info=error)
    (line,) = lines(daemon_log)
    assert line["exception"].startswith("…")
    assert line["exception"].endswith("on and on to the bottom 日")
    assert 2_000 < len(daemon_log.read_bytes()) < 2_200


def test_what_is_bound_stands_in_every_line_of_its_thread_and_of_no_other(daemon_log: Path) -> None:
    with bound(run=7, day="2026-01-15"):
        logging.getLogger("x").warning("in")
        thread = threading.Thread(target=logging.getLogger("x").warning, args=["elsewhere"])
        thread.start()
        thread.join()
    logging.getLogger("x").warning("out")
    found = {line["event"]: (line.get("run"), line.get("day")) for line in lines(daemon_log)}
    assert found == {"in": (7, "2026-01-15"), "elsewhere": (None, None), "out": (None, None)}


def test_an_error_that_only_repeats_itself_is_told_once(daemon_log: Path, tmp_path: Path) -> None:
    emit = configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)
    for number in range(5):
        emit("day.failed", status="failed", day="2026-01-15", reason="the disk is full", seconds=number / 10)
        logging.getLogger("watchdog").error("no space")
    emit("day.failed", status="failed", day="2026-01-16", reason="the disk is full")
    found = [(line["event"], line.get("day")) for line in lines(daemon_log)]
    assert found == [("day.failed", "2026-01-15"), ("no space", None), ("day.failed", "2026-01-16")]


def test_it_is_its_error_that_makes_an_event_news(daemon_log: Path, tmp_path: Path) -> None:
    emit = configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)

    def fail(error: Exception) -> None:
        try:
            raise error
        except ValueError:
            emit("job.failed", status="error", exc_info=True)
            logging.getLogger("apscheduler").exception("Job raised")

    for error in (ValueError("one"), ValueError("one"), ValueError("two")):
        fail(error)
    emit("job.failed", status="error", exc_info=ValueError("two"))
    found = [(line["event"], line["exception"][-3:]) for line in lines(daemon_log)]
    assert found == [(event, error) for error in ("one", "two") for event in ("job.failed", "Job raised")]


def test_events_that_are_no_errors_may_repeat_themselves(daemon_log: Path, tmp_path: Path) -> None:
    emit = configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)
    for _ in range(3):
        emit("source.ingested", status="ok")
    assert len(lines(daemon_log)) == 3


def test_after_an_hour_it_is_told_again_with_how_often_it_was_held_back() -> None:
    now, told = [0.0], io.StringIO()
    sink = logging.StreamHandler(told)
    sink.setFormatter(logging.Formatter("%(message)s repeated=%(repeated)s", defaults={"repeated": 0}))
    door = handlers.FanOut([sink], foreign_level=logging.WARNING, repeats=Repeats(3600), clock=lambda: now[0])
    for now[0] in (0.0, 10.0, 3599.0, 3600.0, 3601.0):
        door.handle(logging.LogRecord("x", logging.ERROR, "", 1, "broken", None, None))
    assert told.getvalue() == "broken repeated=0\nbroken repeated=2\n"


def test_setting_a_log_up_again_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.level, [*root.handlers], sys.excepthook, threading.excepthook, sys.unraisablehook
    configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)
    configure_daemon(LogConfig(), hide, launchd=True, state_dir=tmp_path)
    assert len(root.handlers) == len(before[1]) + 1
    configure(LogConfig(), hide, verbose=False)
    assert (root.level, root.handlers, sys.excepthook, threading.excepthook, sys.unraisablehook) == before


# --- repetition ---


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from("abc")), max_size=60))
def test_every_time_is_counted_once(steps: list[tuple[float, str]]) -> None:
    repeats, now = Repeats(every=60), 0.0
    passed: dict[str, list[float]] = {"a": [], "b": [], "c": []}
    told = dict.fromkeys(passed, 0)
    held = dict.fromkeys(passed, 0)
    for wait, key in steps:
        now += wait
        count = repeats.news(key, now)
        if count is None:
            held[key] += 1
        else:
            assert count == held[key]
            held[key] = 0
            passed[key].append(now)
        told[key] += 1
    for times in passed.values():
        assert all(later - earlier >= 60 for earlier, later in pairwise(times))
    assert all(passed[key] for key, times in told.items() if times)


def test_ever_new_errors_take_no_ever_growing_memory() -> None:
    repeats = Repeats(every=60)
    assert all(repeats.news(number, 0.0) == 0 for number in range(10_000))
    assert len(repeats._told) == 256
    assert repeats.news(9_999, 1.0) is None


# --- in a process of its own ---

PRELUDE = """
import logging, sys, threading
from pathlib import Path
from memsyncd.config import LogConfig
from memsyncd.logs import configure_daemon
from tests.hidden import SECRET, hide
emit = configure_daemon(LogConfig(), hide, launchd={launchd}, state_dir=Path(sys.argv[1]))
"""


def process(
    code: str, state: Path, *, launchd: bool = False, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs ``code`` in an interpreter whose log is a daemon's."""
    whole = f"{before}\n{PRELUDE.format(launchd=launchd)}\n{code}"
    where = Path(__file__).parents[1]
    command = [sys.executable, "-c", whole, str(state)]
    return subprocess.run(command, capture_output=True, text=True, cwd=where, check=False)


def test_the_journal_gets_the_level_of_each_line(tmp_path: Path) -> None:
    announce = "import os; there = os.fstat(2); os.environ['JOURNAL_STREAM'] = f'{there.st_dev}:{there.st_ino}'"
    code = (
        "emit('a'); emit('b', status='failed'); emit('c', status='error')\n"
        "logging.getLogger('memsyncd').critical('d'); emit('e', reason='x\\ny')\n"
    )
    found = process(code, tmp_path, before=announce).stderr.splitlines()
    assert [line[:3] for line in found] == ["<6>", "<4>", "<3>", "<2>", "<6>"]
    assert [json.loads(line[3:])["event"] for line in found] == list("abcde")


def test_a_stderr_that_the_journal_does_not_read_gets_no_levels(tmp_path: Path) -> None:
    ended = process("emit('a')", tmp_path, before="import os; os.environ['JOURNAL_STREAM'] = '8:12345'")
    assert json.loads(ended.stderr)["event"] == "a"


def test_an_exception_that_ends_the_process_is_logged_as_critical(tmp_path: Path) -> None:
    ended = process("raise ValueError(SECRET)", tmp_path)
    line = json.loads(ended.stderr)
    assert (ended.returncode, line["level"], line["event"]) == (1, "critical", "process.crashed")
    assert line["exception"].endswith("ValueError: [REDACTED-PASSWORD]")


def test_under_launchd_that_alone_is_told_on_stderr_too(tmp_path: Path) -> None:
    ended = process("emit('day.failed', status='failed')\nraise ValueError('x')", tmp_path, launchd=True)
    assert [json.loads(line)["event"] for line in ended.stderr.splitlines()] == ["process.crashed"]
    found = [line["event"] for line in lines(default_file(tmp_path))]
    assert found == ["day.failed", "process.crashed"]


def test_an_exception_that_ends_a_thread_is_logged_with_its_name(tmp_path: Path) -> None:
    code = (
        "def work(): raise ValueError(SECRET)\n"
        "thread = threading.Thread(target=work, name='worker'); thread.start(); thread.join()\n"
        "thread = threading.Thread(target=sys.exit); thread.start(); thread.join()\n"
    )
    ended = process(code, tmp_path)
    line = json.loads(ended.stderr)
    assert (line["level"], line["event"], line["in_thread"]) == ("critical", "thread.crashed", "worker")
    assert SECRET not in ended.stderr


def test_an_exception_that_python_can_only_report_is_logged(tmp_path: Path) -> None:
    code = "class Odd:\n    def __del__(self): raise ValueError(SECRET)\nOdd()"
    line = json.loads(process(code, tmp_path).stderr)
    assert (line["level"], line["event"]) == ("error", "exception.ignored")
    assert line["exception"].endswith("ValueError: [REDACTED-PASSWORD]")


def test_ctrl_c_is_no_crash(tmp_path: Path) -> None:
    assert "crashed" not in process("raise KeyboardInterrupt", tmp_path).stderr


def test_logging_loads_no_rich_and_takes_it_from_nobody(tmp_path: Path) -> None:
    code = "emit('e'); print('rich' in sys.modules)\nimport rich; print(rich.__name__)"
    assert process(code, tmp_path).stdout.split() == ["False", "rich"]


# --- reading a file again ---


def write(path: Path, *events: str, end: str = "\n", mode: str = "a") -> None:
    with path.open(mode) as file:
        file.write("\n".join(json.dumps({"event": event}) for event in events) + end)


def backwards(path: Path, *, torn: bool = True) -> list[str]:
    with LogFile(path, torn=torn) as log:
        return [line.event for line in log.newest_first()]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    write(path, "a", "b")
    return path


@pytest.fixture
def following(log: Path) -> Iterator[LogFile]:
    """A reader that has seen what is there."""
    with LogFile(log, torn=False) as reader:
        assert [line.event for line in reader.newest_first()] == ["b", "a"]
        yield reader


def news(reader: LogFile) -> list[str]:
    return [line.event for line in reader.appended()]


@given(st.lists(st.text("abü", min_size=1, max_size=50_000), max_size=8), st.booleans())
def test_a_file_read_backwards_has_the_same_lines(events: list[str], ended: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        write(path, *events, end="\n" if ended else "")
        assert backwards(path) == events[::-1]


def test_rotated_files_come_before_it(log: Path) -> None:
    write(log.with_name("log.jsonl.1"), "y", "z")
    write(log.with_name("log.jsonl.2"), "x")
    assert backwards(log) == ["b", "a", "z", "y", "x"]


def test_a_file_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert backwards(tmp_path / "none.jsonl") == []


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot read the log file"):
        backwards(tmp_path)


def test_a_torn_last_line_is_shown_once_it_is_whole(log: Path) -> None:
    write(log, "c", end="")
    assert backwards(log) == ["c", "b", "a"]
    with LogFile(log, torn=False) as reader:
        assert [line.event for line in reader.newest_first()] == ["b", "a"]
        assert news(reader) == []
        write(log, "", end="")
        with log.open("a") as file:
            file.write("\n")
        assert news(reader) == ['{"event": "c"}{"event": ""}']


def test_a_huge_line_takes_little_memory_and_hides_no_other(log: Path) -> None:
    with log.open("ab") as file:
        file.write(b"x" * 3_000_000 + b"\n")
    write(log, "c")
    with LogFile(log, torn=True) as reader:
        found = [line.event for line in reader.newest_first()]
    assert [event[:5] for event in found] == ["c", "xxxxx", "b", "a"]
    assert len(found[1]) < 1_200_000


def test_what_is_appended_is_followed(log: Path, following: LogFile) -> None:
    assert news(following) == []
    write(log, "c", "d")
    assert news(following) == ["c", "d"]
    assert news(following) == []


def test_a_line_that_comes_in_two_parts_is_one(log: Path, following: LogFile) -> None:
    with log.open("a") as file:
        file.write('{"event": ')
        file.flush()
        assert news(following) == []
        file.write('"c"}\n')
    assert news(following) == ["c"]


def test_a_huge_line_that_is_followed_hides_no_other(log: Path, following: LogFile) -> None:
    with log.open("ab") as file:
        file.write(b"x" * 3_000_000)
    assert news(following) == []
    with log.open("ab") as file:
        file.write(b"yyy\n")
    write(log, "c")
    assert [event[:3] for event in news(following)] == ["xxx", "c"]


def test_a_rotation_loses_no_line(log: Path, following: LogFile) -> None:
    write(log, "c")
    log.rename(log.with_name("log.jsonl.1"))
    write(log, "d")
    assert news(following) == ["c", "d"]


def test_several_rotations_between_two_looks_lose_no_line(log: Path, following: LogFile) -> None:
    write(log, "c")
    log.rename(log.with_name("log.jsonl.3"))
    for number, event in ((2, "d"), (1, "e")):
        write(log.with_name(f"log.jsonl.{number}"), event)
    write(log, "f")
    assert news(following) == ["c", "d", "e", "f"]


def test_a_file_that_was_removed_and_comes_back_is_followed_and_nothing_is_shown_twice(
    log: Path, following: LogFile
) -> None:
    write(log.with_name("log.jsonl.1"), "old")
    os.utime(log.with_name("log.jsonl.1"), ns=(0, 0))
    log.unlink()
    assert news(following) == []
    write(log, "new")
    assert news(following) == ["new"]


def test_a_truncated_file_is_followed_from_its_beginning(log: Path, following: LogFile) -> None:
    write(log, "c", mode="w")
    assert news(following) == ["c"]


def test_a_file_that_appears_later_is_followed(tmp_path: Path) -> None:
    with LogFile(tmp_path / "late.jsonl", torn=False) as reader:
        assert list(reader.newest_first()) == []
        assert news(reader) == []
        write(tmp_path / "late.jsonl", "a")
        assert news(reader) == ["a"]


def test_following_rests_between_two_looks(log: Path) -> None:
    pauses = []

    def pause() -> None:
        pauses.append(1)
        write(log, f"after pause {len(pauses)}")

    with LogFile(log, torn=False, pause=pause) as reader:
        list(reader.newest_first())
        follow = reader.follow()
        assert [next(follow).event for _ in range(3)] == [f"after pause {number}" for number in (1, 2, 3)]
    assert len(pauses) == 3


def test_a_real_log_that_is_rotated_all_the_time_is_followed_without_a_gap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(handlers, "_ROTATE_BYTES", 400)
    emit = configure(LogConfig(file=tmp_path / "log.jsonl"), hide, verbose=False)
    with LogFile(tmp_path / "log.jsonl", torn=False) as reader:
        list(reader.newest_first())
        found = []
        for number in range(200):
            emit("e", number=number)
            if number % 7 == 0:
                found += [line.fields["number"] for line in reader.appended()]
        found += [line.fields["number"] for line in reader.appended()]
    assert found == list(range(200))
