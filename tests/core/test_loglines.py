"""Lines of the log: what is read of them, which are chosen, and how people see them."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.loglines import (
    LEVELS,
    LogLine,
    Wanted,
    cleaned,
    latest,
    masked,
    parse_entry,
    parse_line,
    render,
)
from tests.hidden import SECRET, hide

NOON = "2026-01-15T12:00:00.250000Z"
NOON_MS = 1_768_478_400_250
BERLIN = ZoneInfo("Europe/Berlin")


def encoded(**fields: object) -> bytes:
    return json.dumps({"timestamp": NOON, "level": "info", "event": "day.published", **fields}).encode()


def shown(line: LogLine) -> str:
    return render(line, BERLIN, lambda text, _: text, lambda text: text.replace("\x1b", "?"))


# --- a line of a file ---


def test_an_event_is_read_with_its_fields_in_their_order() -> None:
    line = parse_line(encoded(status="create", day="2026-01-15", messages=3))
    assert (line.event, line.level, line.at, line.raw) == ("day.published", "info", NOON_MS, False)
    assert list(line.fields.items()) == [("status", "create"), ("day", "2026-01-15"), ("messages", 3)]


def test_an_event_is_given_back_as_it_was_written() -> None:
    whole = encoded(logger="watchdog", number=1.5, nested={"a": [None]})
    assert parse_line(whole).as_dict() == json.loads(whole)


@pytest.mark.parametrize(
    "line", [b"words", b"", b"[1]", b"{}", b'{"event": 1}', b'{"event": "a"', b"\xff\xfe", b"[" * 9_999]
)
def test_what_is_no_event_is_kept_as_it_is(line: bytes) -> None:
    found = parse_line(line)
    assert found == LogLine(event=line.decode("utf-8", "replace"), raw=True)


@pytest.mark.parametrize("timestamp", [None, 7, "", "soon", "9999-99-99", "0001-01-01T00:00:00+23:00"])
def test_a_time_that_is_none_is_no_time(timestamp: object) -> None:
    assert parse_line(encoded(timestamp=timestamp)).at in (None, -62_135_679_600_000)


def test_a_level_that_nobody_knows_is_none() -> None:
    assert parse_line(encoded(level="LOUD")).level is None
    assert parse_line(encoded(level=["info"])).level is None


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_masked_and_shown(data: bytes) -> None:
    for line in (parse_line(data), parse_entry(data)[0]):
        assert isinstance(shown(masked(line, hide)), str)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["timestamp", "level", "event", "logger", "day", "exception", "x"]), json_values
    )
)
def test_any_object_can_be_read_masked_and_shown(fields: dict[str, object]) -> None:
    line = masked(parse_line(json.dumps(fields).encode()), hide)
    assert "\n" not in shown(line) or "exception" in line.fields
    json.dumps(line.as_dict())


# --- an entry of the journal ---


def entry(message: object, **fields: object) -> bytes:
    return json.dumps(
        {"MESSAGE": message, "__REALTIME_TIMESTAMP": "1768478400250999", "__CURSOR": "s=1", **fields}
    ).encode()


def test_the_event_in_an_entry_is_read() -> None:
    line, cursor = parse_entry(entry(encoded(day="2026-01-15").decode(), PRIORITY="6"))
    assert (line.event, line.fields, cursor) == ("day.published", {"day": "2026-01-15"}, "s=1")


def test_control_characters_which_the_journal_gives_as_bytes_are_text_again() -> None:
    line, _ = parse_entry(entry([27, 91, 51, 49, 109, 195, 188]))
    assert line.event == "\x1b[31mü"


@pytest.mark.parametrize(("message", "text"), [(None, ""), (["a", "b"], "a\nb"), ([1, 999], ""), (7, "")])
def test_odd_messages_do_no_harm(message: object, text: str) -> None:
    assert parse_entry(entry(message))[0].event == text


def test_words_of_systemd_have_its_name_its_time_and_its_level() -> None:
    line, _ = parse_entry(entry("Started memsyncd.", SYSLOG_IDENTIFIER="systemd", PRIORITY="6"))
    assert (line.logger, line.at, line.level) == ("systemd", NOON_MS, "info")
    assert line.timestamp == "2026-01-15T12:00:00.250Z"


@pytest.mark.parametrize(
    ("priority", "level"), [("0", "critical"), ("2", "critical"), ("3", "error"), ("4", "warning"), ("7", "debug")]
)
def test_a_priority_becomes_a_level(priority: str, level: str) -> None:
    assert parse_entry(entry("words", PRIORITY=priority))[0].level == level


def test_the_priority_that_the_journal_gives_when_none_was_said_says_nothing() -> None:
    line, _ = parse_entry(entry("Traceback (most recent call last):", SYSLOG_IDENTIFIER="python3", PRIORITY="6"))
    assert (line.level, line.logger) == (None, None)


# --- which lines ---


def at(number: int, **fields: object) -> LogLine:
    return LogLine(event=str(number), at=number, level="info", fields=fields)


def events(lines: list[LogLine]) -> list[str]:
    return [line.event for line in lines]


def test_the_last_lines_come_in_the_order_of_time() -> None:
    log = [at(number) for number in (5, 4, 3, 2, 1)]
    assert events(latest(log, Wanted(), 2)) == ["4", "5"]
    assert events(latest(log, Wanted(), None)) == ["1", "2", "3", "4", "5"]
    assert latest(log, Wanted(), 0) == []


def test_no_more_is_read_than_is_needed() -> None:
    log = iter([at(3), at(2), at(1)])
    latest(log, Wanted(), 1)
    assert events([*log]) == ["1"]


@pytest.mark.parametrize("wanted", LEVELS)
def test_a_level_stands_for_itself_and_the_worse_ones(wanted: str) -> None:
    log = [LogLine(event=level, level=level) for level in LEVELS]
    assert events(latest(log[::-1], Wanted(level=wanted), None)) == list(LEVELS[LEVELS.index(wanted) :])


def test_a_line_that_does_not_say_how_bad_it_is_is_always_shown() -> None:
    assert latest([LogLine(event="Traceback", raw=True)], Wanted(level="critical"), None)


def test_a_day_stands_for_the_events_about_it() -> None:
    log = [at(3, day="2026-01-15"), at(2, day="2026-01-14"), at(1)]
    assert events(latest(log, Wanted(day="2026-01-15"), None)) == ["3"]


def test_since_stands_for_an_instant_and_what_is_later() -> None:
    assert events(latest([at(3), at(2), at(1)], Wanted(since=2), None)) == ["2", "3"]


def test_a_line_without_a_time_is_as_old_as_the_one_after_it() -> None:
    log = [at(3), LogLine(event="late"), at(1), LogLine(event="early")]
    assert events(latest(log, Wanted(since=2), None)) == ["late", "3"]


# --- secrets ---


def test_a_secret_is_taken_out_wherever_it_stands() -> None:
    fields = {"a": SECRET, "b": [SECRET, {"c": SECRET}], SECRET: 1}
    line = masked(LogLine(event=SECRET, timestamp=SECRET, logger=SECRET, fields=fields), hide)
    assert SECRET not in str(line)
    assert str(line).count("[REDACTED-PASSWORD]") == 7


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "text", [1, "a"], {"a": None}])
def test_what_holds_no_secret_stays_as_it_is(value: object) -> None:
    assert cleaned(value, hide) == value
    assert type(cleaned(value, hide)) is type(value)


# --- for people ---


def test_a_line_has_its_time_in_the_zone_its_level_its_words_and_its_fields() -> None:
    line = parse_line(encoded(day="2026-01-15", messages=3, reason="two words"))
    told = '2026-01-15 13:00:00 info     day published day=2026-01-15 messages=3 reason="two words"'
    assert shown(line) == told


def test_fields_that_say_nothing_are_left_out() -> None:
    line = parse_line(encoded(status="ok", malformed=0, reason="", days=[], error=None, added=2))
    assert shown(line).endswith("day published added=2")


def test_a_status_that_is_not_ok_is_said() -> None:
    assert shown(parse_line(encoded(status="failed"))).endswith("day published status=failed")


def test_what_a_library_says_keeps_its_words_and_has_its_name() -> None:
    line = parse_line(encoded(event="Run of x_y.z was missed", logger="apscheduler"))
    assert shown(line).endswith("info     Run of x_y.z was missed (apscheduler)")


def test_a_traceback_stands_below_its_line() -> None:
    line = parse_line(encoded(exception="Traceback:\n  File x\nValueError: \x1b no"))
    assert shown(line).splitlines()[1:] == ["    Traceback:", "      File x", "    ValueError: ? no"]


def test_a_line_that_is_no_event_is_shown_as_it_is() -> None:
    assert shown(LogLine(event="some.words_here", raw=True)) == "-          some.words_here"


@pytest.mark.parametrize("name", ["event", "logger", "day", "x\x1b"])
def test_nothing_steers_a_terminal_from_any_place(name: str) -> None:
    line = shown(parse_line(encoded(**{name: "a\x1b[2J\nb"})))
    assert "\x1b" not in line
    assert "\n" not in line


def test_a_huge_line_is_cut_for_people() -> None:
    assert len(shown(LogLine(event="x" * 1_000_000, raw=True))) < 2_100
    assert len(shown(parse_line(encoded(reason="x" * 1_000_000)))) < 2_100


def test_each_part_is_painted_by_what_it_is() -> None:
    line = parse_line(encoded(level="warning", day="2026-01-15"))
    painted = render(line, ZoneInfo("UTC"), lambda text, part: f"<{part}:{text.strip()}>", str)
    assert painted == "<dim:2026-01-15 12:00:00> <warning:warning> day published <name:day=>2026-01-15"


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00-23:00", "9999-12-31T23:59:59Z"])
def test_the_first_and_the_last_instant_can_be_shown(timestamp: str) -> None:
    assert "day published" in shown(parse_line(encoded(timestamp=timestamp)))
