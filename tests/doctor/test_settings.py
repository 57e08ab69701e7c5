"""The configuration."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from memsyncd.doctor.checks.settings import settings
from memsyncd.doctor.facts import Trouble
from tests.doctor.builders import HOME, facts, file, machine, missing, odd, only

CONFIG = HOME / ".config/memsyncd/config.toml"


def having(**changes: Any) -> Any:
    return settings(facts(settings=replace(facts().settings, **changes)))


def test_no_file_is_fine() -> None:
    (check,) = having(file=missing(CONFIG))
    assert (check.verdict, str(CONFIG) in check.finding) == ("ok", True)


def test_a_file_that_is_wrong_is_one_problem_with_its_first_fault() -> None:
    check = only(having(wrong=("timezone = 'Mars': no", "colour: unknown")))
    assert (check.verdict, check.name) == ("problem", "file")
    assert check.finding == f"{CONFIG} is wrong: timezone = 'Mars': no, and 1 further fault"
    assert f"memsyncd config check --config {CONFIG}" in (check.advice or "")
    assert only(having(wrong=("colour: unknown",))).finding == f"{CONFIG} is wrong: colour: unknown"


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o600, None), (0o400, None), (0o640, "note"), (0o644, "note"), (0o660, "problem"), (0o666, "problem")],
)
def test_who_else_may_read_or_change_the_file_decides(mode: int, verdict: str | None) -> None:
    checks = odd(having(file=file(CONFIG, mode=mode)))
    assert [check.verdict for check in checks] == ([verdict] if verdict else [])
    assert all(check.advice == f"chmod 600 {CONFIG}" for check in checks)
    assert all(f"mode {mode:03o}" in check.finding for check in checks)


def test_a_path_with_a_blank_is_quoted_in_the_command() -> None:
    check = only(having(file=file(HOME / "my config.toml", mode=0o644)))
    assert check.advice == f"chmod 600 '{HOME}/my config.toml'"


def test_a_metrics_file_needs_a_folder_that_is_there() -> None:
    path = HOME / "collector" / "memsyncd.prom"
    assert odd(having(metrics=missing(path))) == []
    assert odd(having(metrics=file(path))) == []
    nowhere = replace(missing(path), above=HOME)
    for found in (nowhere, missing(path, makeable=False), file(path, writable=False)):
        assert only(having(metrics=found)).name == "metrics"


def test_rules_of_redaction_that_are_wrong_are_a_problem() -> None:
    check = only(having(rules=Trouble("redaction.rules: own.toml: no such file")))
    assert (check.verdict, check.name) == ("problem", "redaction")
    assert "[redaction]" in (check.advice or "")


def test_of_variables_only_the_names_are_told() -> None:
    told = settings(facts(machine=machine(variables=("TZ", "OPENCLAW_PROFILE"))))
    assert [check.finding for check in told if check.name == "environment"] == ["set: TZ, OPENCLAW_PROFILE"]
