"""The journal of the service: through a journalctl that behaves, and where there is one, through the real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from memsyncd.adapters.journal import Journal
from memsyncd.errors import MemsyncdError
from tests.adapters.fake_journal import Scripted

BOX = os.environ.get("MEMSYNCD_SYSTEMD_BOX")  # now: tests see nothing of the person's environment


@pytest.fixture
def machine(tmp_path: Path) -> Scripted:
    return Scripted(tmp_path / "machine")


def backwards(env: Mapping[str, str], since: int | None = None) -> list[str]:
    return [line.event for line in Journal(env, since=since).newest_first()]


# --- a journalctl that behaves ---


def test_the_entries_come_the_last_first(machine: Scripted) -> None:
    machine.log("a", "b", "c")
    assert backwards(machine.env) == ["c", "b", "a"]


def test_only_entries_of_the_time_asked_for_come(machine: Scripted) -> None:
    machine.log("a", "b", "c")
    assert backwards(machine.env, since=2000) == ["c", "b"]


def test_a_long_entry_comes_whole(machine: Scripted) -> None:
    machine.log("a", reason="x" * 10_000)
    (line,) = Journal(machine.env).newest_first()
    assert line.fields["reason"] == "x" * 10_000


def test_reading_may_end_early(machine: Scripted) -> None:
    machine.log(*map(str, range(2_000)))
    with closing(Journal(machine.env).newest_first()) as lines:
        assert [line.event for line in islice(lines, 2)] == ["1999", "1998"]


def test_following_goes_on_where_reading_began(machine: Scripted) -> None:
    machine.log("a", "b")
    journal = Journal(machine.env)
    next(journal.newest_first())
    machine.log("c")
    with closing(journal.follow()) as lines:
        assert next(lines).event == "c"
        machine.log("d")
        assert next(lines).event == "d"


def test_of_an_empty_journal_everything_is_followed(machine: Scripted) -> None:
    journal = Journal(machine.env)
    assert list(journal.newest_first()) == []
    machine.log(*map(str, range(20)))
    with closing(journal.follow()) as lines:
        assert [line.event for line in islice(lines, 20)] == [*map(str, range(20))]


def test_whether_there_is_an_entry_can_be_asked(machine: Scripted) -> None:
    assert not Journal(machine.env).speaks()
    machine.log("a")
    assert Journal(machine.env).speaks()


@pytest.mark.parametrize(("state", "installed"), [("loaded", True), ("not-found", False), ("masked", False)])
def test_the_service_manager_says_whether_the_service_is_there(
    machine: Scripted, state: str, installed: bool
) -> None:
    machine.service(state)
    assert Journal(machine.env).installed() is installed


# --- one that does not ---


def test_a_machine_without_systemd_has_no_journal(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path)}
    assert not Journal(env).installed()
    assert not Journal(env).speaks()
    with pytest.raises(MemsyncdError, match="the journal cannot be read: journalctl: No such file"):
        backwards(env)


def test_what_journalctl_complains_of_is_told(machine: Scripted) -> None:
    machine.command("journalctl", "#!/bin/sh\necho 'Failed to open the journal' >&2\nexit 1\n")
    assert not Journal(machine.env).speaks()
    with pytest.raises(MemsyncdError, match="journalctl: Failed to open the journal"):
        backwards(machine.env)


def test_a_journalctl_that_ends_while_it_is_followed_is_an_error(machine: Scripted) -> None:
    machine.command("journalctl", "#!/bin/sh\nexit 0\n")
    with pytest.raises(MemsyncdError, match="it ended"):
        next(Journal(machine.env).follow())


def test_a_systemctl_that_fails_knows_no_service(machine: Scripted) -> None:
    machine.command("systemctl", "#!/bin/sh\necho loaded-or-so\nexit 1\n")
    assert not Journal(machine.env).installed()


# --- the real one ---

SERVICE = """
import sys, logging
from pathlib import Path
sys.path.insert(0, {root!r})
from memsyncd.config import LogConfig
from memsyncd.core.redact import Redactor
from memsyncd.logs import configure_daemon
emit = configure_daemon(LogConfig(), Redactor(), launchd=False, state_dir=Path("/nowhere"))
emit("day.published", status="create", day="2026-01-15", reason="\\x1b[31m" + "日" * 5_000)
emit("day.failed", status="failed", day="2026-01-16", **{{f"field_{{n}}": "x" * 5_000 for n in range(20)}})
logging.getLogger("watchdog").error("lost")
print("words", flush=True)
"""

LOOK = """
import json, os, sys
sys.path.insert(0, {root!r})
from memsyncd.adapters.journal import Journal
journal = Journal(os.environ)
lines = [line.as_dict() for line in journal.newest_first()]
print(json.dumps({{"installed": journal.installed(), "speaks": journal.speaks(), "lines": lines[::-1]}}))
"""

RUN = """
python=$1 service=$2 look=$3
systemd-run --user --quiet --wait --unit memsyncd.service --description memsyncd "$python" -c "$service" || exit
for _ in 1 2 3 4 5 6 7 8 9 10; do
  journalctl --user -u memsyncd.service -o cat | grep -q words && break; sleep 0.2
done
exec "$python" -c "$look"
"""


@pytest.fixture
def box() -> list[str]:
    """The command that runs others beside a real service manager."""
    if not BOX:
        pytest.skip("MEMSYNCD_SYSTEMD_BOX names no way to a service manager")
    tried = subprocess.run([BOX, "true"], capture_output=True, text=True, check=False)
    if tried.returncode == 125:
        pytest.skip(tried.stderr.strip())
    root = Path(__file__).parents[2]
    places = {str(root), str(Path(sys.executable).parents[1]), os.path.realpath(sys.base_prefix)}
    return [BOX, *(word for place in sorted(places) for word in ("--readable", place))]


@pytest.mark.real
def test_the_lines_of_a_real_service_come_out_of_the_real_journal_with_their_levels(box: list[str]) -> None:
    root = str(Path(__file__).parents[2])
    scripts = [SERVICE.format(root=root), LOOK.format(root=root)]
    ended = subprocess.run(
        [*box, "bash", "-c", RUN, "bash", sys.executable, *scripts], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    ours = [line for line in found["lines"] if line.get("logger") != "systemd"]
    told = [(line["level"], line["event"]) for line in ours]
    assert told == [("info", "day.published"), ("warning", "day.failed"), ("error", "lost"), (None, "words")]
    assert ours[0]["reason"].startswith("\x1b[31m日")
    assert all(len(ours[1][f"field_{number}"]) == 2_001 for number in range(20))
    assert found["speaks"]
    assert any(line["event"].startswith("Started") for line in found["lines"])
