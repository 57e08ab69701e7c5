"""When jobs run: alarms that any thread may set, and that do not keep the daemon from ending."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from memsyncd.adapters.alarms import Alarms, Job

_SOON: Final = 5.0  # seconds


class Timetable:
    """Alarms by the name of their job. ``lost`` hears which job did not end well, and why, as ``Alarms`` tells.

    ``soon`` seconds lie between two tries to run a job that runs already.
    """

    def __init__(self, lost: Callable[[str, BaseException | None], None], *, soon: float = _SOON) -> None:
        self._alarms = Alarms(lost)
        self._soon = soon
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}  # that run once
        self._ended = False

    def start(self) -> None:
        """Begins; alarms may be set before."""
        self._alarms.start()

    def after(self, name: str, seconds: float, job: Job) -> None:
        """Runs a job once; another one of the same name that waits is replaced."""
        # Who ends waits for the job that runs, which would wait for the scheduler, which waits for its end.
        with self._lock:
            if not self._ended:
                self._jobs[name] = job
                self._alarms.after(name, seconds, job)

    def again(self, name: str) -> None:
        """Runs a job soon that could not run because it ran already: it may have looked before it was asked to."""
        if job := self._jobs.get(name):
            self.after(name, self._soon, job)

    def daily(self, name: str, at: str, zone: ZoneInfo, job: Job) -> None:
        """Runs a job once a day at a local time such as 03:30; where clocks skip it, right after."""
        hour, minute = map(int, at.split(":"))
        with self._lock:
            if not self._ended:
                self._alarms.daily(name, hour, minute, zone, job)

    def cancel(self, name: str) -> None:
        """Takes a job back; one that runs goes on."""
        with self._lock:
            if not self._ended:
                self._alarms.cancel(name)

    def wake(self) -> None:
        """Looks at the clock again: it was set, or the machine slept."""
        self._alarms.wake()

    def end(self) -> None:
        """Takes all jobs back and waits for the one that runs; no alarm is set from then on."""
        with self._lock:
            self._ended = True
        self._alarms.close()
