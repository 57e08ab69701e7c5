"""Turns the entries of one transcript into facts for the store: noise off, secrets redacted, with dedupe keys.

Pure. A ``Conversation`` reads entries in file order and collects ``Facts``. Judging single texts is the noise
module's work; here stands what takes more than one line: whole sessions that stay out, a heartbeat known by its
answer, copies of an answer that a tool delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from memsyncd.core.activity import command_of, error_of, path_of, writes
from memsyncd.core.facts import Carry, Facts, Keys, ToolOutcome, stem
from memsyncd.core.formats.base import Noise
from memsyncd.core.formats.openclaw_format import NOISE as OPENCLAW_NOISE
from memsyncd.model import (
    Event,
    Ignored,
    Malformed,
    Millis,
    RawCompaction,
    RawEntry,
    RawHeader,
    RawMessage,
    RawOutcast,
    RawReset,
    RawResult,
    RawTitle,
    Redaction,
    RowKind,
    Session,
    ToolCall,
    Turn,
    TurnKind,
)

_OPEN_CALLS = 256  # tool calls remembered until their result is seen
_TURN_ROWS = 1_000  # rows of one exchange remembered, to take them back when its answer shows it to be a heartbeat
_OWN_PROVIDERS = frozenset({"openclaw", "clawdbot"})  # names under which OpenClaw files its own lines
_MACHINE_TURNS = frozenset({"heartbeat", "flush"})  # exchanges that nobody sees, unless a heartbeat has news


class Conversation:
    """Reads one transcript; ``facts`` holds what it has found so far.

    ``session`` is what is known of the session beforehand; ``redact`` replaces secrets, ``noise`` judges texts as
    their format needs it. Entries of a session that stays out of memory give nothing but the verdict, and without
    ``others`` people who are not the agent's owner give nothing.
    """

    def __init__(
        self,
        session: Session,
        carry: Carry,
        *,
        keys: Keys,
        redact: Callable[[str], Redaction],
        noise: Noise = OPENCLAW_NOISE,
        others: bool = True,
    ) -> None:
        self.carry = carry
        self._noise, self._others = noise, others
        self._keys = keys
        self._redact_text = redact
        self._id = session.id
        self.facts = Facts(session=session)
        if session.excluded and not carry.excluded:
            carry.excluded = session.excluded
        # The first message judges a session of which nothing is known yet. A key says more than content does; and
        # a log that was read before may have been cut since, and begin anywhere.
        if session.key is not None or (session.started is not None and carry.at is None):
            carry.judged = True

    def feed(self, entry: RawEntry) -> None:
        """Takes the next entry of the transcript."""
        if isinstance(entry, RawHeader):
            self._header(entry)
        elif isinstance(entry, RawOutcast):
            self._exclude(entry.reason)
        elif isinstance(entry, RawTitle):
            self._know(title=self._redact_text(entry.title).text)
        elif self.carry.excluded is None and not isinstance(entry, Ignored | Malformed):
            self._dated(entry)

    def _dated(self, entry: RawMessage | RawResult | RawCompaction | RawReset) -> None:
        at = self._instant(entry.at)
        if at is None:
            self.facts.undated += 1
        elif isinstance(entry, RawMessage):
            self._message(entry, at)
        elif isinstance(entry, RawResult):
            self._result(entry, at)
        else:
            self._event(entry, at)

    def take(self) -> Facts:
        """Hands over the facts found since the last call."""
        facts, self.facts = self.facts, Facts(session=self.facts.session)
        return facts

    # --- sessions ---

    def _header(self, header: RawHeader) -> None:
        if header.at is not None:
            self.carry.at = self.carry.at or header.at
        self._know(started=header.at, parent=stem(header.parent))

    def _exclude(self, reason: str) -> None:
        self.carry.excluded = reason
        self.facts = Facts(session=self.facts.session)
        self._know(excluded=reason)

    def _know(self, **news: object) -> None:
        known = {name: value for name, value in news.items() if value is not None}
        if known:
            old = self.facts.session
            values = {name: getattr(old, name) for name in old.__struct_fields__}
            self.facts.session = Session(**{**values, **known})

    # --- messages ---

    def _message(self, message: RawMessage, at: Millis) -> None:
        if message.role == "assistant":
            self._assistant(message, at)
        elif self.carry.judged or not self._judge(message.text):
            self._user(message, at)

    def _judge(self, text: str) -> bool:
        """Looks at the first user message; True when it shows that the whole session stays out."""
        self.carry.judged = True
        verdict = self._noise.first(text)
        if verdict:
            self._exclude(verdict)
        return verdict is not None

    def _user(self, message: RawMessage, at: Millis) -> None:
        cleaned = self._noise.user(message.text, message.origin)
        self._begin_exchange(cleaned.dropped)
        if cleaned.text and not (cleaned.dropped or message.hidden) and (message.owner or self._others):
            self._add_turn(message, at, cleaned.text, "talk", sender=message.sender or cleaned.sender)

    def _begin_exchange(self, dropped: str | None) -> None:
        carry = self.carry
        carry.machine = dropped if dropped in _MACHINE_TURNS else None
        carry.answered = False
        for remembered in (carry.turns, carry.calls, carry.replies, carry.mirrors):
            remembered.clear()

    def _assistant(self, message: RawMessage, at: Millis) -> None:
        if message.model == "gateway-injected" or message.stop == "injected":
            return
        reply = self._noise.assistant(message.text)
        if reply.exact or (reply.acknowledges and self.carry.machine == "heartbeat"):
            self._heartbeat(message, at)
            return
        silent = bool(reply.dropped) or message.hidden or self.carry.machine == "flush"
        text = "" if silent else reply.text
        mirror = message.provider in _OWN_PROVIDERS
        if mirror and (not text or self._keys.text(text) in self.carry.replies):
            return
        works = bool(message.calls) and self.carry.machine != "flush" and reply.dropped in (None, "empty")
        key = self._add_turn(message, at, text, "talk" if text else "work" if works else "noise")
        if text:
            self._remember_reply(key, text, mirror=mirror)
            self.carry.answered = self.carry.answered or message.stop != "toolUse"
        if text or works:
            self._add_calls(message, at)

    def _heartbeat(self, message: RawMessage, at: Millis) -> None:
        """An acknowledgement: whoever asked for it was the machine, so the whole exchange is taken back.

        Not when the exchange already had its answer: then the poll that this acknowledges was not stored.
        """
        if not self.carry.answered:
            self.facts.muted_turns.extend(self.carry.turns)
            self.facts.muted_tools.extend(self.carry.calls)
        self._begin_exchange("heartbeat")
        self._add_turn(message, at, "", "noise")

    def _remember_reply(self, key: int, text: str, *, mirror: bool) -> None:
        carry = self.carry
        words = self._keys.text(text)
        earlier = carry.replies.get(words)
        # A mirror can be filed before the answer that it copies.
        if earlier in carry.mirrors and not mirror:
            self.facts.muted_turns.append(earlier)
        carry.replies[words] = key
        if mirror:
            carry.mirrors.append(key)

    def _add_turn(
        self, message: RawMessage, at: Millis, text: str, kind: TurnKind, *, sender: str | None = None
    ) -> int:
        # The words as the log has them, noise and all: the rules that clean them may change, the key may not.
        words = message.text if message.text.strip() else "\0".join(call.id for call in message.calls)
        key = self._keys.turn(message.role, at, words)
        mirror = message.provider in _OWN_PROVIDERS
        turn = Turn(
            at=at,
            role=message.role,
            kind=kind,
            text=self._redact(text, "turn", key) if text else "",
            session=self._id,
            entry=message.id,
            provider=None if mirror else message.provider,
            model=None if mirror else message.model,
            usage=message.usage,
            sender=self._redact(sender, "turn", key) if sender else None,
            owner=message.owner,
        )
        self.facts.turns.append((key, turn))
        if len(self.carry.turns) < _TURN_ROWS:
            self.carry.turns.append(key)
        return key

    # --- tools ---

    def _add_calls(self, message: RawMessage, at: Millis) -> None:
        for call in message.calls:
            key = self._keys.tool(at, call.id)
            redact = partial(self._redact, row="tool", key=key)
            tool = ToolCall(
                at=at,
                session=self._id,
                call=call.id,
                name=call.name,
                command=command_of(call.arguments, redact),
                path=path_of(call.arguments, redact),
                writes=writes(call),
            )
            self._add_tool(key, tool)

    def _add_tool(self, key: int, tool: ToolCall) -> None:
        carry = self.carry
        self.facts.tools.append((key, tool))
        if len(carry.calls) < _TURN_ROWS:
            carry.calls.append(key)
        if not tool.done and tool.call:
            carry.open_calls[tool.call] = tool.at
            while len(carry.open_calls) > _OPEN_CALLS:
                del carry.open_calls[next(iter(carry.open_calls))]

    def _result(self, result: RawResult, at: Millis) -> None:
        asked = self.carry.open_calls.pop(result.call, None)
        call = result.call if asked is not None else result.call or result.id
        key = self._keys.tool(at if asked is None else asked, call)
        redact = partial(self._redact, row="error", key=key)
        error = error_of(result.name, result.text, redact) if result.failed else None
        if asked is not None:
            outcome = ToolOutcome(key=key, failed=result.failed, exit_code=result.exit_code, error=error)
            self.facts.outcomes.append(outcome)
        elif result.command or (self.carry.machine is None and result.failed):
            # A result whose call is not in this file: kept when it tells something by itself.
            tool = ToolCall(
                at=at,
                session=self._id,
                call=result.call,
                name=result.name,
                command=command_of({"command": result.command}, redact),
                done=True,
                failed=result.failed,
                exit_code=result.exit_code,
                error=error,
            )
            self._add_tool(key, tool)

    # --- events and small parts ---

    def _event(self, entry: RawCompaction | RawReset, at: Millis) -> None:
        if isinstance(entry, RawCompaction):
            # Copies in forks and rewrites differ in session, id and time, never in the summary.
            key = self._keys.event("compaction", entry.summary or str(at))
            text = self._redact(entry.summary, "event", key)
            event = Event(at=at, session=self._id, kind="compaction", text=text, tokens=entry.tokens_before)
        else:
            key = self._keys.event("reset", f"{self._id}\0{at}")
            text = self._redact(entry.reason or "", "event", key)
            event = Event(at=at, session=self._id, kind="reset", text=text)
        self._begin_exchange(None)
        self.facts.events.append((key, event))

    def _instant(self, at: Millis | None) -> Millis | None:
        """The entry's own instant, else that of the line before; None when no line told one yet."""
        carry = self.carry
        if at is None:
            return carry.at
        if carry.at is None and self.facts.session.started is None:
            self._know(started=at)
        carry.at = at
        return at

    def _redact(self, text: str, row: RowKind, key: int) -> str:
        redaction = self._redact_text(text)
        if redaction.findings:
            self.facts.redactions += len(redaction.findings)
            receipt = self.facts.receipts.setdefault((row, key), {})
            for finding in redaction.findings:
                receipt[finding.rule] = receipt.get(finding.rule, 0) + 1
        return redaction.text
