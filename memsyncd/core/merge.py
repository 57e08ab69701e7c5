"""Decides what becomes of a memory file when its day is generated anew: the whole new file, and why.

Pure: old bytes and generated text in, new bytes out. It does not read, write or redact, and it keeps no history.

What it promises, for any bytes:
- Bytes outside the block come back as they were; only a missing final newline is added when a block is appended.
- Inside the block, every line that a person or another program wrote stays, in its order (``sections``).
- Merging the same generated block again changes nothing.
- Nothing is guessed: a file that cannot be read for certain is refused, and so is a result that could not be read
  back (generated text that holds a marker, or opens a code fence and never closes it).
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from memsyncd.core.markers import BEGIN, Parsed, canonical, end_marker, parse, short_sum
from memsyncd.core.sections import merge_blocks

__all__ = ["Merge", "MergeAction", "merge", "short_sum"]

MergeAction: TypeAlias = Literal["create", "append", "adopt", "replace", "unchanged", "refused"]
"""create: there was no file. append: the file had no block. adopt: the predecessor's block became ours.
replace: the block was brought up to date. unchanged, refused: the file stays as it is."""

_ENDS_BLANK: Final = re.compile(rb"(?:\A|\n)[ \t]*\r?\n\Z")


class Merge(Struct, frozen=True, kw_only=True):
    """What a file becomes."""

    data: bytes  # the whole new file; the old bytes when unchanged or refused (none, if there was no file)
    action: MergeAction
    reason: str  # in words, for a person
    pinned: tuple[str, ...] = ()  # sections in which this merge kept a person's lines over newly generated ones
    lines: tuple[int, ...] = ()  # refused for its markers: the lines that hold one, counted from 1
    legacy: bool = False  # refused because the file is a predecessor's, which only asking for it changes


def merge(
    old: bytes | None,
    block: str,
    *,
    base: str | None,
    heading: str,
    adopt_legacy: bool = False,
    force: bool = False,
) -> Merge:
    r"""Merges a generated block into a memory file.

    ``old`` is the file, None or empty when there is none. ``block`` is the generated text without markers, lines
    ended by ``\n``. ``base`` is the block generated last time, as it was before merging; None when it is lost. One
    that the end marker's sum does not confirm counts as lost. ``heading`` is the first line of a new file.
    A predecessor's file is taken over with ``adopt_legacy`` or ``force``; what stands in its block is replaced.
    """
    if not old:
        return _new_file(block, heading)
    found = parse(old)
    if found.ours and found.recorded == short_sum(block):
        return Merge(data=old, action="unchanged", reason="nothing new was generated")
    match found.verdict:
        case "damaged":
            return Merge(data=old, action="refused", reason=found.reason, lines=found.lines)
        case "legacy" if not (adopt_legacy or force):
            why = "the file holds a predecessor's block without markers"
            return Merge(data=old, action="refused", reason=why, legacy=True)
        case "legacy":
            return _adopted(old, found, block)
        case "absent":
            return _appended(old, found, block)
        case "intact":
            return _finished(old, _with_block(found, block), "replace", "nobody had changed the block")
        case "edited":
            return _merged(old, found, block, base)


def _new_file(block: str, heading: str) -> Merge:
    before = canonical(heading) + b"\n"
    target = _with_block(Parsed(verdict="absent", before=before, begin=BEGIN + b"\n", end=b"\n"), block)
    return _finished(b"", target, "create", "there was no file")


def _appended(old: bytes, found: Parsed, block: str) -> Merge:
    newline = found.newline
    before = old if old.endswith(b"\n") else old + newline
    before = before if _ENDS_BLANK.search(before) else before + newline
    target = _with_block(replace(found, before=before, begin=BEGIN + newline, end=newline), block)
    return _finished(old, target, "append", "the file had no block of ours")


def _adopted(old: bytes, found: Parsed, block: str) -> Merge:
    ending = found.newline if found.body.endswith(b"\n") else b""
    target = _with_block(replace(found, begin=BEGIN + found.newline, end=ending), block)
    return _finished(old, target, "adopt", "the predecessor's block was taken over")


def _merged(old: bytes, found: Parsed, block: str, base: str | None) -> Merge:
    known = canonical(base) if base is not None and short_sum(base) == found.recorded else None
    target = _with_block(found, block)
    blend = merge_blocks(known, found.body, target.body)
    reason = (
        "edits were kept" if known is not None else "edits were kept; nothing was removed, the last block is lost"
    )
    return _finished(old, replace(target, body=blend.body), "replace", reason, blend.pinned)


def _with_block(found: Parsed, block: str) -> Parsed:
    """The file with the generated block in it, in the file's newline style; the end marker records its sum."""
    total = short_sum(block)
    _, _, ending = found.end.rpartition(b"-->")
    body = canonical(block).replace(b"\n", found.newline)
    return replace(found, body=body, end=end_marker(total) + ending, recorded=total)


def _finished(old: bytes, target: Parsed, action: MergeAction, reason: str, pinned: tuple[str, ...] = ()) -> Merge:
    """The result, if it says the same when it is read back."""
    data = target.unparse()
    again = parse(data)
    if (again.before, again.body, again.after, again.recorded) != (
        target.before,
        target.body,
        target.after,
        target.recorded,
    ):
        why = again.reason or "its markers would be taken for something else"
        return Merge(data=old, action="refused", reason=f"the result could not be read back: {why}")
    return Merge(data=data, action=action, reason=reason, pinned=pinned)
