"""``memsyncd redact``: a filter from stdin to stdout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from memsyncd.cli.redact import command
from tests.core.redact.expressions import expand

PASSWORD = "hunter2x!"  # noqa: S105 — made up
TEXT = f"first line\n  password: {PASSWORD}\nlast line"


def run(text: str | bytes, *options: str, home: Path | None = None) -> Result:
    env = {"HOME": str(home or "/nowhere"), "MEMSYNCD_CONFIG": "", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
    return CliRunner().invoke(command, list(options), input=text, env=env, standalone_mode=False)


def test_secrets_are_replaced_and_all_else_passes_through() -> None:
    result = run(TEXT)
    assert result.stdout == "first line\n  password: [REDACTED-PASSWORD]\nlast line"
    assert result.stderr == "1 secret replaced: 1 PASSWORD\n"
    assert result.return_value == 0


@pytest.mark.parametrize("raw", [b"", b"\n", b"a\r\nb\r", b"\xff\xfe\x00bytes\x80", "größe\u2028日本".encode()])
def test_what_holds_no_secret_comes_out_byte_for_byte(raw: bytes) -> None:
    result = run(raw)
    assert result.stdout_bytes == raw
    assert result.stderr == ""


def test_bytes_that_are_no_text_stay_beside_a_secret() -> None:
    result = run(b"\xff password: " + PASSWORD.encode() + b" \x80\n")
    assert result.stdout_bytes == b"\xff password: [REDACTED-PASSWORD] \x80\n"


def test_check_exits_with_5_when_there_was_a_secret() -> None:
    assert run(TEXT, "--check").return_value == 5
    assert run("nothing here", "--check").return_value == 0


def test_the_report_says_where_and_what_kind_and_never_the_value(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = run(TEXT, "--report", str(report))
    assert "[REDACTED-PASSWORD]" in result.stdout
    document = json.loads(report.read_text())
    assert document["count"] == 1
    [finding] = document["findings"]
    assert (finding["rule"], finding["label"]) == ("assigned-password", "PASSWORD")
    assert (finding["line"], finding["column"], finding["start"], finding["length"]) == (2, 13, 23, len(PASSWORD))
    assert PASSWORD not in report.read_text()


def test_a_report_to_stdout_comes_alone() -> None:
    result = run(TEXT, "--report", "-", "--check", "--quiet")
    assert json.loads(result.stdout)["count"] == 1
    assert result.return_value == 5
    assert result.stderr == ""


def test_line_by_line_gives_the_same_for_secrets_of_one_line() -> None:
    assert run(TEXT, "--line-buffered").stdout == run(TEXT).stdout


def test_a_key_of_many_lines_goes_whole() -> None:
    key = expand("--|---BEGIN PRIVATE KEY-----\n{b64:64}\n{b64:64}\n--|---END PRIVATE KEY-----").text
    assert run(f"a\n{key}\nb\n").stdout == "a\n[REDACTED-PRIVATE-KEY]\nb\n"


def test_rules_of_the_configuration_hold(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        "[[rules]]\nid = 'badge'\nregex = 'badge-[0-9]{4}'\nkeywords = ['badge-']\n"
    )
    config = tmp_path / "config.toml"
    config.write_text("[redaction]\nrules = ['mine.toml']\npii = ['iban']\nallow = ['^hunter2x']\n")
    iban = expand("DE|89 3704 0044 0532 0130 00").text
    text = f"my badge-1234, pay to {iban}\npassword: {PASSWORD}\n"
    result = run(text, "--config", str(config))
    assert result.stdout == f"my [REDACTED-SECRET], pay to [REDACTED-IBAN]\npassword: {PASSWORD}\n"


def test_options_that_exclude_each_other_are_an_error() -> None:
    result = run(TEXT, "--line-buffered", "--report", "-")
    assert result.exception is not None
    assert "--line-buffered goes with neither" in str(result.exception)
