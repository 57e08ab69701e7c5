"""Merges the block of a memory file: what was generated before, what people made of it, what is generated now.

Pure: bytes in, bytes out. A block is split at its ``## `` headings, and each section is merged line by line. It
knows no markers and no files.

A line of the file is left out only when it equals, in its place, a line that was generated before and that is now
generated otherwise or no longer. Every other line stays, in its order (a blank one may go with its section). So
no person's line is lost, however badly the lines are aligned; the alignment decides how well new ones fit in.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from memsyncd.core.align import Lines, align, equal_pairs
from memsyncd.core.markers import COUNT, FOOTER

Key: TypeAlias = tuple[bytes, int]  # heading line and how many like it came before

_TOP: Final = b""
_CLOSING: Final = b"---"
_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")


class Section(NamedTuple):
    """Lines from the blank lines above a heading to those above the next."""

    key: Key
    title: str  # for people
    lines: Lines  # with their newlines


class Blend(NamedTuple):
    """A merged block."""

    body: bytes
    pinned: tuple[str, ...]  # titles of sections where both sides changed the same lines


def split(block: bytes) -> list[Section]:
    """The sections of a block: the lines above the first heading, one for each heading, and the footer.

    The first is always there, maybe without lines. Joined, the lines are the block again.
    """
    lines: Lines = _LINE.findall(block)
    starts = [(0, _TOP, "top"), *_starts(lines)]
    ends = [start for start, _, _ in starts[1:]] + [len(lines)]
    seen: dict[bytes, int] = {}
    sections = []
    for (start, heading, title), end in zip(starts, ends, strict=True):
        nth = seen[heading] = seen.get(heading, -1) + 1
        sections.append(Section((heading, nth), title, lines[start:end]))
    return sections


def merge_blocks(base: bytes | None, mine: bytes, theirs: bytes) -> Blend:
    """Three-way merge of a block.

    ``base`` was generated last time; None: every line of the file counts as a person's. ``mine`` stands in the
    file. ``theirs`` is generated now and has the file's newlines.
    """
    old = {} if base is None else {section.key: section for section in split(base)}
    new = {section.key: section for section in split(theirs)}
    merged: list[tuple[Key, Lines]] = []
    pinned = []
    for key, section in _known_again(split(mine), old):
        lines, conflict = _merge_section(old.get(key), section, new.get(key))
        merged.append((key, lines))
        if conflict:
            pinned.append(section.title)
    _insert_new(merged, new, old)
    return Blend(b"".join(line for _, lines in merged for line in lines), tuple(pinned))


# --- sections ---


def _starts(lines: Lines) -> list[tuple[int, bytes, str]]:
    """Where each section begins, its heading and its title; the blank lines above it belong to it."""
    found = [
        (index, line.rstrip(), line[3:].strip().decode("utf-8", "replace"))
        for index, line in enumerate(lines)
        if line.startswith(b"## ")
    ]
    footer = next((index for index in range(len(lines) - 1, -1, -1) if lines[index].startswith(FOOTER)), None)
    if footer is not None:
        above = _above_blanks(lines, footer)
        ruled = above > 0 and lines[above - 1].rstrip() == _CLOSING
        found.append((above - 1 if ruled else footer, _CLOSING, "footer"))
    return [(_above_blanks(lines, index), heading, title) for index, heading, title in sorted(found)]


def _above_blanks(lines: Lines, index: int) -> int:
    while index > 0 and not lines[index - 1].strip():
        index -= 1
    return index


def _known_again(mine: list[Section], old: Mapping[Key, Section]) -> Iterator[tuple[Key, Section]]:
    """Each section of the file with the key of the generated one it was, should its heading have been changed."""
    present = {section.key for section in mine}
    missing = [section for key, section in old.items() if key not in present and key[0] != _CLOSING]
    for section in mine:
        twin = None if section.key in old else next((one for one in missing if _same_text(one, section)), None)
        if twin:
            missing.remove(twin)
        yield (twin or section).key, section


def _same_text(one: Section, other: Section) -> bool:
    """Whether two sections share at least half of their lines, apart from the headings."""
    first, second = ({line.strip() for line in section.lines} - {b"", section.key[0]} for section in (one, other))
    return 0 < max(len(first), len(second)) <= 2 * len(first & second)


def _merge_section(base: Section | None, mine: Section, theirs: Section | None) -> tuple[Lines, bool]:
    """The lines of one section and whether both sides changed the same ones."""
    if theirs is None:
        # No longer generated. Without a person's line it goes; with one, the section stays to give it its place.
        kept = base is None or any(line.strip() for line in merge_lines(base.lines, mine.lines, [])[0])
        return (mine.lines, base is not None) if kept else ([], False)
    if base is None:
        return add_lines(mine.lines, theirs.lines)
    return merge_lines(base.lines, mine.lines, theirs.lines)


def _insert_new(merged: list[tuple[Key, Lines]], new: Mapping[Key, Section], old: Container[Key]) -> None:
    """Puts each section that is generated for the first time after the one that precedes it in the new block."""
    position = 0
    for key, section in new.items():
        places = {other: index + 1 for index, (other, _) in enumerate(merged)}
        if key in places:
            position = places[key]
        elif key not in old:
            # Behind its namesakes, or it would take their number when the block is split the next time.
            position = max(position, *(place for other, place in places.items() if other[0] == key[0]), 0)
            merged.insert(position, (key, section.lines))
            position += 1


# --- lines ---


def merge_lines(base: Lines, mine: Lines, theirs: Lines) -> tuple[Lines, bool]:
    """Three-way merge of lines, and whether both sides changed the same ones; the person's stay.

    Lines that are kept come back from ``mine`` with their newlines, new ones from ``theirs``.
    """
    old, own, new = _bare(base), _bare(mine), _bare(theirs)
    if new in (old, own):
        return mine, False
    if old == own:
        return theirs, False
    ours, gen = align(old, own, every=True), align(old, new, every=False)
    merged: Lines = []
    conflict = False
    for index, line in enumerate(old):
        merged += _inserted(mine, ours.inserted[index], theirs, gen.inserted[index])
        i, j = ours.partner[index], gen.partner[index]
        if i is None or own[i] != line:
            merged += [] if i is None else [mine[i]]
            conflict |= _at(new, j) not in (line, _at(own, i))
        elif j is not None:
            merged.append(mine[i] if new[j] == line else theirs[j])
    merged += _inserted(mine, ours.inserted[-1], theirs, gen.inserted[-1])
    return merged, conflict


def add_lines(mine: Lines, theirs: Lines) -> tuple[Lines, bool]:
    """All of ``mine`` and those lines of ``theirs`` that it lacks; and whether both have lines in one place.

    Only the line that states the number of messages is replaced: by its form it is a generated one.
    """
    mine = _recounted(mine, theirs)
    own, new = _bare(mine), _bare(theirs)
    present, generated = set(own), {b"", *new}
    merged: Lines = []
    conflict = False
    i = j = 0
    for k, m in [*equal_pairs(own, new), (len(own), len(new))]:
        fresh = [line for line, bare in zip(theirs[j:m], new[j:m], strict=True) if not bare or bare not in present]
        fresh = fresh if any(line.strip() for line in fresh) else []
        conflict |= bool(fresh) and not generated.issuperset(own[i:k])
        merged += mine[i:k] + fresh + mine[k : k + 1]
        i, j = k + 1, m + 1
    return merged, conflict


def with_lines_of(mine: bytes, other: bytes) -> bytes:
    """All lines of ``mine``, and in their places those of ``other`` that it lacks."""
    return b"".join(add_lines(_LINE.findall(mine), _LINE.findall(other))[0])


def _recounted(mine: Lines, theirs: Lines) -> Lines:
    count = next((line for line in theirs if COUNT.match(line)), None)
    at = next((index for index, line in enumerate(mine) if COUNT.match(line)), None)
    return mine if count is None or at is None else [*mine[:at], count, *mine[at + 1 :]]


def _bare(lines: Lines) -> Lines:
    """The lines without their newlines, of whatever style."""
    return [line.rstrip(b"\r\n") for line in lines]


def _at(lines: Lines, index: int | None) -> bytes | None:
    return None if index is None else lines[index]


def _inserted(mine: Lines, ours: range, theirs: Lines, gen: range) -> Lines:
    """What both sides inserted in one place, the person's lines first; what both inserted, once."""
    first = mine[ours.start : ours.stop]
    have = {line.strip() for line in first} - {b""}
    return first + [line for line in theirs[gen.start : gen.stop] if line.strip() not in have]
