"""The table of mounts says on which file system a path lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsyncd.core.mounts import Mount, misses_events, mount_of, parse_mounts

TABLE = """\
27 1 254:0 / / rw,relatime - ext4 /dev/root rw
22 27 0:21 / /proc rw,nosuid shared:5 - proc proc rw
30 27 0:40 / /mnt/share rw,relatime shared:7 master:1 - nfs4 host:/export rw,vers=4.2
31 30 0:41 / /mnt/share/local rw - tmpfs tmpfs rw
32 27 0:42 / /mnt/my\\040disk\\134x rw - fuse.sshfs someone@host: rw
"""


def kind(path, table=TABLE):
    found = mount_of(parse_mounts(table), path)
    return found and found.kind


def line(number, parent, point, fs="ext4"):
    return f"{number} {parent} 0:1 / {point} rw - {fs} source rw\n"


def test_a_line_gives_id_parent_point_and_kind():
    assert parse_mounts(TABLE)[2] == Mount(id=30, parent=27, point="/mnt/share", kind="nfs4")


def test_optional_fields_may_be_many_or_none():
    assert [mount.kind for mount in parse_mounts(TABLE)] == ["ext4", "proc", "nfs4", "tmpfs", "fuse.sshfs"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "ext4"),
        ("/home/someone", "ext4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/share/a/b", "nfs4"),
        ("/mnt/share/local/a", "tmpfs"),
        ("/mnt/shared", "ext4"),
        ("/mnt/my disk\\x/logs", "fuse.sshfs"),
    ],
)
def test_a_path_lies_on_the_mount_that_it_leads_to(path, expected):
    assert kind(path) == expected


def test_of_two_mounts_over_each_other_the_upper_one_counts():
    table = line(1, 0, "/") + line(2, 1, "/data", "nfs") + line(3, 2, "/data", "xfs")
    assert kind("/data/a", table) == "xfs"


def test_a_mount_hides_what_was_mounted_below_it_before():
    table = line(1, 0, "/") + line(2, 1, "/a/b", "nfs") + line(3, 1, "/a", "xfs")
    assert kind("/a/b/c", table) == "xfs"


def test_the_order_of_the_table_does_not_matter():
    assert kind("/mnt/share/local/a", "".join(reversed(TABLE.splitlines(keepends=True)))) == "tmpfs"


def test_a_root_that_is_its_own_parent_is_a_root():
    assert kind("/a", line(1, 1, "/", "rootfs")) == "rootfs"
    assert kind("/a", line(1, 1, "/", "rootfs") + line(2, 1, "/", "ext4")) == "ext4"


def test_where_there_is_no_table_nothing_is_known():
    assert kind("/a", "") is None


@pytest.mark.parametrize(
    "broken", ["", "nonsense", "1 2 3", "a b 0:1 / / rw - ext4 x rw", "1 0 0:1 / / rw ext4 x rw"]
)
def test_a_line_of_another_shape_is_passed_over(broken):
    assert parse_mounts(broken + "\n" + TABLE) == parse_mounts(TABLE)


@pytest.mark.parametrize(
    "name", ["nfs", "nfs4", "cifs", "smb3", "9p", "drvfs", "virtiofs", "vboxsf", "fuse.sshfs", "fuse"]
)
def test_network_shares_and_folders_of_a_host_miss_events(name):
    assert misses_events(name)


@pytest.mark.parametrize("name", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "apfs"])
def test_local_file_systems_tell_what_changes(name):
    assert not misses_events(name)


@given(st.text())
def test_any_text_can_be_read(text):
    mount_of(parse_mounts(text), "/a")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="\\"), min_size=1))
def test_a_mount_point_comes_back_as_it_is(name):
    assert parse_mounts(line(1, 0, f"/a\\040{name}")) == (Mount(id=1, parent=0, point=f"/a {name}", kind="ext4"),)
