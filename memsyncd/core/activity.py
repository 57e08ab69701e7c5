"""Brings a tool call and its result into short form: the command, the file, and the line that names the error.

Pure. Every text is redacted whole before it is shortened, because half a secret is still a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from memsyncd.core.redact import cut
from memsyncd.model import RawCall

_COMMAND_KEYS: Final = ("command", "cmd", "script")
_PATH_KEYS: Final = ("path", "file_path", "filePath", "filepath", "file", "filename")
_WRITERS: Final = frozenset(
    {"write", "edit", "multiedit", "multi_edit", "apply_patch", "create", "str_replace", "append", "write_file"}
    | {"edit_file", "notebookedit"}
)
_COMMAND_LIMIT: Final = 400  # characters
_PATH_LIMIT: Final = 300
_ERROR_LIMIT: Final = 200
_ERROR_SPAN: Final = 65_536  # characters of a result, from its end, that are searched: errors come last

# What such tools print comes from strangers; a line of it must not find its way into the agent's memory.
_FOREIGN_OUTPUT: Final = re.compile(r"web|browse|fetch|http|search|crawl|scrape|mail|message", re.IGNORECASE)
_NAMES_ERROR: Final = re.compile(
    r"\b(?:\w*(?:error|exception)\b|fatal|panic|traceback|denied|failed|failure|not found|no such|cannot|can't"
    r"|unable|refused|timed? ?out|invalid|undefined|unknown|missing)",
    re.IGNORECASE,
)
_EXCEPTION: Final = re.compile(r"^\s*[\w.]*(?:Error|Exception)\b\s*:")
_EXIT_NOTE: Final = re.compile(r"^\(?(?:command )?exited with (?:code|status) -?\d+\.?\)?$", re.IGNORECASE)

Redact = Callable[[str], str]


def command_of(arguments: Mapping[str, object], redact: Redact) -> str | None:
    """The shell command of a tool call on one line, redacted, at most 400 characters; None when it has none."""
    value = next((arguments[key] for key in _COMMAND_KEYS if arguments.get(key)), None)
    if isinstance(value, list | tuple):
        value = " ".join(str(part) for part in value)
    return cut(" ".join(redact(value).split()), _COMMAND_LIMIT) if isinstance(value, str) else None


def path_of(arguments: Mapping[str, object], redact: Redact) -> str | None:
    """The file that a tool call names, redacted, at most 300 characters; None when it names none."""
    value = next((arguments[key] for key in _PATH_KEYS if isinstance(arguments.get(key), str)), None)
    return cut(" ".join(redact(value).split()), _PATH_LIMIT) if isinstance(value, str) and value else None


def writes(call: RawCall) -> bool:
    """Whether the tool changes the file that it names."""
    return call.name.lower() in _WRITERS


def error_of(tool: str, output: str, redact: Redact) -> str | None:
    """The line of a failed tool's output that names the error, redacted, at most 200 characters.

    An exception's own line wins over the first line that speaks of an error, and that one over the last line.
    None when the output is empty, or comes from outside (web pages, searches, mail).
    """
    if not output or _FOREIGN_OUTPUT.search(tool):
        return None
    lines = [line for line in redact(output)[-_ERROR_SPAN:].splitlines() if line.strip()]
    lines = [line for line in lines if not _EXIT_NOTE.match(line.strip())]
    if not lines:
        return None
    exception = next((line for line in reversed(lines) if _EXCEPTION.match(line)), None)
    decisive = exception or next((line for line in lines if _NAMES_ERROR.search(line)), lines[-1])
    return cut(" ".join(decisive.split()), _ERROR_LIMIT)
