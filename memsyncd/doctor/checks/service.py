"""Checks of the service and of the daemon that runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from memsyncd.adapters.service_manager import ServiceState
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts, Service
from memsyncd.doctor.words import count, span

_AREA = Area("Service")
_LATELY = timedelta(days=1)  # since when somebody, or cron, must have run memsyncd for it to count as cared for
_MANY = 3  # restarts


def service(facts: Facts) -> Iterator[Check]:
    """The service, then the daemon."""
    found = facts.service
    yield from _service(found, facts)
    if found.passing:
        yield _AREA.note("installation", found.passing.words, found.passing.hint)
    yield from _daemon(facts)


def _service(found: Service, facts: Facts) -> Iterator[Check]:
    state = found.state
    if state is None:
        words, hint = (found.trouble.words, found.trouble.hint) if found.trouble else ("it cannot be asked", "")
        yield _AREA.note("service", words, hint or None)
    elif not state.loaded:
        yield _absent(facts)
    else:
        yield _activity(found, state, facts)
        yield from _file(found)
        if state.enabled is False:
            yield _AREA.note("at login", "it is not started at login", "memsyncd service install")
        for line in found.advice:
            finding, _, advice = line.partition("; ")
            yield _AREA.note("at boot", finding, advice or None)
        if state.restarts and state.restarts >= _MANY:
            finding = f"it was restarted {count(state.restarts, 'time')}"
            yield _AREA.note("restarts", finding, "memsyncd logs --level error")


def _absent(facts: Facts) -> Check:
    last = facts.state.record.last_run
    if facts.state.daemon:
        return _AREA.ok("service", "not installed; a daemon runs without it")
    if last and facts.now - last < _LATELY:
        return _AREA.ok(
            "service", f"not installed; the last run was {span(facts.now - last)} ago, by hand or by cron"
        )
    finding = "not installed: memory is written when you run memsyncd, and never by itself"
    return _AREA.note("service", finding, "memsyncd service install")


def _activity(found: Service, state: ServiceState, facts: Facts) -> Check:
    ended = f", {state.last_exit}" if state.last_exit else ""
    finding = f"{found.manager}: it is installed and {state.active}{ended}"
    lock = facts.state.lock
    if state.running:
        return _AREA.ok("service", f"{found.manager}: {state.active}, process {state.pid}")
    if state.active.startswith("activating") and "auto-restart" not in state.active:
        return _AREA.ok(
            "service", f"{found.manager}: it is starting; the first reading of years of logs takes its time"
        )
    if state.active == "masked":
        return _AREA.problem("service", finding, "systemctl --user unmask memsyncd.service")
    if lock.held:
        who = f"process {lock.pid}" if lock.pid else "it"
        advice = f"end {who}, then memsyncd service start"
        return _AREA.problem("service", f"{finding}, while another memsyncd is at work", advice)
    if state.active == "inactive" and state.last_exit in ("", "exit code 0"):
        return _AREA.problem("service", f"{found.manager}: it is installed and stopped", "memsyncd service start")
    return _AREA.problem("service", finding, "memsyncd logs --level warning says why; then memsyncd service start")


def _file(found: Service) -> Iterator[Check]:
    """What the service starts, and whether it is what would be installed now."""
    if found.interpreter and not found.interpreter_there:
        finding = f"it starts {found.interpreter}, which is gone"
        yield _AREA.problem("program", finding, "memsyncd service install, with the memsyncd that is to run")
    elif found.interpreter and found.own and found.interpreter != found.own:
        finding = f"it starts {found.interpreter}, and this memsyncd is {found.own}"
        yield _AREA.note("program", finding, "memsyncd service install makes it start this one")
    elif found.interpreter:
        yield _AREA.ok("program", f"it starts this memsyncd, {found.interpreter}")
    if found.by_hand:
        finding = f"{found.file} was changed by hand: memsyncd neither replaces nor removes it"
        drop_in = (
            "keep changes in a drop-in, systemctl --user edit memsyncd; or " if found.manager == "systemd" else ""
        )
        yield _AREA.note("file", finding, f"{drop_in}have it written anew: memsyncd service install --force")
    elif found.outdated:
        finding = f"{found.file} is not what would be installed now: memsyncd or its environment has changed"
        yield _AREA.note("file", finding, "memsyncd service install --dry-run, then without --dry-run")


def _daemon(facts: Facts) -> Iterator[Check]:
    fallen, daemon = facts.state.fallen, facts.state.daemon
    if fallen:
        finding = f"process {fallen.pid}, since {fallen.started}, was killed or crashed"
        yield _AREA.problem(
            "daemon", finding, "memsyncd logs --level warning says more; start it again where nothing does"
        )
    if daemon is None:
        return
    if daemon.version != facts.version:
        finding = f"process {daemon.pid} is version {daemon.version}, and this is {facts.version}"
        yield _AREA.problem("daemon", finding, "memsyncd service restart")
    else:
        watched = f"{count(daemon.watched, 'folder')} watched by {daemon.mode or 'nothing yet'}"
        yield _AREA.ok("daemon", f"process {daemon.pid} since {daemon.started}, {watched}")
    for words in daemon.problems:
        finding, _, advice = words.partition(": ")
        yield _AREA.problem("watching", finding, advice or "memsyncd service restart")
    if daemon.config_problem:
        finding = f"it goes on with the configuration before: {daemon.config_problem}"
        yield _AREA.problem("configuration", finding, f"mend it, then kill -HUP {quote(str(daemon.pid))}")
    if daemon.failures:
        finding = f"{count(len(daemon.failures), 'piece')} of work failed last and waits to be tried again"
        yield _AREA.problem("failures", finding, "memsyncd status names them")
