"""Checks of the configuration. Pure."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from shlex import quote

from memsyncd.adapters.access import Access
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.facts import Facts
from memsyncd.doctor.words import count

_AREA = Area("Configuration")
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def settings(facts: Facts) -> Iterator[Check]:
    """The file, who may read it, what it names, and the variables that count."""
    found = facts.settings
    file = found.file
    if found.wrong:
        first, *others = found.wrong
        more = f", and {count(len(others), 'further fault')}" if others else ""
        check = f"memsyncd config check --config {quote(str(file.path))}"
        advice = f"{check} names all; what stands below is by the defaults"
        yield _AREA.problem("file", f"{file.path} is wrong: {first}{more}", advice)
    elif file.kind == "missing":
        yield _AREA.ok("file", f"none at {file.path}: agents are found each time, every key has its default")
    else:
        yield _AREA.ok("file", f"{file.path} is right")
    yield from _permissions(file)
    if found.rules:
        advice = found.rules.hint or "mend [redaction] in the configuration, then memsyncd config check"
        yield _AREA.problem("redaction", found.rules.words, advice)
    if found.log and not (found.log.writable or found.log.makeable):
        finding = f"the log file {found.log.path} cannot be written"
        yield _AREA.problem("log", finding, "name another [log] file, or make its folder writable")
    if found.metrics and not _takes_metrics(found.metrics):
        finding = f"the metrics file {found.metrics.path} cannot be written"
        yield _AREA.problem("metrics", finding, "name another [log] metrics_file, in a folder that is there")
    if names := facts.machine.variables:
        yield _AREA.ok("environment", f"set: {', '.join(names)}")


def _takes_metrics(file: Access) -> bool:
    """Unlike the log's, its folder is somebody else's and is not made; the file itself is replaced."""
    return file.above == file.real.parent and (file.makeable if file.kind == "missing" else file.writable)


def _permissions(file: Access) -> Iterator[Check]:
    if file.kind != "file":
        return
    if file.mode & _OTHERS_WRITE:
        finding = (
            f"others may change {file.path} (mode {file.mode:03o}), and with it what memsyncd reads and writes"
        )
        yield _AREA.problem("permissions", finding, f"chmod 600 {quote(str(file.path))}")
    elif file.mode & _OTHERS_READ:
        finding = f"others may read {file.path} (mode {file.mode:03o})"
        yield _AREA.note("permissions", finding, f"chmod 600 {quote(str(file.path))}")
