from __future__ import annotations

from memsyncd.core.digest import digest
from memsyncd.model import Usage
from tests.core.digest.builders import DayBuilder


def test_messages_steps_tokens_and_compactions_are_counted():
    usage = Usage(input=10, output=5, cache_read=3, cache_write=2, cost=0.5)
    day = (
        DayBuilder()
        .session("s")
        .user("09:00", "hello")
        .agent("09:01", "hi", usage=usage)
        .agent("09:02", "", usage=usage)
    )
    day.machine("09:03", usage).event("09:04", "compaction", tokens=7).event("09:05", "reset")
    found = digest(day.build()).traffic
    assert (found.user, found.assistant, found.work) == (1, 1, 1)
    assert found.usage == Usage(input=30, output=15, cache_read=9, cache_write=6, cost=1.5)
    assert [event.tokens for event in found.compactions] == [7]
