"""The memory folders."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from memsyncd.adapters.access import Access, Disk
from memsyncd.doctor.checks.memory import memory as checks_of
from tests.doctor.builders import HOME, MEMORY, USER, facts, machine, memory, missing, odd, only, source


def having(**changes: Any) -> Any:
    return checks_of(facts(memory=(memory(**changes),)))


def being(found: Access) -> Any:
    return checks_of(facts(memory=(replace(memory(), folder=found),)))


def test_a_folder_that_can_be_written_is_told_with_what_feeds_it() -> None:
    (check,) = having()
    assert (check.verdict, check.finding) == ("ok", f"{MEMORY} is writable; 1 source, daily files")


def test_several_sources_may_feed_one_folder() -> None:
    both = memory(source(), source(name="openclaw/work"))
    assert "2 sources" in next(iter(checks_of(facts(memory=(both,))))).finding


def test_a_folder_that_is_still_to_be_made_is_fine_where_it_can_be() -> None:
    assert odd(being(missing(MEMORY))) == []
    check = only(being(missing(MEMORY, makeable=False)))
    assert (check.verdict, str(MEMORY.parent) in check.finding) == ("problem", True)


def test_what_cannot_be_written_is_a_problem() -> None:
    check = only(having(writable=False, mode=0o500))
    assert (check.verdict, check.advice) == ("problem", f"chmod u+rwx {MEMORY}")
    assert "mode 500" in check.finding


def test_what_belongs_to_somebody_else_and_is_closed_is_opened_by_him() -> None:
    assert "run memsyncd as user 0" in (only(having(writable=False, owner=0)).advice or "")


def test_a_foreign_folder_that_can_be_written_is_noted() -> None:
    check = only(having(owner=0))
    assert (check.verdict, f"will belong to user {USER}" in check.finding) == ("note", True)


@pytest.mark.parametrize("changes", [{"kind": "file"}, {"kind": "unknown", "refused": "no"}, {"refused": "no"}])
def test_what_is_no_folder_to_look_into_is_a_problem(changes: dict[str, Any]) -> None:
    assert only(having(**changes)).verdict == "problem"


def test_a_link_out_of_the_workspace_is_a_problem_because_nothing_is_written_there() -> None:
    check = only(having(real=HOME / "notes"))
    assert check.verdict == "problem"
    assert f'memory_dir = "{HOME}/notes"' in (check.advice or "")


def test_a_link_within_the_workspace_is_fine() -> None:
    assert odd(having(real=MEMORY.parent / "days")) == []


def test_a_network_file_system_is_noted() -> None:
    assert only(having(file_system="cifs")).verdict == "note"


def test_room_is_told_only_of_a_disk_that_the_state_folder_is_not_on() -> None:
    assert [check.name for check in having()] == ["openclaw/main"]
    full = Disk(device=2, free=1_000, inodes=None)
    check = only(having(disk=full))
    assert (check.area, check.name, check.verdict) == ("Memory", "disk", "problem")


def test_a_mac_keeps_memory_in_documents_from_its_services() -> None:
    found = replace(memory(), folder=replace(memory().folder, path=HOME / "Documents", real=HOME / "Documents"))
    found = replace(found, target=replace(found.target, workspace=None))
    on_a_mac = facts(memory=(found,), machine=machine(platform="darwin"))
    assert "Full Disk Access" in (only(checks_of(on_a_mac)).advice or "")
