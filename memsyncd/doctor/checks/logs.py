"""Checks of the agents' logs: are they there, can they be read, are they read before they go? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from memsyncd.adapters.openclaw_db import SCHEMAS
from memsyncd.adapters.openclaw_probe import version_key
from memsyncd.core.mounts import misses_events
from memsyncd.doctor.check import Area, Check
from memsyncd.doctor.checks.places import opening, where
from memsyncd.doctor.checks.privacy import privacy
from memsyncd.doctor.facts import Facts, Logs, Retention
from memsyncd.doctor.words import count, span

_AREA = Area("Logs")
_SILENCE = timedelta(days=30)  # after which it is asked whether these are the right logs
_DATABASE_ERA = (2026, 8, 1)  # the first OpenClaw that keeps transcripts in its database only


def logs(facts: Facts) -> Iterator[Check]:
    """Each source, what the search for sources found odd, and how long the logs are kept."""
    if facts.lost:
        yield _AREA.problem("sources", facts.lost.words, facts.lost.hint)
    elif not facts.logs:
        advice = "give --sessions-dir and --memory-dir, or run memsyncd init and edit its [[sources]]"
        yield _AREA.problem("sources", "no agent with logs was found", advice)
    for found in facts.logs:
        yield from _source(found, facts)
    yield from _notes(facts)
    for retention in facts.retention:
        yield _kept(retention, facts)


def _source(found: Logs, facts: Facts) -> Iterator[Check]:
    name, folder = found.source.name, found.folder
    in_database = found.database.transcripts
    if folder.kind == "unknown" or folder.refused:
        finding = f"{folder.path} cannot be read: {folder.refused}"
        yield _AREA.problem(name, finding, opening(folder, facts.machine.user, "rx"))
    elif folder.kind == "missing" and not in_database:
        advice = "it is read once it appears; if the logs are elsewhere, name their folder in [[sources]]"
        yield _AREA.problem(name, f"there is no folder {folder.path}", advice)
    elif folder.kind not in ("missing", "folder"):
        yield _AREA.problem(name, f"{folder.path} is no folder", "name the folder of the logs in [[sources]]")
    elif not found.files and not in_database:
        advice = "talk to the agent once; if its logs are elsewhere, name their folder in [[sources]]"
        yield _AREA.problem(name, f"there are no session logs in {folder.path}", advice)
    else:
        yield from _content(found, facts)
    if found.database_file and not found.database.readable:
        finding = f"its database {found.database_file} cannot be read: newer transcripts may lie there"
        yield _AREA.problem(name, finding, f"ls -l {quote(str(found.database_file))}: is it yours?")
    if misses_events(folder.file_system):
        finding = (
            f"{folder.path} lies on {folder.file_system}: changes there are looked for every few seconds, not told"
        )
        yield _AREA.note(name, finding, "run memsyncd on the machine that writes the logs, where you can")
    yield from privacy(_AREA, name, folder, facts)


def _content(found: Logs, facts: Facts) -> Iterator[Check]:
    """What there is to read, and which era of OpenClaw it comes from."""
    name, version = found.source.name, found.source.version
    by = f", OpenClaw {version}" if version else ""
    if found.database.transcripts:
        also = f", and {count(found.files, 'session file')}" if found.files else "; there are no session files"
        yield _AREA.ok(name, f"transcripts in the database {found.database_file}{also}{by}")
        if found.database.schema >= SCHEMAS.stop:
            known = f"version {found.database.schema}, newer than those known (up to {SCHEMAS[-1]})"
            finding = f"the tables of that database are of {known}: what is known of them is read"
            yield _AREA.note(name, finding, "update memsyncd, and see with memsyncd sources what is read")
    elif found.newest is not None:
        age = facts.now - found.newest
        finding = f"{count(found.files, 'session file')} in {where(found.folder)}, the newest {span(age)} old{by}"
        if age > _SILENCE:
            yield _AREA.note(
                name, finding, "if you talked to it since, its logs are elsewhere: name them in [[sources]]"
            )
        else:
            yield _AREA.ok(name, finding)
    if (
        version
        and version_key(version) >= _DATABASE_ERA
        and found.database.readable
        and not found.database.transcripts
    ):
        finding = f"OpenClaw {version} keeps transcripts in a database, and there is none at {found.database_file}"
        yield _AREA.note(name, finding, "finish OpenClaw's own migration: openclaw doctor --fix")


def _notes(facts: Facts) -> Iterator[Check]:
    """What the search passed over."""
    yield from (_AREA.note("seen", note) for note in dict.fromkeys(facts.notes))
    for one in facts.passed_over:
        yield _AREA.note("seen", f"{one.kind}: the logs in {one.path} are not read: {one.why}", "memsyncd sources")


def _kept(retention: Retention, facts: Facts) -> Check:
    """Whether logs could go before they are read."""
    days = f"{retention.days:g} days"
    if retention.warns_only:
        return _AREA.ok("retention", f'{retention.program} removes no logs (session.maintenance.mode is "warn")')
    budget = f", or where they exceed {retention.budget}" if retention.budget else ""
    usual = "" if retention.stated else ", as it does by default"
    kept = f"{retention.program} may remove logs after {days}{budget}{usual}"
    if facts.state.daemon:
        return _AREA.ok("retention", f"{kept}; the daemon reads them as they grow")
    last = facts.state.record.last_run
    if last is None:
        return _AREA.note("retention", f"{kept}; none has been read yet", "memsyncd --catch-up")
    gap = facts.now - last
    finding = f"{kept}; the last run was {span(gap)} ago"
    advice = "memsyncd --catch-up now, and memsyncd service install to have it done always"
    if gap >= timedelta(days=retention.days):
        return _AREA.problem("retention", f"{finding}: some may be gone unread", advice)
    if gap >= timedelta(days=retention.days) / 2:
        return _AREA.note("retention", finding, advice)
    return _AREA.ok("retention", finding)
