"""Wakes work at the right time: APScheduler with one worker thread, behind four methods.

Jobs are only alarms; what is to be done is kept elsewhere and read when they ring. A job that could not run
because the one before went on, or that was missed, or that raised, is told to ``lost``: nothing waits for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
    JobExecutionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from memsyncd.adapters.memory import give_back

Job = Callable[[], object]


class Alarms:
    """A scheduler with one thread for all jobs. ``lost`` hears which job did not end well, and why."""

    def __init__(self, lost: Callable[[str, BaseException | None], None]) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults=defaults,
            timezone=ZoneInfo("UTC"),
            daemon=True,
        )
        self._lost = lost
        self._scheduler.add_listener(self._told, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED)
        self._scheduler.add_listener(lambda _: give_back(), EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        """Begins; jobs may be set before."""
        self._scheduler.start()

    def after(self, name: str, seconds: float, job: Job) -> None:
        """Runs a job once; another one of the same name that waits is replaced."""
        at = datetime.now(ZoneInfo("UTC")) + timedelta(seconds=max(0.0, seconds))
        self._scheduler.add_job(job, DateTrigger(at), id=name, replace_existing=True)

    def every(self, name: str, seconds: float, job: Job) -> None:
        """Runs a job again and again, the first time after ``seconds``."""
        self._scheduler.add_job(job, IntervalTrigger(seconds=seconds), id=name, replace_existing=True)

    def daily(self, name: str, hour: int, minute: int, zone: ZoneInfo, job: Job) -> None:
        """Runs a job once a day at a local time; where clocks skip it, right after."""
        self._scheduler.add_job(
            job, CronTrigger(hour=hour, minute=minute, timezone=zone), id=name, replace_existing=True
        )

    def cancel(self, name: str) -> None:
        """Takes a job back; one that runs goes on."""
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def wake(self) -> None:
        """Looks at the clock again: it was set, or the machine slept."""
        self._scheduler.wakeup()

    def close(self) -> None:
        """Takes all jobs back and waits for the one that runs."""
        # A scheduler that is shut down while it goes through its jobs looks for them in the wrong place.
        self._scheduler.pause()
        self._scheduler.get_jobs()  # waits until it has gone through them
        self._scheduler.shutdown(wait=True)

    def _told(self, event: JobEvent) -> None:
        self._lost(event.job_id, event.exception if isinstance(event, JobExecutionEvent) else None)
