"""Trying to write leaves nothing behind, whether it goes well or not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from memsyncd.adapters.leftovers import is_temporary, sweep
from memsyncd.adapters.write_probe import Probe, try_writing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "state"
    made.mkdir()
    return made


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="others know no exchange")
def test_a_good_folder_takes_files_and_exchanges_them(folder: Path) -> None:
    assert try_writing(folder) == Probe(exchanges=True)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder_is_told_with_a_hint(folder: Path) -> None:
    folder.chmod(0o500)
    found = try_writing(folder)
    assert found.error
    assert "permissions" in found.hint


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    assert try_writing(tmp_path / "state").error


def test_what_a_kill_leaves_behind_is_cleared_away_by_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("memsyncd.adapters.write_probe.exchange", kill)
    monkeypatch.setattr("memsyncd.adapters.write_probe.remove", lambda _: None)
    with pytest.raises(Killed):
        try_writing(folder)
    assert len([path for path in folder.iterdir() if is_temporary(path.name)]) == 2
    assert sweep(folder) == 2


@pytest.mark.parametrize(("number", "exchanges"), [(38, False), (22, False), (5, None), (2, None)])
def test_what_an_exchange_fails_with_says_whether_it_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, exchanges: bool | None
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("memsyncd.adapters.write_probe.exchange", fail)
    assert try_writing(folder) == Probe(exchanges=exchanges)
    assert list(folder.iterdir()) == []
