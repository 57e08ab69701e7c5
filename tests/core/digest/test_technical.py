from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.digest import digest
from memsyncd.core.digest.technical import normalised, program
from memsyncd.core.digest.technical_lines import technical_lines
from tests.core.digest.builders import DayBuilder, talk


def lines(day):
    found, omitted = technical_lines(digest(day.build()).technical)
    return [line.text for line in found], omitted


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ls", "ls"),
        ("cd /srv/app && git   status", "git status"),
        ("cd /srv/app; make", "make"),
        ("FOO=1 BAR=x sudo -u bob make test", "make test"),
        ("make test 2>&1 | tail -50", "make test"),
        ("make test > /dev/null 2>&1", "make test"),
        ("rm x || true", "rm x"),
        ("cat <<EOF\nbody\nEOF", "cat <<EOF …"),
        ("cd /srv", "cd /srv"),
        ("sudo ", "sudo"),
        ("grep -r foo | sort | head", "grep -r foo | sort"),
        ("", ""),
    ],
)
def test_commands_are_counted_without_what_surrounds_them(command, expected):
    assert normalised(command) == expected


@given(st.text(max_size=800))
def test_any_command_becomes_a_short_line(command):
    assert len(normalised(command)) <= 110
    assert "\n" not in normalised(command)


@pytest.mark.parametrize(
    ("command", "expected"), [("git status", "git"), ("/usr/bin/env x", "env"), ("(cd x)", "cd"), ("", "")]
)
def test_a_command_is_named_by_its_program(command, expected):
    assert program(command) == expected


def test_failures_come_first_with_their_error():
    day = DayBuilder().session("s")
    day.call("09:00", command="ls").call("09:01", command="ls")
    day.call("09:02", command="npm test", failed=True, exit_code=1, error="Error: no `test`")
    assert lines(day)[0] == [
        "- 3 tool calls, 3 commands, 1 failed",
        "- failed (exit 1): `npm test`: `Error: no 'test'`",
        "- `ls` ×2",
    ]


def test_a_failure_says_how_often_and_whether_it_went_well_later():
    day = DayBuilder().session("s")
    day.call("09:00", command="make", failed=True, exit_code=2).call(
        "09:01", command="make", failed=True, exit_code=3
    )
    day.call("09:02", command="make")
    assert "- failed 2 of 3 times (exit 3), later fine: `make`" in lines(day)[0]


def test_tools_without_a_command_are_named_when_they_fail():
    day = (
        DayBuilder()
        .session("s")
        .call("09:00", name="web_fetch", failed=True, error="HTTP 404")
        .call("09:01", name="read")
    )
    assert lines(day)[0] == ["- 2 tool calls, 1 failed", "- failed: `web_fetch`: `HTTP 404`"]


def test_files_stand_by_folder_and_written_ones_are_not_listed_as_read():
    day = DayBuilder().session("s")
    for name in ("a.py", "b.py", "a.py"):
        day.call("09:00", name="edit", path=f"/srv/app/{name}", writes=True)
    day.call("09:01", name="read", path="/srv/app/a.py").call("09:02", name="read", path="/etc/hosts")
    assert lines(day)[0][1:] == ["- wrote in `/srv/app`: `a.py` ×2, `b.py`", "- read `/etc/hosts`"]


def test_many_commands_end_in_a_line_of_programs():
    day = DayBuilder().session("s")
    for number in range(30):
        day.call("09:00", command=f"git show {number}")
    found, omitted = lines(day)
    assert len(found) == 1 + 12 + 1
    assert found[-1] == "- also `git` ×18"
    assert omitted == 0


def test_what_is_too_much_is_counted():
    day = DayBuilder().session("s")
    for number in range(20):
        day.call("09:00", command=f"make {number}", failed=True)
    assert lines(day)[1] == 8


def test_links_are_those_of_the_owner_and_the_agent():
    day = (
        DayBuilder().session("s").user("09:00", "see https://example.org/a?x=1#part, or (https://example.org/b).")
    )
    day.agent("09:01", "https://example.org/b is better").user("09:02", "https://evil.example/", owner=False)
    assert lines(day)[0] == ["- https://example.org/a?x=1", "- https://example.org/b ×2"]


def test_a_link_ends_before_a_placeholder_and_long_queries_go():
    day = talk("https://example.org/?key=[REDACTED-X:3f9c1a]", "https://example.org/p?q=" + "x" * 200)
    assert [url for url, _ in digest(day).technical.links] == [
        "https://example.org/?key=",
        "https://example.org/p",
    ]
