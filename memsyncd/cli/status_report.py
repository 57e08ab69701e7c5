"""Health in words: the verdict, then what needs a person, then how each part stands. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from memsyncd.adapters.daemon_file import DaemonState
from memsyncd.adapters.state import SecondLook
from memsyncd.cli.output import count, short_path, size
from memsyncd.sync.folder_health import FailedDay, FolderHealth
from memsyncd.sync.health import Health
from memsyncd.sync.lag import SourceHealth

_RULES = 3  # that are named
_SHOWN = 10  # lines of one kind; --json lists all
_UNITS = ((172_800, 86_400, "days"), (7_200, 3_600, "hours"), (120, 60, "min"), (0, 1, "s"))
"""From how many seconds on a span is told in units of so many."""


def report(health: Health, env: Mapping[str, str]) -> list[str]:
    """The lines that ``status`` prints: instants in the zone of the days, the home folder of ``env`` as ``~``."""
    words = _Words(env, ZoneInfo(health.folders[0].zone if health.folders else "UTC"))
    return [_verdict(health), *(f"  {line}" for line in words.needs(health)), "", *words.parts(health)]


def _verdict(health: Health) -> str:
    if needs := health.needs:
        return f"something needs you: {', '.join(needs)}"
    newest = max((folder.newest for folder in health.folders if folder.newest), default=None)
    pending = sum(len(folder.pending) for folder in health.folders)
    told = f"written up to {newest}" if newest else "nothing written yet"
    return f"all well: {told}, {count(pending, 'day')} to write" if pending else f"all well: {told}"


class _Words:
    """Puts health into words, for a person with this environment and in this zone."""

    def __init__(self, env: Mapping[str, str], zone: ZoneInfo) -> None:
        self._env = env
        self._zone = zone

    # --- what needs a person; what was told on stderr already is left out ---

    def needs(self, health: Health) -> Iterator[str]:
        for folder in health.folders:
            yield from self._closed(folder)
            yield from _listed("failed", self._failed(folder))
            damaged = ((f"{one.date}  {one.file}: {one.why}", one.hint) for one in folder.damaged)
            yield from _listed("damaged", damaged)
        if health.daemon:
            days = {day.date.isoformat() for folder in health.folders for day in folder.failed}
            yield from _listed("daemon", self._hindered(health.daemon, days))
        if health.second_detector and health.second_detector.status == "failed":
            yield from _listed("secrets", [(health.second_detector.why, "")])
        if health.metrics and health.metrics.problem:
            yield from _listed("metrics", [(health.metrics.problem, "")])

    def _closed(self, folder: FolderHealth) -> Iterator[str]:
        if folder.problem:
            yield from _listed("closed", [(str(folder.problem), folder.problem.hint)])

    def _failed(self, folder: FolderHealth) -> Iterator[tuple[str, str]]:
        """Failed days and what to do, those with the same error together."""
        told = {state.date for state in folder.damaged}
        groups: dict[tuple[str, str, str], list[FailedDay]] = {}
        for day in folder.failed:
            if day.date not in told:
                groups.setdefault((day.what, day.why, day.hint), []).append(day)
        for (what, why, hint), days in groups.items():
            alone = len(days) == 1
            where = short_path(days[0].where if alone else folder.folder, self._env)
            when = f"{days[0].date}" if alone else f"{days[0].date} to {days[-1].date}, {count(len(days), 'day')}"
            since = self._minute(min(day.since for day in days))
            yield f"{when}  {': '.join(filter(None, (what, where, why)))}, since {since}", hint

    def _hindered(self, daemon: DaemonState, told: Iterable[str]) -> Iterator[tuple[str, str]]:
        """What keeps a daemon from its work; days that are ``told`` already are left out."""
        yield from ((problem, "") for problem in daemon.problems)
        yield from ((f"{short_path(folder, self._env)}: {why}", "") for folder, why in daemon.paused.items())
        if daemon.config_problem:
            yield f"the configuration in force is the one before: {daemon.config_problem}", ""
        passed_over = {*told, *daemon.paused}
        for what, why in daemon.failures.items():
            if what not in passed_over:
                yield (why if why.startswith(what) else f"{what}: {why}"), ""

    # --- how each part stands ---

    def parts(self, health: Health) -> Iterator[str]:
        yield from _part("daemon", self._daemon(health.daemon))
        for source in health.sources:
            yield from _part("logs", self._source(source))
        for folder in health.folders:
            yield from _part("memory", self._folder(folder))
        yield from _part("last run", self._last_run(health))
        yield from _part("store", self._sizes(health))
        yield from _part("secrets", self._secrets(health))
        if health.metrics:
            written = self._minute(health.metrics.written) if health.metrics.written else "never"
            yield from _part("metrics", [f"{short_path(health.metrics.file, self._env)}, written {written}"])

    def _daemon(self, daemon: DaemonState | None) -> Iterator[str]:
        if daemon is None:
            yield "not running (memsyncd service install, or service start)"
            return
        yield f"process {daemon.pid} since {self._minute(daemon.started)}, version {daemon.version}"
        if daemon.mode == "starting":
            yield "starting: it reads what is new before it watches"
            return
        jumps, caught = daemon.jumps, daemon.caught
        odd = {"overflows": daemon.overflows, "caught by a sweep only": caught, "clock jumps": jumps}
        more = "".join(f", {number:,} {what}" for what, number in odd.items() if number)
        yield f"{daemon.mode}: {count(daemon.watched, 'folder')} watched, {daemon.waiting:,} waiting{more}"
        last = f", the last work at {self._minute(daemon.last_work)}" if daemon.last_work else ""
        yield f"{count(daemon.written, 'file')} written, {daemon.avoided:,} left as they stood{last}"
        yield from (f"missing  {short_path(folder, self._env)}" for folder in daemon.missing)

    def _source(self, source: SourceHealth) -> Iterator[str]:
        program = f"OpenClaw {source.version}, " if source.version else ""
        gone = f", {source.vanished:,} gone since the last look" if source.vanished else ""
        logs, where = count(source.files, "log"), short_path(source.folder, self._env)
        yield f"{source.source}: {logs}{gone} in {where} ({program}{source.era})"
        yield self._reach(source)
        if source.ahead and source.newest_log:
            why = {"unread": "is not read yet", "silent": "holds no newer message"}[source.ahead]
            yield f"its newest log changed {self._minute(source.newest_log)} and {why}"

    def _reach(self, source: SourceHealth) -> str:
        newest, until = source.newest_message, source.published_until
        if newest is None:
            return "no messages yet"
        told = self._minute(newest)
        if until is None or source.behind_seconds is None:
            return f"newest message {told}, none published yet"
        day, time = self._minute(until).split()
        upto = time if told.startswith(day) else f"{day} {time}"
        behind = f"{_span(source.behind_seconds)} behind" if source.behind_seconds else "nothing behind"
        return f"newest message {told}, published up to {upto} ({behind})"

    def _folder(self, folder: FolderHealth) -> Iterator[str]:
        newest = f", the newest {folder.newest}" if folder.newest else ""
        open_ = f"{len(folder.pending):,} to write" + (f", {len(folder.failed):,} failed" if folder.failed else "")
        where = short_path(folder.folder, self._env)
        yield f"{where}: {count(folder.published, 'day')} published{newest}, {open_}"
        pinned = ((f"{one.date}  your lines stay in {one.why}", "") for one in folder.pinned)
        yield from _listed("pinned", pinned)
        yield from _listed("kept", ((f"{plan.date}  {plan.reason}", "") for plan in folder.kept))
        yield from _listed("foreign", ((f"{one.date}  {one.file}: {one.why}", "") for one in folder.foreign))

    def _last_run(self, health: Health) -> Iterator[str]:
        yield self._minute(health.last_run) if health.last_run else "never (memsyncd catch-up)"
        writes = health.writes
        if writes.since:
            made, spared = count(writes.made, "file"), count(writes.avoided, "write")
            yield f"{made} written, {spared} avoided since {self._minute(writes.since)[:10]}"
        failed = [(day.what, day.where, day.why) for folder in health.folders for day in folder.failed]
        error = health.last_error
        if error and (error.what, error.where, error.why) not in failed:
            parts = (error.what, short_path(error.where, self._env), error.why)
            over = "; all has gone well since" if error.over else ""
            yield f"last error {self._minute(error.at)}: {': '.join(filter(None, parts))}{over}"
            yield from [f"  {error.hint}"] * bool(error.hint and not error.over)

    def _sizes(self, health: Health) -> Iterator[str]:
        sizes = health.sizes
        store, days = sizes.store, count(sizes.days, "day")
        yield f"{size(store.bytes)}: {count(store.turns, 'turn')}, {count(store.tools, 'tool call')}, {days}"
        kept = f"history {size(sizes.history.bytes)} ({count(sizes.history.files, 'version')})"
        yield f"{kept}, bases {size(sizes.bases.bytes)}; all in {short_path(sizes.state_dir, self._env)}"

    def _secrets(self, health: Health) -> Iterator[str]:
        most = ", ".join(f"{number:,} {rule}" for rule, number in list(health.redacted.items())[:_RULES])
        yield f"{sum(health.redacted.values()):,} replaced" + (f" (most: {most})" if most else "")
        yield f"second detector: {self._second(health.second_detector)}"

    def _second(self, look: SecondLook | None) -> str:
        """How the second detector fares."""
        if look is None or look.status == "ready":
            return "not needed yet"
        at = self._minute(look.at or "")
        if look.status == "ok":
            return f"ok at {at}: {look.found:,} found in {count(look.texts, 'text')}"
        return {
            "absent": "not installed: pip install 'memsyncd[redact]'; the packaged rules decide alone",
            "off": "switched off: the packaged rules decide alone",
            "failed": f"failed at {at}",
        }[look.status]

    def _minute(self, instant: datetime | str) -> str:
        """An instant, or its ISO-8601 form, to the minute."""
        try:
            at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        except ValueError:
            return str(instant)
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"


def _span(seconds: float) -> str:
    _, unit, word = next(step for step in _UNITS if seconds >= step[0])
    return f"{max(1, round(seconds / unit)):,} {word}"


def _part(label: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines with a label before the first."""
    for number, line in enumerate(lines):
        yield f"{'' if number else label:<9}{line}"


def _listed(word: str, entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Entries with the word before each, and below them what to do, once when it is the same."""
    found = list(entries)
    for number, (text, hint) in enumerate(found[:_SHOWN]):
        yield f"{word:<8} {text}"
        last = number + 1 == min(len(found), _SHOWN)
        if hint and (last or found[number + 1][1] != hint):
            yield f"{'':<8} {hint}"
    if len(found) > _SHOWN:
        yield f"{word:<8} … and {len(found) - _SHOWN:,} more: --json lists them"
