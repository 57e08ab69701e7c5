"""The calls that Python does not offer, on the real file system."""

import errno
import os
import sys

import pytest

from memsyncd.adapters import exchange
from memsyncd.adapters.exchange import copy_attributes, lease_wanted, link_new, rename_new, take_lease
from tests.adapters.scripted_ops import ask_to_write

linux = pytest.mark.skipif(sys.platform != "linux", reason="leases exist on Linux")


@pytest.fixture
def pair(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    return one, other


@pytest.fixture
def reading(pair):
    fd = os.open(pair[0], os.O_RDONLY)
    yield fd
    os.close(fd)


@pytest.mark.skipif(not exchange.EXCHANGES, reason="this system cannot exchange names")
def test_two_files_change_names_and_keep_their_inodes(pair):
    one, other = pair
    before = one.stat().st_ino, other.stat().st_ino
    exchange.exchange(one, other)
    assert (one.read_bytes(), other.read_bytes()) == (b"2", b"1")
    assert (other.stat().st_ino, one.stat().st_ino) == before


@pytest.mark.skipif(not exchange.EXCHANGES, reason="this system cannot exchange names")
def test_an_exchange_with_a_missing_file_says_so_and_changes_nothing(pair):
    one, other = pair
    other.unlink()
    for names in ((one, other), (other, one)):
        with pytest.raises(FileNotFoundError):
            exchange.exchange(*names)
    assert one.read_bytes() == b"1"


@pytest.mark.parametrize("rename", [rename_new, link_new])
def test_a_free_name_is_taken(pair, rename):
    one, other = pair
    other.unlink()
    rename(one, other)
    assert other.read_bytes() == b"1"
    assert not one.exists()


@pytest.mark.parametrize("rename", [rename_new, link_new])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_taken_name_is_refused_even_if_it_leads_nowhere(pair, rename, dangling):
    one, other = pair
    if dangling:
        other.unlink()
        other.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        rename(one, other)
    assert one.read_bytes() == b"1"
    assert dangling or other.read_bytes() == b"2"


def test_what_cannot_be_linked_is_renamed_after_a_look(tmp_path):
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()  # no system links folders
    other.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        link_new(folder, other)
    other.unlink()
    link_new(folder, other)
    assert other.is_dir()
    assert not folder.exists()


def test_a_call_that_the_library_lacks_answers_as_an_old_kernel(pair):
    assert exchange._unknown_call(b"one", b"other", 0) == -1
    assert errno.ENOSYS in exchange.UNSUPPORTED


@linux
def test_a_lease_is_refused_while_somebody_has_the_file_open_for_writing(pair, reading):
    with pair[0].open("ab"), pytest.raises(BlockingIOError):
        take_lease(reading, sole=False)
    assert take_lease(reading, sole=False) is not None


@linux
def test_a_sole_lease_is_refused_while_somebody_reads(pair, reading):
    with pair[0].open("rb"), pytest.raises(BlockingIOError):
        take_lease(reading, sole=True)
    assert take_lease(reading, sole=True) is not None


@linux
def test_a_leased_file_tells_that_somebody_wants_to_write(pair, reading):
    lease = take_lease(reading, sole=False)
    pair[0].read_bytes()
    assert not lease_wanted(reading, lease)
    ask_to_write(pair[0])  # this process lives on: the signal that tells of it is an ignored one
    assert lease_wanted(reading, lease)


def test_without_a_lease_nobody_is_known_to_wait(reading):
    assert not lease_wanted(reading, None)


@linux
def test_a_lease_that_cannot_be_had_is_none(tmp_path):
    pipe, writer = os.pipe()
    try:
        assert take_lease(pipe, sole=False) is None
    finally:
        os.close(pipe)
        os.close(writer)


@linux
def test_attributes_that_the_target_cannot_hold_are_left_out(pair, reading):
    pair[0].chmod(0o604)
    try:
        os.setxattr(pair[0], "user.one", b"1")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    with pair[1].open("r+b") as target:
        copy_attributes(reading, target.fileno())
    assert os.getxattr(pair[1], "user.one") == b"1"
    assert pair[1].stat().st_mode & 0o777 == 0o604
    reader, writer = os.pipe()
    try:
        copy_attributes(reading, writer)
    finally:
        os.close(reader)
        os.close(writer)
