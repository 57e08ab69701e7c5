"""``memsyncd validate``: whether the memory files are sound, and what OpenClaw will read of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from memsyncd.adapters.memory_dir import MemoryFolder
from memsyncd.cli.dates import DATE, day_in
from memsyncd.cli.options import Invocation, invocation, log_options, shared_options
from memsyncd.cli.output import count, short_path
from memsyncd.cli.session import opened_for_reading, redactor_for
from memsyncd.core.redact import Redactor
from memsyncd.core.validate import FileCheck, Issue
from memsyncd.errors import PROBLEMS_FOUND, SourceMissing, UsageError
from memsyncd.sync.publish import Publisher
from memsyncd.sync.review import FolderReview, check_folder


@click.command()
@click.argument("what", nargs=-1, metavar="[FILE|DATE]...")
@click.option("--show-startup", is_flag=True, help="Show what OpenClaw reads of each file when a session starts.")
@log_options
@shared_options
@invocation
def command(call: Invocation, what: tuple[str, ...], show_startup: bool) -> int:
    r"""Check memory files: heading, markers, size, copies, orphans, secrets, encoding.

    Nothing is changed. Secrets are named by line and kind, never shown. With --memory-dir alone, or with files, no
    logs are read. Exit code 5 when there are errors; warnings and notes alone leave it 0.

    \b
    Examples:
      memsyncd validate
      memsyncd validate 2026-01-15 --show-startup
      memsyncd validate ~/notes/memory/2026-01-15.md
      memsyncd validate --memory-dir ~/notes/memory --json
    """
    files, days = _told_apart(what)
    reviews = [check_folder(folder, redactor_for(call), only=names) for folder, names in files.items()]
    if days or not files:
        reviews += _of_folders(call, days)
    missing = [day for day in days if not any(_bears(review, day) for review in reviews)]
    if call.options.as_json:
        documents = [_document(review, with_text=show_startup) for review in reviews]
        call.out.json({"folders": documents, "missing": missing})
    else:
        for review in reviews:
            if review.files or review.issues or not days:
                _show(call, review, show_startup=show_startup)
        for day in missing:
            call.out.data(f"{day}: there is no file of this day")
    return PROBLEMS_FOUND if missing or any(review.count("error") for review in reviews) else 0


def _told_apart(what: Iterable[str]) -> tuple[dict[Path, set[str]], list[date]]:
    """The files by folder, and the days.

    Raises:
        UsageError: something is neither a file that is there nor a day.
    """
    files: dict[Path, set[str]] = {}
    days: list[date] = []
    for text in what:
        try:
            days.append(DATE.convert(text, None, None))
        except click.BadParameter as error:
            path = _named_file(Path(text), error.message)
            files.setdefault(path.parent, set()).add(path.name)
    return files, days


def _named_file(path: Path, no_day: str) -> Path:
    if path.is_dir() and not path.is_symlink():
        raise UsageError("not a file", where=path, why="it is a folder", hint="name it with --memory-dir")
    if os.path.lexists(path):
        return path
    if path.suffix or len(path.parts) > 1:
        raise UsageError("there is no such file", where=path, hint="name its path, or the day as YYYY-MM-DD")
    raise UsageError("neither a file nor a day", where=path, why=no_day)


def _of_folders(call: Invocation, days: Sequence[date]) -> list[FolderReview]:
    folder = call.options.memory_dir
    if folder is None or call.options.sessions_dir is not None:
        with opened_for_reading(call) as reading:
            return [_of_publisher(publisher, days, reading.setup.redactor) for publisher in reading.publishers]
    if not folder.is_dir():
        raise SourceMissing("--memory-dir names a folder that is not there", where=folder)
    return [check_folder(folder, redactor_for(call), only=_names(days))]


def _of_publisher(publisher: Publisher, days: Sequence[date], redactor: Redactor) -> FolderReview:
    now = datetime.now(UTC)
    known = {day for day, facts in publisher.facts().items() if facts.messages}
    only = _names(day_in(day, publisher.target.zone, now) for day in days)
    pinned = {record.file: record.pinned for record in publisher.recorded.values()}
    return check_folder(publisher.target.folder, redactor, known=known, only=only, pinned=pinned)


def _names(days: Iterable[date]) -> set[str] | None:
    """The names that the files of these days may have; None when no days were named: all files."""
    return {name for day in days for name in MemoryFolder.names(day)} or None


def _bears(review: FolderReview, day: date) -> bool:
    seen = {file.file for file in review.files} | {issue.file for issue in review.issues}
    return not seen.isdisjoint(MemoryFolder.names(day))


def _show(call: Invocation, review: FolderReview, *, show_startup: bool) -> None:
    call.out.data(short_path(review.folder, call.env))
    call.out.table([_row(issue) for issue in review.issues])
    if show_startup:
        for file in review.files:
            for line in _startup(file):
                call.out.data(line)
    call.out.data(f"  {_verdict(review)}")


def _row(issue: Issue) -> Sequence[str]:
    place = f"{issue.file}:{issue.line}" if issue.line else issue.file
    return f"  {issue.severity}", place, issue.message


def _verdict(review: FolderReview) -> str:
    if not review.files and not review.issues:
        return "there are no memory files" if review.folder.is_dir() else "there is no such folder yet"
    found = [count(number, name) for name in ("error", "warning", "note") if (number := review.count(name))]
    return f"{count(len(review.files), 'file')} checked: {', '.join(found) or 'all in order'}"


def _startup(file: FileCheck) -> Iterator[str]:
    reads = file.startup
    yield f"  ── {file.file}: {reads.characters:,} characters are read when a session starts"
    for name, reach in (("topics", reads.topics), ("decisions", reads.decisions)):
        if reach:
            yield f"     {name}: {'whole' if reach == 'all' else reach} in them"
    yield from (f"     {line}" for line in reads.text.splitlines())


def _document(review: FolderReview, *, with_text: bool) -> dict[str, object]:
    return {
        "folder": review.folder,
        "errors": review.count("error"),
        "warnings": review.count("warning"),
        "notes": review.count("note"),
        "files": [_file(file, with_text=with_text) for file in review.files],
        "issues": review.issues,
    }


def _file(file: FileCheck, *, with_text: bool) -> dict[str, object]:
    reads = file.startup
    startup = {"characters": reads.characters, "topics": reads.topics, "decisions": reads.decisions}
    return {
        "file": file.file,
        "day": file.day,
        "size": file.size,
        "block": file.block,
        "startup": {**startup, "text": reads.text} if with_text else startup,
    }
