"""pi's session logs as a ``Format``: what they have in common with OpenClaw's, and where they differ.

Pure. OpenClaw's transcripts descend from pi's, so its decoder reads both; pi documents its format and states a
version in the header. Read are versions 1 (no entry ids), 2 and 3 (renames the role ``hookMessage`` to
``custom``), that is pi up to 1.5. Branches that were left stay in the file and are read like the others.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from memsyncd.core.formats import openclaw
from memsyncd.core.formats.base import PLAIN, Artefact, Format, Noise
from memsyncd.core.formats.fitting import read_record
from memsyncd.core.noise.span import Span
from memsyncd.core.noise.user import Cleaned
from memsyncd.model import Ignored, Malformed, RawEntry, RawHeader, RawMessage, RawResult, Usage

_STEM = re.compile(r"\d{4}-\d\d-\d\dT[\d-]+Z?_(.+)", re.DOTALL | re.ASCII)
_UNFINISHED = frozenset({"aborted", "error"})
_EXIT_CODE = re.compile(r"Command exited with code (-?\d{1,9})\s*\Z")
_QUIET = frozenset(
    {"message:hookMessage", "message:branchSummary", "message:compactionSummary"}
    | {"context_transform", "ephemeral"}  # in one version of the format's description between two releases
)
_SKILL = re.compile(r'<skill name="[^"\n]*" location="[^"\n]*">')
_SKILL_END = "</skill>"


# --- names ---


def classify(name: str) -> Artefact | None:
    """Say what transcript ``name`` stands for; None when it is never read.

    ``name`` is relative to pi's sessions folder, whose sub-folders are named after working directories, or to one
    of these: ``--<directory>--/<start>_<session id>.jsonl``.
    """
    if reason_not_read(name):
        return None
    return Artefact("live", _session(name.removesuffix(".jsonl")))


def reason_not_read(name: str) -> str:
    """Say in a word or two why ``name`` is not read; empty for names that :func:`classify` accepts."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    return "" if name.endswith(".jsonl") and name.count("/") <= 1 and not hidden else "other"


def _session(stem: str) -> str:
    """The session id in a transcript's path, whose name begins with the time at which the session did."""
    name = stem.replace("\\", "/").rsplit("/", 1)[-1]
    found = _STEM.fullmatch(name)
    return found[1] if found else name


# --- lines ---


class _BranchJson(Struct, gc=False):
    """What version 1 of the header calls the file that the session was branched from."""

    branchedFrom: str | None = None  # noqa: N815 - the log's own name


_BRANCH = msgspec.json.Decoder(_BranchJson)


class _Reader:
    """Every line of pi's says all that it means."""

    def state(self) -> bytes:
        return b""

    def decode(self, line: bytes) -> RawEntry:
        entry = openclaw.decode(line)
        if isinstance(entry, RawMessage):
            return _finished(entry) if entry.stop in _UNFINISHED else entry
        if isinstance(entry, RawResult):
            return _coded(entry) if entry.failed and entry.exit_code is None else entry
        if isinstance(entry, RawHeader):
            return _header(entry, line)
        if isinstance(entry, Ignored) and entry.kind in _QUIET:
            return Ignored(entry.kind)
        return entry


def _finished(answer: RawMessage) -> RawEntry:
    """An answer that was broken off: its tool calls were never carried out, and without words it says nothing."""
    if answer.text.strip() or answer.usage not in (None, Usage()):
        return replace(answer, calls=())
    return Ignored(f"message:{answer.stop}")


def _coded(result: RawResult) -> RawResult:
    """A failed command, whose exit code pi states at the end of the output."""
    found = _EXIT_CODE.search(result.text)
    return replace(result, exit_code=int(found[1])) if found else result


def _header(header: RawHeader, line: bytes) -> RawHeader:
    parent = header.parent
    if parent is None and b'"branchedFrom"' in line:
        read = read_record(line, _BRANCH)
        parent = None if isinstance(read, Malformed) else read.branchedFrom
    return replace(header, parent=_session(parent.split(".jsonl", 1)[0]) if parent else None)


# --- noise ---


def _user(text: str, _origin: str | None) -> Cleaned:
    """A message as it was typed: a skill that its command expanded to is left out, the words behind it stay."""
    words = text.strip()
    if not words.startswith("<skill "):
        return Cleaned(words) if words else Cleaned("", "empty")
    span = Span(words)
    while _SKILL.match(words, span.start) and (end := span.find(_SKILL_END, span.start)) >= 0:
        span.start = span.skip_space(end + len(_SKILL_END))
    return Cleaned(span.rest()) if span.start < span.stop else Cleaned("", "command")


PI = Format(
    kind="pi",
    classify=classify,
    reason_not_read=reason_not_read,
    reader=lambda _state: _Reader(),
    noise=Noise(user=_user, assistant=PLAIN.assistant, first=PLAIN.first),
    depth=1,  # one folder a project
)
