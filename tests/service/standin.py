"""A daemon as systemd sees one: says that it is ready, feeds the watchdog, ends on SIGTERM, and hangs on SIGUSR2."""

from __future__ import annotations

import os
import signal
import sys
import threading

from memsyncd.adapters.notify import Notify


def main() -> None:
    """Runs until SIGTERM; after SIGUSR2 it is alive and does nothing, as a daemon in a deadlock."""
    stop = threading.Event()
    hung = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGUSR2, lambda *_: hung.set())
    notify = Notify(os.environ)
    notify.ready("standing in")
    key = os.environ.get("CREDENTIALS_DIRECTORY")
    sys.stderr.write(f"stand-in ready, credentials {'there' if key else 'absent'}\n")
    while not stop.wait((notify.watchdog_seconds or 1) / 4):
        if not hung.is_set():
            notify.alive()
    notify.stopping()
    sys.stderr.write("stand-in stopping\n")


if __name__ == "__main__":
    main()
