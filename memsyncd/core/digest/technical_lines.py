"""The words of the section Technical Details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from memsyncd.core.digest.budget import Line
from memsyncd.core.digest.flow_lines import counted
from memsyncd.core.digest.plain import code, plain
from memsyncd.core.digest.sentences import shorten
from memsyncd.core.digest.technical import Command, Technical, program

_MOST_FAILURES, _MOST_COMMANDS, _MOST_FOLDERS, _MOST_LINKS = 12, 12, 8, 12
_MOST_NAMES = 10  # in one line
_PATH = 120  # characters


def technical_lines(found: Technical, scale: int = 1) -> tuple[list[Line], int]:
    """The section's lines for ``scale`` memory files, the most telling first, and how many more there would be."""
    alone = _MOST_COMMANDS * scale
    failures = [command for command in found.commands if command.failed]
    fine = [command for command in found.commands if not command.failed]
    groups: list[tuple[list[str], int]] = [
        ([_failure(command) for command in failures], _MOST_FAILURES),
        ([_failure(command) for command in found.broken], _MOST_FAILURES),
        (list(_files("wrote", found.written)), _MOST_FOLDERS),
        ([f"- {code(command.text)}{_times(command.count)}" for command in fine[:alone]], _MOST_COMMANDS),
        (list(_other_programs(fine[alone:])), 1),
        (list(_files("read", found.read)), _MOST_FOLDERS),
        ([f"- {plain(url)}{_times(count)}" for url, count in found.links], _MOST_LINKS),
    ]
    texts = [text for lines, most in groups for text in lines[: most * scale]]
    omitted = sum(max(0, len(lines) - most * scale) for lines, most in groups)
    ranked = [Line(text, (-place,)) for place, text in enumerate(texts)]
    return ([Line(_summary(found)), *ranked] if found.calls else ranked), omitted


def _summary(found: Technical) -> str:
    ran = sum(command.count for command in found.commands)
    failed = sum(command.failed for command in (*found.commands, *found.broken))
    parts = [counted(found.calls, "tool call")]
    if ran:
        parts.append(counted(ran, "command"))
    if failed:
        parts.append(f"{failed:,} failed")
    return f"- {', '.join(parts)}"


def _failure(command: Command) -> str:
    much = f" {command.failed} of {command.count} times" if command.count > 1 else ""
    exit_code = f" (exit {command.exit_code})" if command.exit_code is not None else ""
    later = ", later fine" if command.recovered else ""
    error = f": {code(command.error)}" if command.error else ""
    return f"- failed{much}{exit_code}{later}: {code(command.text)}{error}"


def _times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""


def _other_programs(commands: Sequence[Command]) -> Iterator[str]:
    if commands:
        programs: Counter[str] = Counter()
        for command in commands:
            programs[program(command.text)] += command.count
        yield f"- also {_list(f'{code(name)}{_times(count)}' for name, count in programs.most_common())}"


def _files(verb: str, paths: Sequence[tuple[str, int]]) -> Iterator[str]:
    """One line for each folder, or for a file that is alone in its folder."""
    folders: dict[str, list[tuple[str, int]]] = {}
    for path, count in paths:
        folders.setdefault(path.rpartition("/")[0], []).append((path, count))
    for folder, files in folders.items():
        if len(files) == 1 or not folder:
            yield f"- {verb} {_list(f'{code(shorten(path, _PATH))}{_times(count)}' for path, count in files)}"
        else:
            names = (f"{code(shorten(path[len(folder) + 1 :], _PATH))}{_times(count)}" for path, count in files)
            yield f"- {verb} in {code(shorten(folder, _PATH))}: {_list(names)}"


def _list(parts: Iterable[str]) -> str:
    every = list(parts)
    more = len(every) - _MOST_NAMES
    return ", ".join(every[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
