"""Makes entries of what the lines of a rollout tell, in order: each text and each result once, and dated.

The other half of the reader: here nothing is known of how lines are written, and all of what was told before.
"""

from __future__ import annotations

from typing import Final

from memsyncd.core.formats.base import Decoded
from memsyncd.core.formats.codex_header import model_of, outcast, parent
from memsyncd.core.formats.codex_json import LARGEST, PayloadJson
from memsyncd.core.formats.codex_state import RESPONSE, State, Way, asked, begin_turn, is_new
from memsyncd.core.formats.codex_text import parts_of_answer
from memsyncd.core.formats.codex_tools import Outcome, result_of
from memsyncd.core.formats.openclaw import millis
from memsyncd.model import Ignored, Millis, RawCall, RawCompaction, RawHeader, RawMessage, RawOutcast

_IMPORTED_TURN: Final = "external-import-turn-"  # reported
_OWN_PROVIDER: Final = "openai"  # Codex's built-in one; headers before 2026 name none
_REPLAYED_AFTER: Final = 60_000  # milliseconds: no turn begins so long before the line that says so is written

COPY: Final = Ignored("copy")


class Turns:
    """The conversation of a rollout, as far as it was read; ``written`` is the time on the line at hand."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.written: Millis | None = None

    # --- the thread ---

    def header(self, payload: PayloadJson) -> Decoded:
        """The rollout's own header; later ones are its parent's."""
        state = self.state
        if state.begun:
            return COPY
        state.begun = True
        state.provider = payload.model_provider or _OWN_PROVIDER
        state.model = model_of(payload)
        if payload.history_mode == "paginated":
            state.mode = "paginated"
        header = RawHeader(payload.id or "", millis(payload.timestamp) or self.written, parent(payload))
        reason = outcast(payload)
        return (header, RawOutcast(reason)) if reason else header

    def undated_header(self, payload: PayloadJson) -> Decoded:
        """The header of the first era: its time is the only one in the file."""
        self.state.base = self.written
        return self.header(payload)

    def context(self, payload: PayloadJson) -> Ignored:
        """What the next answers are made with."""
        state = self.state
        state.model = payload.model or state.model
        # An import writes none of these: from here on the thread is Codex's own.
        if state.imported and not _is_imported(payload):
            self._date_by_lines()
        return Ignored("turn_context")

    def turn_started(self, payload: PayloadJson) -> Ignored:
        """A turn begins; forks and imports write old turns again, each line with the time of that writing."""
        state, written, started = self.state, self.written, payload.started_at
        begin_turn(state)
        if written is not None:
            self._date_by_lines()
            state.imported = _is_imported(payload)
            if started is not None and 0 < started < LARGEST and written - started * 1000 > _REPLAYED_AFTER:
                state.base, state.replayed = started * 1000, True
        return Ignored("turn")

    def compaction(self, summary: str) -> Decoded:
        """The context was compacted; a line, an event and an item may tell of the same one."""
        state = self.state
        if state.compacted and not summary:
            return COPY
        state.compacted = True
        return RawCompaction("", self._at(), summary)

    # --- words ---

    def user(self, text: str, way: Way, entry: str) -> Decoded:
        """Something that a person typed, or that the model was told as such."""
        if not text or text.isspace():
            return Ignored("no words")
        state = self.state
        new = is_new(state.user, text, way)
        if way != RESPONSE and state.mode == "open":
            state.mode = "events"
            state.user.clear()
            is_new(state.user, text, way)
        if not new:
            return COPY
        state.assistant.clear()
        state.compacted = False
        return RawMessage(id=entry, at=self._at(), role="user", text=text)

    def assistant(self, text: str, way: Way, entry: str, phase: str | None) -> Decoded:
        """An answer, or a word in passing (``commentary``) while the work goes on."""
        state = self.state
        parts = parts_of_answer(text)
        new = [part for part in parts if part and not part.isspace() and is_new(state.assistant, part, way)]
        if not new:
            return COPY
        state.compacted = False
        return RawMessage(
            id=entry,
            at=self._at(),
            role="assistant",
            text=text if len(new) == len(parts) else "\n\n".join(new),
            provider=None if state.imported else state.provider,
            model=None if state.imported else state.model,
            stop="toolUse" if phase == "commentary" else phase,
        )

    # --- tools ---

    def asked(self, calls: tuple[RawCall, ...]) -> RawMessage:
        """Tools were called; all calls belong to the id of the first."""
        state, first = self.state, calls[0]
        if first.id:
            asked(state, first.id, first.name)
        return RawMessage(
            id=first.id,
            at=self._at(),
            role="assistant",
            text="",
            provider=state.provider,
            model=state.model,
            stop="toolUse",
            calls=calls,
        )

    def ended(self, call: str, outcome: Outcome, calls: tuple[RawCall, ...] = ()) -> Decoded:
        """A tool ended, and with ``calls`` which one it was: told again where the call itself was not.

        The first result of a call counts; events and items come before what the model is told.
        """
        known = self.state.calls
        name = known.get(call)
        if name is None and call in known:
            return COPY
        if outcome.running:
            return Ignored("running")
        message = self.asked(calls) if calls and name is None else None
        if call in known:
            known[call] = None
        result = result_of(call, name or (calls[0].name if calls else ""), self._at(), outcome)
        return (message, result) if message else result

    # --- time ---

    def _at(self) -> Millis | None:
        """When the line at hand was told.

        Lines without a time of their own follow each other by a millisecond: that keeps their order, and keeps
        apart what was said twice.
        """
        state = self.state
        if state.base is None or (self.written is not None and not state.replayed):
            return self.written
        state.step += 1
        return state.base + state.step

    def _date_by_lines(self) -> None:
        state = self.state
        state.base, state.step, state.replayed, state.imported = None, 0, False, False


def _is_imported(turn: PayloadJson) -> bool:
    return (turn.turn_id or "").startswith(_IMPORTED_TURN)
