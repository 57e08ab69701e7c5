"""One made-up transcript of OpenClaw 2026, with the shares that 62,141 lines of real transcripts have.

User 23 %, assistant 43 %, tool results 34 % of the messages; half of the user lines are the machine's; half of the
answers have no text; half of all lines are shorter than 600 bytes and one in a hundred is longer than 17 kB.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from benchmarks.words import Words

_LONGEST: Final = 455_000  # characters of the longest tool result seen
_HEARTBEAT: Final = (
    "Read HEARTBEAT.md if it exists (workspace context). Keep to it. Answer HEARTBEAT_OK when idle."
)

encode: Final[Callable[[Any], str]] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def uuid(rng: Random) -> str:
    """A made-up UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def iso(at: int) -> str:
    """Milliseconds since 1970 as entries carry them."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Session:
    """One transcript in the making; times are milliseconds since 1970."""

    def __init__(self, words: Words, start: int, model: tuple[str, str, str]) -> None:
        self.rng, self.words, self.now, self.model = words.rng, words, start, model
        self.id = uuid(self.rng)
        self.parent: str | None = None
        self.size = self.context = 0
        self.lines: list[bytes] = []
        self.roles: Counter[str] = Counter()
        cwd = "/home/node/work"
        self._line({"type": "session", "version": 3, "id": self.id, "timestamp": iso(start), "cwd": cwd})
        self._entry("model_change", {"provider": model[0], "modelId": model[1]})
        self._entry("thinking_level_change", {"thinkingLevel": "low"})
        self._snapshot()

    def turn(self, *, machine: float = 0.5) -> None:
        """Adds a user line and what follows from it; ``machine`` is the chance that no person wrote it."""
        if self.rng.random() < machine:
            self._user(self._machine_text())
            if self.rng.random() < 0.4:
                self._answer(0.8, "HEARTBEAT_OK")
            else:
                error = {"provider": self.model[0], "model": self.model[1], "error": "529 overloaded"}
                self._custom("openclaw:prompt-error", {"runId": uuid(self.rng), "sessionId": self.id, **error})
        else:
            self._user(self._human_text())
            if self.rng.random() < 0.92:
                self._answer(2.28, self.words.prose(self.rng.lognormvariate(5.6, 0.8)))
        self._aftermath()

    def cron(self) -> None:
        """Adds the one turn of a scheduled run."""
        self._user(f"[cron:{uuid(self.rng)} nightly] {self.words.text(120)}")
        self._answer(1, self.words.prose(200))

    def rewrite(self) -> None:
        """Appends the last lines once more under new ids, as OpenClaw does after it changed a message."""
        for line in self.lines[max(4, len(self.lines) * 2 // 3) :]:
            entry = json.loads(line)
            entry |= {"id": f"{self.rng.getrandbits(32):08x}", "parentId": self.parent, "timestamp": iso(self.now)}
            self.parent = entry["id"]
            self._line(entry)
            self.roles.update([entry["message"]["role"]] if entry["type"] == "message" else ())

    def _machine_text(self) -> str:
        kind = self.rng.random()
        if kind < 0.7:
            return f"{_HEARTBEAT}\nCurrent time: {iso(self.now)}"
        if kind < 0.9:
            return "[OpenClaw heartbeat poll]"
        if kind < 0.95:
            return f"System: [{iso(self.now)}] Node connected\n\n{_HEARTBEAT}"
        return f"A new session was started via /new or /reset. {self.words.text(150)}"

    def _human_text(self) -> str:
        text = self.words.prose(self.rng.lognormvariate(4.4, 0.9))
        if self.rng.random() < 0.004:
            text += f"\nAPI_KEY={base64.b32encode(self.rng.randbytes(25)).decode()}"
        if self.rng.random() < 0.26:
            about = encode({"message_id": self.rng.getrandbits(20), "sender": "Mira"})
            text = f"Conversation info (untrusted metadata):\n```json\n{about}\n```\n\n{text}"
        if self.rng.random() < 0.28:
            text = f"System: [{iso(self.now)}] {self.words.text(40)}\n\n{text}"
        return f"{text}\n[message_id: {self.rng.getrandbits(32):x}]" if self.rng.random() < 0.5 else text

    def _answer(self, steps: float, final: str) -> None:
        while self.rng.random() < steps / (steps + 1):
            calls = [self._call() for _ in range(1 + (self.rng.random() < 0.23))]
            said = self.words.text(120) if self.rng.random() < 0.27 else ""
            self._assistant(said, [block for block, _ in calls], "toolUse")
            for block, failed in calls:
                self._result(block, failed=failed)
        if self.rng.random() < 0.07:
            self._assistant("", [], "error")
        else:
            self._assistant(final, [], "stop")

    def _call(self) -> tuple[dict[str, Any], bool]:
        name = self.rng.choices(("exec", "read", "edit", "web_search"), (60, 25, 10, 5))[0]
        one, two = self.words.some(2)
        arguments: dict[str, str] = {
            "exec": {"command": f"cd {one} && make {two}"},
            "read": {"path": f"{one}/{two}.md"},
            "edit": {"path": f"{one}/{two}.py", "oldText": one, "newText": self.words.text(150)},
            "web_search": {"query": f"{one} {two}"},
        }[name]
        block = {"type": "toolCall", "id": f"toolu_{self.rng.getrandbits(88):022x}", "name": name}
        return {**block, "arguments": arguments}, name == "exec" and self.rng.random() < 0.09

    def _user(self, text: str) -> None:
        self._message({"role": "user", "content": [{"type": "text", "text": text}], "timestamp": self.now})

    def _assistant(self, text: str, calls: list[dict[str, Any]], stop: str) -> None:
        blocks = [{"type": "text", "text": text}] if text else []
        if stop != "error" and self.rng.random() < 0.2:
            signature = base64.b64encode(self.rng.randbytes(300)).decode()
            thought = self.words.text(200)
            blocks.insert(0, {"type": "thinking", "thinking": thought, "thinkingSignature": signature})
        provider, model, api = self.model
        body = {
            "role": "assistant",
            "content": [*blocks, *calls],
            "api": api,
            "provider": provider,
            "model": model,
        }
        self._message({**body, "usage": self._usage(), "stopReason": stop, "timestamp": self.now})

    def _usage(self) -> dict[str, Any]:
        output, written = self.rng.randint(20, 900), self.rng.randint(50, 4000)
        self.context = (self.context + written) % 160_000
        price = {"input": 3e-05, "output": output * 15e-6, "cacheRead": self.context * 3e-7, "cacheWrite": 0.001}
        cost = {name: round(amount, 6) for name, amount in price.items()}
        counts = {"input": 10, "output": output, "cacheRead": self.context, "cacheWrite": written}
        return {
            **counts,
            "totalTokens": sum(counts.values()),
            "cost": {**cost, "total": round(sum(cost.values()), 6)},
        }

    def _result(self, call: dict[str, Any], *, failed: bool) -> None:
        text = self.words.listing(min(self.rng.lognormvariate(6.35, 1.9), _LONGEST))
        body: dict[str, Any] = {"role": "toolResult", "toolCallId": call["id"], "toolName": call["name"]}
        if failed:
            text += f"\nError: {self.words.text(60)}\n\n(Command exited with code 1)"
        body["content"] = [{"type": "text", "text": text}]
        if call["name"] == "exec":
            status = "failed" if failed else "completed"
            body["details"] = {"status": status, "exitCode": int(failed), "durationMs": self.rng.randint(9, 9000)}
        self._message({**body, "isError": False, "timestamp": self.now})

    def _aftermath(self) -> None:
        """The lines between turns that hold nothing for memory, and now and then a compaction."""
        if self.rng.random() < 0.4:
            self._snapshot()
        if self.rng.random() < 0.22:
            text = {"content": self.words.text(400), "display": False}
            self._line(
                {"type": "custom_message", "customType": "openclaw.runtime-context", **text, **self._base()}
            )
        if self.rng.random() < 0.05:
            kept = {"firstKeptEntryId": self.parent, "tokensBefore": 150_000 + self.rng.randint(0, 40_000)}
            self._entry("compaction", {"summary": self.words.text(2500), **kept})

    def _snapshot(self) -> None:
        self._custom("model-snapshot", dict(zip(("provider", "modelId", "modelApi"), self.model, strict=True)))

    def _message(self, message: dict[str, Any]) -> None:
        self.roles[message["role"]] += 1
        self.now += self.rng.randint(300, 9000)
        self._entry("message", {"message": message})

    def _custom(self, kind: str, data: dict[str, Any]) -> None:
        self._line({"type": "custom", "customType": kind, "data": {"timestamp": self.now, **data}, **self._base()})

    def _entry(self, kind: str, fields: dict[str, Any]) -> None:
        self._line({"type": kind, **self._base(), **fields})

    def _base(self) -> dict[str, Any]:
        parent, self.parent = self.parent, f"{self.rng.getrandbits(32):08x}"
        return {"id": self.parent, "parentId": parent, "timestamp": iso(self.now)}

    def _line(self, entry: dict[str, Any]) -> None:
        self.lines.append(encode(entry).encode() + b"\n")
        self.size += len(self.lines[-1])
