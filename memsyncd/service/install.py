"""Bringing a service in and taking it out: first a plan of files and commands, then its carrying out.

Where a file was changed by a person nothing at all is done, unless ``force`` asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from memsyncd.adapters.files import read_or_none, remove, remove_empty_folder, write_private
from memsyncd.adapters.service_manager import Answer, Run
from memsyncd.errors import MemsyncdError, UsageError
from memsyncd.service.model import Command, Service, UnitFile
from memsyncd.service.seal import is_untouched

_PATIENCE = 2.0  # seconds between two tries of a command


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be done, in this order: ``before``, files, ``after``."""

    before: tuple[Command, ...] = ()
    write: tuple[UnitFile, ...] = ()
    unchanged: tuple[Path, ...] = ()
    remove: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    after: tuple[Command, ...] = ()


Found = Mapping[Path, bytes | None]
"""What stands on disk now, of every path of a service; None where there is no such file."""


def look(service: Service) -> Found:
    """Reads the service's files.

    Raises:
        FileError: one cannot be read, or is a symlink, which somebody else made.
    """
    paths = {*service.ours, *(file.path for file in service.files)}
    return {path: found.data if (found := read_or_none(path)) else None for path in sorted(paths)}


def refuse_rival(service: Service) -> None:
    """Refuses to install beside a file that the manager would read instead of ours.

    Raises:
        UsageError: there is one, made by hand, by ``systemctl edit --full`` or by ``systemctl mask``.
    """
    for path in service.rivals:
        if path.exists() or path.is_symlink():
            raise UsageError(
                "another unit of this name comes first",
                where=path,
                why="systemd would read it instead of the one that memsyncd installs",
                hint=f"systemctl --user revert {service.name}, or move it away",
            )


def plan_install(service: Service, found: Found, *, loaded: bool, force: bool) -> Plan:
    """Writes the files that differ, and has the service started now and at every login.

    Raises:
        MemsyncdError: a file that is to be replaced was changed by a person, and ``force`` is not set.
    """
    write = tuple(file for file in service.files if found[file.path] != file.data)
    _refuse_changed([file.path for file in write], found, "replace", force=force)
    return Plan(
        write=write,
        unchanged=tuple(file.path for file in service.files if file not in write),
        after=tuple(service.install(changed=bool(write), loaded=loaded)),
    )


def plan_uninstall(service: Service, found: Found, *, loaded: bool, force: bool) -> Plan:
    """Stops the service and removes what an installation wrote; an empty plan when there is nothing.

    Raises:
        MemsyncdError: one of the files was changed by a person, and ``force`` is not set.
    """
    there = tuple(path for path in service.ours if found[path] is not None)
    _refuse_changed(there, found, "remove", force=force)
    if not there and not loaded:
        return Plan()
    traces = tuple(path for path in service.traces if path.exists())
    return Plan(before=service.unload, remove=(*there, *traces), folders=service.folders, after=service.forget)


def carry_out(
    plan: Plan, run: Run, told: Callable[[str], None], pause: Callable[[float], None] = time.sleep
) -> Sequence[Answer]:
    """Does what the plan says, tells each step in words, and returns what the manager answered.

    Raises:
        FileError: a file could not be written or removed.
        MemsyncdError: the service manager refused a command; nothing after it was done.
    """
    answers = [*perform(plan.before, run, told, pause)]
    for file in plan.write:
        write_private(file.path, file.data)
        told(f"wrote {file.path}")
    for path in plan.unchanged:
        told(f"unchanged {path}")
    for path in plan.remove:
        remove(path)
        told(f"removed {path}")
    for folder in plan.folders:
        remove_empty_folder(folder)
    return [*answers, *perform(plan.after, run, told, pause)]


def perform(
    commands: Iterable[Command], run: Run, told: Callable[[str], None], pause: Callable[[float], None] = time.sleep
) -> Iterator[Answer]:
    """Runs commands one after the other and yields the answers, those of optional ones that failed left out.

    Raises:
        MemsyncdError: the manager refused one that is not optional.
    """
    for command in commands:
        answer = _asked(command, run, pause)
        if answer.code == 0:
            if answer.text or not command.optional:
                told(f"{answer.line}: {answer.text or 'ok'}")
            yield answer
        elif not command.optional:
            raise _refused(answer, command.hint)


def words_of(plan: Plan) -> Iterator[str]:
    """The plan for a person, one step a line, as nothing was done yet."""
    yield from (f"would run {' '.join(command.arguments)}" for command in plan.before)
    yield from (f"would write {file.path}" for file in plan.write)
    yield from (f"unchanged {path}" for path in plan.unchanged)
    yield from (f"would remove {path}" for path in plan.remove)
    yield from (f"would run {' '.join(command.arguments)}" for command in plan.after)


def _asked(command: Command, run: Run, pause: Callable[[float], None]) -> Answer:
    answer = run(command.arguments)
    for _ in range(command.tries - 1):
        if answer.code == 0:
            break
        pause(_PATIENCE)
        answer = run(command.arguments)
    return answer


def _refused(answer: Answer, hint: str) -> MemsyncdError:
    return MemsyncdError(
        "the service manager refused",
        where=answer.line,
        why=answer.text or f"it ended with status {answer.code}",
        hint=hint or "memsyncd service status shows how the service stands and its last log lines",
    )


def _refuse_changed(paths: Iterable[Path], found: Found, doing: str, *, force: bool) -> None:
    for path in paths:
        data = found[path]
        if data is not None and not force and not is_untouched(data):
            raise UsageError(
                f"refusing to {doing} a file that memsyncd did not write as it is",
                where=path,
                why="it was changed by hand, or comes from somewhere else",
                hint=f"move it away, or {doing} it with --force; changes of your own are safe in a drop-in",
            )
