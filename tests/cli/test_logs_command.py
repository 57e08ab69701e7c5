"""``memsyncd logs``: which log it reads, which lines it shows, and how it follows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from memsyncd.cli.logs import command, since_of
from memsyncd.errors import ConfigError, FileError, MemsyncdError
from tests.adapters.fake_journal import Scripted
from tests.core.redact.shapes import SHAPES, survivors


def logs(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def shown(*arguments: str) -> list[str]:
    """The events that come out."""
    ran = logs("--json", *arguments)
    assert ran.exit_code == 0, ran.output
    return [line["event"] for line in json.loads(ran.stdout)]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A machine with systemd, on which nothing is installed yet."""
    machine = Scripted(tmp_path / "machine")
    monkeypatch.setenv("PATH", machine.env["PATH"])
    return machine


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log file at its default place."""
    file = tmp_path / "home/.local/state/memsyncd/log/memsyncd.jsonl"
    file.parent.mkdir(parents=True)
    return file


@pytest.fixture
def write(log: Path) -> Callable[..., None]:
    return lambda *events, **fields: append(log, *events, **fields)


def append(log: Path, *events: str, **fields: object) -> None:
    known = {"timestamp": datetime.now(UTC).isoformat(), "level": "info"}
    with log.open("a") as file:
        file.writelines(json.dumps({**known, "event": event, **fields}) + "\n" for event in events)


# --- which log ---


def test_without_any_log_it_says_where_one_would_be_and_what_to_do() -> None:
    ran = logs()
    assert isinstance(ran.exception, MemsyncdError)
    assert str(ran.exception) == (
        "there is no log yet: the journal has no line of memsyncd.service, "
        "and there is no ~/.local/state/memsyncd/log/memsyncd.jsonl"
    )
    assert "memsyncd service install" in ran.exception.hint


def test_the_journal_is_read_where_the_service_is_installed(machine: Scripted, write: Callable[..., None]) -> None:
    write("from the file")
    machine.service("loaded")
    machine.log("from the journal")
    assert shown() == ["from the journal"]
    assert logs().stderr == "reading the journal of memsyncd.service\n"


def test_the_file_is_read_where_the_service_is_not_installed_any_more(
    machine: Scripted, write: Callable[..., None]
) -> None:
    machine.log("from the journal")
    write("from the file")
    assert shown() == ["from the file"]
    assert logs().stderr == "reading ~/.local/state/memsyncd/log/memsyncd.jsonl\n"


def test_the_file_is_read_where_the_journal_keeps_nothing(machine: Scripted, write: Callable[..., None]) -> None:
    machine.service("loaded")
    write("from the file")
    assert shown() == ["from the file"]


def test_what_a_service_of_before_left_in_the_journal_is_better_than_nothing(machine: Scripted) -> None:
    machine.log("from the journal")
    assert shown() == ["from the journal"]


def test_the_configured_file_comes_before_the_default_one(tmp_path: Path, write: Callable[..., None]) -> None:
    write("from the default one")
    append(tmp_path / "mine.jsonl", "from mine")
    (tmp_path / "config.toml").write_text(f"[log]\nfile = '{tmp_path}/mine.jsonl'\n")
    assert shown("--config", str(tmp_path / "config.toml")) == ["from mine"]


def test_the_state_folder_of_the_environment_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSYNCD_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state/log").mkdir(parents=True)
    append(tmp_path / "state/log/memsyncd.jsonl", "there")
    assert shown() == ["there"]


def test_a_log_that_cannot_be_read_is_no_log_that_is_not_there(log: Path) -> None:
    log.symlink_to(log)
    ran = logs()
    assert isinstance(ran.exception, FileError)
    assert str(ran.exception).startswith("cannot read the log file")


def test_quiet_leaves_out_which_log_it_is(write: Callable[..., None]) -> None:
    write("a")
    assert logs("--quiet").stderr == ""


def test_a_wrong_configuration_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[log]\nfil = 'x'\n")
    assert isinstance(logs("--config", str(tmp_path / "config.toml")).exception, ConfigError)


# --- which lines ---


def test_the_last_fifty_lines_are_shown(write: Callable[..., None]) -> None:
    write(*map(str, range(60)))
    assert shown() == [*map(str, range(10, 60))]
    assert shown("-n", "2") == ["58", "59"]
    assert shown("-n", "0") == []


def test_with_a_stretch_of_time_all_lines_are_shown(write: Callable[..., None]) -> None:
    write(*map(str, range(60)), day="2026-01-15")
    assert len(shown("--since", "1h")) == 60
    assert len(shown("--day", "2026-01-15")) == 60
    assert len(shown("--since", "1h", "--lines", "3")) == 3


def test_lines_are_chosen_by_level_day_and_time(write: Callable[..., None]) -> None:
    write("early", timestamp="2026-01-15T10:00:00Z", day="2026-01-14")
    write("late", timestamp="2026-01-15T12:00:00Z", day="2026-01-15", level="warning")
    assert shown("--level", "warning") == ["late"]
    assert shown("--day", "2026-01-14") == ["early"]
    assert shown("--since", "2026-01-15T11:00") == ["late"]
    assert shown("--level", "error") == []


def test_the_journal_is_asked_for_the_time_only(machine: Scripted) -> None:
    machine.service("loaded")
    for second in (1, 2, 3):
        machine.say(f"at {second}")
    assert shown("--since", "1970-01-01T00:00:02Z") == ["at 2", "at 3"]


def test_today_is_the_day_that_it_is_in_the_configured_zone(tmp_path: Path, write: Callable[..., None]) -> None:
    kiritimati = datetime.now(UTC) + timedelta(hours=14)
    write("there", day=kiritimati.date().isoformat())
    (tmp_path / "config.toml").write_text("timezone = 'Pacific/Kiritimati'\n")
    assert shown("--day", "today", "--config", str(tmp_path / "config.toml")) == ["there"]


@pytest.mark.parametrize("since", ["soon", "2026-02-30", "5 apples", "", "-2h", "999999w", "2026-01-15T25:00"])
def test_a_time_that_is_none_is_a_usage_error(since: str, write: Callable[..., None]) -> None:
    write("a")
    ran = logs("--since", since or " ")
    assert ran.exit_code == 2
    assert "is no time: use 30m, 2h" in ran.stderr


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("90s", "2026-01-15T11:58:30Z"),
        ("30m", "2026-01-15T11:30:00Z"),
        ("2h", "2026-01-15T10:00:00Z"),
        ("3D", "2026-01-12T12:00:00Z"),
        ("1w", "2026-01-08T12:00:00Z"),
        ("today", "2026-01-14T23:00:00Z"),
        ("Yesterday", "2026-01-13T23:00:00Z"),
        ("2026-01-10", "2026-01-09T23:00:00Z"),
        ("2026-07-10 08:00", "2026-07-10T06:00:00Z"),
        ("2026-01-10t08:00:00z", "2026-01-10T08:00:00Z"),
        ("2026-01-10T08:00+05:00", "2026-01-10T03:00:00Z"),
    ],
)
def test_a_time_is_said_as_people_say_it(text: str, instant: str) -> None:
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert since_of(text, now, "Europe/Berlin") == datetime.fromisoformat(instant).timestamp() * 1000


# --- how they look ---


def test_people_see_time_level_words_and_fields(write: Callable[..., None]) -> None:
    write("day.failed", timestamp="2026-01-15T12:00:00Z", level="warning", day="2026-01-15", reason="no space")
    ran = logs()
    assert ran.stdout == '2026-01-15 12:00:00 warning  day failed day=2026-01-15 reason="no space"\n'


def test_times_are_those_of_the_machine(monkeypatch: pytest.MonkeyPatch, write: Callable[..., None]) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    write("e", timestamp="2026-01-15T12:00:00Z")
    assert logs().stdout.startswith("2026-01-15 21:00:00 ")


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_levels_are_coloured_where_colours_are_wanted(
    monkeypatch: pytest.MonkeyPatch, write: Callable[..., None], no_color: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    write("e", level="error")
    ran = CliRunner().invoke(command, [], color=True)
    assert (click.style("error   ", fg="red") in ran.stdout) is coloured
    assert ("\x1b" in ran.stdout) is coloured


def test_lines_that_are_no_events_are_shown_as_they_are(log: Path, write: Callable[..., None]) -> None:
    log.write_text('Traceback (most recent call last):\n{"event": "torn", "le{"x": 1}\n\n')
    write("a")
    assert [line[11:] for line in logs("--level", "warning").stdout.splitlines()] == [
        "Traceback (most recent call last):",
        '{"event": "torn", "le{"x": 1}',
    ]


def test_nothing_that_others_wrote_steers_the_terminal(log: Path, write: Callable[..., None]) -> None:
    log.write_bytes(b"raw \x1b[2J\r\x07\xc2\x9b\xe2\x80\xae\n")
    write("e", reason="\x1b[31m\u202e", **{"x\x1b": 1}, exception="a\x1b[2J\nb")
    ran = CliRunner().invoke(command, ["-n", "5"])
    assert not {*ran.stdout} & {"\x1b", "\r", "\x07", "\x9b", "\u202e"}
    assert len(ran.stdout.splitlines()) == 4


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_secrets_that_got_into_the_log_do_not_come_out(
    log: Path, write: Callable[..., None], arguments: list[str]
) -> None:
    secrets = [shape.expand(1) for shape in SHAPES[:20]]
    log.write_text("".join(f"raw {secret}\n{'x ' * 990} {secret}\n" for secret in secrets))
    for secret in secrets:
        write("e", reason=f"bad key {secret}", exception=f"ValueError: {secret}", nested={"a": [secret]})
    ran = logs("-n", "1000", *arguments)
    assert "[REDACTED-" in ran.stdout
    assert [secret for secret in secrets if survivors(secret, ran.stdout)] == []


def test_json_is_one_list_of_the_lines_as_they_were_written(log: Path, write: Callable[..., None]) -> None:
    write("day.published", timestamp="2026-01-15T12:00:00.123456Z", messages=0, status="ok")
    assert json.loads(logs("--json").stdout) == [json.loads(log.read_text())]


# --- following ---


class Followed:
    """A ``memsyncd logs -f`` at work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> str:
        """The next line of its output."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def event(self) -> Any:
        return json.loads(self.line())["event"]

    def reading(self) -> str:
        """The next line of its words."""
        assert self._process.stderr is not None
        return self._process.stderr.readline().strip()

    def interrupt(self) -> tuple[int, str]:
        """Ends it as Ctrl-C does, and returns its exit code and what it said."""
        self._process.send_signal(signal.SIGINT)
        _, words = self._process.communicate()
        return self._process.returncode, words


@contextmanager
def followed(*arguments: str) -> Iterator[Followed]:
    code = "import sys; from memsyncd.cli.logs import command; sys.exit(command(standalone_mode=False))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "-f", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with process:
        try:
            yield Followed(process)
        finally:
            process.kill()


def test_what_another_process_appends_is_shown_and_ctrl_c_ends_it_quietly(log: Path) -> None:
    append(log, "a")
    writer = "import sys; open(sys.argv[1], 'a').write('{\"event\": \"b\"}\\n')"
    with followed("--json") as follow:
        assert follow.event() == "a"
        subprocess.run([sys.executable, "-c", writer, str(log)], check=True)
        assert follow.event() == "b"
        assert follow.reading() == "reading ~/.local/state/memsyncd/log/memsyncd.jsonl"
        assert follow.interrupt() == (0, "")


def test_following_shows_only_the_lines_that_are_wanted(log: Path) -> None:
    append(log, "a")
    with followed("--level", "warning", "--day", "2026-01-15") as follow:
        follow.reading()
        append(log, "b")
        append(log, "c", level="error")
        append(log, "d.e", level="error", day="2026-01-15")
        assert follow.line().endswith("error    d e day=2026-01-15")


def test_a_rotated_log_is_followed(log: Path) -> None:
    append(log, "a")
    with followed("--json") as follow:
        assert follow.event() == "a"
        append(log, "b")
        log.rename(log.with_name(f"{log.name}.1"))
        append(log, "c", reason="longer than what comes next")
        assert [follow.event(), follow.event()] == ["b", "c"]
        log.write_text("")
        append(log, "d")
        assert follow.event() == "d"


def test_a_configured_file_may_come_later(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"[log]\nfile = '{tmp_path}/mine.jsonl'\n")
    with followed("--json", "--config", str(tmp_path / "config.toml")) as follow:
        assert follow.reading().endswith("mine.jsonl")
        append(tmp_path / "mine.jsonl", "a")
        assert follow.event() == "a"


def test_the_journal_is_followed_without_a_gap(machine: Scripted) -> None:
    machine.service("loaded")
    machine.log("a", "b")
    with followed("--json", "-n", "1") as follow:
        assert follow.event() == "b"
        machine.log("c", "d")
        assert [follow.event(), follow.event()] == ["c", "d"]
        assert follow.reading() == "reading the journal of memsyncd.service"
        assert follow.interrupt() == (0, "")


def test_no_line_of_a_torn_end_is_shown_before_it_is_whole(log: Path) -> None:
    append(log, "a")
    with log.open("a") as file:
        file.write('{"event": ')
        file.flush()
        with followed("--json") as follow:
            assert follow.event() == "a"
            file.write('"b"}\n')
            file.flush()
            assert follow.event() == "b"
