"""Sections that share the room of one file: the longest gives way first, and says how much is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

Rank = tuple[int, ...]


class Line(Struct, frozen=True):
    """One line of a section; without a rank it stays as long as any other line can go."""

    text: str
    rank: Rank | None = None  # within its section the lowest goes first

    @property
    def size(self) -> int:
        """Bytes, with the line end."""
        return len(self.text.encode()) + 1


class Section(Struct, frozen=True):
    """A heading and its lines; ``omitted`` counts what was left out before."""

    heading: str
    lines: Sequence[Line]
    omitted: int = 0


class _Shrinking(Struct):
    """A section while it gives way."""

    section: Section
    sizes: list[int]
    queue: list[int]  # places of the lines that may go, the next one last
    dropped: set[int]
    size: int  # bytes of the lines that are left


def fit(sections: Sequence[Section], room: int, more: Callable[[int], str]) -> list[str]:
    """The lines of all sections, headings included, in at most ``room`` bytes, each with its line end.

    ``more(n)`` words the line that closes a section which lacks ``n`` lines. Headings always stay, so ``room``
    has to hold them.
    """
    shrinking = [_prepared(section) for section in sections]
    left = room - sum(_frame_size(state, more) + state.size for state in shrinking)
    while left < 0:
        able = [state for state in shrinking if state.queue] or _last_resort(shrinking)
        if not able:
            break
        state = max(able, key=lambda each: each.size)
        before = _frame_size(state, more) + state.size
        place = state.queue.pop()
        state.dropped.add(place)
        state.size -= state.sizes[place]
        left += before - _frame_size(state, more) - state.size
    return [line for state in shrinking for line in _lines(state, more)]


def size_of_fixed(sections: Sequence[Section], more: Callable[[int], str]) -> int:
    """The bytes that are left when every line that may go is gone."""
    return sum(
        len(section.heading.encode())
        + 1
        + len(more(len(section.lines)).encode())
        + 1
        + sum(line.size for line in section.lines if line.rank is None)
        for section in sections
    )


def _prepared(section: Section) -> _Shrinking:
    sizes = [line.size for line in section.lines]
    ranked = [(line.rank, -place, place) for place, line in enumerate(section.lines) if line.rank is not None]
    queue = [place for _, _, place in sorted(ranked, reverse=True)]
    return _Shrinking(section=section, sizes=sizes, queue=queue, dropped=set(), size=sum(sizes))


def _last_resort(shrinking: Sequence[_Shrinking]) -> list[_Shrinking]:
    """With nothing else left to go, the lines that were to stay go too, the last one of a section first."""
    for state in shrinking:
        state.queue = [place for place in range(len(state.sizes)) if place not in state.dropped]
    return [state for state in shrinking if state.queue]


def _missing(state: _Shrinking) -> int:
    return len(state.dropped) + state.section.omitted


def _frame_size(state: _Shrinking, more: Callable[[int], str]) -> int:
    missing = _missing(state)
    return len(state.section.heading.encode()) + 1 + (len(more(missing).encode()) + 1 if missing else 0)


def _lines(state: _Shrinking, more: Callable[[int], str]) -> list[str]:
    kept = [line.text for place, line in enumerate(state.section.lines) if place not in state.dropped]
    missing = _missing(state)
    return [state.section.heading, *kept, *([more(missing)] if missing else [])]
