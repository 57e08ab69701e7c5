from __future__ import annotations

import os
from pathlib import Path

import pytest

from memsyncd.adapters.leftovers import part_path
from memsyncd.adapters.metrics_file import MetricsFile, in_words
from memsyncd.errors import FileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "textfiles"
    folder.mkdir()
    return folder / "memsyncd.prom"


def test_it_is_replaced_as_a_whole(path: Path) -> None:
    file = MetricsFile(path)
    file.write("one 1\n")
    before = path.stat().st_ino
    file.write("two 2\n")
    assert path.read_text() == "two 2\n"
    assert path.stat().st_ino != before
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_process_had_begun_goes_with_the_first_write(path: Path) -> None:
    for target in (path, path.with_name("other.prom")):
        part_path(target, b"half").write_bytes(b"ha")
    MetricsFile(path).write("one 1\n")
    (left,) = (name for name in path.parent.iterdir() if name != path)
    assert left.name.startswith(".other.prom.")


def test_a_look_says_when_it_was_written(path: Path) -> None:
    file = MetricsFile(path)
    assert (file.look().written, file.look().problem) == (None, None)
    file.write("one 1\n")
    written = file.look().written
    assert written is not None
    assert written.timestamp() == pytest.approx(path.stat().st_mtime)


def test_a_folder_that_is_not_there_is_a_problem_and_is_not_made(path: Path) -> None:
    path.parent.rmdir()
    file = MetricsFile(path)
    with pytest.raises(FileError) as caught:
        file.write("one 1\n")
    assert "create the folder" in in_words(caught.value)
    assert "there is no folder" in (file.look().problem or "")
    assert not path.parent.exists()


def test_a_folder_in_its_place_is_a_problem(path: Path) -> None:
    path.mkdir()
    file = MetricsFile(path)
    with pytest.raises(FileError):
        file.write("one 1\n")
    assert "is a folder" in (file.look().problem or "")
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_may_not_be_written_to_is_a_problem(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    path.parent.chmod(0o555)
    try:
        assert "may not be written to" in (MetricsFile(path).look().problem or "")
    finally:
        path.parent.chmod(0o755)
