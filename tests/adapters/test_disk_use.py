from __future__ import annotations

from pathlib import Path

from memsyncd.adapters.disk_use import DiskUse, disk_use


def test_each_entry_of_a_folder_counts_with_everything_below_it(tmp_path: Path) -> None:
    top = tmp_path / "state"
    (top / "a" / "b").mkdir(parents=True)
    (top / "one").write_bytes(b"12345")
    (top / "a" / "two").write_bytes(b"12")
    (top / "a" / "b" / "three").write_bytes(b"1")
    assert disk_use(top) == {"one": DiskUse(1, 5), "a": DiskUse(2, 3)}


def test_a_link_counts_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "large").write_bytes(b"x" * 10_000)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path / "far")
    (tmp_path / "here" / "circle").symlink_to(tmp_path / "here")
    uses = disk_use(tmp_path / "here")
    assert [uses[name].files for name in ("link", "circle")] == [1, 1]
    assert sum(use.bytes for use in uses.values()) < 10_000


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert disk_use(tmp_path / "no") == {}
