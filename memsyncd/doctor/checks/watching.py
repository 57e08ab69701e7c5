"""Checks of what the system lets memsyncd watch. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from memsyncd.adapters.watcher_limits import Inotify, Resource, raising
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts

_AREA = Area("Watching")
_FEW_FILES = 256  # what macOS allows by default
_WORDS: dict[Resource, str] = {"watches": "folders watched", "instances": "watchers"}


def watching(facts: Facts) -> Iterator[Check]:
    """How many files may be open, and the limits of inotify, against what the daemon needs."""
    yield _files(facts.machine.files)
    if facts.settings.config.watch.poll == "always":
        yield _AREA.ok("changes", "looked for every few seconds, as the configuration wants")
        return
    running = facts.state.daemon is not None
    # One for each folder, one that tests it, and while a folder is missing one for where it will appear.
    needs: dict[Resource, int] = {"watches": len(facts.logs) + 1, "instances": 1}
    for what, found in facts.inotify.items():
        yield _limit(what, found, 0 if running else needs[what], running=running)
    if not facts.inotify:
        yield _AREA.ok("changes", "told by the system, which sets no limit that is known")


def _files(limit: int | None) -> Check:
    if limit is not None and limit < _FEW_FILES:
        finding = f"a process may have {limit:,} open, which is little: the daemon needs some twenty"
        return _AREA.note("open files", finding, f"ulimit -n {4 * _FEW_FILES}, in the profile of your shell")
    return _AREA.ok("open files", "as many as a process wants" if limit is None else f"{limit:,} a process")


def _limit(what: Resource, found: Inotify, need: int, *, running: bool) -> Check:
    name = f"inotify {what}"
    use = f"{found.used:,} of {found.limit:,} {_WORDS[what]} in use by this user"
    if found.left < need:
        command, line = raising(what, found.limit)
        finding = f"{use}, and the daemon needs {need:,} more: it will look every few seconds instead"
        return _AREA.problem(
            name, finding, f'{command}; to keep it, put "{line}" into /etc/sysctl.d/60-memsyncd.conf'
        )
    return _AREA.ok(name, use + (", the daemon's among them" if running else f"; the daemon needs {need:,}"))
