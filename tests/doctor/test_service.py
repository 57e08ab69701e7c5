"""The service, and the daemon that runs."""

from __future__ import annotations

from typing import Any

import pytest

from memsyncd.adapters.lock_look import LockLook
from memsyncd.adapters.service_manager import ServiceState
from memsyncd.doctor.checks.service import service as checks_of
from memsyncd.doctor.facts import Record, Service, Trouble
from tests.doctor.builders import PYTHON, ago, daemon, facts, odd, only, running, service, state, unwell

ABSENT = service(state=ServiceState(loaded=False), interpreter="", file=None)


def having(found: Service, **changes: Any) -> Any:
    return checks_of(facts(service=found, **changes))


# --- is it there, does it run ---


def test_a_service_that_runs_is_told_with_what_it_starts() -> None:
    assert [check.finding for check in having(service())] == [
        "systemd: active, process 4711",
        f"it starts this memsyncd, {PYTHON}",
        "process 4711 since 2026-11-30T08:00:00+00:00, 1 folder watched by events",
    ]


def test_no_service_and_no_run_of_late_is_noted() -> None:
    for record in (Record(), Record(exists=True, last_run=ago(days=2))):
        check = only(having(ABSENT, state=state(record=record)))
        assert (check.verdict, check.advice) == ("note", "memsyncd service install")


def test_no_service_is_fine_where_somebody_runs_memsyncd_all_the_same() -> None:
    assert odd(having(ABSENT, state=state(record=Record(exists=True, last_run=ago(hours=20))))) == []
    assert odd(having(ABSENT, state=running())) == []


def test_a_manager_that_cannot_be_asked_is_noted_in_its_own_words() -> None:
    check = only(having(Service(trouble=Trouble("no systemd user manager answers here", "use cron"))))
    assert (check.verdict, check.finding, check.advice) == (
        "note",
        "no systemd user manager answers here",
        "use cron",
    )


@pytest.mark.parametrize(
    ("active", "ended", "words", "advice"),
    [
        ("inactive", "", "installed and stopped", "memsyncd service start"),
        ("inactive", "exit code 0", "installed and stopped", "memsyncd service start"),
        ("inactive", "signal 9", "inactive, signal 9", "memsyncd logs"),
        ("failed", "exit code 2", "failed, exit code 2", "memsyncd logs"),
        ("masked", "", "masked", "systemctl --user unmask memsyncd.service"),
        ("activating (auto-restart)", "signal 9", "auto-restart", "memsyncd logs"),
    ],
)
def test_an_installed_service_that_does_not_run_is_a_problem(
    active: str, ended: str, words: str, advice: str
) -> None:
    check = only(having(unwell(active=active, last_exit=ended), state=state()))
    assert (check.verdict, words in check.finding, advice in (check.advice or "")) == ("problem", True, True)


def test_a_service_that_is_starting_is_fine() -> None:
    assert odd(having(unwell(active="activating (start)"), state=state())) == []


def test_a_memsyncd_that_keeps_the_service_out_is_named() -> None:
    check = only(having(unwell(active="failed"), state=state(lock=LockLook(held=True, pid=99))))
    assert check.advice == "end process 99, then memsyncd service start"


# --- how it is installed ---


def test_another_interpreter_is_noted_and_one_that_is_gone_is_a_problem() -> None:
    other = only(having(service(interpreter="/opt/python")))
    gone = only(having(service(interpreter="/opt/python", interpreter_there=False)))
    assert (other.verdict, gone.verdict) == ("note", "problem")
    assert "/opt/python" in other.finding
    assert "which is gone" in gone.finding


def test_a_file_changed_by_hand_or_out_of_date_is_noted() -> None:
    by_hand = only(having(service(by_hand=True, outdated=True)))
    assert "changed by hand" in by_hand.finding
    assert "systemctl --user edit" in (by_hand.advice or "")
    assert "systemctl" not in (only(having(service(manager="launchd", by_hand=True))).advice or "")
    assert "--dry-run" in (only(having(service(outdated=True))).advice or "")


def test_what_the_manager_advises_is_noted_as_finding_and_advice() -> None:
    line = "it runs while you are logged in; to run from boot on: loginctl enable-linger mira"
    check = only(having(service(advice=(line,))))
    assert (check.name, check.finding) == ("at boot", "it runs while you are logged in")
    assert check.advice == "to run from boot on: loginctl enable-linger mira"


def test_a_service_that_login_does_not_start_is_noted() -> None:
    check = only(having(unwell(active="active", pid=4711, enabled=False)))
    assert (check.verdict, check.advice) == ("note", "memsyncd service install")


@pytest.mark.parametrize(("restarts", "noted"), [(None, False), (2, False), (3, True)])
def test_many_restarts_are_noted(restarts: int | None, noted: bool) -> None:
    assert bool(odd(having(unwell(active="active", pid=4711, restarts=restarts)))) is noted


def test_an_installation_in_a_cache_is_noted() -> None:
    check = only(having(service(passing=Trouble("for the moment only", "pipx install memsyncd"))))
    assert (check.name, check.advice) == ("installation", "pipx install memsyncd")


# --- the daemon ---


def test_a_daemon_of_another_version_is_a_problem() -> None:
    check = only(having(service(), state=running(version="1.2.2")))
    assert (check.verdict, check.advice) == ("problem", "memsyncd service restart")
    assert "1.2.2, and this is 1.2.3" in check.finding


def test_a_daemon_that_was_killed_is_a_problem() -> None:
    check = only(having(ABSENT, state=state(fallen=daemon(), record=Record(exists=True, last_run=ago(hours=1)))))
    assert (check.verdict, "process 4711" in check.finding) == ("problem", True)


def test_what_the_daemon_complains_of_is_told_as_problems() -> None:
    told = running(
        problems=("no inotify watches are left: run 'sudo sysctl x=1'", "deaf"),
        config_problem="timezone = Mars",
        failures={"2026-12-01": "disk full", "2026-11-30": "disk full"},
    )
    found = odd(having(service(), state=told))
    assert {check.verdict for check in found} == {"problem"}
    assert [check.name for check in found] == ["watching", "watching", "configuration", "failures"]
    assert (found[0].finding, found[0].advice) == ("no inotify watches are left", "run 'sudo sysctl x=1'")
    assert "kill -HUP 4711" in (found[2].advice or "")
    assert found[3].finding.startswith("2 pieces of work")
