"""The store's protocol as tests. An engine's test module imports them and provides the fixture ``store``."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from memsyncd.adapters.store.base import Batch, Rewrite, Store, Text, TurnFilter
from memsyncd.core.days import QUARTER
from memsyncd.core.facts import Facts, ToolOutcome
from memsyncd.model import Cursor, Event, Session, Source, ToolCall, Turn, Usage

SOURCE = Source(
    name="openclaw/main", kind="openclaw", agent="main", path=Path("/logs/main"), memory_dir=Path("/m")
)
OTHER = Source(name="openclaw/work", kind="openclaw", agent="work", path=Path("/logs/work"), memory_dir=Path("/w"))
T0 = 1_768_478_400_000
EVER = (0, 1 << 60)


def turn(text: str, at: int = T0, session: str = "s1", **more: Any) -> Turn:
    fields: dict[str, Any] = {"role": "user", "kind": "talk", "entry": "e", **more}
    return Turn(at=at, text=text, session=session, **fields)


def answer(text: str, at: int = T0, session: str = "s1", **more: Any) -> Turn:
    model = {"role": "assistant", "provider": "anthropic", "model": "sonnet", "usage": Usage(10, 5, 1, 2, 0.5)}
    return turn(text, at, session, **{**model, **more})


def facts(session: str = "s1", turns: tuple[Turn, ...] = (), started: int | None = T0, **more: Any) -> Facts:
    keyed = [(hash((t.role, t.at, t.text)) & (2**62 - 1), t) for t in turns]
    return Facts(session=Session(id=session, started=started), turns=keyed, **more)


def batch(*parts: Facts, cursor: Cursor | None = None, **more: Any) -> Batch:
    return Batch(facts=list(parts), cursor=cursor, **more)


def cursor(path: str = "a.jsonl", offset: int = 10, **more: Any) -> Cursor:
    fields: dict[str, Any] = {"dev": 1, "ino": 2, "size": 20, "mtime_ns": 3, "head_length": 1, "head": "h"}
    return Cursor(path=path, offset=offset, tail_length=1, tail="t", carry=b"\x00c", **{**fields, **more})


@pytest.fixture
def source(store: Store) -> int:
    return store.register(SOURCE)


def texts(store: Store, *sources: int) -> list[str]:
    return [turn.text for turn in store.slice(sources, *EVER).turns]


def test_a_source_keeps_its_number_and_takes_a_new_name(store: Store, source: int) -> None:
    assert store.register(replace(SOURCE, name="renamed")) == source
    assert store.register(OTHER) != source
    assert store.totals([source])[0].source == "renamed"


def test_turns_come_back_as_they_went_in(store: Store, source: int) -> None:
    mine = (turn("hi", sender="Bea", owner=False), answer("hello\n🙂", T0 + 1))
    applied = store.apply(source, batch(facts(turns=mine)))
    assert applied.added == 2
    assert store.slice([source], *EVER).turns == mine


def test_applying_a_batch_again_changes_nothing(store: Store, source: int) -> None:
    one = batch(facts(turns=(turn("hi"), answer("ho", T0 + 1))), cursor=cursor())
    store.apply(source, one)
    before = store.quarters([source])
    again = store.apply(source, one)
    assert (again.added, again.known) == (0, 2)
    assert store.quarters([source]) == before


def test_cursors_come_with_their_rows_and_go_when_forgotten(store: Store, source: int) -> None:
    mine = cursor(offset=99, malformed=3)
    store.apply(source, batch(cursor=mine))
    assert store.cursors(source) == {"a.jsonl": mine}
    store.apply(source, batch(forget_cursors=["a.jsonl"]))
    assert store.cursors(source) == {}


def test_a_slice_includes_its_start_and_excludes_its_end(store: Store, source: int) -> None:
    store.apply(source, batch(facts(turns=tuple(turn(str(d), T0 + d) for d in (-1, 0, 9, 10)))))
    assert [t.text for t in store.slice([source], T0, T0 + 10).turns] == ["0", "9"]


def test_a_copy_belongs_to_the_session_that_began_first_whatever_came_first(store: Store, source: int) -> None:
    old, new = facts("old", (turn("x", session="old"),)), facts("new", (turn("x", session="new"),), started=T0 + 5)
    for number, parts in enumerate([(old, new), (new, old)]):
        target = store.register(replace(SOURCE, path=Path(f"/logs/{number}")))
        for part in parts:
            store.apply(target, batch(part))
        assert [t.session for t in store.slice([target], *EVER).turns] == ["old"]


def test_the_order_of_reading_does_not_show(store: Store) -> None:
    """Files are read in any order, at any time; what is shown is the same."""
    parts = [
        facts(f"s{n % 4}", (turn(f"t{n % 7}", T0 + n % 5, f"s{n % 4}"), answer(f"a{n}", T0 + n, f"s{n % 4}")))
        for n in range(12)
    ]
    parts = [replace_session(part, T0 + int(part.session.id[1])) for part in parts]
    seen = []
    for seed in range(4):
        target = store.register(replace(SOURCE, path=Path(f"/logs/order{seed}")))
        random.Random(seed).shuffle(parts)
        for part in parts:
            store.apply(target, batch(part))
        got = store.slice([target], *EVER)
        seen.append((got.turns, got.tools, got.events, dict(got.sessions)))
    assert all(one == seen[0] for one in seen)


def replace_session(part: Facts, started: int) -> Facts:
    return replace(part, session=replace(part.session, started=started))


def test_quarters_count_messages_and_tell_what_changed(store: Store, source: int) -> None:
    store.apply(source, batch(facts(turns=(turn("a"), answer("b", T0 + 1), answer("", T0 + 2, kind="work")))))
    (first,) = store.quarters([source])
    assert (first.start, first.messages, first.removed) == (T0 - T0 % QUARTER, 2, 0)
    store.apply(source, batch(facts(turns=(turn("c", T0 + QUARTER),))))
    unchanged, second = store.quarters([source])
    assert unchanged == first
    assert second.revision > first.revision


def test_a_muted_turn_loses_its_words_and_no_copy_brings_it_back(store: Store, source: int) -> None:
    one = facts(turns=(turn("Check the oven"), answer("fine", T0 + 1)))
    store.apply(source, batch(one))
    applied = store.apply(source, batch(facts(muted_turns=[one.turns[0][0]])))
    store.apply(source, batch(one))
    got = store.slice([source], *EVER).turns
    assert applied.muted == 1
    assert [(t.kind, t.text) for t in got] == [("noise", ""), ("talk", "fine")]
    (quarter,) = store.quarters([source])
    assert (quarter.messages, quarter.removed) == (1, 1)


def test_noise_wins_over_talk_whichever_copy_came_first(store: Store) -> None:
    """A copy that begins in the middle of an exchange cannot tell that a machine began it."""
    talk, noise = answer("saved"), answer("", kind="noise")
    for number, kinds in enumerate([(talk, noise), (noise, talk)]):
        target = store.register(replace(SOURCE, path=Path(f"/logs/noise{number}")))
        for copy in kinds:
            store.apply(target, batch(replace(facts(), turns=[(1, copy)])))
        (got,) = store.slice([target], *EVER).turns
        assert (got.kind, got.text) == ("noise", "")
        assert store.quarters([target])[0].messages == 0


def test_muting_a_step_without_words_marks_its_day(store: Store, source: int) -> None:
    step = facts(turns=(answer("", kind="work"),))
    store.apply(source, batch(step))
    before = store.quarters([source])[0].revision
    store.apply(source, batch(facts(muted_turns=[step.turns[0][0]])))
    assert store.quarters([source])[0].revision > before


def call(key: int = 7, **more: Any) -> tuple[int, ToolCall]:
    fields: dict[str, Any] = {"at": T0, "session": "s1", "call": "c1", "name": "exec", "command": "ls", **more}
    return key, ToolCall(**fields)


def test_a_tool_call_gets_its_outcome(store: Store, source: int) -> None:
    store.apply(source, batch(facts(tools=[call()])))
    end = ToolOutcome(key=7, failed=True, exit_code=2, error="no such file")
    store.apply(source, batch(facts(outcomes=[end])))
    before = store.quarters([source])
    store.apply(source, batch(facts(tools=[call()], outcomes=[end])))
    (tool,) = store.slice([source], *EVER).tools
    assert tool == call(done=True, failed=True, exit_code=2, error="no such file")[1]
    assert store.quarters([source]) == before


def test_muted_tool_calls_are_not_shown(store: Store, source: int) -> None:
    store.apply(source, batch(facts(tools=[call()])))
    store.apply(source, batch(facts(muted_tools=[7])))
    store.apply(source, batch(facts(tools=[call()])))
    assert store.slice([source], *EVER).tools == ()


def test_copies_of_a_compaction_are_one_event_at_the_earliest_time(store: Store, source: int) -> None:
    late = Event(at=T0 + 5, session="s1", kind="compaction", text="sum", tokens=9)
    for event in (late, replace(late, at=T0), replace(late, at=T0 + 9)):
        store.apply(source, batch(facts(events=[(1, event)])))
    assert store.slice([source], *EVER).events == (replace(late, at=T0),)


def test_what_is_known_of_a_session_is_never_unlearnt(store: Store, source: int) -> None:
    store.know_sessions(source, [Session(id="s1", key="agent:main:main", channel="telegram", started=T0)])
    store.apply(source, batch(facts(turns=(turn("x"),), started=None)))
    got = store.sessions(source)["s1"]
    assert (got.key, got.channel, got.started) == ("agent:main:main", "telegram", T0)


def test_news_of_a_session_mark_the_days_that_show_it(store: Store, source: int) -> None:
    store.apply(source, batch(facts(turns=(turn("x"),))))
    before = store.quarters([source])[0].revision
    store.know_sessions(source, [Session(id="s1", channel="telegram")])
    assert store.quarters([source])[0].revision > before


def test_a_session_that_turns_out_to_stay_out_loses_its_rows_and_asks_for_a_reread(
    store: Store, source: int
) -> None:
    store.apply(source, batch(facts(turns=(turn("x"),)), cursor=cursor("other.jsonl")))
    applied = store.apply(
        source, batch(Facts(session=Session(id="s1", excluded="cron")), cursor=cursor("a.jsonl"))
    )
    assert applied.reread
    assert texts(store, source) == []
    assert set(store.cursors(source)) == {"a.jsonl"}
    assert store.quarters([source])[0].removed == 1
    again = store.apply(source, batch(Facts(session=Session(id="s1", excluded="cron"))))
    assert not again.reread


def test_a_session_that_is_let_in_again_has_every_file_read_again(store: Store, source: int) -> None:
    store.know_sessions(source, [Session(id="s1", excluded="chat type"), Session(id="s2", excluded="cron")])
    store.apply(source, batch(cursor=cursor()))
    assert store.apply(source, batch(readmit=["s1", "unheard of"])).reread
    assert {one.id: one.excluded for one in store.sessions(source).values()} == {"s1": None, "s2": "cron"}
    assert store.cursors(source) == {}
    store.apply(source, batch(facts(turns=(turn("x"),)), cursor=cursor()))
    assert not store.apply(source, batch(readmit=["s1"])).reread
    assert (texts(store, source), set(store.cursors(source))) == (["x"], {"a.jsonl"})


def test_letting_a_session_in_concerns_its_own_source(store: Store, source: int) -> None:
    other = store.register(OTHER)
    for number in (source, other):
        store.know_sessions(number, [Session(id="s1", excluded="chat type")])
        store.apply(number, batch(cursor=cursor()))
    store.apply(other, batch(readmit=["s1"]))
    assert store.sessions(source)["s1"].excluded == "chat type"
    assert set(store.cursors(source)) == {"a.jsonl"}


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("chat type", "excluded by the user", "excluded by the user"),
        ("excluded by the user", "forgotten", "forgotten"),
        ("forgotten", "chat type", "forgotten"),
        ("cron", "excluded by the user", "cron"),
    ],
)
def test_only_the_users_choice_gives_way_to_another_reason(
    store: Store, source: int, first: str, then: str, kept: str
) -> None:
    """Else a session that the user had forgotten would come back with the groups that are let in again."""
    for reason in (first, then):
        store.know_sessions(source, [Session(id="s1", excluded=reason)])
    assert store.sessions(source)["s1"].excluded == kept


def test_the_words_of_others_go_with_their_receipts_and_are_counted_as_taken_back(
    store: Store, source: int
) -> None:
    said = facts(turns=(turn("mine [x]"), turn("Bob's [y]", T0 + QUARTER, owner=False), answer("ok", T0 + 2)))
    said.receipts = {("turn", key): {one.text[-2]: 1} for key, one in said.turns[:2]}
    other = store.register(OTHER)
    for number in (source, other):
        store.apply(number, batch(said, cursor=cursor()))
    before = store.quarters([source])[0]
    assert not store.apply(source, batch(without_others=True)).reread
    assert (texts(store, source), receipts(store, source)) == (["mine [x]", "ok"], {"x": 1})
    unchanged, theirs = store.quarters([source])
    assert (unchanged, theirs.messages, theirs.removed) == (before, 0, 1)
    assert set(store.cursors(source)) == {"a.jsonl"}
    assert len(texts(store, other)) == 3


def test_earlier_models_are_those_last_used_before_the_slice(store: Store, source: int) -> None:
    turns = (
        answer("old", T0 - 20, model="haiku"),
        answer("", T0 - 10, kind="work", model="opus"),
        answer("", T0 - 5, kind="noise", model="heartbeat-model"),
        answer("new", T0, model="sonnet"),
        answer("other", T0 + 1, session="s2"),
    )
    store.apply(source, batch(facts(turns=turns[:4]), facts("s2", turns[4:])))
    assert store.slice([source], T0, T0 + 9).earlier_models == {"s1": ("anthropic", "opus")}


def test_several_sources_are_read_together_and_named(store: Store, source: int) -> None:
    other = store.register(OTHER)
    store.apply(source, batch(facts(turns=(turn("a"),))))
    store.apply(other, batch(facts("s2", (turn("b", T0 + 1, "s2"),))))
    got = store.slice([source, other], *EVER)
    assert [t.text for t in got.turns] == ["a", "b"]
    assert got.sources == {"s1": "openclaw/main", "s2": "openclaw/work"}
    assert texts(store, source) == ["a"]


def test_turns_are_filtered_by_time_role_model_and_words(store: Store, source: int) -> None:
    turns = (
        turn("Äpfel kaufen"),
        answer("gekauft", T0 + 1),
        answer("", T0 + 2, kind="work"),
        turn("later", T0 + 99),
    )
    store.apply(source, batch(facts(turns=turns)))

    def found(**wanted: Any) -> list[str]:
        return [t.text for t in store.turns([source], TurnFilter(**wanted))]

    assert found() == ["Äpfel kaufen", "gekauft", "later"]
    assert found(query="ÄPFEL") == ["Äpfel kaufen"]
    assert found(role="assistant") == ["gekauft"]
    assert found(model="SONN") == ["gekauft"]
    assert found(start=T0 + 1, end=T0 + 99) == ["gekauft"]
    assert found(kinds=("work",)) == [""]


def test_usage_adds_up_by_model(store: Store, source: int) -> None:
    store.apply(source, batch(facts(turns=(answer("a"), answer("b", T0 + 1), turn("c", T0 + 2)))))
    (use,) = store.model_use([source])
    assert (use.provider, use.model, use.answers) == ("anthropic", "sonnet", 2)
    assert (use.input, use.output, use.cache_read, use.cache_write, use.cost) == (20, 10, 2, 4, 1.0)


def test_totals_tell_what_a_source_amounts_to(store: Store, source: int) -> None:
    mine = facts(turns=(turn("a"), answer("", T0 + 5, kind="work")), tools=[call()])
    store.apply(source, batch(mine, cursor=cursor(malformed=2, unknown=1)))
    store.know_sessions(source, [Session(id="s9", excluded="cron")])
    (got,) = store.totals([source])
    assert (got.sessions, got.excluded, got.messages, got.turns, got.tools) == (2, 1, 1, 2, 1)
    assert (got.first, got.last, got.files, got.malformed, got.unknown) == (T0, T0 + 5, 1, 2, 1)


def test_the_newest_message_is_found_and_the_newest_before_an_instant(store: Store, source: int) -> None:
    turns = (turn("a"), turn("b", T0 + 5), answer("", T0 + 9, kind="work"))
    store.apply(source, batch(facts(turns=turns)))
    assert store.newest(source) == T0 + 5
    assert store.newest(source, any_kind=True) == T0 + 9
    assert store.newest(source, T0 + 5) == T0
    assert store.newest(source, T0) is None
    assert store.newest(store.register(OTHER)) is None


def test_messages_of_several_sources_are_counted_together_in_order_of_time(store: Store, source: int) -> None:
    other = store.register(OTHER)
    store.apply(source, batch(facts(turns=(turn("c", T0 + 7), turn("a"), answer("", T0 + 1, kind="work")))))
    store.apply(other, batch(facts("s2", (turn("b", T0 + 3, "s2"),))))

    def nth(number: int, *, end: int = T0 + 7) -> int | None:
        return store.nth_message([source, other], T0, end, number)

    assert [nth(1), nth(2), nth(3), nth(3, end=T0 + 8)] == [T0, T0 + 3, None, T0 + 7]


def test_the_size_counts_everything_whatever_its_kind(store: Store, source: int) -> None:
    mine = facts(turns=(turn("a"), answer("", T0 + 5, kind="work")), tools=[call()])
    store.apply(source, batch(mine))
    store.know_sessions(source, [Session(id="s9", excluded="cron")])
    size = store.size()
    assert (size.turns, size.tools, size.events, size.sessions) == (2, 1, 0, 2)
    assert size.bytes > 0


def test_an_empty_store_is_empty(store: Store, source: int) -> None:
    assert store.quarters([source]) == []
    assert store.slice([source], *EVER).turns == ()
    assert store.totals([source])[0].first is None
    assert list(store.turns([source], TurnFilter())) == []
    assert store.model_use([source]) == []
    assert store.newest(source) is None
    assert store.size().turns == 0


def test_the_secret_is_made_once(store: Store) -> None:
    assert len(store.secret) == 32
    assert store.secret == store.secret


# --- redaction looks again ---


def receipts(store: Store, *sources: int) -> dict[str, int]:
    return store.receipts(sources, *EVER)


def everything(store: Store, *, unscanned: bool = False) -> list[Text]:
    return [text for part in store.texts(unscanned=unscanned) for text in part]


def test_receipts_count_what_was_replaced_by_rule_and_time(store: Store, source: int) -> None:
    first, second = turn("a [x]"), turn("b [x] [y]", T0 + QUARTER)
    both = facts(turns=(first, second))
    keys = [key for key, _ in both.turns]
    both.receipts = {("turn", keys[0]): {"x": 1}, ("turn", keys[1]): {"x": 1, "y": 1}}
    store.apply(source, batch(both))
    assert receipts(store, source) == {"x": 2, "y": 1}
    assert store.receipts([source], T0, T0 + 1) == {"x": 1}


def test_a_copy_adds_nothing_to_the_receipts(store: Store, source: int) -> None:
    for session in ("s1", "s2"):
        copy = facts(session, (turn("a [x]", session=session),))
        copy.receipts = {("turn", copy.turns[0][0]): {"x": 1}}
        store.apply(source, batch(copy))
    assert receipts(store, source) == {"x": 1}


def test_receipts_go_with_what_turned_out_to_be_noise_or_to_stay_out(store: Store, source: int) -> None:
    one = facts("s1", (turn("a [x]"),))
    one.receipts = {("turn", one.turns[0][0]): {"x": 1}}
    other = facts("s2", (turn("b [y]", session="s2"),))
    other.receipts = {("turn", other.turns[0][0]): {"y": 1}}
    store.apply(source, batch(one, other))
    store.apply(source, batch(Facts(session=Session(id="s1"), muted_turns=[one.turns[0][0]])))
    store.know_sessions(source, [Session(id="s2", excluded="cron")])
    assert receipts(store, source) == {}


def test_all_words_of_the_store_can_be_gone_through(store: Store, source: int) -> None:
    tool = ToolCall(at=T0, session="s1", call="c", name="exec", command="ls", path="/p", done=True, error="no")
    event = Event(at=T0, session="s1", kind="compaction", text="so far")
    known = Facts(
        session=Session(id="s1", started=T0, title="a title"),
        turns=[(1, turn("words", sender="Bob"))],
        tools=[(2, tool)],
        events=[(3, event)],
    )
    store.apply(source, batch(known))
    assert {text.text for text in everything(store)} == {"words", "Bob", "ls", "/p", "no", "so far", "a title"}


def test_a_text_is_rewritten_where_it_still_stands_and_its_time_counts_as_changed(
    store: Store, source: int
) -> None:
    store.apply(source, batch(facts(turns=(turn("key k1"), turn("key k2", T0 + QUARTER)))))
    before = {quarter.start: quarter.revision for quarter in store.quarters([source])}
    [one, two] = everything(store)
    gone = Text(two.table, two.row, two.column, "not what stands there")
    assert store.rewrite([Rewrite(one, "key [x]", {"x": 1}), Rewrite(gone, "lost", {"y": 1})]) == 1
    assert texts(store, source) == ["key [x]", "key k2"]
    after = {quarter.start: quarter.revision for quarter in store.quarters([source])}
    assert [start for start in after if after[start] != before[start]] == [T0 // QUARTER * QUARTER]
    assert receipts(store, source) == {"x": 1}


def test_a_rewritten_title_changes_every_time_at_which_its_session_spoke(store: Store, source: int) -> None:
    spoken = facts(turns=(turn("a"), turn("b", T0 + 5 * QUARTER)))
    spoken.session = replace(spoken.session, title="key k1")
    store.apply(source, batch(spoken))
    before = [quarter.revision for quarter in store.quarters([source])]
    [title] = [text for text in everything(store) if text.column == "title"]
    store.rewrite([Rewrite(title, "key [x]", {"x": 1})])
    assert all(new.revision > old for new, old in zip(store.quarters([source]), before, strict=True))
    assert store.sessions(source)["s1"].title == "key [x]"


def test_a_row_is_shown_to_the_second_detector_once_and_again_when_it_changed(store: Store, source: int) -> None:
    tool = ToolCall(at=T0, session="s1", call="c", name="exec", command="ls")
    store.apply(source, batch(Facts(session=Session(id="s1"), turns=[(1, turn("words"))], tools=[(2, tool)])))
    seen = everything(store, unscanned=True)
    assert {text.text for text in seen} == {"words", "ls"}
    store.scanned(seen)
    assert everything(store, unscanned=True) == []
    ended = ToolOutcome(key=2, failed=True, error="no such file")
    store.apply(source, batch(Facts(session=Session(id="s1"), outcomes=[ended])))
    assert "no such file" in {text.text for text in everything(store, unscanned=True)}


def test_many_rows_are_gone_through_in_batches_while_they_are_rewritten(store: Store, source: int) -> None:
    store.apply(source, batch(facts(turns=tuple(turn(f"k {n}", T0 + n) for n in range(2_500)))))
    for part in store.texts():
        store.rewrite([Rewrite(text, text.text.replace("k", "[x]"), {"x": 1}) for text in part])
    assert len(everything(store)) == 2_500
    assert all(text.text.startswith("[x]") for text in everything(store))


def test_a_note_is_kept_and_replaced(store: Store) -> None:
    assert store.note("rules") is None
    store.set_note("rules", "1")
    store.set_note("rules", "2")
    assert store.note("rules") == "2"
