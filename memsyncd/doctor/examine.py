"""All checks, in the order in which they are shown. Pure."""

from __future__ import annotations

from memsyncd.doctor.check import Check
from memsyncd.doctor.checks.clock import clock
from memsyncd.doctor.checks.logs import logs
from memsyncd.doctor.checks.memory import memory
from memsyncd.doctor.checks.program import program
from memsyncd.doctor.checks.service import service
from memsyncd.doctor.checks.settings import settings
from memsyncd.doctor.checks.state import state
from memsyncd.doctor.checks.watching import watching
from memsyncd.doctor.facts import Facts

_AREAS = (program, settings, state, logs, memory, watching, clock, service)


def examine(facts: Facts) -> tuple[Check, ...]:
    """Judges what was found; those of one area stand together."""
    return tuple(check for area in _AREAS for check in area(facts))
