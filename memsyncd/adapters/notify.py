"""Tells the service manager how we are: systemd's notification socket, used only when its variable is set.

One datagram a message; nobody answers. Where there is no socket nothing happens.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notify:
    """The socket that ``NOTIFY_SOCKET`` in ``env`` names, or nothing."""

    def __init__(self, env: Mapping[str, str]) -> None:
        address = env.get("NOTIFY_SOCKET", "")
        # An abstract address begins with a zero byte, which no environment can hold: "@" stands for it.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_seconds = _watchdog(env)

    def ready(self, status: str) -> None:
        """The start is over."""
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={text}")

    def reloading(self, monotonic_seconds: float) -> None:
        """The configuration is being read again; ``ready`` says when that is over."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={int(monotonic_seconds * 1e6)}")

    def longer(self, seconds: float) -> None:
        """The start or the end takes this much longer."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def alive(self) -> None:
        """The watchdog's food."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1\nSTATUS=stopping")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.setblocking(False)  # noqa: FBT003 - its only form; a manager that does not read must not hold us
            way.sendto(text.encode(), self._address)


def _watchdog(env: Mapping[str, str]) -> float | None:
    """How often the manager wants to hear from this process, in seconds; None: not at all."""
    micros, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not micros.isdecimal() or (pid and pid != str(os.getpid())):
        return None
    return int(micros) / 1e6
