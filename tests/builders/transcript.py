"""A session's transcript: entries that chain, a clock, and the ways in which the file grows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from tests.builders.entries import (
    APIS,
    NOON,
    Block,
    Entry,
    Instant,
    assistant,
    call_block,
    custom,
    header,
    iso,
    line,
    millis,
    model_change,
    moment,
    thinking_level,
    tool_result,
    user,
)


class Transcript:
    """One session's entries in file order: ids and parents chain, each entry takes the clock's time and moves it on.

    ``at=`` on an entry sets the clock. Methods return the transcript, so that calls chain.
    """

    def __init__(
        self,
        session: str = "5e551011-0000-4000-8000-000000000001",
        at: Instant = NOON,
        *,
        step: timedelta = timedelta(seconds=30),
        parent: str | None = None,
        bare: bool = False,
    ) -> None:
        """``step`` is the time between entries; ``bare`` leaves the header out."""
        self.session = session
        self.clock = moment(at)
        self.step = step
        self.entries: list[Entry] = [] if bare else [header(session, at, parent=parent)]
        self._made = 0
        self._written = 0

    def add(self, build: Callable[..., Entry], *args: Any, at: Instant | None = None, **more: Any) -> Self:
        """Adds the entry that ``build`` makes: any builder of this package that takes ``at``."""
        self.clock = moment(at) if at is not None else self.clock
        link = {"id": self._next_id(), "parentId": _last_id(self.entries)}
        self.entries.append(build(*args, at=self.clock, **{**link, **more}))
        self.clock += self.step
        return self

    def user(self, text: str | Sequence[Block], at: Instant | None = None, **more: Any) -> Self:
        """Adds a user message."""
        return self.add(user, text, at=at, **more)

    def assistant(self, text: str = "", at: Instant | None = None, **more: Any) -> Self:
        """Adds an answer."""
        return self.add(assistant, text, at=at, **more)

    def tool(
        self, name: str, arguments: Mapping[str, Any], output: str = "", at: Instant | None = None, **more: Any
    ) -> Self:
        """Adds an answer that only calls a tool, and the tool's result; further fields go to the result."""
        call_id = f"call_{self._made + 1}"
        self.assistant(at=at, calls=[call_block(name, arguments, call_id)])
        return self.add(tool_result, output, call_id=call_id, name=name, **more)

    def opening(self, provider: str = "anthropic", model: str = "claude-sonnet-4-5") -> Self:
        """Adds the three lines that stand before a session's first message."""
        self.add(model_change, provider, model).add(thinking_level)
        api = APIS.get(provider, "openai-completions")
        snapshot = {"timestamp": millis(self.clock), "provider": provider, "modelApi": api, "modelId": model}
        return self.add(custom, "model-snapshot", snapshot)

    def rewrite(self, start: int, at: Instant | None = None) -> Self:
        """Re-appends ``entries[start:]`` as OpenClaw does after changing one: same messages, new ids and entry times."""
        parent = _last_id(self.entries[:start])
        for old in self.entries[start:]:
            self.clock = moment(at) if at is not None else self.clock
            new = {**old, "id": self._next_id(), "parentId": parent, "timestamp": iso(self.clock)}
            self.entries.append(new)
            parent, at, self.clock = new["id"], None, self.clock + self.step
        return self

    @property
    def data(self) -> bytes:
        """The whole file."""
        return b"".join(map(line, self.entries))

    def write(self, path: Path) -> Path:
        """Writes the whole file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        self._written = len(self.data)
        return path

    def append(self, path: Path, *, short: int = 0) -> Path:
        """Appends what the last write left; ``short`` holds that many bytes back, a torn line for the next append."""
        upto = len(self.data) - short
        with path.open("ab") as file:
            file.write(self.data[self._written : upto])
        self._written = upto
        return path

    def _next_id(self) -> str:
        self._made += 1
        return hashlib.sha256(f"{self.session}:{self._made}".encode()).hexdigest()[:8]


def _last_id(entries: Sequence[Entry]) -> str | None:
    if not entries or entries[-1]["type"] == "session":
        return None
    return str(entries[-1]["id"])
