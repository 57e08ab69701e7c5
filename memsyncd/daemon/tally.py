"""What the daemon has done so far, and what stands in its way."""

from __future__ import annotations

from msgspec import Struct, field


class Tally(Struct, kw_only=True):
    """What the worker has done so far."""

    written: int = 0
    avoided: int = 0  # days made anew that came out as they stood
    caught: int = 0  # changes that only a sweep saw
    last_work: str | None = None
    # Both are replaced, never changed: the main thread reads them while the worker works.
    failures: dict[str, str] = field(default_factory=dict)  # what failed last → why; paused folders too
    paused: dict[str, str] = field(default_factory=dict)  # folder → why, and what to do about it

    def summary(self, *, sources: int, waiting: int) -> str:
        """One line on how it goes."""
        paused = len(self.paused)
        failing = len(self.failures) - paused
        told = [_count(sources, "source"), f"{_count(self.written, 'file')} written", f"{waiting} waiting"]
        told += [f"{failing} failing"] * bool(failing)
        return ", ".join(told + [f"{_count(paused, 'folder')} paused"] * bool(paused))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)
