"""Asks launchd how the person's agent stands, through ``launchctl`` and ``ps``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from memsyncd.adapters.service_manager import Run, ServiceState, number

_AGO = re.compile(r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)\s+(\d+)")  # ps: [[days-]hours:]minutes:seconds and kilobytes


def launchd_state(run: Run, domain: str, label: str, now: datetime) -> ServiceState:
    """How the agent stands, from what ``launchctl print`` shows and, for its age and size, ``ps``."""
    answer = run(("launchctl", "print", f"{domain}/{label}"))
    if answer.code:
        return ServiceState(loaded=False)
    told = dict(re.findall(r"^\t([a-z ]+) = (.*)$", answer.out, re.MULTILINE))
    pid = number(told.get("pid"))
    since, memory = _age_and_size(run, pid, now) if pid else (None, None)
    runs, ended = number(told.get("runs")), told.get("last exit code", "")
    return ServiceState(
        loaded=True,
        active="active" if told.get("state") == "running" else told.get("state", "unknown"),
        enabled=True,
        pid=pid,
        since=since,
        restarts=max(runs - 1, 0) if runs is not None else None,
        last_exit="" if ended.startswith("(never") else f"exit code {ended}" if ended else "",
        memory=memory,
        file=told.get("path", ""),
    )


def _age_and_size(run: Run, pid: int, now: datetime) -> tuple[datetime | None, int | None]:
    found = _AGO.search(run(("ps", "-o", "etime=,rss=", "-p", str(pid))).out)
    if found is None:
        return None, None
    days, hours, minutes, seconds, kilobytes = (int(part or 0) for part in found.groups())
    age = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return now.astimezone(UTC).replace(microsecond=0) - age, kilobytes * 1024


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines of a log file; none when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 64 * 1024))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
