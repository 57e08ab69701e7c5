"""One made-up conversation, which every format's fixture writes in its own way."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

SESSION = "5f2c9a4e-0b7d-4e61-9a53-1c8d2e7f6a90"
FOLDER = "/home/made-up/project"


class Call(Struct, frozen=True, kw_only=True):
    """A tool call and how it ended."""

    id: str
    command: str
    exit_code: int
    output: str


class Said(Struct, frozen=True, kw_only=True):
    """One message; an answer may call tools, and then has its words before them."""

    at: datetime
    role: str  # user or assistant
    text: str = ""
    model: str = ""
    calls: tuple[Call, ...] = ()


def _at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, 250_000, tzinfo=UTC)


CONVERSATION: tuple[Said, ...] = (
    Said(at=_at(2, 9, 0), role="user", text="Which port does the staging proxy use?"),
    Said(
        at=_at(2, 9, 0, 7),
        role="assistant",
        text="I look at the configuration.",
        model="model-one",
        calls=(Call(id="call-1", command="grep -n listen proxy.conf", exit_code=0, output="3: listen 8443"),),
    ),
    Said(at=_at(2, 9, 0, 21), role="assistant", text="It listens on port 8443.", model="model-one"),
    Said(at=_at(2, 9, 4), role="user", text="Then run the tests, please.\n\nAll of them."),
    Said(
        at=_at(2, 9, 4, 9),
        role="assistant",
        model="model-one",
        calls=(Call(id="call-2", command="make test", exit_code=2, output="FAILED tests/test_proxy.py: timeout"),),
    ),
    Said(
        at=_at(2, 9, 5),
        role="assistant",
        text="One test fails: the proxy answers too late.",
        model="model-one",
    ),
    Said(at=_at(3, 23, 59, 58), role="user", text="Raise the timeout to 30 seconds – für alle Tests."),
    Said(at=_at(4, 0, 0, 3), role="assistant", text="Done; 30 seconds everywhere. 好的。", model="model-two"),
)
"""Three days in UTC, a failing command, an answer without words, two models, several scripts."""
