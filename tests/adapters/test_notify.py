"""The service manager hears of us through a datagram socket, when there is one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsyncd.adapters.notify import Notify

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no such sockets")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_each_message_is_one_datagram(manager: socket.socket) -> None:
    notify = Notify({"NOTIFY_SOCKET": manager.getsockname()})
    notify.ready("all well")
    notify.status("busy")
    notify.alive()
    notify.reloading(12.5)
    notify.longer(90)
    notify.stopping()
    told = [manager.recv(1000).decode() for _ in range(6)]
    assert told == [
        "READY=1\nSTATUS=all well",
        "STATUS=busy",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "EXTEND_TIMEOUT_USEC=90000000",
        "STOPPING=1\nSTATUS=stopping",
    ]


@pytest.mark.skipif(not Path("/proc").exists(), reason="abstract addresses are Linux's")
def test_an_abstract_address_begins_with_an_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0memsyncd-test-{os.getpid()}")
        listening.settimeout(5)
        Notify({"NOTIFY_SOCKET": f"@memsyncd-test-{os.getpid()}"}).alive()
        assert listening.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("env", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/no/such/socket"}])
def test_without_a_manager_nothing_happens(env: dict[str, str]) -> None:
    Notify(env).ready("all well")


def test_the_watchdog_s_time_counts_for_the_process_it_is_meant_for() -> None:
    usec = {"WATCHDOG_USEC": "90000000"}
    assert Notify(usec).watchdog_seconds == 90
    assert Notify({**usec, "WATCHDOG_PID": str(os.getpid())}).watchdog_seconds == 90
    assert Notify({**usec, "WATCHDOG_PID": "1"}).watchdog_seconds is None
    assert Notify({}).watchdog_seconds is None
